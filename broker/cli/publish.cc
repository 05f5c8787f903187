#include "broker/cli/publish.h"

#include "broker/cli/progress.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/base/mailbox.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

namespace gulou::cli {
namespace {

constexpr size_t connections = 4;
constexpr size_t listed_max = 20;  // more taken files than these are only counted
constexpr std::chrono::milliseconds look_every{100};

struct Item {
  std::string path;
  SubmissionFile file;
  PublishResult result;
  bool ready = false;  // read well, so it can be brought
};

struct Done {
  size_t item = 0;
  PublishResult result;
};

constexpr std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return "accepted";
    case Outcome::already_there:
      return "already_there";
    case Outcome::changed:
      return "changed";
    case Outcome::refused:
      return "refused";
    case Outcome::not_accepted:
      return "not_accepted";
    case Outcome::unreachable:
      return "unreachable";
  }
  return {};
}

Result<ReadOptions> read_options(const PublishOptions& options) {
  ReadOptions read{
      .kind = options.kind, .column = options.column, .import = options.import, .defaults = {}};
  if (!options.defaults.empty()) {
    const std::string text = TRY(read_file(options.defaults, limits::release_bytes_max));
    read.defaults = TRY(read_toml(text, options.defaults));
  }
  return read;
}

// One id twice in one run would be a conflict with itself; the second file is told which the first
// is.
void refuse_repeated_ids(const Shell& shell, std::vector<Item>& items) {
  std::map<std::string, std::string, std::less<>> seen;
  for (Item& item : items) {
    for (const PartFile& part : item.file.parts) {
      const auto [first, is_new] = seen.emplace(part.id, part.path);
      if (!is_new && item.ready) {
        item.ready = false;
        item.result.text = shell.text("id_repeated", {part.id, first->second});
      }
    }
  }
}

std::vector<Item> read_items(const Shell& shell,
                             const std::vector<std::string>& inputs,
                             const ReadOptions& options) {
  std::vector<Item> items;
  for (const std::string& path : inputs) {
    Item item{.path = path, .file = {}, .result = {}};
    auto file = read_submission(path, options);
    if (file) {
      item.file = std::move(*file);
      item.ready = true;
      for (const PartFile& part : item.file.parts) {
        for (const std::string& field : part.unknown_fields) {
          shell.complain(shell.text("field_unknown", {part.path, field}));
        }
      }
    } else {
      item.result.text = sentence(shell.language, file.error());
    }
    items.push_back(std::move(item));
  }
  refuse_repeated_ids(shell, items);
  return items;
}

// Brings the items of these numbers; each worker has its own connection and takes the next one.
void bring(const Shell& shell,
           const PublishMode& mode,
           std::vector<Item>& items,
           const std::vector<size_t>& numbers,
           std::vector<BrokerClient> clients) {
  Mailbox<size_t> work(numbers.size() + 1);
  Mailbox<Done> done(numbers.size() + 1);
  for (const size_t number : numbers) {
    work.send(number);
  }
  work.close();
  std::vector<std::thread> workers;
  workers.reserve(clients.size());
  for (BrokerClient& client : clients) {
    workers.emplace_back([&, publisher = Publisher(std::move(client), mode)]() mutable {
      for (auto next = work.take(1); !next.empty(); next = work.take(1)) {
        done.send({.item = next[0], .result = publisher.publish(items[next[0]].file)});
      }
    });
  }
  Progress progress(shell, numbers.size());
  for (size_t count = 0; count < numbers.size();) {
    for (Done& one : done.receive(numbers.size(), look_every)) {
      items[one.item].result = std::move(one.result);
      ++count;
    }
    progress.show(count);
  }
  for (std::thread& worker : workers) {
    worker.join();
  }
}

Result<std::vector<BrokerClient>> open_clients(const Shell& shell, size_t items) {
  std::vector<BrokerClient> clients;
  for (size_t i = 0; i < std::min(connections, std::max<size_t>(items, 1)); ++i) {
    clients.push_back(TRY(BrokerClient::open(shell)));
  }
  return clients;
}

// Files may name each other; what waited for another one is brought again while that helps.
Status bring_all(const Shell& shell, const PublishMode& mode, std::vector<Item>& items) {
  std::vector<size_t> numbers;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].ready) {
      numbers.push_back(i);
    }
  }
  while (!numbers.empty()) {
    bring(shell, mode, items, numbers, TRY(open_clients(shell, numbers.size())));
    std::vector<size_t> again;
    for (const size_t i : numbers) {
      if (items[i].result.waits_for_target) {
        again.push_back(i);
      }
    }
    if (again.size() == numbers.size()) {
      break;
    }
    numbers = std::move(again);
  }
  return {};
}

using Counts = std::array<size_t, 6>;

Counts count(const std::vector<Item>& items) {
  Counts counts{};
  for (const Item& item : items) {
    ++counts.at(static_cast<size_t>(item.result.outcome));
  }
  return counts;
}

size_t of(const Counts& counts, Outcome outcome) {
  return counts.at(static_cast<size_t>(outcome));
}

// What the same command may bring later.
size_t for_later(const Counts& counts) {
  return of(counts, Outcome::not_accepted) + of(counts, Outcome::unreachable);
}

