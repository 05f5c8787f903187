// FactsPool runs establish_facts() on worker threads and drops the resulting events into the
// broker's mailbox. Bounded: submit() says no when limits::submissions_in_flight_max wait, and the
// publisher is told to come back. Order among submissions is not kept; the core does not need it.
#pragma once

#include "broker/facts/facts.h"
#include "common/base/mailbox.h"

#include <memory>
#include <thread>
#include <vector>

namespace gulou {

class FactsPool {
 public:
  // output outlives the pool.
  FactsPool(size_t threads, Mailbox<Event>& output);
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

 private:
  void run();

  Mailbox<Event>& output_;
  Mailbox<Job> jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace gulou
