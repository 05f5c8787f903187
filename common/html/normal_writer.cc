#include "common/html/normal_writer.h"

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/html/escape.h"

#include <algorithm>

namespace gulou {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\f\r") == std::string_view::npos;
}

bool is_list(std::string_view tag) {
  return tag == "ul" || tag == "ol";
}

void append_tag(std::string& out, std::string_view tag, std::string_view attributes) {
  out.append("<").append(tag).append(attributes).append(">");
}

void append_end_tag(std::string& out, std::string_view tag) {
  out.append("</").append(tag).append(">");
}

// The container an element must stand in; empty: any that holds blocks.
std::string_view parent_of(std::string_view tag) {
  if (tag == "caption" || tag == "thead" || tag == "tbody") {
    return "table";
  }
  return tag == "td" || tag == "th" ? "tr" : tag == "figcaption" ? "figure" : "";
}

}  // namespace

std::string_view NormalWriter::container() const {
  return containers_.empty() ? std::string_view() : containers_.back().tag;
}

bool NormalWriter::holds_only_structure() const {
  const std::string_view tag = container();
  return tag == "table" || tag == "thead" || tag == "tbody" || tag == "tr";
}

// Bare text directly in the body or in a quotation becomes a paragraph.
bool NormalWriter::wraps_inline() const {
  return container().empty() || container() == "blockquote";
}

bool NormalWriter::can_hold(std::string_view tag) const {
  if (tag == "li") {
    return is_list(container()) || (containers_.size() > 1 && containers_.back().automatic);
  }
  if (tag == "tr") {
    return container() == "thead" || container() == "tbody";
  }
  const std::string_view parent = parent_of(tag);
  return parent.empty() ? !holds_only_structure() : container() == parent;
}

void NormalWriter::note_depth() {
  const size_t depth = containers_.size() + opened_.size() + (block_.empty() ? 0 : 1);
  too_deep_ = too_deep_ || depth > limits::html_depth_max;
}

void NormalWriter::close_formats(size_t keep) {
  while (opened_.size() > keep) {
    append_end_tag(out_, active_[opened_.back()].tag);
    opened_.pop_back();
  }
}

void NormalWriter::close_block() {
  close_formats(0);
  pending_.clear();
  if (!block_.empty()) {
    append_end_tag(out_, block_);
    block_ = {};
  }
}

// Writes the formats we are inside of, each kind once: of links the innermost, of others the
// outermost. sub and sup may nest.
void NormalWriter::open_formats() {
  std::vector<size_t> wanted;
  for (size_t i = 0; i < active_.size(); ++i) {
    const std::string_view tag = active_[i].tag;
    const auto same = std::find_if(
        wanted.begin(), wanted.end(), [&](size_t other) { return active_[other].tag == tag; });
    if (same == wanted.end() || tag == "sub" || tag == "sup") {
      wanted.push_back(i);
    } else if (tag == "a") {
      wanted.erase(same);
      wanted.push_back(i);
    }
  }
  const auto differs = std::mismatch(opened_.begin(), opened_.end(), wanted.begin(), wanted.end());
  close_formats(static_cast<size_t>(differs.first - opened_.begin()));
  for (auto next = wanted.begin() + static_cast<std::ptrdiff_t>(opened_.size());
       next != wanted.end();
       ++next) {
    append_tag(out_, active_[*next].tag, active_[*next].attributes);
    opened_.push_back(*next);
    pre_is_fresh_ = false;
  }
}

void NormalWriter::open_container(std::string_view tag,
                                  std::string_view attributes,
                                  bool automatic) {
  append_tag(out_, tag, attributes);
  containers_.push_back({tag, automatic});
  note_depth();
}

void NormalWriter::close_containers_until_own() {
  while (!containers_.empty() && containers_.back().automatic) {
    append_end_tag(out_, containers_.back().tag);
    containers_.pop_back();
  }
}

// Makes room for a block; false where none may stand.
bool NormalWriter::place_block() {
  close_block();
  if (is_list(container())) {
    open_container("li", {}, true);
  }
  return !holds_only_structure();
}

