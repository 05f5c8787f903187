// ScanDesk reads signed sheets: which bundles the QR codes on a stored scan name. On a thread of
// its own, since one takes a second or, where somebody means harm, fifteen; what is waiting has a
// bound, and so has what is remembered of what was read. Owned by Broker; ask() from any thread.
#pragma once

#include "broker/facts/facts.h"
#include "broker/journal/history.h"
#include "common/base/mailbox.h"

#include <deque>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace gulou {

class ScanDesk {
 public:
  using Done = std::function<void(ScansRead)>;

  // history outlives it.
  explicit ScanDesk(const History& history);
  ~ScanDesk();
  ScanDesk(const ScanDesk&) = delete;
  ScanDesk& operator=(const ScanDesk&) = delete;
  ScanDesk(ScanDesk&&) = delete;
  ScanDesk& operator=(ScanDesk&&) = delete;

  // done is called on the desk's thread, with every scan asked for. False: too many wait.
  [[nodiscard]] bool ask(std::vector<Digest> scans, Done done) {
    return jobs_.try_send({std::move(scans), std::move(done)});
  }

 private:
  struct Job {
    std::vector<Digest> scans;
    Done done;
  };

  void run();
  ScanRead read(const Digest& digest);

  const History& history_;
  std::deque<std::pair<Digest, ScanRead>> known_;  // the newest last; the desk's thread
  Mailbox<Job> jobs_;
  std::thread thread_;
};

}  // namespace gulou
