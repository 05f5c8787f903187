// The journal engines under one interface for the contract test: open, close, open again. What
// close() leaves behind is what a crash at that moment would: nothing is written on the way out
// that a commit had not made durable before.
#pragma once

#include "broker/journal/memory_journal.h"
#include "broker/journal/rocksdb_journal.h"
#include "tests/support/temp_dir.h"

#include <memory>
#include <string>
#include <vector>

namespace gulou {

class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string name() const = 0;
  // The journal is the engine's and lives until close().
  virtual Result<Journal*> open() = 0;
  virtual void close() = 0;
  virtual const RowReader& rows() const = 0;
};

using MakeEngine = std::unique_ptr<Engine> (*)();

class MemoryEngine : public Engine {
 public:
  std::string name() const override { return "Memory"; }

  Result<Journal*> open() override {
    journal_ = TRY(MemoryJournal::open(std::move(left_)));
    return journal_.get();
  }

  void close() override {
    left_ = journal_->rows();
    journal_.reset();
  }

  const RowReader& rows() const override { return journal_->rows(); }

 private:
  MemoryRows left_;
  std::unique_ptr<MemoryJournal> journal_;
};

class RocksdbEngine : public Engine {
 public:
  std::string name() const override { return "Rocksdb"; }

  Result<Journal*> open() override {
    journal_ = TRY(RocksdbJournal::open(home_ / "journal", {}));
    return journal_.get();
  }

  void close() override { journal_.reset(); }

  const RowReader& rows() const override { return journal_->rows(); }

 private:
  TempDir home_;
  std::unique_ptr<RocksdbJournal> journal_;
};

inline std::vector<MakeEngine> engines() {
  return {[]() -> std::unique_ptr<Engine> { return std::make_unique<MemoryEngine>(); },
          []() -> std::unique_ptr<Engine> { return std::make_unique<RocksdbEngine>(); }};
}

}  // namespace gulou
