#include "broker/app/facts_pool.h"

#include "common/base/limits.h"
#include "common/base/time.h"

#include <utility>

namespace gulou {
namespace {

ScansRead all_unread(const std::vector<Digest>& scans) {
  ScansRead all;
  for (const Digest& scan : scans) {
    all[scan].unread = Error{ErrorCode::unavailable, "broker_busy", {}, {}};
  }
  return all;
}

}  // namespace

FactsPool::FactsPool(size_t threads, ScanDesk& scans, Mailbox<Event>& output)
    : scans_(scans), output_(output), jobs_(limits::submissions_in_flight_max) {
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

bool FactsPool::read_scans(Submitted facts) {
  std::vector<Digest> scans = scans_of(facts);
  // The desk may outlive the pool.
  const auto pass_on = [&output = output_, facts = std::move(facts)](const ScansRead& read) {
    Submitted complete = facts;
    add_scans(read, complete);
    static_cast<void>(output.send(std::move(complete)));
  };
  return scans_.ask(std::move(scans), pass_on);
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
      Submitted one = establish_facts(std::move(job.input), *job.county, read_clocks().utc);
      const std::vector<Digest> scans = scans_of(one);
      if (scans.empty()) {
        facts.emplace_back(std::move(one));
      } else if (!read_scans(one)) {
        add_scans(all_unread(scans), one);
        facts.emplace_back(std::move(one));
      }
    }
    if (!output_.send_all(std::move(facts))) {
      return;
    }
  }
}

}  // namespace gulou
