// Admission decides who may connect. It reads principals.toml at start, when asked (`gulou reload`,
// SIGHUP) and whenever somebody's first or last day begins or ends, and hands the lists to whoever
// keeps a door: ZAP, sessions, HTTP. A file that cannot be read changes nothing. One thread of its
// own; reload() from any.
#pragma once

#include "broker/admin/principal.h"
#include "broker/admin/reload.h"
#include "broker/net/principals.h"
#include "common/base/mailbox.h"
#include "common/net/zap.h"
#include "common/settings/home.h"
#include "common/settings/principals.h"

#include <functional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gulou {

// Who may connect at a moment, for each of the doors.
struct Admitted {
  net::AllowList keys;
  NetPrincipals names;
  std::vector<HttpPrincipal> tokens;
  std::set<std::string> submitters;
};

// Errors: those of load_principals; principals_writable_by_others.
Result<std::vector<PrincipalSettings>> read_principals(const Home& home,
                                                       const CountySettings& county);

Result<Admitted> admitted_of(std::span<const PrincipalSettings> principals, Utc now);

class Admission {
 public:
  using Apply = std::function<void(Admitted)>;

  // principals: as they were read at start; `tokens`: those made of them, which HTTP has.
  Admission(Home home,
            CountySettings county,
            std::vector<PrincipalSettings> principals,
            std::vector<HttpPrincipal> tokens,
            Apply apply);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  Admission(Admission&&) = delete;
  Admission& operator=(Admission&&) = delete;

  // reload_fd: becomes readable when the process is told to reload.
  void start(int reload_fd);
  void stop();

  // False: too much is waiting. done: on its thread, once everybody has the new lists.
  bool reload(ReloadDone done);

 private:
  void run(int reload_fd);
  Result<Reloaded> read_again();
  Status hand_out(Utc now);
  std::vector<PrincipalState> validities(Utc now) const;

  Home home_;
  CountySettings county_;
  std::vector<PrincipalSettings> principals_;
  std::vector<PrincipalState> valid_;
  std::vector<HttpPrincipal> tokens_;  // as handed out last
  Apply apply_;
  Mailbox<ReloadDone> asked_;
  std::thread thread_;
};

}  // namespace gulou
