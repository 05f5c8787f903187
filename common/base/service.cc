#include "common/base/service.h"

#include "common/base/check.h"

#include <csignal>
#include <initializer_list>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>

namespace gulou {

void notify_ready() {
  sd_notify(0, "READY=1");
}

void notify_stopping() {
  sd_notify(0, "STOPPING=1");
}

void notify_alive() {
  sd_notify(0, "WATCHDOG=1");
}

namespace {

int fd_of(std::initializer_list<int> numbers) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : numbers) {
    sigaddset(&signals, number);
  }
  CHECK(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  const int fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  CHECK(fd >= 0);
  return fd;
}

}  // namespace

int stop_signal_fd() {
  return fd_of({SIGINT, SIGTERM});
}

int reload_signal_fd() {
  return fd_of({SIGHUP});
}

// A limit of zero does not hold where cores are piped to a program; that the process is not
// dumpable does.
void keep_memory_private() {
  const rlimit none{0, 0};
  static_cast<void>(setrlimit(RLIMIT_CORE, &none));
  CHECK(prctl(PR_SET_DUMPABLE, 0) == 0);
}

}  // namespace gulou
