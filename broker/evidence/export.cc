#include "broker/evidence/export.h"

#include "broker/evidence/document.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace gulou {
namespace {

constexpr uint64_t pages_bytes_max = 32ULL * 1024 * 1024;
constexpr int64_t day_ms = 24LL * 3600 * 1000;

struct Period {
  Utc from;
  Utc until;  // 0: open
};

Result<Period> period_of(const EvidenceSelection& selection) {
  Period period;
  const auto date = [](const std::string& text, std::string_view field) -> Result<Utc> {
    const auto midnight = text.empty() ? std::optional(Utc{}) : parse_shanghai_date(text);
    if (!midnight) {
      return fail(ErrorCode::invalid_argument, "date_invalid", std::string(field), {text});
    }
    return *midnight;
  };
  period.from = TRY(date(selection.from, "from"));
  period.until = TRY(date(selection.to, "to"));
  if (period.until) {
    period.until.ms += day_ms;
  }
  return period;
}

std::vector<Seq> sampled(const std::vector<Seq>& all, const EvidenceSelection& selection) {
  std::vector<std::pair<Digest, Seq>> drawn;
  for (const Seq seq : all) {
    const Digest lot = sha256(std::to_string(selection.seed) + "/" + std::to_string(seq.value));
    drawn.emplace_back(lot, seq);
  }
  std::ranges::sort(drawn);
  drawn.resize(std::min<size_t>(drawn.size(), selection.sample));
  std::vector<Seq> chosen;
  for (const auto& [lot, seq] : drawn) {
    chosen.push_back(seq);
  }
  std::ranges::sort(chosen);
  return chosen;
}

class Contents {
 public:
  explicit Contents(const History& history) : history_(history) {}

  void add_entry(const EntryAccepted& entry) {
    add_sign_off(entry);
    for (size_t i = 0; i < entry.parts.size(); ++i) {
      const EntryPart& part = entry.parts[i];
      const auto body = history_.body(entry.seq, static_cast<uint8_t>(i));
      if (!body || body->empty()) {
        erased.push_back(part.digest);
      } else if (names_.insert(evidence_names::content(part.digest)).second) {
        members.push_back({evidence_names::content(part.digest), *body});
      }
      for (const auto* list : {&part.attachments, &part.private_attachments}) {
        for (const Digest& digest : *list) {
          add_blob(digest);
        }
      }
    }
  }

  void add_sign_off(const EntryAccepted& entry) {
    const Digest& digest = entry.sign_off.digest;
    if (!digest || !names_.insert(evidence_names::content(digest)).second) {
      return;
    }
    const auto approvals = history_.body(entry.seq, approvals_part);
    members.push_back({evidence_names::content(digest), approvals.value_or(std::string())});
    for (const Digest& scan : entry.sign_off.scans) {
      add_blob(scan);
    }
  }

  void add_blob(const Digest& digest) {
    if (!names_.insert(evidence_names::blob(digest)).second) {
      return;
    }
    const auto row = history_.blob(digest);
    if (!row) {
      erased.push_back(digest);
      return;
    }
    if (row->size_bytes > limits::evidence_attachment_bytes_max - bytes_) {
      left_out.push_back(digest);
      return;
    }
    bytes_ += row->size_bytes;
    std::string whole;
    while (whole.size() < row->size_bytes) {
      const auto piece = history_.blob_range(digest, whole.size(), limits::blob_chunk_bytes);
      if (!piece || piece->empty()) {
        break;
      }
      whole += *piece;
    }
    members.push_back({evidence_names::blob(digest), std::move(whole)});
  }

  void add_page(PageRead& page, const ReadPage& read_page) {
    auto shown = pages_bytes_ < pages_bytes_max
                     ? read_page(page.url)
                     : Result<PageShown>(fail(ErrorCode::exhausted, "page_not_read"));
    page.at = read_clocks().utc;
    if (!shown) {
      page.error = shown.error().reason;
      page.detail = shown.error().args.empty() ? std::string() : shown.error().args.back();
      return;
    }
    page.status = shown->status;
    page.size_bytes = shown->body.size();
    page.digest = sha256(shown->body);
    pages_bytes_ += shown->body.size();
    const std::string name = evidence_names::page(page.digest);
    if (names_.insert(name).second) {
      members.push_back({name, std::move(shown->body)});
    }
  }

  std::vector<ArchiveMember> members;
  std::vector<Digest> erased, left_out;

