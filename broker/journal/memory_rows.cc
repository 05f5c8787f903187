#include "broker/journal/memory_rows.h"

#include "common/base/check.h"

namespace gulou {
namespace {

class MemoryCursor : public RowCursor {
 public:
  MemoryCursor(const MemoryRows::Family& rows, const KeyRange& range)
      : begin_(rows.lower_bound(range.from)),
        end_(range.from < range.to ? rows.lower_bound(range.to) : begin_),
        rows_(rows),
        at_(end_),
        from_(range.from),
        to_(range.to) {}

  bool seek(std::string_view key) override {
    at_ = key <= from_ ? begin_ : key >= to_ ? end_ : rows_.lower_bound(key);
    return at_ != end_;
  }

  bool seek_back(std::string_view key) override {
    at_ = key < from_ ? begin_ : key >= to_ ? end_ : rows_.upper_bound(key);
    return prev();
  }

  bool next() override {
    ++at_;
    return at_ != end_;
  }

  bool prev() override {
    if (at_ == begin_) {
      at_ = end_;
      return false;
    }
    --at_;
    return true;
  }

  std::string_view key() const override { return at_->first; }

  std::string_view value() const override { return at_->second; }

 private:
  using Place = MemoryRows::Family::const_iterator;

  const Place begin_;
  const Place end_;
  const MemoryRows::Family& rows_;
  Place at_;
  const std::string from_;
  const std::string to_;
};

// The same rows under another owner.
class MemoryView : public RowReader {
 public:
  explicit MemoryView(const MemoryRows& rows) : rows_(rows) {}

  std::optional<std::string> get(Cf family, std::string_view key) const override {
    return rows_.get(family, key);
  }

  std::unique_ptr<RowCursor> cursor(Cf family, KeyRange range, Scan scan) const override {
    return rows_.cursor(family, std::move(range), scan);
  }

  std::unique_ptr<RowReader> snapshot() const override {
    return std::make_unique<MemoryView>(rows_);
  }

  void fault(Error error) const override { rows_.fault(std::move(error)); }

 private:
  const MemoryRows& rows_;
};

}  // namespace

void MemoryRows::put(Cf family, std::string_view key, std::string_view value) {
  families_[static_cast<size_t>(family)].insert_or_assign(std::string(key), std::string(value));
}

void MemoryRows::erase(Cf family, std::string_view key) {
  Family& rows = families_[static_cast<size_t>(family)];
  if (const auto found = rows.find(key); found != rows.end()) {
    rows.erase(found);
  }
}

std::optional<std::string> MemoryRows::get(Cf family, std::string_view key) const {
  const Family& rows = families_[static_cast<size_t>(family)];
  const auto found = rows.find(key);
  return found != rows.end() ? std::optional(found->second) : std::nullopt;
}

std::unique_ptr<RowCursor> MemoryRows::cursor(Cf family, KeyRange range, Scan) const {
  return std::make_unique<MemoryCursor>(families_[static_cast<size_t>(family)], range);
}

std::unique_ptr<RowReader> MemoryRows::snapshot() const {
  return std::make_unique<MemoryView>(*this);
}

void MemoryRows::fault(Error) const {
  CHECK(!"a row in memory does not decode");
}

}  // namespace gulou
