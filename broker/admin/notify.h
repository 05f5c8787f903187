// What an operator may ask of the notifier: a test message to everybody, or to one person, by every
// way there is. The notifier is the process's matter (broker/app); this room knows it as a
// function, which is empty where notify.toml names nobody.
#pragma once

#include "common/base/result.h"

#include <functional>
#include <string>
#include <vector>

namespace gulou {

// One message of a test.
struct NotifyTestLine {
  std::string person;
  std::string way;
  Status sent;
};

using NotifyTestDone = std::function<void(Result<std::vector<NotifyTestLine>>)>;

// person: empty for everybody. False: too much is waiting. `done` comes on another thread, within
// limits::notice_test_ms_max, or never when the process ends.
using NotifyTest = std::function<bool(std::string person, NotifyTestDone done)>;

}  // namespace gulou
