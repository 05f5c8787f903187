// BodyCache keeps the newest bodies at hand, so that what was just accepted is handed out without
// reading it back. First in, first out, bounded in bytes. Broker thread.
#pragma once

#include "broker/core/step.h"
#include "common/base/limits.h"

#include <deque>
#include <map>
#include <utility>

namespace gulou {

class BodyCache {
 public:
  using Place = std::pair<Seq, uint8_t>;

  void put(const Place& place, SharedBytes bytes) {
    const size_t size = bytes->size();
    if (!bodies_.emplace(place, std::move(bytes)).second) {
      return;
    }
    order_.push_back(place);
    bytes_held_ += size;
    while (bytes_held_ > limits::body_cache_bytes && !order_.empty()) {
      const auto oldest = bodies_.find(order_.front());
      bytes_held_ -= oldest->second->size();
      bodies_.erase(oldest);
      order_.pop_front();
    }
  }

  SharedBytes find(const Place& place) const {
    const auto at = bodies_.find(place);
    return at == bodies_.end() ? nullptr : at->second;
  }

  // Its bytes are destroyed.
  void drop(const Place& place) {
    const auto at = bodies_.find(place);
    if (at != bodies_.end()) {
      bytes_held_ -= at->second->size();
      bodies_.erase(at);
      std::erase(order_, place);
    }
  }

 private:
  std::map<Place, SharedBytes> bodies_;
  std::deque<Place> order_;
  size_t bytes_held_ = 0;
};

}  // namespace gulou
