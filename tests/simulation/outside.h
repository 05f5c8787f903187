// SimChannel is the outside world of one channel: what citizens see. It never forgets, knows how
// often a publication was put up, and looks at what it took in its own time. Truth is here: the
// checker compares what Gulou claims with it.
#pragma once

#include "common/base/ids.h"
#include "common/base/time.h"
#include "tests/simulation/options.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gulou::simulation {

class SimChannel {
 public:
  struct Place {
    uint32_t revision = 0;
    bool visible = false;
    bool banner = false;    // 已失效
    std::string successor;  // points there
    std::string platform_id;
    std::string url;
  };

  struct Shown {
    std::string publication;
    uint32_t revision = 0;
    bool banner = false;
    uint8_t part = 0;  // its number in the bundle
  };

  // Taken, to be looked at before citizens see it.
  struct Review {
    Mono ready;
    bool passes = true;
    bool shows_itself = false;  // passed: it is public without anybody doing anything
    bool cancelled = false;
    std::vector<Shown> parts;
    LeaseNo lease;
    Seq seq;
  };

  explicit SimChannel(std::string id, Outside kind) : id_(std::move(id)), kind_(kind) {}

  const std::string& id() const { return id_; }

  const Outside& kind() const { return kind_; }

  // What citizens see; nothing where it is not visible.
  const Place* find(const std::string& publication) const;

  // Makes it visible. Nothing where all is well, else what a citizen would say.
  std::optional<std::string> put_up(const Shown& shown);
  std::optional<std::string> change(const Shown& shown);

  // Two persons have decided to send this once more, though it may be there.
  void allow_twice(const std::string& publication) { may_be_twice_.insert(publication); }

  // Takes back what is there up to this revision.
  void take_down(const std::string& publication, uint32_t revision);
  void mark_invalid(const std::string& publication, uint32_t revision);
  void point_to(const std::string& publication, uint32_t revision, const std::string& successor);

  // A review of this publication that may still show it.
  bool in_review(const std::string& publication, Mono now) const;
  // Its time has come: what shows itself is there now.
  std::optional<std::string> end_review(const std::string& platform_id);

  std::map<std::string, Review> reviews;  // by platform id
  std::set<std::string> at_work;          // instances within a call that changes something
  Mono down_until;
  Mono unauthorised_until;
  Mono misconfigured_until;
  Mono quota_until;

 private:
  Place* visible(const std::string& publication, uint32_t revision);
  void cancel_reviews(const std::string& publication, uint32_t revision);

  std::string id_;
  Outside kind_;
  std::map<std::string, Place> places_;
  std::set<std::string> may_be_twice_;
};

}  // namespace gulou::simulation
