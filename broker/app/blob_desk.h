// BlobDesk takes attachments in, chunk by chunk, and reads them out, on a thread of its own so that
// no disk I/O touches the broker thread. Chunks come in order; a digest that does not match in the
// end is refused and its bytes are written over by the next attempt. What is complete becomes a
// BlobArrived event and is durable once the core's BlobStored is committed.
#pragma once

#include "broker/core/event.h"
#include "broker/journal/history.h"
#include "broker/journal/journal.h"
#include "broker/net/sessions.h"
#include "common/base/mailbox.h"
#include "common/crypto/digest.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <thread>

namespace gulou {

// Sessions hand these over as they are; HTTP makes its own.
using BlobPutJob = Inbox::BlobPutAsked;
using BlobGetJob = Inbox::BlobGetAsked;
using BlobJob = std::variant<BlobPutJob, BlobGetJob>;

struct BlobPutAnswer {
  Asker to;
  Digest digest;
  uint64_t received = 0;
  bool complete = false;  // was stored before; a new one is answered by the core
  std::vector<Error> errors;
};

struct BlobGetAnswer {
  Asker to;
  Digest digest;
  uint64_t offset = 0;
  uint64_t total = 0;
  std::string bytes;
  std::vector<Error> errors;
};

using BlobAnswer = std::variant<BlobPutAnswer, BlobGetAnswer, BlobArrived>;

class BlobDesk {
 public:
  // All three outlive the desk. The desk is the only caller of journal.put_chunk().
  BlobDesk(Journal& journal, Mailbox<BlobAnswer>& output);
  ~BlobDesk();
  BlobDesk(const BlobDesk&) = delete;
  BlobDesk& operator=(const BlobDesk&) = delete;
  BlobDesk(BlobDesk&&) = delete;
  BlobDesk& operator=(BlobDesk&&) = delete;

  // False: too much is waiting; ask again later. Any thread.
  [[nodiscard]] bool submit(BlobJob job) { return jobs_.try_send(std::move(job)); }

  // Whether the disk has room for more. Any thread.
  void accept(bool accepting) { accepting_ = accepting; }

 private:
  struct Upload {
    uint64_t received = 0;
    uint64_t total = 0;
    Sha256 hash;
    std::string chunk;  // not yet a whole one
    std::list<Digest>::iterator used;
  };

  void run();
  BlobAnswer put(const BlobPutJob& job);
  BlobAnswer complete(const BlobPutJob& job, Upload& upload);
  BlobAnswer get(const BlobGetJob& job);
  Upload& upload_of(const BlobPutJob& job);
  Status take(const Digest& digest, Upload& upload, std::string_view bytes);
  std::string read_chunks(const Digest& digest, uint64_t offset, size_t size, uint64_t total) const;
  void forget(const Digest& digest);

  Journal& journal_;
  Mailbox<BlobAnswer>& output_;
  Mailbox<BlobJob> jobs_;
  std::map<Digest, Upload> uploads_;
  std::list<Digest> used_;  // least recently used first
  std::atomic<bool> accepting_ = true;
  std::thread thread_;
};

}  // namespace gulou
