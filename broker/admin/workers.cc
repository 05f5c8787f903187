#include "broker/admin/workers.h"

#include "common/base/limits.h"

#include <chrono>

namespace gulou {

Workers::Workers(size_t threads) : tasks_(limits::admin_tasks_max) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

Workers::~Workers() {
  stop();
}

void Workers::stop() {
  tasks_.close();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void Workers::run() {
  while (true) {
    const auto tasks = tasks_.receive(1, std::chrono::milliseconds(1000));
    if (tasks.empty() && tasks_.closed()) {
      return;
    }
    for (const Task& task : tasks) {
      task();
    }
  }
}

}  // namespace gulou
