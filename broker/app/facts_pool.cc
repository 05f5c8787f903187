#include "broker/app/facts_pool.h"

#include "common/base/limits.h"
#include "common/base/time.h"

namespace gulou {

FactsPool::FactsPool(size_t threads, Mailbox<Event>& output)
    : output_(output), jobs_(limits::submissions_in_flight_max) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

FactsPool::~FactsPool() {
  jobs_.close();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void FactsPool::run() {
  while (true) {
    // A few at a time, taken and handed back: enough to spare wake-ups, few enough to share among
    // the threads.
    auto jobs = jobs_.receive(8, std::chrono::milliseconds(1000));
    if (jobs.empty() && jobs_.closed()) {
      return;
    }
    std::vector<Event> facts;
    facts.reserve(jobs.size());
    for (Job& job : jobs) {
      facts.emplace_back(establish_facts(std::move(job.input), *job.county, read_clocks().utc));
    }
    if (!output_.send_all(std::move(facts))) {
      return;
    }
  }
}

}  // namespace gulou
