// Mailbox is how threads of one process talk: many senders, one receiver, bounded. The only place
// with a mutex. The receiver may sleep in receive() or poll fd(), which is readable while items
// wait; a box whose fd() nobody asked for makes no system calls for it. Closing wakes everybody;
// what is queued may still be received.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace gulou {

// An event descriptor: signal() makes fd() readable until clear(). Any thread.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;
  WakeUp(WakeUp&&) = delete;
  WakeUp& operator=(WakeUp&&) = delete;

  int fd() const { return fd_; }

  void signal() const;
  void clear() const;

 private:
  int fd_;
};

template <class T>
class Mailbox {
 public:
  explicit Mailbox(size_t items_max) : items_max_(items_max) {}

  // Readable while items wait. Receiver's thread; who sleeps in receive() needs none.
  int fd() {
    const std::lock_guard lock(mutex_);
    if (!wake_up_) {
      wake_up_.emplace();
      if (closed_ || !items_.empty()) {
        signal();
      }
    }
    return wake_up_->fd();
  }

  // False when full or closed; the item is then untouched.
  [[nodiscard]] bool try_send(T&& item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= items_max_) {
        return false;
      }
      push(std::move(item));
    }
    return true;
  }

  // Waits for room; false only when closed.
  bool send(T item) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || items_.size() < items_max_; });
    if (closed_) {
      return false;
    }
    push(std::move(item));
    return true;
  }

  // send() for each; the receiver is woken once, unless there was no room in between.
  bool send_all(std::vector<T> items) {
    std::unique_lock lock(mutex_);
    for (T& item : items) {
      room_.wait(lock, [this] { return closed_ || items_.size() < items_max_; });
      if (closed_) {
        return false;
      }
      push(std::move(item));
    }
    return true;
  }

  // Takes up to `limit` items without waiting.
  std::vector<T> take(size_t limit) {
    const std::lock_guard lock(mutex_);
    return pop(limit);
  }

  // Waits until an item is there, `timeout` has passed (empty result) or the box is closed and
  // empty.
  std::vector<T> receive(size_t limit, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, timeout, [this] { return closed_ || !items_.empty(); });
    return pop(limit);
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
    room_.notify_all();
    signal();
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  void push(T&& item) {
    const bool was_empty = items_.empty();
    items_.push_back(std::move(item));
    if (was_empty) {
      arrived_.notify_one();
      signal();
    }
  }

  void signal() {
    if (wake_up_) {
      wake_up_->signal();
      signalled_ = true;
    }
  }

  std::vector<T> pop(size_t limit) {
    std::vector<T> taken;
    const size_t count = std::min(limit, items_.size());
    taken.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      taken.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    if (count > 0) {
      room_.notify_all();
    }
    if (!items_.empty()) {
      arrived_.notify_one();
    } else if (signalled_) {
      wake_up_->clear();
      signalled_ = false;
    }
    return taken;
  }

  const size_t items_max_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable room_;
  std::deque<T> items_;
  bool closed_ = false;
  bool signalled_ = false;  // fd() is readable
  std::optional<WakeUp> wake_up_;
};

}  // namespace gulou
