#include "common/base/limits.h"
#include "common/json/approval_json.h"
#include "common/json/canonical.h"
#include "common/json/json_text.h"
#include "common/json/release_fields.h"
#include "common/json/release_json.h"

#include <limits>
#include <optional>

#include <simdjson.h>

namespace gulou {
namespace {

using Element = simdjson::dom::element;

// The first thing that is wrong; once there is one, nothing more is read.
using FirstError = std::optional<Error>;

// Reads the members of one object in the order of release_fields.h, which is theirs.
class ObjectReader {
 public:
  ObjectReader(simdjson::dom::object object, std::string path, FirstError& error)
      : at_(object.begin()), end_(object.end()), path_(std::move(path)), error_(error) {}

  // Walks past what is left, so that its order is looked at too.
  void end() {
    while (!error_ && at_ != end_) {
      advance();
    }
  }

  void text(std::string_view name, std::string& value) {
    if (const auto found = find(name)) {
      read_text(*found, name, value);
    }
  }

  template <class Enum, class Parse>
  void word(std::string_view name, Enum& value, Parse parse) {
    if (const auto found = find(name)) {
      read_word(*found, name, value, parse);
    }
  }

  template <class Enum, class Parse>
  void required_word(std::string_view name, Enum& value, Parse parse) {
    if (const auto found = find(name)) {
      read_word(*found, name, value, parse);
    } else if (!error_) {
      wrong("word_missing", name);
    }
  }

  template <class Number>
  void number(std::string_view name, Number& value) {
    const auto found = find(name);
    if (!found) {
      return;
    }
    uint64_t whole = 0;
    if (found->type() != simdjson::dom::element_type::INT64 &&
        found->type() != simdjson::dom::element_type::UINT64) {
      wrong("field_not_integer", name);
    } else if (found->get(whole) != simdjson::SUCCESS ||
               whole > std::numeric_limits<Number>::max()) {
      wrong("field_out_of_range", name);
    } else {
      value = static_cast<Number>(whole);
    }
  }

  void flag(std::string_view name, bool& value) {
    const auto found = find(name);
    if (found && found->get(value) != simdjson::SUCCESS) {
      wrong("field_not_boolean", name);
    }
  }

  void digest(std::string_view name, Digest& value) {
    const auto found = find(name);
    if (!found) {
      return;
    }
    std::string_view hex;
    const auto digest = found->get(hex) == simdjson::SUCCESS ? digest_from_hex(hex) : std::nullopt;
    if (digest) {
      value = *digest;
    } else {
      wrong("field_not_digest", name);
    }
  }

  void texts(std::string_view name, std::vector<std::string>& values) {
    for_each(name, [&](Element item, const std::string& item_name) {
      read_text(item, item_name, values.emplace_back());
    });
  }

  template <class Part>
  void object(std::string_view name, Part& part) {
    if (const auto found = find(name)) {
      read_object(*found, name, part);
    }
  }

  template <class Part>
  void optional(std::string_view name, std::optional<Part>& part) {
    if (const auto found = find(name)) {
      read_object(*found, name, part.emplace());
    }
  }

  template <class Part>
  void objects(std::string_view name, std::vector<Part>& parts) {
    for_each(name, [&](Element item, const std::string& item_name) {
      read_object(item, item_name, parts.emplace_back());
    });
  }

 private:
  void wrong(std::string_view reason, std::string_view name, std::vector<std::string> args = {}) {
    error_ = Error{ErrorCode::invalid_argument,
                   std::string(reason),
                   path_ + std::string(name),
                   std::move(args)};
  }

  std::optional<Element> find(std::string_view name) {
    while (!error_ && at_ != end_ && at_.key() < name) {
      advance();
    }
    if (error_ || !(at_ != end_) || at_.key() != name) {
      return std::nullopt;
    }
    const Element value = at_.value();
    advance();
    return value;
  }

