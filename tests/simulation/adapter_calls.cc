// What an adapter's calls do to the outside, and how the platform refuses, sleeps and takes its
// time.
#include "common/wire/codec.h"
#include "tests/simulation/adapter.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

std::string publication(const sdk::Part& part) {
  return part.publisher + "/" + part.release.id;
}

Report refusal(Outcome outcome, Utc until) {
  Report report;
  report.outcome = outcome;
  report.reason = "platform_says_no";
  report.until = until;
  return report;
}

}  // namespace

// The platform takes nothing for a while, whatever it is.
std::optional<Report> SimAdapter::draw_sleep() {
  const Mono mono = now().mono;
  const auto for_a_while = [&] { return Mono{mono.ms + parts_.random.between(1'000, 20'000)}; };
  if (parts_.random.per_mille(faults_.auth)) {
    Mono& until =
        parts_.random.per_mille(500) ? outside_.unauthorised_until : outside_.misconfigured_until;
    until = for_a_while();
  }
  if (parts_.random.per_mille(faults_.quota)) {
    outside_.quota_until = for_a_while();
  }
  if (mono < outside_.unauthorised_until) {
    return refusal(Outcome::auth, {});
  }
  if (mono < outside_.misconfigured_until) {
    return refusal(Outcome::misconfigured, {});
  }
  if (mono < outside_.quota_until) {
    return refusal(Outcome::quota, {now().utc.ms + outside_.quota_until.ms - mono.ms});
  }
  return std::nullopt;
}