// What the broker calls "parts[0].title" belongs to a file here: its name stands in for the number
// where there are several.
std::string reason_text(const Item& item) {
  std::string text = item.result.text;
  for (size_t i = 0; i < item.file.parts.size(); ++i) {
    const std::string number = "parts[" + std::to_string(i) + "].";
    const std::string& path = item.file.parts[i].path;
    const std::string name =
        item.file.parts.size() > 1 ? path.substr(path.rfind('/') + 1) + ": " : std::string();
    for (size_t at = text.find(number); at != std::string::npos; at = text.find(number, at)) {
      text.replace(at, number.size(), name);
      at += name.size();
    }
  }
  const std::string own = item.path + ": ";
  return text.starts_with(own) ? text.substr(own.size()) : text;
}

void print_item(const Shell& shell, const Item& item, bool list_all) {
  const PublishResult& result = item.result;
  const std::string title = item.file.parts.empty() ? item.path : item.file.parts[0].title;
  switch (result.outcome) {
    case Outcome::accepted:
      if (list_all && result.seq > 0) {
        shell.print("  #" + std::to_string(result.seq) + "  " + title);
      }
      break;
    case Outcome::already_there:
      break;
    case Outcome::changed:
      shell.print(shell.text("file_changed", {item.path}));
      break;
    case Outcome::refused:
      shell.complain(shell.text("file_refused", {item.path, reason_text(item)}));
      break;
    case Outcome::not_accepted:
    case Outcome::unreachable:
      shell.complain(shell.text("file_not_accepted", {item.path, reason_text(item)}));
      break;
  }
}

void print_fits(const Shell& shell, const Item& item) {
  shell.print(item.path);
  if (item.result.outcome >= Outcome::refused) {
    shell.print("  " + reason_text(item));
  }
  for (const ChannelFit& fit : item.result.fits) {
    const std::string part = item.file.parts.size() > 1 ? " [" + fit.part + "]" : "";
    shell.print("  " + fit.channel + part + ": " +
                std::string(shell.word("fit", fit.fits ? "fits" : "will_park")) +
                (fit.fits ? "" : ": " + fit.sentence));
  }
}

void print_json(const Shell& shell, const std::vector<Item>& items) {
  const auto counts = count(items);
  JsonWriter out;
  out.begin_object();
  for (const Outcome outcome : {Outcome::accepted,
                                Outcome::already_there,
                                Outcome::changed,
                                Outcome::refused,
                                Outcome::not_accepted,
                                Outcome::unreachable}) {
    out.member(name_of(outcome), of(counts, outcome));
  }
  out.key("files").begin_array();
  for (const Item& item : items) {
    out.begin_object().member("file", item.path).member("result", name_of(item.result.outcome));
    if (item.result.seq > 0) {
      out.member("seq", item.result.seq);
    }
    out.text_member("detail", item.result.text).key("ids").begin_array();
    for (const PartFile& part : item.file.parts) {
      out.value(part.id);
    }
    out.end_array().key("channels").begin_array();
    for (const ChannelFit& fit : item.result.fits) {
      out.begin_object().member("channel", fit.channel).member("part", fit.part);
      out.member("fits", fit.fits).text_member("sentence", fit.sentence).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
  shell.print_json(out.text());
}

void print_results(const Shell& shell,
                   const PublishOptions& options,
                   const std::vector<Item>& items) {
  const auto counts = count(items);
  if (shell.json) {
    print_json(shell, items);
    return;
  }
  for (const Item& item : items) {
    if (options.mode.check) {
      print_fits(shell, item);
    } else {
      print_item(shell, item, of(counts, Outcome::accepted) <= listed_max);
    }
  }
  if (options.mode.check) {
    return;
  }
  if (of(counts, Outcome::changed) > 0) {
    shell.complain(shell.text("changed_next_step"));
  }
  std::string did = shell.text(options.mode.dry_run ? "publish_would" : "publish_did",
                               {std::to_string(of(counts, Outcome::accepted)),
                                std::to_string(of(counts, Outcome::already_there)),
                                std::to_string(of(counts, Outcome::changed)),
                                std::to_string(of(counts, Outcome::refused))});
  if (for_later(counts) > 0) {
    did += shell.text("publish_later", {std::to_string(for_later(counts))});
  }
  shell.print(did);
}

}  // namespace

Exit publish(const Shell& shell, const PublishOptions& options) {
  if (options.mode.revise && options.mode.change_note.empty()) {
    shell.complain(shell.text("change_note_needed"));
    return Exit::usage;
  }
  const auto read = read_options(options);
  const auto inputs = find_inputs(options.paths);
  if (!read || !inputs) {
    return shell.fail(!read ? read.error() : inputs.error());
  }
  std::vector<Item> items = read_items(shell, *inputs, *read);
  const Status brought = bring_all(shell, options.mode, items);
  if (!brought) {
    return shell.fail(brought.error());
  }
  print_results(shell, options, items);
  const auto counts = count(items);
  if (for_later(counts) > 0) {
    return Exit::unreachable;
  }
  return of(counts, Outcome::refused) > 0 ? Exit::refused : Exit::done;
}

}  // namespace gulou::cli
