#include "broker/app/admission.h"

#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/base/time.h"
#include "common/crypto/digest.h"
#include "common/settings/county.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gulou {
namespace {

// What the handshake says of a connection: whose key, and which of them.
std::string key_name(const std::string& principal, const std::string& key) {
  constexpr size_t digits = 16;
  return principal + "/" + to_hex(sha256(key)).substr(0, digits);
}

std::vector<HttpRole> roles_of(const PrincipalSettings& one) {
  std::vector<HttpRole> roles;
  if (one.role == Role::publisher || one.role == Role::relay) {
    roles.push_back(HttpRole::publisher);
  }
  switch (one.rights) {
    case Rights::none:
      break;
    case Rights::viewer:
      roles.push_back(HttpRole::viewer);
      break;
    case Rights::operating:
      roles.push_back(HttpRole::operates);
      break;
    case Rights::admin:
      roles.push_back(HttpRole::admin);
      break;
  }
  return roles;
}

// A relay serves channels below and, where it names units, submits for them from above.
NetPrincipal net_principal_of(const PrincipalSettings& one) {
  NetPrincipal principal;
  principal.name = one.name;
  principal.publisher =
      one.role == Role::publisher || (one.role == Role::relay && !one.units.empty());
  principal.adapter =
      one.role == Role::adapter || one.role == Role::device || one.role == Role::relay;
  principal.rights.units = one.units;
  principal.rights.columns = one.columns;
  principal.rights.asserted = one.asserted;
  principal.rights.kinds = one.kinds;
  principal.rights.rate_per_minute = one.rate_per_minute;
  if (one.role == Role::publisher) {
    principal.rights.channels = one.channels;
  }
  if (principal.adapter) {
    principal.channels = one.channels;
  }
  return principal;
}

std::vector<std::string> domains_of(const PrincipalSettings& one, const NetPrincipal& principal) {
  std::vector<std::string> domains;
  if (principal.publisher) {
    domains.emplace_back("publish");
  }
  if (principal.adapter) {
    domains.emplace_back(one.role == Role::device ? "devices" : "adapters");
  }
  return domains;
}

Status add_keys(Admitted& admitted, const PrincipalSettings& one, const NetPrincipal& principal) {
  for (const std::string& key : {one.key, one.previous_key}) {
    if (!key.empty()) {
      const std::string name = key_name(one.name, key);
      TRY(admitted.keys.add(key, {name, domains_of(one, principal)}));
      admitted.names.emplace(name, principal);
    }
  }
  return {};
}

bool is_the_same(const HttpPrincipal& a, const HttpPrincipal& b) {
  return a.name == b.name && a.token_hash == b.token_hash && a.roles == b.roles;
}

// Streams of tokens that are gone, or may do something else now, end; the others go on.
void carry_over(std::vector<HttpPrincipal>& old, std::vector<HttpPrincipal>& next) {
  for (HttpPrincipal& before : old) {
    const auto same = std::ranges::find_if(
        next, [&](const HttpPrincipal& one) { return is_the_same(before, one); });
    if (same != next.end()) {
      same->live = before.live;
    } else if (before.live != nullptr) {
      before.live->store(false);
    }
  }
}

}  // namespace

Result<std::vector<PrincipalSettings>> read_principals(const Home& home,
                                                       const CountySettings& county) {
  struct stat info {};

  if (::stat(home.principals().c_str(), &info) == 0 && (info.st_mode & 022) != 0) {
    return fail(ErrorCode::refused, "principals_writable_by_others", home.principals());
  }
  return load_principals(home.principals(), county);
}

