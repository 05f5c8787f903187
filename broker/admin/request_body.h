// RequestBody reads the JSON object a request carries, member by member. What is wrong with a
// member is remembered under its name and an empty value given instead, so that a caller hears
// about everything at once; errors() also names members nobody asked for. A value of one thread.
#pragma once

#include "broker/admin/exchange.h"
#include "common/base/limits.h"
#include "common/json/value.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

class RequestBody {
 public:
  // An absent body is an empty object. Errors: those of JsonValue::parse, field_not_object.
  static Result<RequestBody> read(const Exchange& exchange);

  bool has(std::string_view name);
  std::string text(std::string_view name, size_t bytes_max = limits::note_bytes_max);
  std::string needed_text(std::string_view name, size_t bytes_max = limits::note_bytes_max);
  // The member "reason" of a decision: to be found later by whoever asks why.
  std::string reason();
  std::vector<std::string> texts(std::string_view name, size_t items_max);
  uint64_t number(std::string_view name, uint64_t most);
  bool flag(std::string_view name);
  Utc time(std::string_view name);

  // Words of the wire, by their parse function.
  template <class Word>
  std::vector<Word> words(std::string_view name, std::optional<Word> (*parse)(std::string_view)) {
    std::vector<Word> list;
    for (const std::string& text : texts(name, limits::page_rows_max)) {
      if (const auto word = parse(text)) {
        list.push_back(*word);
      } else {
        wrong("word_unknown", name, {text});
      }
    }
    return list;
  }

  void wrong(std::string reason, std::string_view name, std::vector<std::string> args = {});
  // Everything that is wrong; empty: go on.
  std::vector<Error> errors() const;

 private:
  explicit RequestBody(JsonValue json) : json_(std::move(json)) {}

  const JsonValue& member(std::string_view name);

  JsonValue json_;
  std::set<std::string, std::less<>> asked_;
  std::vector<Error> errors_;
};

}  // namespace gulou