  void advance() {
    const std::string_view key = at_.key();
    ++at_;
    if (at_ != end_ && !utf16_less(key, at_.key())) {
      wrong("field_out_of_order", at_.key());
    }
  }

  void read_text(Element element, std::string_view name, std::string& value) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS) {
      value = text;
    } else {
      wrong("field_not_text", name);
    }
  }

  template <class Enum, class Parse>
  void read_word(Element element, std::string_view name, Enum& value, Parse parse) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) {
      return wrong("field_not_text", name);
    }
    if (const auto known = parse(text)) {
      value = *known;
    } else {
      wrong("word_unknown", name, {std::string(text.substr(0, limits::id_bytes_max))});
    }
  }

  template <class Part>
  void read_object(Element element, std::string_view name, Part& part) {
    simdjson::dom::object object;
    if (element.get(object) != simdjson::SUCCESS) {
      return wrong("field_not_object", name);
    }
    ObjectReader reader(object, path_ + std::string(name) + ".", error_);
    json_fields::fields(reader, part);
    reader.end();
  }

  template <class Read>
  void for_each(std::string_view name, Read read) {
    const auto found = find(name);
    if (!found) {
      return;
    }
    simdjson::dom::array array;
    if (found->get(array) != simdjson::SUCCESS) {
      return wrong("field_not_array", name);
    }
    size_t index = 0;
    for (const Element item : array) {
      if (error_) {
        return;
      }
      read(item, std::string(name) + "[" + std::to_string(index++) + "]");
    }
  }

  simdjson::dom::object::iterator at_;
  simdjson::dom::object::iterator end_;
  std::string path_;
  FirstError& error_;
};

template <class Part>
Result<Part> read(simdjson::dom::parser& parser, std::string_view json, std::string_view prefix) {
  // What is wrong with the whole stands under the name of the part: "parts[0]".
  const std::string_view whole = prefix.substr(0, prefix.size() - (prefix.ends_with('.') ? 1 : 0));
  Element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::invalid_argument, "json_unreadable", std::string(whole));
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) {
    return fail(ErrorCode::invalid_argument, "field_not_object", std::string(whole));
  }
  Part part;
  FirstError error;
  ObjectReader reader(object, std::string(prefix), error);
  json_fields::fields(reader, part);
  reader.end();
  if (error) {
    return fail(std::move(*error));
  }
  return part;
}

}  // namespace

Result<Approval> parse_approval(std::string_view canonical, std::string_view prefix) {
  const std::string whole(prefix.substr(0, prefix.size() - (prefix.ends_with('.') ? 1 : 0)));
  if (canonical.size() > limits::approval_bytes_max) {
    return fail(ErrorCode::exhausted,
                "approval_too_large",
                whole,
                {std::to_string(canonical.size()), std::to_string(limits::approval_bytes_max)});
  }
  if (Status status = check_canonical(canonical); !status) {
    status.error().field = whole;
    return fail(std::move(status.error()));
  }
  thread_local simdjson::dom::parser parser;
  return read<Approval>(parser, canonical, prefix);
}

Result<Release> parse_release(std::string_view canonical, std::string_view prefix) {
  if (canonical.size() > limits::release_bytes_max) {
    return fail(ErrorCode::exhausted,
                "release_too_large",
                std::string(prefix.substr(0, prefix.size() - (prefix.ends_with('.') ? 1 : 0))),
                {std::to_string(canonical.size()), std::to_string(limits::release_bytes_max)});
  }
  // A parser keeps what its largest text needed (some ten times its size), so large ones get their
  // own.
  constexpr size_t kept_bytes_max = 64 * 1024;
  if (canonical.size() > kept_bytes_max) {
    simdjson::dom::parser parser;
    return read<Release>(parser, canonical, prefix);
  }
  thread_local simdjson::dom::parser parser;
  return read<Release>(parser, canonical, prefix);
}

}  // namespace gulou
