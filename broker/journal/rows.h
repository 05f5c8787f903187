// Rows: what an engine offers below Tables, Reader and History, so that these are written once.
// RowWriter is one changeset in the making; RowReader sees committed rows only. A cursor moves
// within the range it was made for and keeps the view of that moment; its key() and value() hold
// until it moves. An engine that cannot read calls fault(): the process is then told to stop, and
// answers given after that no longer become durable.
#pragma once

#include "broker/journal/keys.h"
#include "common/base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

class RowWriter {
 public:
  virtual ~RowWriter() = default;

  virtual void put(Cf family, std::string_view key, std::string_view value) = 0;
  virtual void erase(Cf family, std::string_view key) = 0;
};

class RowCursor {
 public:
  virtual ~RowCursor() = default;

  virtual bool seek(std::string_view key) = 0;       // to the first row at or behind key
  virtual bool seek_back(std::string_view key) = 0;  // to the last row at or before key
  virtual bool next() = 0;                           // false: past the end of the range
  virtual bool prev() = 0;

  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

class RowReader {
 public:
  enum class Scan : uint8_t { few, bulk };  // bulk: reads ahead and leaves the cache alone

  virtual ~RowReader() = default;

  virtual std::optional<std::string> get(Cf family, std::string_view key) const = 0;
  virtual std::unique_ptr<RowCursor> cursor(Cf family,
                                            KeyRange range,
                                            Scan scan = Scan::few) const = 0;
  // One view for several reads.
  virtual std::unique_ptr<RowReader> snapshot() const = 0;
  virtual void fault(Error error) const = 0;
};

// Calls visit(key, value) for the rows of a range in order until it returns false.
template <class Visit>
void scan(const RowReader& rows, Cf family, KeyRange range, Visit&& visit) {
  const std::string from = range.from;
  const auto cursor = rows.cursor(family, std::move(range));
  for (bool more = cursor->seek(from); more; more = cursor->next()) {
    if (!visit(cursor->key(), cursor->value())) {
      return;
    }
  }
}

}  // namespace gulou
