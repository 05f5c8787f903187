// Submissions: a bundle comes in as JSON. It is brought into canonical form here, once, and its
// digests are returned; `?check=1` says what the broker would say, as far as bytes and
// configuration tell, and stores nothing.
#include "broker/admin/answers.h"
#include "broker/admin/fits.h"
#include "broker/admin/routes.h"
#include "broker/facts/facts.h"
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/json/canonical.h"
#include "common/json/release_json.h"

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

constexpr std::string_view envelope_begin = R"({"parts":[)";
constexpr std::string_view envelope_end = "]}";

// The parts of {"parts":[…]}, each in canonical form. Nothing else may stand beside them.
Result<std::vector<SharedBytes>> split_parts(std::string_view body) {
  auto canonical = canonicalise(body);
  if (!canonical) {
    Error error = std::move(canonical.error());
    error.field = error.field.empty() ? "body" : error.field;
    return fail(std::move(error));
  }
  std::string_view rest = *canonical;
  if (!rest.starts_with(envelope_begin) || !rest.ends_with(envelope_end)) {
    return fail(ErrorCode::invalid_argument, "submission_malformed", "parts");
  }
  rest.remove_prefix(envelope_begin.size());
  std::vector<SharedBytes> parts;
  while (!rest.empty() && rest.front() != ']') {
    const size_t end = end_of_value(rest, 0);
    parts.push_back(std::make_shared<const std::string>(rest.substr(0, end)));
    rest.remove_prefix(end);
    rest.remove_prefix(rest.front() == ',' ? 1 : 0);
  }
  if (rest != envelope_end) {
    return fail(ErrorCode::invalid_argument, "submission_malformed", "parts");
  }
  return parts;
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

Status check(const Exchange& exchange, std::vector<SharedBytes> parts) {
  const CountySettings& county = exchange.context().county;
  const auto fits = fits_of(parts, county);
  FactsInput input;
  input.publisher = exchange.principal().name;
  input.rights = exchange.principal().rights;
  input.parts = std::move(parts);
  const Submitted facts = establish_facts(std::move(input), county, read_clocks().utc);
  std::vector<Error> errors = facts.shape_errors;
  for (const PartFacts& part : facts.parts) {
    errors.insert(errors.end(), part.errors.begin(), part.errors.end());
  }
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
  return {};
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
  std::vector<SharedBytes> parts = TRY(split_parts(body));
  if (exchange.parameter("check") == "1") {
    return check(exchange, std::move(parts));
  }
  auto fits = fits_of(parts, exchange.context().county);
  const bool taken = exchange.context().desk.submit(
      exchange.principal().name,
      exchange.principal().rights,
      std::move(parts),
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
