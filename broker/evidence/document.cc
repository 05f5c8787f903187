#include "broker/evidence/document.h"

#include "common/draw/picture.h"
#include "common/json/approval_json.h"
#include "common/json/release_json.h"
#include "common/text/catalogue.h"

#include <map>

namespace gulou {
namespace {

std::string filled(Language language, std::string_view key, std::vector<std::string> args) {
  return sentence(language, key, {}, args) + "\n";
}

class Page {
 public:
  Page(const Evidence& evidence,
       const std::vector<ArchiveMember>& contents,
       const std::vector<Change>& changes,
       Language language)
      : evidence_(evidence), contents_(contents), changes_(changes), language_(language) {}

  std::string text_of(const EntryAccepted& entry) {
    seen_first_ = seen_first(entry);
    std::string proven = heading("evidence_proven");
    std::string stated = heading("evidence_stated");
    proven += filled(language_,
                     "evidence_line_accepted",
                     {std::to_string(entry.seq.value),
                      entry.publisher,
                      format_shanghai(entry.accepted_at),
                      to_hex(entry.bundle_digest)});
    sign_off(entry, proven, stated);
    std::string title;
    for (const EntryPart& part : entry.parts) {
      stated += content(part, title);
      proven +=
          filled(language_,
                 "evidence_line_part",
                 {part.id, std::to_string(part.revision), part.index_no, to_hex(part.digest)});
    }
    for (const Change& change : changes_) {
      std::visit([&](const auto& one) { add(one, entry, proven, stated); }, change);
    }
    for (const PageRead& page : evidence_.pages) {
      stated += page.entry == entry.seq ? line_of(page) : std::string();
    }
    return "# " + title + "\n" + proven + stated;
  }

 private:
  std::string line_of(const PageRead& page) const {
    const std::string at = format_shanghai(page.at);
    const std::string why = sentence(language_, page.error, {}, std::vector{page.url, page.detail});
    return page.digest
               ? filled(
                     language_,
                     "evidence_line_page",
                     {page.channel, at, page.url, std::to_string(page.status), to_hex(page.digest)})
               : filled(language_, "evidence_line_page_unread", {page.channel, at, page.url, why});
  }

  std::string heading(std::string_view key) const {
    return "## " + std::string(word(language_, key)) + "\n";
  }

  std::string or_none(const std::string& text) const {
    return text.empty() ? std::string(word(language_, "noun_none")) : text;
  }

  std::string channel(SubscriberNo subscriber) const {
    const auto found = evidence_.channels.find(channel_of(subscriber).value);
    return found == evidence_.channels.end() ? std::string("?") : found->second;
  }

  // Proven: that these approvals came with it. Who stands behind an asserted one is the publisher's
  // word.
  void sign_off(const EntryAccepted& entry, std::string& proven, std::string& stated) const {
    if (entry.imported) {
      stated += filled(language_, "evidence_line_exempt", {});
    }
    const SignOff& sign_off = entry.sign_off;
    if (!sign_off.digest) {
      return;
    }
    const ArchiveMember* member = find_member(contents_, evidence_names::content(sign_off.digest));
    const auto approvals =
        split_approvals(member == nullptr ? std::string_view() : std::string_view(member->bytes));
    proven += filled(language_,
                     "evidence_line_sign_off",
                     {std::to_string(approvals.size()),
                      std::string(word(language_, "level", name_of(sign_off.level))),
                      to_hex(sign_off.digest)});
    for (const std::string& json : approvals) {
      const auto approval = parse_approval(json);
      if (!approval) {
        continue;
      }
      const bool by_key = signature_holds(json, *approval);
      const ApprovalLevel level = by_key           ? ApprovalLevel::by_key
                                  : approval->scan ? ApprovalLevel::paper
                                                   : ApprovalLevel::asserted;
      const auto at = parse_utc(approval->at);
      (by_key ? proven : stated) +=
          filled(language_,
                 "evidence_line_approval",
                 {std::string(word(language_, "role", name_of(approval->role))),
                  approval->name,
                  or_none(approval->unit),
                  at ? format_shanghai(*at) : approval->at,
                  std::string(word(language_, "level", name_of(level)))});
    }
  }

  std::string content(const EntryPart& part, std::string& title) const {
    const ArchiveMember* member = find_member(contents_, evidence_names::content(part.digest));
    const Release release =
        member == nullptr ? Release{} : parse_release(member->bytes).value_or(Release{});
    if (title.empty()) {
      title = release.title;
    }
    if (member == nullptr) {
      title = title.empty() ? part.id : title;
      return filled(language_, "evidence_line_no_content", {part.id});
    }
    std::string text = filled(language_,
                              "evidence_line_title",
                              {std::string(word(language_, "kind", name_of(part.kind))),
                               release.title,
                               or_none(release.issuer.name),
                               or_none(release.doc_no)});
    const auto formed = parse_shanghai_date(release.written_on);
    constexpr int64_t day_ms = 24LL * 3600 * 1000;
    if (formed && seen_first_) {
      text += filled(language_,
                     "evidence_line_formed",
                     {release.written_on, std::to_string((seen_first_.ms - formed->ms) / day_ms)});
    } else if (formed) {
      text += filled(language_, "evidence_line_formed_only", {release.written_on});
    }
    return text;
  }

