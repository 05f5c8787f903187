#include "tests/simulation/outside.h"

#include <algorithm>

namespace gulou::simulation {

const SimChannel::Place* SimChannel::find(const std::string& publication) const {
  const auto at = places_.find(publication);
  return at == places_.end() || !at->second.visible ? nullptr : &at->second;
}

std::optional<std::string> SimChannel::put_up(const Shown& shown) {
  Place& place = places_[shown.publication];
  if (place.visible) {
    if (kind_.idempotent || may_be_twice_.contains(shown.publication)) {
      return change(shown);
    }
    return shown.publication + " stands on " + id_ + " 2 times";
  }
  place.visible = true;
  place.revision = shown.revision;
  place.banner = shown.banner;
  place.successor.clear();
  place.platform_id = id_ + "-" + std::to_string(places_.size());
  place.url = kind_.urls ? "http://" + id_ + "/" + shown.publication : std::string();
  return std::nullopt;
}

std::optional<std::string> SimChannel::change(const Shown& shown) {
  Place& place = places_.at(shown.publication);
  if (!place.visible) {
    return put_up(shown);
  }
  if (shown.revision < place.revision) {
    if (kind_.idempotent) {
      return std::nullopt;  // an adapter ignores what is older than what is there
    }
    return shown.publication + " on " + id_ + " went back from revision " +
           std::to_string(place.revision) + " to " + std::to_string(shown.revision);
  }
  if (shown.revision > place.revision) {
    place.successor.clear();
  }
  place.revision = shown.revision;
  place.banner = shown.banner;
  return std::nullopt;
}

SimChannel::Place* SimChannel::visible(const std::string& publication, uint32_t revision) {
  const auto at = places_.find(publication);
  const bool is = at != places_.end() && at->second.visible && at->second.revision <= revision;
  return is ? &at->second : nullptr;
}

void SimChannel::take_down(const std::string& publication, uint32_t revision) {
  cancel_reviews(publication, revision);
  if (Place* place = visible(publication, revision)) {
    place->visible = false;
  }
}

void SimChannel::mark_invalid(const std::string& publication, uint32_t revision) {
  for (auto& [id, review] : reviews) {
    for (Shown& part : review.parts) {
      part.banner = part.banner || (part.publication == publication && part.revision <= revision);
    }
  }
  if (Place* place = visible(publication, revision)) {
    place->banner = true;
  }
}

void SimChannel::point_to(const std::string& publication,
                          uint32_t revision,
                          const std::string& successor) {
  cancel_reviews(publication, revision);
  if (Place* place = visible(publication, revision)) {
    place->successor = successor;
  }
}

void SimChannel::cancel_reviews(const std::string& publication, uint32_t revision) {
  for (auto& [id, review] : reviews) {
    for (const Shown& part : review.parts) {
      review.cancelled =
          review.cancelled || (part.publication == publication && part.revision <= revision);
    }
  }
}

bool SimChannel::in_review(const std::string& publication, Mono now) const {
  return std::any_of(reviews.begin(), reviews.end(), [&](const auto& one) {
    const Review& review = one.second;
    return !review.cancelled && now < review.ready &&
           std::any_of(review.parts.begin(), review.parts.end(), [&](const Shown& part) {
             return part.publication == publication;
           });
  });
}

std::optional<std::string> SimChannel::end_review(const std::string& platform_id) {
  Review& review = reviews.at(platform_id);
  if (review.cancelled || !review.passes || !review.shows_itself) {
    return std::nullopt;
  }
  for (const Shown& part : review.parts) {
    const Place* place = find(part.publication);
    if (place != nullptr && place->revision >= part.revision) {
      continue;
    }
    if (auto wrong = put_up(part)) {
      return wrong;
    }
  }
  return std::nullopt;
}

}  // namespace gulou::simulation
