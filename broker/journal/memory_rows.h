// Rows in ordered maps: below MemoryJournal and rebuilds. A value; copying it is a snapshot of a
// disk. One thread; cursors must not outlive a change of the rows.
#pragma once

#include "broker/journal/rows.h"

#include <array>
#include <map>

namespace gulou {

class MemoryRows : public RowReader, public RowWriter {
 public:
  using Family = std::map<std::string, std::string, std::less<>>;

  void put(Cf family, std::string_view key, std::string_view value) override;
  void erase(Cf family, std::string_view key) override;

  std::optional<std::string> get(Cf family, std::string_view key) const override;
  std::unique_ptr<RowCursor> cursor(Cf family, KeyRange range, Scan scan) const override;
  std::unique_ptr<RowReader> snapshot() const override;  // a view, not a copy
  void fault(Error error) const override;                // CHECK: memory does not rot

 private:
  std::array<Family, family_count> families_;
};

}  // namespace gulou
