// Exchange is one HTTP request and the duty to answer it: a handle that closures copy and carry to
// other threads. What handlers need of the broker stands in AdminContext. One thread at a time
// holds the exchange; it is answered once, and if nobody does, the server says so to the client.
#pragma once

#include "broker/admin/desk.h"
#include "broker/admin/evidence.h"
#include "broker/admin/notify.h"
#include "broker/admin/principal.h"
#include "broker/admin/reload.h"
#include "broker/admin/scan_links.h"
#include "broker/admin/scans.h"
#include "broker/admin/workers.h"
#include "broker/journal/history.h"
#include "common/base/metrics.h"
#include "common/base/result.h"
#include "common/http/router.h"
#include "common/model/settings.h"
#include "common/text/language.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// The broker's MAC over a receipt, as SubmitAnswer carries it.
using ReceiptMac = std::function<Digest(uint64_t epoch, Seq seq, const Digest& hash)>;

// A code for a new device: the public half of its key, which the broker keeps, and its text, which
// is shown once. address: HOST:PORT of the device listener; empty: as configured.
struct DeviceCodeMade {
  std::string key;
  std::string code;
};

using MakeDeviceCode = std::function<DeviceCodeMade(const std::string& address)>;

struct AdminContext {
  std::shared_ptr<const CountySettings> county;  // server's thread; each exchange has its own
  Desk& desk;
  const History& history;
  const Metrics& metrics;
  ReceiptMac mac_of;
  NotifyTest notify_test;
  Reload reload;
  MakeEvidence make_evidence;
  ReadScans read_scans;
  std::unique_ptr<ScanLinks> scan_links;  // the outside worker's
  MakeDeviceCode device_code;
  Counter& receipts_refused;
  Workers workers;
  Workers outside;  // one thread for what waits for other machines
};

class Exchange {
 public:
  // principal: null on open routes; owned by Admin, copied here.
  Exchange(std::shared_ptr<AdminContext> context,
           HttpRequest request,
           PathValues path,
           const HttpPrincipal* principal,
           Responder responder);

  const AdminContext& context() const { return *state_->context; }

  // As it was when the request came.
  const CountySettings& county() const { return *state_->county; }

  const History& history() const { return context().history; }

  const HttpRequest& request() const { return state_->request; }

  const std::string& path(std::string_view name) const { return state_->path[name]; }

  // Of a route that asks for a token.
  const HttpPrincipal& principal() const { return state_->principal; }

  Language language() const { return state_->language; }

  std::string_view parameter(std::string_view name) const;
  // Absent: otherwise. Not a number from 1 to `most`: parameter_out_of_range.
  Result<uint64_t> number(std::string_view name, uint64_t otherwise, uint64_t most) const;

  std::string say(const Error& error) const;

  void answer(HttpResponse response) const;
  void answer(int status, std::string json) const;
  void refuse(const std::vector<Error>& errors) const;
  void refuse(const Error& error) const;

  // Asks the broker for its present state and goes on with it on a worker. An Error that `then`
  // returns is the answer.
  Status with_view(std::function<Status(const Exchange&, const BrokerView&)> then) const;
  // Goes on where waiting for another machine holds nobody up. Errors as above.
  Status outside(std::function<Status(const Exchange&)> then) const;

  // Answers with server-sent events.
  EventStream start_events() const;

 private:
  // Shared between the copies in closures of several threads.
  struct State {
    std::shared_ptr<const CountySettings> county;  // shared with the requests of the same time
    std::shared_ptr<AdminContext> context;         // an answer of the broker may outlive Admin
    HttpRequest request;
    PathValues path;
    HttpPrincipal principal;
    Language language = Language::zh;
    Responder responder;
  };

  std::shared_ptr<State> state_;
};

// The sentence of an error in the language an Accept-Language value asks for.
std::string http_sentence(const Error& error, std::string_view accept_language);

// Problem details of these errors. A limit that was passed is 413 here, but for a publisher that
// comes too often.
HttpResponse refusal(const std::vector<Error>& errors, std::string_view accept_language);

}  // namespace gulou