 private:
  const History& history_;
  std::set<std::string> names_;
  uint64_t bytes_ = 0;
  uint64_t pages_bytes_ = 0;
};

// The public addresses of what was asked for, each once.
std::vector<PageRead> addresses_in(const Gathered& gathered,
                                   const std::map<uint32_t, std::string>& channels) {
  std::vector<PageRead> pages;
  std::set<std::pair<Seq, std::string>> known;
  for (const ProvenChange& one : gathered.changes) {
    const auto change = decode_change(one.bytes);
    const auto* delivery = change ? std::get_if<DeliveryChanged>(&*change) : nullptr;
    const bool asked_for =
        delivery != nullptr &&
        std::ranges::find(gathered.entries, delivery->seq, &EntryAccepted::seq) !=
            gathered.entries.end();
    if (!asked_for || delivery->state != DeliveryState::published) {
      continue;
    }
    for (const PartReceipt& part : delivery->receipt.parts) {
      if (part.url.empty() || !known.emplace(delivery->seq, part.url).second) {
        continue;
      }
      const auto channel = channels.find(channel_of(delivery->subscriber).value);
      PageRead page{.entry = delivery->seq, .channel = {}, .url = part.url};
      page.channel = channel == channels.end() ? std::string() : channel->second;
      pages.push_back(std::move(page));
    }
  }
  return pages;
}

}  // namespace

Result<std::vector<Seq>> choose(const History& history, EvidenceSelection& selection) {
  const Period period = TRY(period_of(selection));
  std::set<Seq> found;
  Seq before;
  while (true) {
    const auto lines = history.releases(before, limits::page_rows_max);
    for (const ReleaseLine& line : lines) {
      const Utc at = line.entry.accepted_at;
      const bool in_time = at >= period.from && (!period.until || at < period.until);
      if (in_time && line.entry.parts[line.part].column == selection.column) {
        found.insert(line.seq);
      }
    }
    if (lines.size() < limits::page_rows_max || lines.back().seq.value <= 1 ||
        lines.back().entry.accepted_at < period.from) {
      break;
    }
    before = lines.back().seq;
  }
  selection.candidates = found.size();
  std::vector<Seq> all(found.begin(), found.end());
  if (selection.sample != 0) {
    all = sampled(all, selection);
  }
  if (all.empty() || all.size() > limits::evidence_releases_max) {
    return fail(ErrorCode::not_found,
                all.empty() ? "evidence_nothing_chosen" : "evidence_too_many",
                {},
                {std::to_string(all.size()), std::to_string(limits::evidence_releases_max)});
  }
  return all;
}

Result<std::string> export_evidence(const History& history,
                                    Evidence evidence,
                                    const SigningKey& key,
                                    Language language,
                                    const ReadPage& read_page) {
  Gathered gathered = TRY(gather(history, evidence.entries, evidence.checkpoints));
  Contents contents(history);
  for (const EntryAccepted& entry : gathered.entries) {
    contents.add_entry(entry);
  }
  for (const ProvenChange& one : gathered.changes) {
    const auto change = decode_change(one.bytes);
    const auto* delivery = change ? std::get_if<DeliveryChanged>(&*change) : nullptr;
    if (delivery != nullptr && delivery->proof) {
      contents.add_blob(delivery->proof);
    }
  }
  for (const ChannelDefined& channel : history.channels()) {
    evidence.channels.emplace(channel.channel.value, channel.id);
  }
  for (PageRead& page : addresses_in(gathered, evidence.channels)) {
    contents.add_page(page, read_page);
    evidence.pages.push_back(std::move(page));
  }
  evidence.withheld = std::move(gathered.withheld);
  evidence.changes = std::move(gathered.changes);
  evidence.runs = std::move(gathered.runs);
  evidence.erased = std::move(contents.erased);
  evidence.left_out = std::move(contents.left_out);
  std::vector<ArchiveMember> members;
  std::string document = TRY(evidence_document(evidence, contents.members, language));
  members.push_back({std::string(evidence_names::document), std::move(document)});
  members.push_back(
      {std::string(evidence_names::guide), std::string(word(language, "evidence_guide")) + "\n"});
  std::ranges::move(contents.members, std::back_inserter(members));
  std::ranges::move(members_of(evidence), std::back_inserter(members));
  seal(members, key);
  return write_archive(members);
}

}  // namespace gulou
