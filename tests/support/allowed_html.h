// What HTML may come out of the sanitiser, written down a second time: elements, attributes and
// schemes. For the fuzz target and the evasion vectors; a violation is a CHECK. Any thread.
#pragma once

#include "common/base/check.h"
#include "common/html/links.h"
#include "common/html/normal_reader.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::test {

struct Allowed {
  std::string_view element;
  std::vector<std::string_view> attributes;
};

inline const std::vector<Allowed> allowed_elements{
    {"p", {}},
    {"h2", {}},
    {"h3", {}},
    {"h4", {}},
    {"pre", {}},
    {"ul", {}},
    {"ol", {"start"}},
    {"li", {}},
    {"table", {}},
    {"caption", {}},
    {"thead", {}},
    {"tbody", {}},
    {"tr", {}},
    {"th", {"colspan", "rowspan", "scope"}},
    {"td", {"colspan", "rowspan"}},
    {"blockquote", {}},
    {"figure", {}},
    {"figcaption", {}},
    {"hr", {}},
    {"strong", {}},
    {"em", {}},
    {"u", {}},
    {"s", {}},
    {"sub", {}},
    {"sup", {}},
    {"code", {}},
    {"a", {"href"}},
    {"br", {}},
    {"img", {"src", "alt"}},
};

inline constexpr std::string_view open_schemes[] = {"http://", "https://", "mailto:", "tel:"};

inline bool is_open(std::string_view address) {
  return attachment_of(address) || std::ranges::any_of(open_schemes, [&](std::string_view s) {
           return address.starts_with(s);
         });
}

// ` name="value" …`, names of the list in its order, each at most once.
inline void check_attributes(const NormalToken& tag, const Allowed& rule) {
  std::string_view rest = tag.attributes;
  auto next = rule.attributes.begin();
  while (!rest.empty()) {
    CHECK(rest.front() == ' ');
    const size_t equals = rest.find("=\"");
    CHECK(equals != std::string_view::npos);
    const size_t quote = rest.find('"', equals + 2);
    CHECK(quote != std::string_view::npos);
    next = std::find(next, rule.attributes.end(), rest.substr(1, equals - 1));
    CHECK(next != rule.attributes.end());
    ++next;
    CHECK(rest.substr(0, quote).find_first_of("<>") == std::string_view::npos);
    rest.remove_prefix(quote + 1);
  }
  if (tag.name == "a") {
    CHECK(is_open(tag.attribute("href").value()));
  }
  if (tag.name == "img") {
    CHECK(attachment_of(tag.attribute("src").value()) && !tag.attribute("alt").value().empty());
  }
}

inline void check_allowed(std::string_view html) {
  std::vector<std::string_view> open;
  NormalReader reader(html);
  std::string again;
  while (const auto token = reader.next()) {
    again += token->raw;
    if (token->kind == NormalToken::Kind::text) {
      CHECK(token->raw.find_first_of("<>") == std::string_view::npos);
    } else if (token->kind == NormalToken::Kind::end) {
      CHECK(!open.empty() && open.back() == token->name);
      open.pop_back();
    } else {
      const auto rule = std::ranges::find(allowed_elements, token->name, &Allowed::element);
      CHECK(rule != allowed_elements.end());
      check_attributes(*token, *rule);
      if (token->name != "br" && token->name != "hr" && token->name != "img") {
        open.push_back(token->name);
      }
    }
  }
  CHECK(open.empty() && again == html);
}

}  // namespace gulou::test
