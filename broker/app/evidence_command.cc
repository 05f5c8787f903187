#include "broker/app/evidence_command.h"

#include "broker/evidence/checkpoints.h"
#include "broker/evidence/export.h"
#include "broker/evidence/verify.h"
#include "broker/journal/rocksdb_journal.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/key_file.h"
#include "common/draw/qr.h"
#include "common/http/client.h"
#include "common/settings/home.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

namespace gulou {
namespace {

constexpr int64_t page_ms_max = 4'000;
constexpr int64_t pages_ms_max = 20'000;

struct Given {
  std::vector<std::string> names;  // files or releases
  std::map<std::string, std::string, std::less<>> options;

  std::string option(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  }
};

Result<Given> parse(const std::vector<std::string>& words) {
  Given given;
  for (size_t i = 1; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) {
      given.names.push_back(words[i]);
    } else if (i + 1 < words.size()) {
      given.options[words[i].substr(2)] = words[i + 1];
      ++i;
    } else {
      return fail(ErrorCode::invalid_argument, "evidence_usage");
    }
  }
  return given;
}

uint64_t number_of(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<Checkpoint> read_checkpoint(const std::string& file) {
  const std::string text = TRY(read_file(file, limits::checkpoint_bytes_max));
  return parse_checkpoint(text);
}

Result<std::string> verify_file(const Given& given, Language language) {
  if (given.names.size() != 1 || given.option("keys").empty()) {
    return fail(ErrorCode::invalid_argument, "evidence_usage");
  }
  const PublicKeys keys = TRY(read_public_keys(given.option("keys")));
  std::optional<Checkpoint> kept;
  if (const std::string file = given.option("checkpoint"); !file.empty()) {
    kept = TRY(read_checkpoint(file));
  }
  const std::string bytes = TRY(read_file(given.names[0], 2 * limits::archive_bytes_max));
  const Verified verified = TRY(verify_evidence(bytes, keys, kept));
  const Checkpoint& newest = verified.evidence.checkpoints.back();
  std::string erased;
  for (const PartErased& one : verified.erased) {
    erased += say_erased(one, language) + "\n";
  }
  return sentence(language,
                  "evidence_good",
                  {},
                  std::vector{std::to_string(verified.evidence.entries.size()),
                              std::to_string(verified.changes),
                              std::to_string(newest.changeset),
                              format_shanghai(newest.at)}) +
         "\n" + erased;
}

// Two modules a character, dark on light whatever the terminal's colours are.
std::string terminal_qr(const QrMatrix& matrix) {
  constexpr int64_t quiet = 2;
  const auto side = static_cast<int64_t>(matrix.side);
  const auto dark = [&](int64_t row, int64_t column) {
    return row >= 0 && column >= 0 && row < side && column < side &&
           matrix.at(static_cast<uint32_t>(row), static_cast<uint32_t>(column));
  };
  std::string text;
  for (int64_t row = -quiet; row < side + quiet; row += 2) {
    text += "\x1b[30;47m";
    for (int64_t column = -quiet; column < side + quiet; ++column) {
      const bool upper = dark(row, column), lower = dark(row + 1, column);
      text += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    text += "\x1b[0m\n";
  }
  return text;
}

Result<std::string> show_checkpoint(const Home& home, const Given& given) {
  const auto all = TRY(read_checkpoints(home.checkpoints_dir(), 0));
  if (all.empty()) {
    return fail(ErrorCode::not_found, "checkpoint_nothing");
  }
  const std::string text = text_of(all.back());
  const QrMatrix matrix = TRY(qr_matrix(text));
  if (const std::string out = given.option("out"); !out.empty()) {
    TRY(replace_file(out, text));
    const std::string picture = TRY(qr_svg(text, "gulou checkpoint"));
    TRY(replace_file(out + ".svg", picture));
  }
  return text + (isatty(STDOUT_FILENO) == 1 ? terminal_qr(matrix) : "");
}

EvidenceAsked asked_of(const Given& given) {
  EvidenceAsked asked;
  for (const std::string& name : given.names) {
    asked.entries.push_back({number_of(name.starts_with('#') ? name.substr(1) : name)});
  }
  asked.column = asked.entries.empty() ? given.option("column") : std::string();
  asked.from = given.option("from");
  asked.to = given.option("to");
  asked.sample = number_of(given.option("sample"));
  asked.seed = number_of(given.option("seed"));
  return asked;
}

Result<std::string> export_file(const Home& home, const Given& given, Language language) {
  const std::string out = given.option("out");
  if (out.empty() || (given.names.empty() && given.option("column").empty())) {
    return fail(ErrorCode::invalid_argument, "evidence_usage");
  }
  const auto journal = TRY(RocksdbJournal::open(home.journal_dir(), {}));
  const SigningKey key = TRY(read_signing_key(home.signing_key()));
  Checkpoints keeper = TRY(Checkpoints::open(home.checkpoints_dir(), journal->history(), key));
  const Checkpoint newest = TRY(keeper.make(read_clocks().utc));
  const EvidenceMade made =
      TRY(make_evidence(home, journal->history(), newest, asked_of(given), language));
  TRY(replace_file(out, made.file));
  return sentence(language,
                  "evidence_written",
                  {},
                  std::vector{out, std::to_string(made.releases), std::to_string(made.seed)}) +
         "\n";
}

// Whoever waits for the file waits for the pages: what takes too long is not read.
ReadPage page_reader() {
  const int64_t until = read_clocks().mono.ms + pages_ms_max;
  const auto client = std::make_shared<HttpClient>();  // shared: a function is copied
  return [client, until](const std::string& url) -> Result<PageShown> {
    const int64_t left_ms = until - read_clocks().mono.ms;
    if (left_ms <= 0) {
      return fail(ErrorCode::timed_out, "page_not_read");
    }
    HttpAnswer answer = TRY(client->call({.url = url,
                                          .timeout_ms = std::min(left_ms, page_ms_max),
                                          .bytes_max = limits::resolve_look_bytes_max}));
    return PageShown{static_cast<uint64_t>(answer.status), std::move(answer.body)};
  };
}

}  // namespace

Result<EvidenceMade> make_evidence(const Home& home,
                                   const History& history,
                                   const Checkpoint& newest,
                                   const EvidenceAsked& asked,
                                   Language language) {
  const SigningKey key = TRY(read_signing_key(home.signing_key()));
  Evidence evidence{.made_at = read_clocks().utc};
  evidence.entries = asked.entries;
  if (asked.entries.empty()) {
    EvidenceSelection& selection = evidence.selection;
    selection = {.column = asked.column,
                 .from = asked.from,
                 .to = asked.to,
                 .sample = asked.sample,
                 .seed = asked.seed != 0 ? asked.seed : newest.changeset};
    evidence.entries = TRY(choose(history, selection));
  }
  evidence.checkpoints = TRY(
      read_checkpoints(home.checkpoints_dir(), changeset_of(history, evidence.entries.front())));
  EvidenceMade made;
  made.seed = evidence.selection.seed;
  made.releases = evidence.entries.size();
  made.file = TRY(export_evidence(history, std::move(evidence), key, language, page_reader()));
  return made;
}

std::string say_erased(const PartErased& erased, Language language) {
  return sentence(language,
                  erased.confirmed_by.empty() ? "journal_part_erased_alone" : "journal_part_erased",
                  {},
                  std::vector{std::to_string(erased.seq.value),
                              std::to_string(erased.part),
                              erased.asked_by,
                              erased.confirmed_by,
                              format_shanghai(erased.at)});
}

Status compare_with_checkpoint(const History& history, const std::string& file) {
  const Checkpoint checkpoint = TRY(read_checkpoint(file));
  return compare_checkpoint(checkpoint, history);
}

Result<std::string> run_evidence(const std::string& home,
                                 const std::vector<std::string>& words,
                                 Language language) {
  const Given given = TRY(parse(words));
  const std::string verb = words.empty() ? std::string() : words.front();
  if (verb == "verify") {
    return verify_file(given, language);
  }
  if (verb == "checkpoint" && !home.empty()) {
    return show_checkpoint({home}, given);
  }
  if (verb == "export" && !home.empty()) {
    return export_file({home}, given, language);
  }
  return fail(ErrorCode::invalid_argument, "evidence_usage");
}

}  // namespace gulou