Result<Admitted> admitted_of(std::span<const PrincipalSettings> principals, Utc now) {
  Admitted admitted;
  for (const PrincipalSettings& one : principals) {
    if (validity_of(one, now) != PrincipalState::valid) {
      continue;
    }
    const NetPrincipal principal = net_principal_of(one);
    TRY(add_keys(admitted, one, principal));
    const std::vector<HttpRole> roles = roles_of(one);
    if (one.token_hash) {
      admitted.tokens.push_back({one.name,
                                 one.token_hash,
                                 roles,
                                 principal.rights,
                                 std::make_shared<std::atomic<bool>>(true)});
    }
    const bool operates = one.rights == Rights::operating || one.rights == Rights::admin;
    if (principal.publisher || operates) {
      admitted.submitters.insert(one.name);
    }
  }
  return admitted;
}

Admission::Admission(Home home,
                     std::shared_ptr<const CountySettings> county,
                     std::vector<PrincipalSettings> principals,
                     std::vector<HttpPrincipal> tokens,
                     Apply apply)
    : home_(std::move(home)),
      county_(std::move(county)),
      principals_(std::move(principals)),
      valid_(validities(read_clocks().utc)),
      tokens_(std::move(tokens)),
      apply_(std::move(apply)),
      asked_(limits::reloads_max) {}

Admission::~Admission() {
  stop();
}

void Admission::start(int reload_fd) {
  thread_ = std::thread([this, reload_fd] { run(reload_fd); });
}

void Admission::stop() {
  asked_.close();
  if (thread_.joinable()) {
    thread_.join();
  }
}

bool Admission::reload(ReloadDone done) {
  return asked_.try_send(std::move(done));
}

std::vector<PrincipalState> Admission::validities(Utc now) const {
  std::vector<PrincipalState> list;
  for (const PrincipalSettings& one : principals_) {
    list.push_back(validity_of(one, now));
  }
  return list;
}

void Admission::run(int reload_fd) {
  pollfd fds[] = {{asked_.fd(), POLLIN, 0}, {reload_fd, POLLIN, 0}};
  while (!asked_.closed()) {
    static_cast<void>(poll(fds, std::size(fds), static_cast<int>(limits::validity_look_every_ms)));
    signalfd_siginfo signal{};
    bool told = false;
    while (read(reload_fd, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
      told = true;
    }
    if (told) {
      static_cast<void>(read_again());
    }
    for (const ReloadDone& done : asked_.take(limits::reloads_max)) {
      done(read_again());
    }
    const Utc now = read_clocks().utc;
    if (valid_ != validities(now)) {
      if (const Status status = hand_out(now, nullptr); !status) {
        log::error("admission.not_changed", {{"error", describe(status.error())}});
      }
    }
  }
}

// All of them, or nothing changes.
Result<Admission::Files> Admission::read_files() const {
  Files files;
  CountySettings county = TRY(load_county(home_.dir));
  files.principals = TRY(read_principals(home_, county));
  files.county = std::make_shared<const CountySettings>(std::move(county));
  return files;
}

Result<Reloaded> Admission::read_again() {
  auto next = read_files();
  if (!next) {
    log::error("admission.reload_failed", {{"error", describe(next.error())}});
    return fail(next.error());
  }
  std::swap(principals_, next->principals);
  if (const Status status = hand_out(read_clocks().utc, next->county); !status) {
    std::swap(principals_, next->principals);
    log::error("admission.reload_failed", {{"error", describe(status.error())}});
    return fail(status.error());
  }
  county_ = next->county;
  Reloaded reloaded;
  reloaded.rules = county_->approvals.rules.size();
  reloaded.people = county_->approvals.people.size();
  reloaded.channels = county_->channels.size();
  reloaded.principals = principals_.size();
  reloaded.admitted = static_cast<uint64_t>(std::ranges::count(valid_, PrincipalState::valid));
  log::info("admission.reloaded",
            {{"principals", reloaded.principals}, {"admitted", reloaded.admitted}});
  return reloaded;
}

Status Admission::hand_out(Utc now, std::shared_ptr<const CountySettings> county) {
  Admitted admitted = TRY(admitted_of(principals_, now));
  carry_over(tokens_, admitted.tokens);
  tokens_ = admitted.tokens;
  valid_ = validities(now);
  apply_(std::move(admitted), std::move(county));
  return {};
}

}  // namespace gulou
