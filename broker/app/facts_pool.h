// FactsPool runs establish_facts() on worker threads and drops the resulting events into the
// broker's mailbox, by way of the scan desk where approvals stand on paper. Bounded: submit() says
// no when limits::submissions_in_flight_max wait, and the publisher is told to come back. Order
// among submissions is not kept; the core does not need it.
#pragma once

#include "broker/app/scan_desk.h"
#include "broker/facts/facts.h"
#include "common/base/mailbox.h"

#include <memory>
#include <thread>
#include <vector>

namespace gulou {

class FactsPool {
 public:
  // All outlive the pool.
  FactsPool(size_t threads, ScanDesk& scans, Mailbox<Event>& output);
  ~FactsPool();
  FactsPool(const FactsPool&) = delete;
  FactsPool& operator=(const FactsPool&) = delete;
  FactsPool(FactsPool&&) = delete;
  FactsPool& operator=(FactsPool&&) = delete;

  struct Job {
    FactsInput input;
    std::shared_ptr<const CountySettings> county;  // shared: as it was when it came
  };

  // False: too many wait. Any thread.
  [[nodiscard]] bool submit(Job job) { return jobs_.try_send(std::move(job)); }

  // Facts that are complete but for what is on the scans; false as above. Any thread.
  [[nodiscard]] bool read_scans(Submitted facts);

 private:
  void run();

  ScanDesk& scans_;
  Mailbox<Event>& output_;
  Mailbox<Job> jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace gulou