  // When it was first seen in public, on any channel; 0: not yet.
  Utc seen_first(const EntryAccepted& entry) const {
    Utc first;
    const auto note = [&first](ReceiptLevel level, Utc at) {
      if (level != ReceiptLevel::accepted && (!first || at < first)) {
        first = at;
      }
    };
    for (const Change& change : changes_) {
      const auto* row = std::get_if<DeliveryChanged>(&change);
      const auto* run = std::get_if<RangePublished>(&change);
      if (row != nullptr && row->seq == entry.seq && row->state == DeliveryState::published) {
        note(row->receipt.level, row->receipt.at ? row->receipt.at : row->at);
      } else if (run != nullptr && run->lane == entry.lane && contains(run->runs, entry.seq)) {
        note(run->level, run->at);
      }
    }
    return first;
  }

  bool is_withdrawal_of(const EntryAccepted& withdrawal, const EntryAccepted& entry) const {
    for (const EntryPart& taken : withdrawal.parts) {
      for (const EntryPart& part : entry.parts) {
        if (taken.id == part.id && withdrawal.publisher == entry.publisher) {
          return withdrawal.kind == EntryKind::withdrawal;
        }
      }
    }
    return false;
  }

  void add(const EntryAccepted& change,
           const EntryAccepted& entry,
           std::string& proven,
           std::string&) {
    if (is_withdrawal_of(change, entry)) {
      withdrawals_.emplace(change.seq, entry.seq);
      proven += filled(language_,
                       "evidence_line_withdrawn",
                       {std::to_string(change.seq.value),
                        std::string(word(language_, "withdrawal", name_of(change.withdrawal.kind))),
                        format_shanghai(change.accepted_at)});
    }
  }

  void add(const DeliveryChanged& change,
           const EntryAccepted& entry,
           std::string& proven,
           std::string& stated) {
    const auto withdrawal = withdrawals_.find(change.seq);
    const bool removal = withdrawal != withdrawals_.end() && withdrawal->second == entry.seq;
    if ((change.seq != entry.seq && !removal) || change.state != DeliveryState::published) {
      return;
    }
    proven += filled(language_,
                     removal ? "evidence_line_removed" : "evidence_line_recorded",
                     {channel(change.subscriber),
                      format_shanghai(change.at),
                      std::string(word(language_, "level", name_of(change.receipt.level)))});
    const bool by_hand = change.receipt.source == ReceiptSource::by_hand;
    for (const PartReceipt& part : change.receipt.parts) {
      stated += filled(language_,
                       by_hand ? "evidence_line_by_hand" : "evidence_line_receipt",
                       {channel(change.subscriber),
                        format_shanghai(change.receipt.at ? change.receipt.at : change.at),
                        part.url,
                        change.by});
    }
  }

  void add(const RangePublished& change,
           const EntryAccepted& entry,
           std::string& proven,
           std::string&) {
    if (change.lane == entry.lane && contains(change.runs, entry.seq)) {
      proven += filled(language_,
                       "evidence_line_recorded",
                       {channel(change.subscriber),
                        format_shanghai(change.at),
                        std::string(word(language_, "level", name_of(change.level)))});
    }
  }

  void add(const FirstShown& change,
           const EntryAccepted& entry,
           std::string& proven,
           std::string&) {
    if (change.lane == entry.lane && contains(change.runs, entry.seq)) {
      proven += filled(language_, "evidence_line_first", {format_shanghai(change.at)});
    }
  }

  void add(const PartErased& change,
           const EntryAccepted& entry,
           std::string& proven,
           std::string&) {
    if (change.seq == entry.seq) {
      proven +=
          filled(language_,
                 change.confirmed_by.empty() ? "journal_part_erased_alone" : "journal_part_erased",
                 {std::to_string(change.seq.value),
                  std::to_string(change.part),
                  change.asked_by,
                  change.confirmed_by,
                  format_shanghai(change.at)});
    }
  }

  template <class Other>
  void add(const Other&, const EntryAccepted&, std::string&, std::string&) {}

  const Evidence& evidence_;
  const std::vector<ArchiveMember>& contents_;
  const std::vector<Change>& changes_;
  const Language language_;
  std::map<Seq, Seq> withdrawals_;  // to the entry they take back
  Utc seen_first_;
};

}  // namespace

Result<std::string> evidence_document(const Evidence& evidence,
                                      const std::vector<ArchiveMember>& contents,
                                      Language language) {
  std::vector<Change> changes;
  for (const ProvenChange& one : evidence.changes) {
    if (auto change = decode_change(one.bytes)) {
      changes.push_back(*std::move(change));
    }
  }
  std::string text = filled(language, "evidence_line_made", {format_shanghai(evidence.made_at)});
  const EvidenceSelection& selection = evidence.selection;
  if (!selection.column.empty()) {
    text += filled(language,
                   "evidence_line_sample",
                   {selection.column,
                    std::to_string(selection.candidates),
                    std::to_string(evidence.entries.size()),
                    std::to_string(selection.seed)});
  }
  bool first = true;
  for (const Change& change : changes) {
    const auto* entry = std::get_if<EntryAccepted>(&change);
    if (entry != nullptr && entry->kind == EntryKind::bundle) {
      text += (first ? "" : "\f") + Page(evidence, contents, changes, language).text_of(*entry);
      first = false;
    }
  }
  const Checkpoint& newest = evidence.checkpoints.back();
  text += "## " + std::string(word(language, "noun_checkpoint")) + "\n";
  text +=
      filled(language,
             "evidence_line_checkpoint",
             {std::to_string(newest.changeset), format_shanghai(newest.at), to_hex(newest.chain)});
  return text_pdf({.title = std::string(word(language, "evidence_title")),
                   .text = text,
                   .qr = text_of(newest),
                   .footer = std::string(word(language, "evidence_footer"))});
}

}  // namespace gulou
