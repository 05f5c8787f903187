// MemoryJournal is the journal without a disk: for tests and the simulator. Whatever commit()
// accepted is what a crash leaves behind; blob chunks too. To crash: take rows() as a copy at any
// moment and open a new journal on it. One thread for everything, History included.
#pragma once

#include "broker/journal/journal.h"
#include "broker/journal/memory_rows.h"
#include "broker/journal/table_history.h"
#include "broker/journal/table_reader.h"
#include "broker/journal/tables.h"

#include <memory>

namespace gulou {

class MemoryJournal : public Journal {
 public:
  // rows: what an earlier journal left; none: a new home.
  static Result<std::unique_ptr<MemoryJournal>> open(MemoryRows rows = {});

  const OpenState& opened() const override { return opened_; }

  Result<Committed> commit(Changeset changeset) override;

  Status destroy(const SendDestroy& /*what*/) override { return {}; }

  Status put_chunk(const Digest& digest, uint32_t index, std::string_view bytes) override;

  const Reader& reader() const override { return reader_; }

  const History& history() const override { return history_; }

  Status replay(const Visitor& visitor) const override;

  const MemoryRows& rows() const { return rows_; }

 private:
  MemoryJournal(MemoryRows rows, OpenState opened);

  MemoryRows rows_;
  const OpenState opened_;
  uint64_t number_;
  Digest hash_;
  Seq head_;
  Tables tables_;
  TableReader reader_;
  TableHistory history_;
};

}  // namespace gulou
