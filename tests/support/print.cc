#include "tests/support/print.h"

namespace gulou::test {
namespace {

std::string name_of(SessionNo session, const SessionNames& names) {
  const auto at = names.find(session);
  return at == names.end() ? "s" + std::to_string(session.value) : at->second;
}

std::string text(const Error& error) {
  std::string words = error.reason;
  if (!error.field.empty()) {
    words += " " + error.field;
  }
  for (size_t i = 0; i < error.args.size(); ++i) {
    words += (i == 0 ? " [" : ", ") + error.args[i] + (i + 1 == error.args.size() ? "]" : "");
  }
  return words;
}

std::string number(uint64_t value) {
  return std::to_string(value);
}

struct Lines {
  const SessionNames& names;

  std::string to(const Asker& asker) const { return name_of(asker.session, names) + " < "; }

  std::string operator()(const SendAccepted& send) const {
    std::string line = to(send.to) + "accepted #" + number(send.seq.value);
    for (const PartReceiptLine& part : send.parts) {
      line += " " + part.id + "/" + number(part.revision) + " " + part.index_no;
    }
    return line + (send.already ? " (already)\n" : "\n");
  }

  std::string operator()(const SendRefused& send) const {
    std::string lines;
    for (const Error& error : send.errors) {
      lines += to(send.to) + "refused " + text(error) + "\n";
    }
    return lines;
  }

  std::string operator()(const SendBlobOk& send) const {
    return to(send.to) + "blob ok " + number(send.size_bytes) + "\n";
  }

  std::string operator()(const SendWelcome& send) const {
    return to(send.to) + "welcome, head #" + number(send.head.value) + "\n";
  }

  std::string operator()(const SendGoodbye& send) const {
    return name_of(send.session, names) + " < goodbye " + send.reason + "\n";
  }

  std::string operator()(const SendDeliver& send) const {
    std::string items;
    for (const HandedItem& item : *send.items) {
      items += (items.empty() ? " " : "; ") + item_text(item);
    }
    std::string lines;
    for (const SendDeliver::Target& target : send.targets) {
      lines += name_of(target.session, names) + " < lease " + number(target.lease.value) + " " +
               std::string(gulou::name_of(send.lane)) + ":" + items + "\n";
    }
    return lines;
  }

  std::string operator()(const SendProgressOk& send) const {
    return to(send.to) + "progress ok #" + number(send.seq.value) + "\n";
  }

  std::string operator()(const SendRecall& send) const {
    return name_of(send.session, names) + " < recall #" + number(send.seq.value) + " of lease " +
           number(send.lease.value) + "\n";
  }

  std::string operator()(const SendDestroy& send) const {
    std::string line = "destroy for confirmation " + number(send.confirmation.value) + ":";
    for (const SendDestroy::Part& part : send.parts) {
      line += " #" + number(part.seq.value) + "." + number(part.part);
    }
    return line + ", blobs: " + number(send.blobs.size()) + "\n";
  }

  std::string operator()(const SendDone& send) const {
    return to(send.to) + "done" + (send.job ? ", job " + number(send.job.value) : "") +
           (send.confirmation ? ", confirmation " + number(send.confirmation.value) : "") + "\n";
  }

  std::string operator()(const SendError& send) const {
    return to(send.to) + "error " + text(send.error) + "\n";
  }

  std::string operator()(const SendManifest& send) const {
    std::string line = name_of(send.session, names) + " < manifest of #" + number(send.head.value);
    line += send.same ? ", same" : "";
    for (const ManifestItem& item : *send.items) {
      line += " " + item.publisher + "/" + item.id + "@" + number(item.revision);
    }
    return line + "\n";
  }

  std::string operator()(const SendEnrolled& send) const {
    return to(send.to) + "enrolled " + send.name + "\n";
  }

  std::string operator()(const SendDoor& send) const {
    return "door " + send.key + (send.device ? " opens" : " closes") + "\n";
  }
};

}  // namespace

std::string duration_text(int64_t ms) {
  const int64_t seconds = ms / 1000;
  const int64_t rest = ms % 1000;
  std::string words = number(static_cast<uint64_t>(seconds));
  if (rest != 0) {
    std::string digits = number(static_cast<uint64_t>(rest));
    digits.insert(0, 3 - digits.size(), '0');
    words += "." + digits.substr(0, digits.find_last_not_of('0') + 1);
  }
  return words + "s";
}

std::string relative_text(Utc at, Utc now) {
  if (at == now) {
    return "now";
  }
  return at > now ? "+" + duration_text(at.ms - now.ms) : "-" + duration_text(now.ms - at.ms);
}

std::string runs_text(const SeqRuns& runs) {
  std::string words;
  for (const SeqRun& run : runs) {
    words += (words.empty() ? "" : " ") + number(run.first.value);
    if (run.count > 1) {
      words += "-" + number(run.first.value + run.count - 1);
    }
  }
  return words;
}

std::string item_text(const HandedItem& item) {
  std::string words = "#" + number(item.seq.value);
  if (item.withdrawal) {
    words += " " + std::string(gulou::name_of(*item.withdrawal));
  }
  for (const HandedPart& part : item.parts) {
    words += " " + part.facts.id + "/" + number(part.facts.revision);
    if (part.old_revision != 0) {
      words += "(was " + number(part.old_revision) +
               (part.old_url.empty() ? ")" : " at " + part.old_url + ")");
    }
    words += part.invalid ? " invalid" : "";
    words += part.gate_url.empty() ? "" : " see " + part.gate_url;
  }
  words += item.public_note.empty() ? "" : " note " + item.public_note;
  words += item.successor.empty() ? "" : " successor " + item.successor;
  words += item.successor_url.empty() ? "" : " at " + item.successor_url;
  if (item.attempt > 1) {
    words += " attempt " + number(item.attempt);
  }
  words += item.maybe_published ? " maybe published" : "";
  for (const std::string& id : item.platform_ids) {
    words += " id " + id;
  }
  return words;
}

std::string delivery_text(const DeliveryChanged& row, Utc now) {
  std::string words = "#" + number(row.seq.value) + " " + std::string(gulou::name_of(row.state));
  words += ", attempts " + number(row.attempts) + ", failures " + number(row.failures);
  words += row.due ? ", due " + relative_text(row.due, now) : "";
  words += row.reason.empty() ? "" : ", " + row.reason;
  words += row.maybe_published ? ", maybe published" : "";
  words += row.platform_id.empty() ? "" : ", platform id " + row.platform_id;
  for (const PartReceipt& part : row.receipt.parts) {
    if (row.state == DeliveryState::published) {
      words += ", part " + number(part.part) + " revision " + number(part.revision);
      words += part.url.empty() ? "" : " at " + part.url;
    }
  }
  if (row.state == DeliveryState::published && row.receipt.source == ReceiptSource::by_hand) {
    words += ", by hand of " + row.by;
  }
  return words;
}

std::string note_text(const Note& note) {
  std::string words(note.event);
  words += note.seq ? " #" + number(note.seq.value) : "";
  words += note.count > 1 ? " x" + number(note.count) : "";
  words += note.detail.empty() ? "" : " " + note.detail;
  return words;
}

std::string send_text(const Send& send, const SessionNames& names) {
  return std::visit(Lines{names}, send);
}

}  // namespace gulou::test
