// Mustache templates for pages and for what channels are sent: {{name}} escaped for the target,
// {{{name}}} as it is (only for HTML in normal form), {{#list}} … {{/list}}, {{^empty}} …
// {{/empty}},
// {{>partial}}. Data carries no logic: an empty string, list or false is "not there".
// A Template is compiled once and rendered on one thread at a time.
#pragma once

#include "common/base/result.h"
#include "common/html/escape.h"

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gulou {

// A string, a yes or no, a list, or an object (the default). Numbers become strings.
class TemplateData {
 public:
  using List = std::vector<TemplateData>;
  using Object = std::map<std::string, TemplateData, std::less<>>;

  // Implicit, so that set("title", text) reads like the template.
  // NOLINTBEGIN(google-explicit-constructor)
  TemplateData() : value_(Object{}) {}

  TemplateData(std::string text) : value_(std::move(text)) {}

  TemplateData(std::string_view text) : value_(std::string(text)) {}

  TemplateData(const char* text) : value_(std::string(text)) {}

  TemplateData(bool yes) : value_(yes) {}

  TemplateData(std::integral auto number) : value_(std::to_string(number)) {}

  TemplateData(List list) : value_(std::move(list)) {}

  // NOLINTEND(google-explicit-constructor)

  // On an object: sets a member, replaces an earlier one.
  TemplateData& set(std::string name, TemplateData value);
  // On an object: appends to its list of that name, which it makes where there is none.
  TemplateData& add(std::string_view name, TemplateData item);

  const std::variant<bool, std::string, List, Object>& value() const { return value_; }

 private:
  std::variant<bool, std::string, List, Object> value_;
};

using Partials = std::map<std::string, std::string, std::less<>>;

class Template {
 public:
  // name is for errors only. Errors: template_invalid, template_partial_missing.
  static Result<Template> compile(std::string_view name,
                                  std::string_view source,
                                  Escape escape,
                                  const Partials& partials = {});

  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;
  ~Template();

  std::string render(const TemplateData& data) const;

 private:
  struct Compiled;
  explicit Template(std::unique_ptr<Compiled> compiled);

  std::unique_ptr<Compiled> compiled_;
};

// Compiles and renders, for templates used once.
Result<std::string> render(std::string_view source, const TemplateData& data, Escape escape);

}  // namespace gulou
