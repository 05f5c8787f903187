// Floor is the durable mark of what the journal must at least hold, in a file of its own: two slots
// of 4096 bytes, written in turn, each with its checksum, so that a torn write leaves the other
// one. Owned by an engine. note() and settle() on the commit thread; a small thread of its own
// writes, so that the write of changeset n runs beside the commit of n+1, which settle()s before it
// returns: the mark never lags more than one commit.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/mailbox.h"
#include "common/base/result.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace gulou {

struct FloorMark {
  uint64_t epoch = 0;
  uint64_t changeset = 0;
  Seq head;
  Digest hash;
  friend bool operator==(const FloorMark&, const FloorMark&) = default;
};

class Floor {
 public:
  // Makes the file where there is none. corrupt floor_unreadable: neither slot is whole.
  static Result<std::unique_ptr<Floor>> open(const std::string& path);
  ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  // What the file held at opening.
  const std::optional<FloorMark>& found() const { return found_; }

  // This changeset is durable. Does not wait.
  void note(const FloorMark& mark);
  // Waits until the last noted mark is on disk.
  Status settle();

 private:
  Floor(std::string path, int fd, std::optional<FloorMark> found, uint64_t turn);

  void run();
  bool write(const FloorMark& mark);

  const std::string path_;
  const int fd_;
  const std::optional<FloorMark> found_;
  uint64_t turn_;       // writer's thread: which slot is next
  uint64_t noted_ = 0;  // commit thread
  std::atomic<uint64_t> written_{0};
  std::atomic<int> failed_{0};  // errno of a failed write
  Mailbox<std::pair<uint64_t, FloorMark>> marks_;
  std::thread writer_;
};

}  // namespace gulou
