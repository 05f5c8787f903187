// Submissions: a bundle comes in as JSON. It is brought into canonical form here, once, and its
// digests are returned; `?check=1` says what the broker would say, as far as bytes and
// configuration tell, and stores nothing.
#include "broker/admin/answers.h"
#include "broker/admin/fits.h"
#include "broker/admin/routes.h"
#include "broker/core/approvals.h"
#include "broker/core/rights.h"
#include "broker/facts/facts.h"
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/json/canonical.h"
#include "common/json/release_json.h"

#include <set>
#include <utility>

namespace gulou {
namespace {

// Where the JSON value at `at` ends, in canonical text: no blanks, balanced.
size_t end_of_value(std::string_view json, size_t at) {
  size_t depth = 0;
  bool in_text = false;
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (in_text) {
      at += c == '\\' ? 1 : 0;
      in_text = c != '"';
      continue;
    }
    if ((c == ',' || c == ']' || c == '}') && depth == 0) {
      return at;
    }
    in_text = c == '"';
    depth += c == '{' || c == '[' ? 1 : 0;
    depth -= c == '}' || c == ']' ? 1 : 0;
  }
  return json.size();
}

constexpr std::string_view approvals_begin = R"("approvals":[)";
constexpr std::string_view parts_begin = R"("parts":[)";

struct Envelope {
  std::vector<SharedBytes> parts;
  std::vector<std::string> approvals;
};

// The items of a list that begins at `rest`, behind its bracket; rest: what follows it.
std::vector<std::string> take_items(std::string_view& rest) {
  std::vector<std::string> items;
  while (!rest.empty() && rest.front() != ']') {
    const size_t end = end_of_value(rest, 0);
    items.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
    rest.remove_prefix(!rest.empty() && rest.front() == ',' ? 1 : 0);
  }
  rest.remove_prefix(rest.empty() ? 0 : 1);
  return items;
}

// {"approvals":[…],"parts":[…]}, each in canonical form; there may be no approvals. Nothing else
// may stand beside them.
Result<Envelope> split_envelope(std::string_view body) {
  auto canonical = canonicalise(body);
  if (!canonical) {
    Error error = std::move(canonical.error());
    error.field = error.field.empty() ? "body" : error.field;
    return fail(std::move(error));
  }
  const auto malformed = [] {
    return fail(ErrorCode::invalid_argument, "submission_malformed", "parts");
  };
  Envelope envelope;
  std::string_view rest = *canonical;
  if (!rest.starts_with('{')) {
    return malformed();
  }
  rest.remove_prefix(1);
  if (rest.starts_with(approvals_begin)) {
    rest.remove_prefix(approvals_begin.size());
    envelope.approvals = take_items(rest);
    if (!rest.starts_with(',')) {
      return malformed();
    }
    rest.remove_prefix(1);
  }
  if (!rest.starts_with(parts_begin)) {
    return malformed();
  }
  rest.remove_prefix(parts_begin.size());
  for (std::string& part : take_items(rest)) {
    envelope.parts.push_back(std::make_shared<const std::string>(std::move(part)));
  }
  if (rest != "}") {
    return malformed();
  }
  return envelope;
}

// Of the parts that can be read.
std::vector<ChannelFit> fits_of(const std::vector<SharedBytes>& parts,
                                const CountySettings& county) {
  std::vector<Release> releases;
  for (const SharedBytes& part : parts) {
    if (auto release = parse_release(*part)) {
      releases.push_back(*std::move(release));
    }
  }
  return releases.size() == parts.size() ? channel_fits(releases, county)
                                         : std::vector<ChannelFit>{};
}

void append_errors(JsonWriter& json, const Exchange& exchange, const std::vector<Error>& errors) {
  json.begin_array();
  for (const Error& error : errors) {
    json.begin_object()
        .member("field", error.field)
        .member("code", error.reason)
        .member("sentence", exchange.say(error))
        .end_object();
  }
  json.end_array();
}

// May this publisher submit it, and to where it goes?
void check_publisher(const Exchange& exchange,
                     const Submitted& facts,
                     const CountySettings& county,
                     std::vector<Error>& errors) {
  check_rights(facts, errors);
  std::set<std::string> retired;
  const ChannelNames names(exchange.history());
  for (const ChannelCondition& condition : exchange.history().conditions()) {
    if (condition.retired) {
      retired.insert(names.id(condition.channel));
    }
  }
  for (const Channel& channel : county.channels) {
    if (!retired.contains(channel.id)) {
      check_reach(facts, channel, errors);
    }
  }
}

// As far as bytes and configuration tell: what the core would refuse, in its order.
std::vector<Error> errors_of(const Exchange& exchange,
                             const Submitted& facts,
                             const CountySettings& county,
                             Now now) {
  std::vector<Error> errors = facts.shape_errors;
  if (errors.empty()) {
    check_publisher(exchange, facts, county, errors);
  }
  if (!errors.empty()) {
    return errors;
  }
  for (const PartFacts& part : facts.parts) {
    errors.insert(errors.end(), part.errors.begin(), part.errors.end());
  }
  if (errors.empty()) {
    check_disclosure(facts, county.approvals, errors);
  }
  if (errors.empty()) {
    check_approvals(facts, county.approvals, now, errors);
  }
  return errors;
}

void answer_check(const Exchange& exchange,
                  const Submitted& facts,
                  const std::vector<ChannelFit>& fits) {
  const std::vector<Error> errors = errors_of(exchange, facts, exchange.county(), read_clocks());
  JsonWriter json;
  json.begin_object().member("ok", errors.empty());
  append_errors(json.key("errors"), exchange, errors);
  append_fits(json.key("channels"), fits, exchange.language());
  json.key("digests").begin_array();
  for (const PartFacts& part : facts.parts) {
    json.value(to_hex(part.digest));
  }
  json.end_array();
  if (facts.shape_errors.empty()) {
    json.member("bundle_digest", to_hex(facts.bundle_digest));
  }
  exchange.answer(200, json.end_object().take());
}

Status check(const Exchange& exchange, Envelope envelope) {
  const CountySettings& county = exchange.county();
  const auto fits = fits_of(envelope.parts, county);
  FactsInput input;
  input.publisher = exchange.principal().name;
  input.rights = exchange.principal().rights;
  input.parts = std::move(envelope.parts);
  input.approvals = std::move(envelope.approvals);
  Submitted facts = establish_facts(std::move(input), county, read_clocks().utc);
  std::vector<Digest> scans = scans_of(facts);
  const ReadScans& read_scans = exchange.context().read_scans;
  if (scans.empty() || read_scans == nullptr) {
    answer_check(exchange, facts, fits);
    return {};
  }
  const bool taken = read_scans(std::move(scans), [exchange, facts, fits](const ScansRead& read) {
    Submitted complete = facts;
    add_scans(read, complete);
    answer_check(exchange, complete, fits);
  });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

void answer_receipt(const Exchange& exchange,
                    const SubmitAnswer& answer,
                    const std::vector<ChannelFit>& fits) {
  const SendAccepted& receipt = answer.receipt;
  JsonWriter json;
  json.begin_object().member("seq", receipt.seq.value);
  append_time(json, "accepted_at", receipt.accepted_at);
  json.member("already", receipt.already)
      .member("epoch", receipt.epoch)
      .member("hash", to_hex(receipt.hash))
      .member("mac", to_hex(answer.mac))
      .key("parts")
      .begin_array();
  for (const PartReceiptLine& part : receipt.parts) {
    json.begin_object()
        .member("id", part.id)
        .member("revision", part.revision)
        .member("digest", to_hex(part.digest))
        .text_member("index_no", part.index_no)
        .end_object();
  }
  json.end_array();
  append_fits(json.key("fits"), fits, exchange.language());
  exchange.answer(receipt.already ? 200 : 201, json.end_object().take());
}

Status submit(const Exchange& exchange) {
  const std::string& body = exchange.request().body;
  if (body.size() > limits::submission_bytes_max) {
    return fail(ErrorCode::exhausted,
                "submission_too_large",
                "body",
                {std::to_string(body.size()), std::to_string(limits::submission_bytes_max)});
  }
  Envelope envelope = TRY(split_envelope(body));
  if (exchange.parameter("check") == "1") {
    return check(exchange, std::move(envelope));
  }
  auto fits = fits_of(envelope.parts, exchange.county());
  const bool taken = exchange.context().desk.submit(
      exchange.principal().name,
      exchange.principal().rights,
      std::move(envelope.parts),
      std::move(envelope.approvals),
      [exchange, fits = std::move(fits)](const SubmitAnswer& answer) {
        answer.accepted ? answer_receipt(exchange, answer, fits) : exchange.refuse(answer.errors);
      });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

}  // namespace

AdminRoutes submission_routes() {
  return {{"POST", "/v1/submissions", Access::publisher, submit}};
}

}  // namespace gulou
