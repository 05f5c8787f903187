// The `show` command: what stands where, without changing anything.
#include "tests/cases/script.h"

namespace gulou::test {

void Script::show(const Command& command) {
  const Line& line = command.line;
  const std::string& what = line.word(1);
  const auto seq = [&](size_t i) { return Seq{std::stoull(line.word(i))}; };
  if (what == "channel") {
    show_channel(line.word(2));
  } else if (what == "delivery") {
    const auto row = bench_.ledger().delivery(bench_.subscriber(line.word(2)), seq(3));
    out_ += row ? delivery_text(*row, bench_.now.utc)
                : "#" + line.word(3) + " " +
                      std::string(name_of(bench_.state(line.word(2), seq(3)))) + " (no row)";
    out_ += "\n";
  } else if (what == "attempts") {
    show_attempts(line.word(2), seq(3));
  } else if (what == "release") {
    show_release(line.word(2), line.word(3));
  } else if (what == "condition") {
    show_condition(line.word(2));
  } else if (what == "jobs") {
    show_jobs();
  } else if (what == "confirmations") {
    show_confirmations();
  } else if (what == "bytes") {
    show_bytes(seq(2));
  } else if (what == "deadline") {
    show_deadline();
  } else if (what == "changes") {
    for (; changes_shown_ < bench_.changes.size(); ++changes_shown_) {
      out_ += std::string(name_of(bench_.changes[changes_shown_])) + "\n";
    }
  } else if (what == "notes") {
    for (const Note& note : bench_.notes) {
      out_ += note_text(note) + "\n";
    }
    bench_.notes.clear();
  } else {
    out_ += "unknown: show " + what + "\n";
  }
}

void Script::show_channel(const std::string& channel) {
  const Subscriber& subscriber = *bench_.ledger().subscriber(bench_.subscriber(channel));
  out_ += "head #" + std::to_string(bench_.ledger().head().value);
  for (const Lane lane : all_lanes) {
    const Seq cursor = subscriber.cursors[index_of(lane)];
    if (cursor) {
      out_ += ", " + std::string(name_of(lane)) + " cursor #" + std::to_string(cursor.value);
    }
  }
  out_ += "\n";
  for (const LeaseNo no : subscriber.leases) {
    const Lease& lease = *bench_.ledger().lease(no);
    out_ += "lease " + std::to_string(no.value) + " " + std::string(name_of(lease.lane)) + " " +
            runs_text(lease.runs) + "\n";
  }
}

void Script::show_attempts(const std::string& channel, Seq seq) {
  for (const AttemptEnded& attempt :
       bench_.journal().history().attempts(bench_.subscriber(channel), seq)) {
    out_ += std::to_string(attempt.attempt) + " " + std::string(name_of(attempt.outcome)) +
            (attempt.reason.empty() ? "" : " " + attempt.reason) + "\n";
  }
}

void Script::show_release(const std::string& publisher, const std::string& id) {
  const auto row = bench_.ledger().publication({publisher, id});
  if (!row) {
    out_ += "unknown\n";
    return;
  }
  out_ += row->index_no;
  for (const RevisionRow& revision : row->revisions) {
    out_ += ", revision " + std::to_string(revision.revision) + " #" +
            std::to_string(revision.seq.value);
  }
  if (const Utc shown = bench_.ledger().published_on({publisher, id})) {
    out_ += ", published on " + relative_text(shown, bench_start);
  }
  out_ += "\n";
}

void Script::show_condition(const std::string& channel) {
  const ChannelNo no = channel_of(bench_.subscriber(channel));
  const ChannelCondition condition = bench_.ledger().condition(no);
  out_ += channel + " " + std::string(name_of(condition.state));
  out_ += condition.paused ? ", paused by " + condition.paused_by : "";
  out_ += condition.retired ? ", retired by " + condition.retired_by : "";
  out_ += condition.until ? ", until " + relative_text(condition.until, bench_.now.utc) : "";
  out_ += condition.reason.empty() ? "" : ", " + condition.reason;
  out_ += condition.failures != 0 ? ", failures " + std::to_string(condition.failures) : "";
  for (const ChannelView& view : bench_.core().view().channels) {
    if (view.channel == no && view.gate_waits_for) {
      out_ += ", gate holds #" + std::to_string(view.gate_waits_for.value) + " overdue " +
              relative_text(view.gate_overdue_at, bench_.now.utc);
    }
  }
  out_ += "\n";
}

void Script::show_jobs() {
  for (const auto& [no, job] : bench_.ledger().jobs()) {
    out_ += "job " + std::to_string(no.value) + " " + std::string(name_of(job.lane)) + " at #" +
            std::to_string(job.position.value) + ", sent " + std::to_string(job.sent) +
            ", skipped " + std::to_string(job.skipped) + "\n";
  }
  out_ += bench_.ledger().jobs().empty() ? "no job\n" : "";
}

void Script::show_confirmations() {
  static const char* const states[] = {"", "waiting", "given", "refused", "expired", "done"};
  for (const Confirmation& one : bench_.journal().history().confirmations(100)) {
    out_ += "confirmation " + std::to_string(one.no.value) + " " + std::string(name_of(one.act)) +
            " " + states[static_cast<size_t>(one.state)] + (one.open ? "" : ", closed") +
            ", asked by " + one.asked_by;
    out_ += one.decided_by.empty() ? "" : ", decided by " + one.decided_by;
    out_ += one.seq ? ", #" + std::to_string(one.seq.value) : "";
    out_ += one.job ? ", job " + std::to_string(one.job.value) : "";
    out_ += one.open ? ", until " + relative_text(one.until, bench_.now.utc) : "";
    out_ += "\n";
  }
}

// What of an entry is stored, and what the journal says of the rest.
void Script::show_bytes(Seq seq) {
  const History& history = bench_.journal().history();
  const auto entry = history.entry(seq);
  for (size_t i = 0; entry && i < entry->entry.parts.size(); ++i) {
    const auto part = static_cast<uint8_t>(i);
    out_ += "#" + std::to_string(seq.value) + "." + std::to_string(i);
    out_ += history.body(seq, part) ? " body" : " no body";
    out_ += history.title(seq, part) ? ", title" : ", no title";
    size_t blobs = 0;
    for (const Digest& blob : entry->entry.parts[i].attachments) {
      blobs += history.blob(blob) ? 1U : 0U;
    }
    out_ += ", blobs " + std::to_string(blobs);
    if (const auto erased = history.erased(seq, part)) {
      out_ += ", erased by " + erased->asked_by + " and " + erased->confirmed_by + ", kept " +
              std::to_string(erased->kept.size());
    }
    out_ += "\n";
  }
}

void Script::show_deadline() {
  const auto next = bench_.core().next_deadline();
  // The hourly sweep is always there; only what comes earlier is told.
  const bool mono = next && next->mono.ms < bench_.now.mono.ms + 1'800'000;
  const bool utc = next && next->utc.ms < bench_.now.utc.ms + 86'400'000;
  out_ += mono ? "lease in " + duration_text(next->mono.ms - bench_.now.mono.ms) + "\n" : "";
  out_ += utc ? "due " + relative_text(next->utc, bench_.now.utc) + "\n" : "";
  out_ += mono || utc ? "" : "none\n";
}

}  // namespace gulou::test
