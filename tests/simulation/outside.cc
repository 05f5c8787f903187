#include "tests/simulation/outside.h"

namespace gulou::simulation {

const SimChannel::Place* SimChannel::find(const std::string& publication) const {
  const auto at = places_.find(publication);
  return at == places_.end() ? nullptr : &at->second;
}

std::optional<std::string> SimChannel::put_up(const std::string& publication, uint32_t revision) {
  Place& place = places_[publication];
  if (kind_.idempotent && place.times_put_up > 0) {
    return change(publication, revision);
  }
  ++place.times_put_up;
  place.revision = revision;
  place.platform_id = id_ + "-" + std::to_string(places_.size());
  place.url = kind_.urls ? "http://" + id_ + "/" + publication : std::string();
  if (place.times_put_up > 1) {
    return publication + " stands on " + id_ + " " + std::to_string(place.times_put_up) + " times";
  }
  return std::nullopt;
}

std::optional<std::string> SimChannel::change(const std::string& publication, uint32_t revision) {
  Place& place = places_.at(publication);
  if (revision < place.revision) {
    if (kind_.idempotent) {
      return std::nullopt;  // an adapter ignores what is older than what is there
    }
    return publication + " on " + id_ + " went back from revision " +
           std::to_string(place.revision) + " to " + std::to_string(revision);
  }
  place.revision = revision;
  return std::nullopt;
}

}  // namespace gulou::simulation
