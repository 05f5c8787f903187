// Answering answers HTTP requests one after the other on a thread of its own, for what takes too
// long for the server's thread: drawing a page, making a photo plain. ask() from any thread; what
// waits when it ends is still answered.
#pragma once

#include "common/base/mailbox.h"
#include "common/http/server.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>

namespace gulou {

template <class Question>
class Answering {
 public:
  using Answer = std::function<HttpResponse(const Question&)>;

  // waiting_max: questions that may wait. `answer` runs on the thread.
  Answering(size_t waiting_max, Answer answer)
      : answer_(std::move(answer)), waiting_(waiting_max), thread_([this] { run(); }) {}

  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  Answering(Answering&&) = delete;
  Answering& operator=(Answering&&) = delete;

  ~Answering() {
    waiting_.close();
    thread_.join();
  }

  // busy: the answer where too many wait.
  void ask(Question question, Responder responder, HttpResponse busy) {
    Waiting one{std::move(question), std::move(responder)};
    if (!waiting_.try_send(std::move(one))) {
      one.responder.answer(std::move(busy));  // NOLINT: not taken where it did not fit
    }
  }

 private:
  struct Waiting {
    Question question;
    Responder responder;
  };

  void run() {
    constexpr std::chrono::milliseconds patience{1000};
    while (true) {
      auto all = waiting_.receive(1, patience);
      if (all.empty() && waiting_.closed()) {
        return;
      }
      for (Waiting& one : all) {
        one.responder.answer(answer_(one.question));
      }
    }
  }

  Answer answer_;
  Mailbox<Waiting> waiting_;
  std::thread thread_;
};

}  // namespace gulou
