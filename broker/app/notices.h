// Notices decides whom to tell what: from what is wrong now, what people were told before and the
// settings comes the list of messages to send at this moment. One message to a person for a cause,
// again after a time while it lasts, and one when it is over. Pure but for its memory of how long
// something has lasted and which messages failed; owned and called by the notifier's thread.
#pragma once

#include "broker/admin/attention.h"
#include "broker/core/change.h"
#include "common/base/time.h"
#include "common/model/settings.h"
#include "common/settings/notify_settings.h"

#include <map>
#include <string>
#include <vector>

namespace gulou {

// Something wrong, and the columns of the releases it concerns where those are known.
struct Concern {
  Attention what;
  std::vector<std::string> columns;
};

// "delivery_parked/wechat", "takedown_overdue/#12", "disk_full": one thing to tell people about.
std::string cause_of(const Attention& what);

struct Notice {
  NoticeSent record;      // what becomes durable once it was sent; its cause ends with the person
  std::string person;     // empty: this person is gone from the settings, the record just ends
  const Attention* what;  // raised; null: recovered. Belongs to the caller's concerns
  uint32_t failures = 0;  // of this message so far
};

class Notices {
 public:
  // Both outlive it.
  Notices(const NotifySettings& settings, const CountySettings& county);

  // told: open records, one for each cause and person. At most limits::notices_max stay open.
  std::vector<Notice> due(const std::vector<Concern>& present,
                          const std::vector<NoticeSent>& told,
                          Now now);

  // It could not be sent: again later.
  void failed(const Notice& notice, Now now);
  void sent(const Notice& notice);

  // Does a rule ask for the people of columns? Otherwise nobody needs to look them up.
  bool wants_columns() const;

  // Who is told of this now, by name. Never empty where there is anybody.
  std::vector<std::string> people_for(const Concern& concern, Utc now) const;
  std::vector<std::string> on_duty(Utc now) const;
  bool is_quiet(Utc now) const;

 private:
  struct Seen {
    Mono first;  // of this run of being there, or of being gone
    bool present = false;
  };

  struct Failed {
    std::string cause;
    uint32_t times = 0;
    Mono not_before;
  };

  struct Moment;

  const NotifyRule* rule_for(const std::string& code, const std::string& channel) const;
  int64_t after_ms(const std::string& code, const NotifyRule* rule) const;
  int64_t lasted_ms(const std::string& cause, bool present, Mono now);
  void raise(const Concern& concern, const std::string& cause, Moment& moment);
  void recover(const NoticeSent& row, Moment& moment);
  void add(Notice notice, Moment& moment);
  void forget(const Moment& moment);

  const NotifySettings& settings_;
  const CountySettings& county_;
  std::map<std::string, Seen, std::less<>> seen_;      // by cause
  std::map<std::string, Failed, std::less<>> failed_;  // by cause and person
};

}  // namespace gulou
