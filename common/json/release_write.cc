#include "common/json/approval_json.h"
#include "common/json/json_text.h"
#include "common/json/release_fields.h"
#include "common/json/release_json.h"

namespace gulou {
namespace {

class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  void end() { out_ += '}'; }

  void text(std::string_view name, const std::string& value) {
    if (!value.empty()) {
      key(name);
      append_quoted(out_, value);
    }
  }

  template <class Enum, class Parse>
  void word(std::string_view name, Enum value, Parse parse) {
    if (value != Enum{}) {
      required_word(name, value, parse);
    }
  }

  template <class Enum, class Parse>
  void required_word(std::string_view name, Enum value, Parse /*parse*/) {
    key(name);
    append_quoted(out_, name_of(value));
  }

  void number(std::string_view name, uint64_t value) {
    if (value != 0) {
      key(name);
      out_ += std::to_string(value);
    }
  }

  void flag(std::string_view name, bool value) {
    if (value) {
      key(name);
      out_ += "true";
    }
  }

  void digest(std::string_view name, const Digest& value) {
    if (value) {
      text(name, to_hex(value));
    }
  }

  void texts(std::string_view name, const std::vector<std::string>& values) {
    list(name, values, [this](const std::string& value) { append_quoted(out_, value); });
  }

  // Left out when it would be empty.
  template <class Part>
  void object(std::string_view name, const Part& part) {
    std::string inner;
    ObjectWriter writer(inner);
    json_fields::fields(writer, part);
    if (!writer.first_) {
      key(name);
      out_ += inner + '}';
    }
  }

  template <class Part>
  void optional(std::string_view name, const std::optional<Part>& part) {
    if (part) {
      key(name);
      write(*part);
    }
  }

  template <class Part>
  void objects(std::string_view name, const std::vector<Part>& parts) {
    list(name, parts, [this](const Part& part) { write(part); });
  }

 private:
  void key(std::string_view name) {
    if (!first_) {
      out_ += ',';
    }
    first_ = false;
    append_quoted(out_, name);
    out_ += ':';
  }

  template <class Part>
  void write(const Part& part) {
    ObjectWriter writer(out_);
    json_fields::fields(writer, part);
    writer.end();
  }

  template <class Value, class Write>
  void list(std::string_view name, const std::vector<Value>& values, Write write_one) {
    if (values.empty()) {
      return;
    }
    key(name);
    out_ += '[';
    for (const Value& value : values) {
      if (&value != values.data()) {
        out_ += ',';
      }
      write_one(value);
    }
    out_ += ']';
  }

  std::string& out_;
  bool first_ = true;
};

template <class Part>
std::string written(const Part& part) {
  std::string out;
  ObjectWriter writer(out);
  json_fields::fields(writer, part);
  writer.end();
  return out;
}

}  // namespace

std::string to_json(const Release& release) {
  return written(release);
}

std::string to_json(const Approval& approval) {
  return written(approval);
}

}  // namespace gulou
