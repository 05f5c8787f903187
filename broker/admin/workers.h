// Workers are the threads that answer HTTP requests: reading rows, parsing bodies and normalising
// HTML take time the server's thread does not have. Owned by Admin; try_send() from any thread.
// After stop() nothing is taken any more, so an answer of the broker that comes late goes nowhere.
#pragma once

#include "common/base/mailbox.h"

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace gulou {

class Workers {
 public:
  using Task = std::function<void()>;

  explicit Workers(size_t threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  Workers(Workers&&) = delete;
  Workers& operator=(Workers&&) = delete;

  // False: too much waits, or they have stopped.
  [[nodiscard]] bool try_send(Task task) { return tasks_.try_send(std::move(task)); }

  // Does what is queued and ends the threads. Owner's thread.
  void stop();

 private:
  void run();

  Mailbox<Task> tasks_;
  std::vector<std::thread> threads_;
};

}  // namespace gulou
