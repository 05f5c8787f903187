// Admission decides who may connect. When asked (`gulou reload`, SIGHUP) it reads principals.toml
// and the county's configuration (units, columns, channels, approvals) again and hands them to
// whoever works with them; the lists of who may connect also whenever somebody's first or last day
// begins or ends. Files of which one cannot be read change nothing. One thread of its own; reload()
// from any.
#pragma once

#include "broker/admin/principal.h"
#include "broker/admin/reload.h"
#include "broker/net/principals.h"
#include "common/base/mailbox.h"
#include "common/net/zap.h"
#include "common/settings/home.h"
#include "common/settings/principals.h"

#include <functional>
#include <memory>
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
  // county: null where it has not changed.
  using Apply = std::function<void(Admitted, std::shared_ptr<const CountySettings> county)>;

  // principals: as they were read at start; `tokens`: those made of them, which HTTP has.
  Admission(Home home,
            std::shared_ptr<const CountySettings> county,
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
  struct Files {
    std::vector<PrincipalSettings> principals;
    std::shared_ptr<const CountySettings> county;
  };

  void run(int reload_fd);
  Result<Files> read_files() const;
  Result<Reloaded> read_again();
  Status hand_out(Utc now, std::shared_ptr<const CountySettings> county);
  std::vector<PrincipalState> validities(Utc now) const;

  Home home_;
  std::shared_ptr<const CountySettings> county_;  // shared with those who work by it
  std::vector<PrincipalSettings> principals_;
  std::vector<PrincipalState> valid_;
  std::vector<HttpPrincipal> tokens_;  // as handed out last
  Apply apply_;
  Mailbox<ReloadDone> asked_;
  std::thread thread_;
};

}  // namespace gulou