// Makes room for text: block and formats are open afterwards; false where none may stand.
bool NormalWriter::place_content() {
  if (failed()) {
    return false;
  }
  if (block_.empty() && opened_.empty() && is_list(container())) {
    open_container("li", {}, true);
  }
  if (holds_only_structure()) {
    ++misplaced_;
    return false;
  }
  if (block_.empty()) {
    block_ = !wanted_.empty() ? wanted_ : wraps_inline() ? std::string_view("p") : wanted_;
    if (!block_.empty()) {
      append_tag(out_, block_, {});
      pre_is_fresh_ = block_ == "pre";
    }
    out_ += pending_;
    pending_.clear();
  }
  open_formats();
  note_depth();
  return true;
}

void NormalWriter::break_line_in_pre() {
  if (block_ == "pre" && out_.back() != '\n') {
    out_ += '\n';
    pre_is_fresh_ = false;
  }
}

NormalWriter::Scope NormalWriter::begin_text_block(std::string_view tag) {
  if (wanted_ == "pre") {  // lines of a listing
    break_line_in_pre();
    return {};
  }
  close_block();
  const Scope scope{Scope::Kind::text_block, wanted_, wanted_explicit_};
  const bool in_head_cell = std::any_of(
      containers_.begin(), containers_.end(), [](const Container& c) { return c.tag == "th"; });
  wanted_ = in_head_cell && tag.starts_with('h') ? std::string_view("p") : tag;
  wanted_explicit_ = true;
  return scope;
}

NormalWriter::Scope NormalWriter::begin_flow() {
  if (wanted_ == "pre") {
    break_line_in_pre();
    return {};
  }
  close_block();
  const Scope scope{Scope::Kind::flow, wanted_, wanted_explicit_};
  wanted_ = "p";
  wanted_explicit_ = false;
  return scope;
}

NormalWriter::Scope NormalWriter::begin_container(std::string_view tag,
                                                  std::string_view attributes) {
  close_block();
  if (!can_hold(tag)) {
    return begin_flow();
  }
  if (tag == "li") {
    close_containers_until_own();
  } else if (is_list(container())) {
    open_container("li", {}, true);
  }
  const Scope scope{Scope::Kind::container, wanted_, wanted_explicit_};
  open_container(tag, attributes, false);
  wanted_ = {};
  wanted_explicit_ = false;
  return scope;
}

void NormalWriter::end(const Scope& scope) {
  if (scope.kind == Scope::Kind::nothing) {
    break_line_in_pre();
    return;
  }
  close_block();
  if (scope.kind == Scope::Kind::container) {
    close_containers_until_own();
    CHECK(!containers_.empty());
    append_end_tag(out_, containers_.back().tag);
    containers_.pop_back();
  }
  wanted_ = scope.outer_tag;
  wanted_explicit_ = scope.outer_explicit;
}

void NormalWriter::begin_format(std::string_view tag, std::string attributes) {
  active_.push_back({tag, std::move(attributes)});
}

void NormalWriter::end_format() {
  const size_t ending = active_.size() - 1;
  const auto found = std::find(opened_.begin(), opened_.end(), ending);
  if (found != opened_.end()) {
    close_formats(static_cast<size_t>(found - opened_.begin()));
  }
  active_.pop_back();
}

void NormalWriter::text(std::string_view text) {
  if (text.empty() || failed()) {
    return;
  }
  if (is_blank(text) && wanted_ != "pre") {
    if (block_.empty() && !wanted_.empty()) {
      pending_ += text;
    } else {
      out_ += text;
    }
    return;
  }
  if (!place_content()) {
    return;
  }
  if (pre_is_fresh_ && text.front() == '\n') {
    out_ += '\n';  // a parser drops the first line break of a listing
  }
  append_html_text(out_, text);
  pre_is_fresh_ = false;
}

void NormalWriter::line_break() {
  const bool would_open_paragraph =
      block_.empty() && !wanted_explicit_ && (!wanted_.empty() || wraps_inline());
  if (would_open_paragraph || !place_content()) {
    return;
  }
  out_ += "<br>";
  pre_is_fresh_ = false;
}

void NormalWriter::picture(std::string_view attributes) {
  if (place_content()) {
    append_tag(out_, "img", attributes);
    pre_is_fresh_ = false;
  }
}

void NormalWriter::rule() {
  if (!failed() && place_block()) {
    out_ += "<hr>";
  }
}

std::string NormalWriter::finish() {
  close_block();
  close_containers_until_own();
  return std::move(out_);
}

}  // namespace gulou
