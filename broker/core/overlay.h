// Overlay holds what was decided but is not yet committed: key to newest value, with the round that
// said so. forget(round) drops what has become readable through the Reader. Owned by the Ledger;
// its size is bounded by what the rounds in flight can hold.
#pragma once

#include "common/base/ids.h"

#include <deque>
#include <map>
#include <utility>

namespace gulou {

template <class Key, class Value>
class Overlay {
 public:
  const Value* find(const Key& key) const {
    const auto at = values_.find(key);
    return at == values_.end() ? nullptr : &at->second.first;
  }

  Value& put(const Key& key, Value value, RoundNo round) {
    auto& slot = values_[key];
    slot = {std::move(value), round};
    log_.emplace_back(round, key);
    return slot.first;
  }

  void forget(RoundNo durable) {
    while (!log_.empty() && log_.front().first <= durable) {
      const auto at = values_.find(log_.front().second);
      if (at != values_.end() && at->second.second <= durable) {
        values_.erase(at);
      }
      log_.pop_front();
    }
  }

  auto begin() const { return values_.begin(); }

  auto end() const { return values_.end(); }

  auto lower_bound(const Key& key) const { return values_.lower_bound(key); }

  size_t size() const { return values_.size(); }

 private:
  std::map<Key, std::pair<Value, RoundNo>> values_;
  std::deque<std::pair<RoundNo, Key>> log_;
};

}  // namespace gulou
