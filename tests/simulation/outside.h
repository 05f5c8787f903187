// SimChannel is the outside world of one channel: what citizens see. It never forgets, knows how
// often a publication was put up, and reviews drafts in its own time. Truth is here: the checker
// compares what Gulou claims with it.
#pragma once

#include "common/base/time.h"
#include "tests/simulation/options.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace gulou::simulation {

class SimChannel {
 public:
  struct Place {
    uint32_t revision = 0;
    int times_put_up = 0;
    std::string platform_id;
    std::string url;
  };

  // A draft that the platform looks at before citizens see it.
  struct Review {
    Mono ready;
    bool passes = true;
  };

  explicit SimChannel(std::string id, Outside kind) : id_(std::move(id)), kind_(kind) {}

  const std::string& id() const { return id_; }

  const Outside& kind() const { return kind_; }

  const Place* find(const std::string& publication) const;

  const std::map<std::string, Place>& places() const { return places_; }

  // Makes it visible at this revision. Nothing where all is well, else what a citizen would say.
  std::optional<std::string> put_up(const std::string& publication, uint32_t revision);
  std::optional<std::string> change(const std::string& publication, uint32_t revision);

  std::map<std::string, Review> reviews;  // by platform id
  Mono down_until;

 private:
  std::string id_;
  Outside kind_;
  std::map<std::string, Place> places_;
};

}  // namespace gulou::simulation
