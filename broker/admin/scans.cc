// A signed sheet comes from a phone: the link is asked for, its page is opened on the phone, the
// photograph is stored and read, and whoever asked learns its digest.
#include "broker/admin/answers.h"
#include "broker/admin/form_page.h"
#include "broker/admin/multipart.h"
#include "broker/admin/request_body.h"
#include "broker/admin/routes.h"
#include "broker/admin/scan_links.h"
#include "common/base/time.h"
#include "common/crypto/digest.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gulou {
namespace {

ScanLinks& links_of(const Exchange& exchange) {
  return *exchange.context().scan_links;
}

ScanLink* link_in(const Exchange& exchange) {
  return links_of(exchange).find(exchange.path("code"), read_clocks().utc);
}

Error gone() {
  return {ErrorCode::not_found, "scan_link_unknown", "code", {}};
}

// ---- who asks for a sheet -----------------------------------------------------------------------

Status ask(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  const auto bundle = digest_from_hex(body.needed_text("bundle_digest"));
  if (!bundle) {
    body.wrong("field_not_digest", "bundle_digest");
  }
  if (const auto errors = body.errors(); !errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  return exchange.outside([bundle = *bundle](const Exchange& held) -> Status {
    const Utc now = read_clocks().utc;
    const std::string code = links_of(held).add(bundle, held.principal().name, now);
    JsonWriter json;
    json.begin_object().member("code", code).member("link", "/scan/" + code);
    append_time(json, "until", {now.ms + limits::scan_link_ms_max});
    held.answer(201, json.end_object().take());
    return {};
  });
}

Status show(const Exchange& exchange) {
  return exchange.outside([](const Exchange& held) -> Status {
    const ScanLink* link = link_in(held);
    if (link == nullptr || link->asked_by != held.principal().name) {
      return fail(gone());
    }
    JsonWriter json;
    json.begin_object().member("state", link->scan ? "received" : "waiting");
    if (link->scan) {
      json.member("scan", to_hex(link->scan)).member("size_bytes", link->size_bytes);
    }
    append_time(json, "until", link->until);
    held.answer(200, json.end_object().take());
    return {};
  });
}

// ---- the phone ----------------------------------------------------------------------------------

Status answer_page(const Exchange& exchange, int status, const std::string& message, bool asks) {
  const Language language = exchange.language();
  TemplateData data;
  data.set("title", word(language, "scan_title"));
  data.set("message", message);
  data.set("asks", asks);
  data.set("action", exchange.request().path);
  data.set("about", word(language, "scan_about"));
  data.set("label", word(language, "scan_photo"));
  data.set("send", word(language, "scan_send"));
  exchange.answer(form_page(status, language, "scan.html", std::move(data)));
  return {};
}

Status answer_wrong(const Exchange& exchange, const Error& error, bool asks) {
  const int status = error.code == ErrorCode::not_found     ? 404
                     : error.code == ErrorCode::unavailable ? 503
                                                            : 400;
  return answer_page(exchange, status, exchange.say(error), asks);
}

std::string received_text(const Exchange& exchange) {
  return std::string(word(exchange.language(), "scan_received"));
}

Status open_page(const Exchange& exchange) {
  return exchange.outside([](const Exchange& held) -> Status {
    const ScanLink* link = link_in(held);
    if (link == nullptr) {
      return answer_wrong(held, gone(), false);
    }
    return link->scan ? answer_page(held, 200, received_text(held), false)
                      : answer_page(held, 200, {}, true);
  });
}

// What is wrong with a sheet for this link, by what its codes say.
std::optional<Error> wrong_with(const ScanRead& read, const Digest& bundle) {
  if (read.unread) {
    return read.unread;
  }
  if (read.names.empty()) {
    return Error{ErrorCode::refused, "scan_page_without_code", {}, {}};
  }
  if (std::ranges::find(read.names, bundle) == read.names.end()) {
    return Error{ErrorCode::refused, "scan_page_of_other", {}, {}};
  }
  return std::nullopt;
}

Status settle(const Exchange& exchange, const Digest& scan, uint64_t bytes, const ScansRead& all) {
  ScanLink* link = link_in(exchange);
  const auto read = all.find(scan);
  if (link == nullptr || read == all.end()) {
    return answer_wrong(exchange, gone(), false);
  }
  if (const auto error = wrong_with(read->second, link->bundle)) {
    return answer_wrong(exchange, *error, link->tries < limits::scan_tries_max);
  }
  link->scan = scan;
  link->size_bytes = bytes;
  return answer_page(exchange, 200, received_text(exchange), false);
}

// Stored, the photograph is read; on the broker's thread.
void read_stored(const Exchange& exchange, const Digest& scan, uint64_t bytes) {
  const bool taken =
      exchange.context().read_scans({scan}, [exchange, scan, bytes](const ScansRead& read) {
        const Status held = exchange.outside(
            [scan, bytes, read](const Exchange& back) { return settle(back, scan, bytes, read); });
        if (!held) {
          exchange.refuse(held.error());
        }
      });
  if (!taken) {
    exchange.refuse({ErrorCode::unavailable, "broker_busy", {}, {}});
  }
}

Status take(const Exchange& exchange) {
  ScanLink* link = link_in(exchange);
  if (link == nullptr || exchange.context().read_scans == nullptr) {
    return answer_wrong(exchange, gone(), false);
  }
  if (link->scan) {
    return answer_page(exchange, 200, received_text(exchange), false);
  }
  const HttpRequest& request = exchange.request();
  const auto file = file_of_form(request.header("content-type"), request.body);
  if (!file || file->empty()) {
    return answer_wrong(exchange, {ErrorCode::invalid_argument, "scan_page_empty", {}, {}}, true);
  }
  if (++link->tries > limits::scan_tries_max) {
    return answer_wrong(exchange, gone(), false);
  }
  const Digest scan = sha256(*file);
  const uint64_t bytes = file->size();
  const bool taken = exchange.context().desk.put_blob(
      scan, 0, bytes, std::string(*file), [exchange, scan, bytes](const BlobPutState& state) {
        if (!state.errors.empty()) {
          exchange.refuse(state.errors);
        } else {
          read_stored(exchange, scan, bytes);
        }
      });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

Status receive(const Exchange& exchange) {
  return exchange.outside(take);
}

}  // namespace

AdminRoutes scan_routes() {
  return {{"POST", "/v1/scan-links", Access::publisher, ask},
          {"GET", "/v1/scan-links/{code}", Access::publisher, show},
          {"GET", "/scan/{code}", Access::open, open_page},
          {"POST", "/scan/{code}", Access::open, receive}};
}

}  // namespace gulou
