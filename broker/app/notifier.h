// Notifier tells people what is wrong: every few seconds it looks at what needs attention, asks
// Notices whom to tell, sends, and has each message that was sent become durable, so that after a
// restart nobody hears the same twice. A thread of its own: a robot that hangs delays nothing else.
// Started by run.cc where notify.toml names people; desk and history outlive it.
#pragma once

#include "broker/admin/desk.h"
#include "broker/admin/notify.h"
#include "broker/app/notices.h"
#include "broker/app/notify_ways.h"
#include "broker/journal/history.h"
#include "common/base/mailbox.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace gulou {

class Notifier {
 public:
  // Gets the ways that fail after every change, for `gulou status`; on the notifier's thread.
  using Report = std::function<void(std::vector<NotifyFailure>)>;

  // Errors: those of NotifyWays::open.
  static Result<std::unique_ptr<Notifier>> open(NotifySettings settings,
                                                const CountySettings& county,
                                                Desk& desk,
                                                const History& history,
                                                Report report);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  Notifier(Notifier&&) = delete;
  Notifier& operator=(Notifier&&) = delete;

  // Begins to look. Once; the broker serves, or will very soon.
  void start();

  // Sends a test to everybody, or to one person, by every way. False: too much is waiting. Any
  // thread; `done` is called on the notifier's.
  [[nodiscard]] bool test(std::string person, NotifyTestDone done);

  // Ends after the message being sent and its record. While the broker still serves.
  void stop();

 private:
  struct Test {
    std::string person;
    NotifyTestDone done;
  };

  Notifier(NotifySettings settings,
           NotifyWays ways,
           const CountySettings& county,
           Desk& desk,
           const History& history,
           Report report);

  void run();
  void run_test(const Test& test);
  void look();
  std::optional<BrokerView> ask_view();
  std::vector<Concern> concerns(const BrokerView& view) const;
  void add_columns(Seq seq, std::vector<std::string>& columns) const;
  std::vector<std::string> columns_of(const Attention& what, const BrokerView& view) const;
  std::vector<NoticeSent> told();
  void tell(const Notice& notice);
  bool deliver(const NotifyPerson& person, const Message& message);
  Status send(const NotifyWay& way, const NotifyPerson& person, const Message& message);
  void record(const NoticeSent& notice);

  const NotifySettings settings_;
  const CountySettings& county_;
  Desk& desk_;
  const History& history_;
  Report report_;
  NotifyWays ways_;
  Notices notices_;
  std::map<std::string, NotifyFailure, std::less<>> failures_;  // by way
  std::map<std::string, NoticeSent, std::less<>> unrecorded_;   // sent, not yet durable; by cause
  Mono next_look_;
  Mailbox<Test> tests_;
  std::thread thread_;
};

}  // namespace gulou
