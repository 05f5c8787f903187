// Admin is the broker's HTTP side: it admits callers by token and role, hands their requests to
// workers, and answers from committed rows (History), from the configuration, and through the Desk
// from the running broker. Owned by main; desk, history and metrics outlive it. Its callbacks at
// the desk may come late or never. The contract is openapi.json, served at /v1/openapi.json.
#pragma once

#include "broker/admin/exchange.h"
#include "broker/admin/principal.h"
#include "broker/admin/routes.h"
#include "common/base/mailbox.h"
#include "common/http/rates.h"
#include "common/http/server.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gulou {

struct AdminOptions {
  std::shared_ptr<const CountySettings> county;
  std::vector<HttpPrincipal> principals;
  ReceiptMac mac_of;             // none: receipts are shown without
  NotifyTest notify_test;        // none: notify.toml names nobody
  Reload reload;                 // none: nothing can be read again
  MakeEvidence make_evidence;    // none: there is none
  ReadScans read_scans;          // none: approvals on paper count as not checked
  MakeDeviceCode device_code;    // none: no device can be invited
  std::string certificate_file;  // PEM; with key_file: TLS
  std::string key_file;
  uint32_t token_requests_per_second_max = 0;    // per principal; 0: no limit
  uint32_t address_requests_per_second_max = 0;  // per address
  size_t threads = 2;
};

class Admin {
 public:
  // Before other threads register metrics or read them.
  Admin(const AdminOptions& options, Desk& desk, const History& history, Metrics& metrics);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;
  Admin(Admin&&) = delete;
  Admin& operator=(Admin&&) = delete;

  // Numeric address or "localhost"; port 0 chooses a free one. Errors: those of HttpServer::listen.
  Status start(const std::string& address, uint16_t port);
  uint16_t port() const;
  // Who has a token from now on; any thread.
  void admit(std::vector<HttpPrincipal> principals);
  // The configuration from now on; any thread.
  void configure(std::shared_ptr<const CountySettings> county);
  // No request is answered after it. The broker may still run.
  void stop();

 private:
  void add(Router& router, const AdminRoute& route);
  void serve(const AdminRoute& route,
             HttpRequest request,
             const PathValues& path,
             Responder responder);

  struct Denial {
    Error error;
    HttpResponse response;
  };

  // The refusal of whoever may not use the route; authorization: as the header or form gives it.
  std::optional<Denial> deny(const AdminRoute& route,
                             const HttpRequest& request,
                             std::string_view authorization,
                             const HttpPrincipal* principal);

  std::vector<HttpPrincipal> principals_;         // server's thread
  Mailbox<std::vector<HttpPrincipal>> admitted_;  // the newest list, until the next request
  Mailbox<std::shared_ptr<const CountySettings>> counties_;  // as above
  std::shared_ptr<AdminContext> context_;                    // shared: see Exchange
  Router router_;
  AddressRates rates_;    // by principal; server's thread
  AddressRates guesses_;  // requests without a known token, by address
  Counter& denied_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace gulou
