// The door to kainjow mustache.
#include "common/html/template.h"

#include "common/base/limits.h"

#include <kainjow/mustache.hpp>

namespace gulou {
namespace {

namespace mustache = kainjow::mustache;

mustache::data to_mustache(const TemplateData& data) {
  if (const bool* yes = std::get_if<bool>(&data.value())) {
    return mustache::data(*yes);
  }
  if (const auto* text = std::get_if<std::string>(&data.value())) {
    return text->empty() ? mustache::data(false) : mustache::data(*text);
  }
  if (const auto* list = std::get_if<TemplateData::List>(&data.value())) {
    mustache::list items;
    items.reserve(list->size());
    for (const TemplateData& item : *list) {
      items.push_back(to_mustache(item));
    }
    return mustache::data(items);
  }
  mustache::data object;
  for (const auto& [name, member] : std::get<TemplateData::Object>(data.value())) {
    object[name] = to_mustache(member);
  }
  return object;
}

tl::unexpected<Error> invalid(std::string_view name, std::string why) {
  return fail(
      ErrorCode::invalid_argument, "template_invalid", {}, {std::string(name), std::move(why)});
}

std::string_view trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\n\r");
  if (from == std::string_view::npos) {
    return {};
  }
  return text.substr(from, text.find_last_not_of(" \t\n\r") - from + 1);
}

// Partials are put in where they are named, so a compiled template needs nothing else, and no data
// can ever be taken for a template.
class Expansion {
 public:
  Expansion(std::string_view name, const Partials& partials) : name_(name), partials_(partials) {}

  Status expand(std::string_view source, size_t depth) {
    if (depth > limits::template_depth_max) {
      return invalid(name_, "partials are nested too deeply");
    }
    while (true) {
      const size_t open = source.find("{{");
      const size_t close = open == std::string_view::npos ? open : source.find("}}", open);
      if (close == std::string_view::npos) {
        text += source;
        return {};
      }
      const std::string_view tag = trimmed(source.substr(open + 2, close - open - 2));
      if (tag.starts_with('=')) {
        return invalid(name_, "delimiters cannot be changed");
      }
      if (tag.starts_with('>')) {
        text += source.substr(0, open);
        TRY(partial(trimmed(tag.substr(1)), depth));
      } else {
        text += source.substr(0, close + 2);
      }
      source.remove_prefix(close + 2);
    }
  }

  std::string text;

 private:
  Status partial(std::string_view wanted, size_t depth) {
    const auto found = partials_.find(wanted);
    if (found == partials_.end()) {
      return fail(ErrorCode::not_found,
                  "template_partial_missing",
                  {},
                  {std::string(name_), std::string(wanted)});
    }
    return expand(found->second, depth + 1);
  }

  std::string_view name_;
  const Partials& partials_;
};

}  // namespace

struct Template::Compiled {
  explicit Compiled(const std::string& text) : program(text) {}

  mustache::mustache program;
};

Template::Template(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}

Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

TemplateData& TemplateData::set(std::string name, TemplateData value) {
  std::get<Object>(value_).insert_or_assign(std::move(name), std::move(value));
  return *this;
}

TemplateData& TemplateData::add(std::string_view name, TemplateData item) {
  auto& object = std::get<Object>(value_);
  auto found = object.find(name);
  if (found == object.end()) {
    found = object.emplace(std::string(name), List{}).first;
  }
  std::get<List>(found->second.value_).push_back(std::move(item));
  return *this;
}

Result<Template> Template::compile(std::string_view name,
                                   std::string_view source,
                                   Escape escape,
                                   const Partials& partials) {
  Expansion expansion(name, partials);
  TRY(expansion.expand(source, 0));
  auto compiled = std::make_unique<Compiled>(expansion.text);
  if (!compiled->program.is_valid()) {
    return invalid(name, compiled->program.error_message());
  }
  compiled->program.set_custom_escape(
      [escape](const std::string& text) { return escaped(text, escape); });
  return Template(std::move(compiled));
}

std::string Template::render(const TemplateData& data) const {
  std::string out;
  compiled_->program.render(to_mustache(data), [&out](const std::string& part) { out += part; });
  return out;
}

Result<std::string> render(std::string_view source, const TemplateData& data, Escape escape) {
  const Template compiled = TRY(Template::compile("inline", source, escape));
  return compiled.render(data);
}

}  // namespace gulou
