#include "broker/core/change.h"

#include "common/base/check.h"

#include <algorithm>

namespace gulou {

std::string_view name_of(const Change& change) {
  struct Names {
    std::string_view operator()(const EntryAccepted&) const { return "entry.accepted"; }

    std::string_view operator()(const EpochOpened&) const { return "epoch.opened"; }

    std::string_view operator()(const ChannelDefined&) const { return "channel.defined"; }

    std::string_view operator()(const BlobStored&) const { return "blob.stored"; }

    std::string_view operator()(const BlobSwept&) const { return "blob.swept"; }

    std::string_view operator()(const LeaseHeld&) const { return "lease.held"; }

    std::string_view operator()(const CursorMoved&) const { return "cursor.moved"; }

    std::string_view operator()(const FirstShown&) const { return "release.first_shown"; }

    std::string_view operator()(const RangePublished&) const { return "range.published"; }

    std::string_view operator()(const DeliveryChanged&) const { return "delivery.changed"; }

    std::string_view operator()(const AttemptEnded&) const { return "attempt.ended"; }

    std::string_view operator()(const PublicSeen&) const { return "public.seen"; }

    std::string_view operator()(const ChannelCondition&) const { return "channel.condition"; }

    std::string_view operator()(const RateUsed&) const { return "rate.used"; }

    std::string_view operator()(const ExpiryReached&) const { return "expiry.reached"; }

    std::string_view operator()(const ReplayJob&) const { return "replay.job"; }

    std::string_view operator()(const NoticeSent&) const { return "notice.sent"; }

    std::string_view operator()(const LossSuspected&) const { return "loss.suspected"; }

    std::string_view operator()(const Confirmation&) const { return "confirmation.changed"; }

    std::string_view operator()(const PartErased&) const { return "part.erased"; }

    std::string_view operator()(const DeviceChanged&) const { return "device.changed"; }

    std::string_view operator()(const FleetMarked&) const { return "fleet.marked"; }
  };

  return std::visit(Names{}, change);
}

uint64_t count(const SeqRuns& runs) {
  uint64_t total = 0;
  for (const SeqRun& run : runs) {
    total += run.count;
  }
  return total;
}

bool contains(const SeqRuns& runs, Seq seq) {
  return std::any_of(runs.begin(), runs.end(), [seq](const SeqRun& run) {
    return seq >= run.first && seq.value - run.first.value < run.count;
  });
}

void append(SeqRuns& runs, Seq seq) {
  if (!runs.empty()) {
    SeqRun& last = runs.back();
    CHECK(seq.value >= last.first.value + last.count);
    if (seq.value == last.first.value + last.count) {
      ++last.count;
      return;
    }
  }
  runs.push_back({seq, 1});
}

}  // namespace gulou
