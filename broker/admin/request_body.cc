#include "broker/admin/request_body.h"

#include <utility>

namespace gulou {

Result<RequestBody> RequestBody::read(const Exchange& exchange) {
  const std::string& body = exchange.request().body;
  if (body.empty()) {
    return RequestBody(JsonValue(JsonValue::Content(JsonValue::Object{})));
  }
  auto json = JsonValue::parse(body);
  if (!json) {
    Error error = std::move(json.error());
    error.field = error.field.empty() ? "body" : error.field;
    return fail(std::move(error));
  }
  if (!json->is_object()) {
    return fail(ErrorCode::invalid_argument, "field_not_object", "body");
  }
  return RequestBody(*std::move(json));
}

const JsonValue& RequestBody::member(std::string_view name) {
  static const JsonValue absent;
  asked_.emplace(name);
  for (const JsonValue::Member& member : json_.members()) {
    if (member.key == name) {
      return member.value;
    }
  }
  return absent;
}

bool RequestBody::has(std::string_view name) {
  return !member(name).is_null();
}

void RequestBody::wrong(std::string reason, std::string_view name, std::vector<std::string> args) {
  errors_.push_back(
      {ErrorCode::invalid_argument, std::move(reason), std::string(name), std::move(args)});
}

std::string RequestBody::text(std::string_view name, size_t bytes_max) {
  const JsonValue& value = member(name);
  if (value.is_null()) {
    return {};
  }
  if (!value.is_text()) {
    wrong("field_not_text", name);
    return {};
  }
  const std::string_view text = value.text();
  if (text.size() > bytes_max) {
    wrong("field_too_long", name, {std::to_string(text.size()), std::to_string(bytes_max)});
    return {};
  }
  return std::string(text);
}

std::string RequestBody::needed_text(std::string_view name, size_t bytes_max) {
  const size_t before = errors_.size();
  std::string text = this->text(name, bytes_max);
  if (text.empty() && errors_.size() == before) {
    wrong("word_missing", name);
  }
  return text;
}

std::string RequestBody::reason() {
  const std::string_view given = member("reason").text();
  if (given.empty() || given.size() > limits::note_bytes_max) {
    wrong("decision_without_reason", "reason", {std::to_string(limits::note_bytes_max)});
    return {};
  }
  return std::string(given);
}

std::vector<std::string> RequestBody::texts(std::string_view name, size_t items_max) {
  const JsonValue& value = member(name);
  std::vector<std::string> list;
  if (value.is_null()) {
    return list;
  }
  if (!value.is_array()) {
    wrong("field_not_array", name);
    return list;
  }
  if (value.items().size() > items_max) {
    wrong("list_too_long", name, {std::to_string(value.items().size()), std::to_string(items_max)});
    return list;
  }
  for (size_t i = 0; i < value.items().size(); ++i) {
    const JsonValue& item = value.items()[i];
    const std::string place = std::string(name) + "[" + std::to_string(i) + "]";
    if (!item.is_text()) {
      wrong("field_not_text", place);
    } else if (item.text().size() > limits::selector_bytes_max) {
      wrong("field_too_long",
            place,
            {std::to_string(item.text().size()), std::to_string(limits::selector_bytes_max)});
    } else {
      list.emplace_back(item.text());
    }
  }
  return list;
}

uint64_t RequestBody::number(std::string_view name, uint64_t most) {
  const JsonValue& value = member(name);
  if (value.is_null()) {
    return 0;
  }
  const auto* given = std::get_if<int64_t>(&value.content());
  if (given == nullptr) {
    wrong("field_not_integer", name);
    return 0;
  }
  if (*given < 0 || static_cast<uint64_t>(*given) > most) {
    wrong("field_out_of_range", name);
    return 0;
  }
  return static_cast<uint64_t>(*given);
}

bool RequestBody::flag(std::string_view name) {
  const JsonValue& value = member(name);
  if (!value.is_null() && !std::holds_alternative<bool>(value.content())) {
    wrong("field_not_boolean", name);
  }
  return value.boolean();
}

Utc RequestBody::time(std::string_view name) {
  const std::string given = text(name);
  if (given.empty()) {
    return {};
  }
  if (const auto time = parse_utc(given)) {
    return *time;
  }
  wrong("time_invalid", name, {given});
  return {};
}

std::vector<Error> RequestBody::errors() const {
  std::vector<Error> all = errors_;
  for (const JsonValue::Member& member : json_.members()) {
    if (!asked_.contains(member.key)) {
      all.push_back({ErrorCode::invalid_argument, "member_unknown", member.key, {}});
    }
  }
  return all;
}

}  // namespace gulou