std::optional<Report> SimAdapter::draw_refusal(const sdk::Delivery& delivery) {
  if (now().mono < outside_.down_until || parts_.random.per_mille(faults_.transient)) {
    return sdk::transient("platform_down", "503", parts_.random.per_mille(200) ? 3'000 : 0);
  }
  if (auto asleep = draw_sleep()) {
    return asleep;
  }
  if (parts_.random.per_mille(faults_.content)) {
    return sdk::content("sensitive_word", "敏感词");
  }
  if (delivery.withdrawal) {
    return std::nullopt;
  }
  if (parts_.random.per_mille(faults_.gone)) {
    return refusal(Outcome::gone, {});
  }
  const bool first = std::all_of(delivery.parts.begin(),
                                 delivery.parts.end(),
                                 [](const sdk::Part& part) { return part.old_revision == 0; });
  if (first && outside_.kind().askable && plan_.policy.mode == Mode::api &&
      parts_.random.per_mille(faults_.reviewed)) {
    return Report{.outcome = Outcome::accepted};
  }
  return std::nullopt;
}

// Taken: citizens see it once the platform has looked at it, or somebody then puts it up.
Report SimAdapter::take_for_review(const sdk::Call& call) {
  const sdk::Delivery& delivery = call.delivery;
  Report report;
  report.outcome = Outcome::accepted;
  report.platform_id = outside_.id() + "-review-" + std::to_string(delivery.seq.value) + "-" +
                       std::to_string(outside_.reviews.size());
  report.until = {now().utc.ms + parts_.random.between(1'000, 10'000)};
  SimChannel::Review review;
  const int64_t takes_ms = parts_.random.between(500, 20'000);
  review.ready = {now().mono.ms + takes_ms};
  review.passes = parts_.random.per_mille(800);
  review.shows_itself = parts_.random.per_mille(500);
  review.lease = call.lease;
  review.seq = delivery.seq;
  for (const sdk::Part& part : delivery.parts) {
    review.parts.push_back({publication(part), part.release.revision, part.invalid, part.part});
  }
  outside_.reviews[report.platform_id] = std::move(review);
  parts_.schedule.after(takes_ms, [this, id = report.platform_id] { end_review(id); });
  return report;
}

// Happens whether this process lives or not.
void SimAdapter::end_review(const std::string& platform_id) {
  if (const auto wrong = outside_.end_review(platform_id)) {
    parts_.checker.violated(*wrong);
  }
  if (runner_ && connected_ && runner_->welcomed() && parts_.random.per_mille(500)) {
    call_back(platform_id);
  }
}

// The platform tells us: we ask the broker to let us look, or know the answer ourselves.
void SimAdapter::call_back(const std::string& platform_id) {
  const SimChannel::Review& review = outside_.reviews.at(platform_id);
  if (review.cancelled || parts_.random.per_mille(500)) {
    return say(wire::Progress{{}, review.seq, 0, platform_id});
  }
  Report report = sdk::content("review_failed", {});
  if (review.passes) {
    if (!review.shows_itself) {
      return;
    }
    Receipt seen;
    seen.level = ReceiptLevel::seen_public;
    for (size_t i = 0; i < review.parts.size(); ++i) {
      const auto* place = outside_.find(review.parts[i].publication);
      if (place == nullptr) {
        return;
      }
      if (outside_.kind().urls) {
        seen.parts.push_back(
            {review.parts[i].part, place->revision, place->platform_id, place->url});
      }
    }
    report = sdk::published(std::move(seen));
  }
  say(wire::ReportBatch{review.lease, {{review.seq, review.seq, std::move(report)}}});
}

void SimAdapter::say(wire::Body body) {
  const wire::Encoded encoded = wire::encode({0, std::move(body)});
  Frames frames;
  for (const std::string_view frame : encoded.frames()) {
    frames.emplace_back(frame);
  }
  parts_.network.to_broker(*this, std::move(frames));
}

void SimAdapter::apply(const sdk::Part& part) {
  const uint32_t revision = part.release.revision;
  const std::string key = publication(part);
  const SimChannel::Place* place = outside_.find(key);
  const bool there = place != nullptr && part.old_revision >= revision;
  if (there && (place->banner == part.invalid || part.old_revision > revision)) {
    return;
  }
  SimChannel::Shown shown{key, revision, part.invalid};
  std::optional<std::string> wrong;
  if (part.old_revision == 0) {
    wrong = outside_.put_up(shown);
    if (!wrong && planted_ == Planted::publish_twice && !outside_.kind().idempotent) {
      wrong = outside_.put_up(shown);
    }
  } else if (place == nullptr) {
    wrong = outside_.put_up(shown);  // taken back meanwhile
  } else {
    shown.revision = planted_ == Planted::old_revision ? revision - 1 : revision;
    wrong = outside_.change(shown);
  }
  if (wrong) {
    parts_.checker.violated(*wrong);
  }
}

void SimAdapter::take_back(const sdk::Delivery& delivery, const sdk::Part& part) {
  if (planted_ == Planted::removal_lost) {
    return;
  }
  const std::string key = publication(part);
  switch (*delivery.withdrawal) {
    case WithdrawalKind::mark_invalid:
      return outside_.mark_invalid(key, part.release.revision);
    case WithdrawalKind::replace:
      return outside_.point_to(key, part.release.revision, delivery.successor);
    case WithdrawalKind::remove:
    case WithdrawalKind::erase:
    case WithdrawalKind::expire:
      return outside_.take_down(key, part.release.revision);
  }
}

Receipt SimAdapter::receipt(const sdk::Delivery& delivery) {
  Receipt made;
  made.level =
      parts_.random.per_mille(faults_.unseen) ? ReceiptLevel::accepted : ReceiptLevel::seen_public;
  made.at = now().utc;
  for (const sdk::Part& part : delivery.parts) {
    const SimChannel::Place* place = outside_.find(publication(part));
    if (!delivery.withdrawal && place != nullptr && outside_.kind().urls) {
      made.parts.push_back({part.part, place->revision, place->platform_id, place->url});
    }
  }
  return made;
}

// What find() answers: what is there, in review, or not.
Report SimAdapter::look(const sdk::Delivery& delivery) const {
  if (!outside_.kind().askable) {
    return sdk::content("cannot_look", {});
  }
  if (now().mono < outside_.down_until) {
    return sdk::transient("platform_down", "503");
  }
  // What the platform still looks at is found by its id, or among all that it looks at.
  for (const auto& [id, review] : outside_.reviews) {
    const bool known =
        std::count(delivery.platform_ids.begin(), delivery.platform_ids.end(), id) > 0;
    const bool ours =
        std::any_of(delivery.parts.begin(), delivery.parts.end(), [&](const sdk::Part& part) {
          return std::any_of(review.parts.begin(), review.parts.end(), [&](const auto& one) {
            return one.publication == publication(part);
          });
        });
    if (!ours || review.cancelled) {
      continue;
    }
    if (now().mono < review.ready) {
      Report report;
      report.outcome = Outcome::accepted;
      report.platform_id = id;
      report.until = {now().utc.ms + 2'000};
      return report;
    }
    if (known && !review.passes) {
      return sdk::content("review_failed", {});
    }
    // Passed: it is there, or the platform waits for us to put it up, which is what happens next.
  }
  Receipt seen;
  seen.level = ReceiptLevel::seen_public;
  for (const sdk::Part& part : delivery.parts) {
    if (const SimChannel::Place* place = outside_.find(publication(part))) {
      seen.parts.push_back({part.part, place->revision, place->platform_id, place->url});
    }
  }
  return seen.parts.empty() ? sdk::gone() : sdk::published(std::move(seen));
}

// Is there something to take back, or may there be soon?
Report SimAdapter::look_for_removal(const sdk::Delivery& delivery) const {
  if (!outside_.kind().askable) {
    return sdk::content("cannot_look", {});
  }
  if (now().mono < outside_.down_until) {
    return sdk::transient("platform_down", "503");
  }
  const bool there =
      std::any_of(delivery.parts.begin(), delivery.parts.end(), [&](const sdk::Part& part) {
        return outside_.find(publication(part)) != nullptr ||
               outside_.in_review(publication(part), now().mono);
      });
  return there ? sdk::published({}) : sdk::gone();
}

}  // namespace gulou::simulation
