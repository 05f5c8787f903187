// What systemd wants to know (sd_notify(3)) and the stop signals. Without systemd all of it is a
// no-op. Main thread.
#pragma once

namespace gulou {

// READY=1; call once everything listens.
void notify_ready();
// STOPPING=1.
void notify_stopping();
// WATCHDOG=1; the unit's WatchdogSec decides how often it is due.
void notify_alive();

// Blocks SIGINT and SIGTERM in this and all later threads and returns a descriptor that becomes
// readable when one arrives (signalfd(2)). Call before any thread starts.
int stop_signal_fd();

// The same for SIGHUP, which asks to read the configuration again.
int reload_signal_fd();

// No core file of this process, nor a debugger of another user: it holds keys.
void keep_memory_private();

}  // namespace gulou
