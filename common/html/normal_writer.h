// NormalWriter writes the normal form of a body and nothing else: whatever it is told, its output
// is well nested, uses only our elements, has blocks only where blocks may stand and closes every
// inline format before a block ends. Blocks and formats open lazily, with the first content that
// needs them, so empty ones never appear. Owned by one pass of the sanitiser; single-threaded. The
// rules of the form are in the README.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

class NormalWriter {
 public:
  // What begin_* opened; hand it to end().
  struct Scope {
    enum class Kind : uint8_t { nothing, text_block, flow, container } kind = Kind::nothing;
    std::string_view outer_tag;  // what was wanted outside
    bool outer_explicit = false;
  };

  // Tags and attributes: static names and ready-made ` name="value"` text.
  Scope begin_text_block(std::string_view tag);  // p h2 h3 h4 pre
  Scope begin_flow();                            // a div: its text stands in paragraphs
  Scope begin_container(std::string_view tag, std::string_view attributes);
  void end(const Scope& scope);

  void begin_format(std::string_view tag, std::string attributes);  // strong em u s sub sup code a
  void end_format();

  void text(std::string_view text);  // not escaped yet
  void line_break();
  void picture(std::string_view attributes);
  void rule();

  std::string finish();  // closes what is open

  bool too_deep() const { return too_deep_; }

  bool too_large() const { return out_.size() > bytes_max_; }

  bool failed() const { return too_deep() || too_large(); }

  size_t misplaced() const { return misplaced_; }  // content where only table structure may stand

  explicit NormalWriter(size_t bytes_max) : bytes_max_(bytes_max) {}

 private:
  struct Container {
    std::string_view tag;
    bool automatic = false;
  };

  struct Format {
    std::string_view tag;
    std::string attributes;
  };

  std::string_view container() const;
  bool holds_only_structure() const;
  bool wraps_inline() const;
  bool can_hold(std::string_view tag) const;
  bool place_block();
  bool place_content();
  void open_container(std::string_view tag, std::string_view attributes, bool automatic);
  void close_containers_until_own();
  void close_block();
  void close_formats(size_t keep);
  void open_formats();
  void note_depth();
  void break_line_in_pre();

  size_t bytes_max_;
  std::string out_;
  std::vector<Container> containers_;
  std::vector<Format> active_;  // formats we are inside of, outermost first
  std::vector<size_t> opened_;  // those written, as places in active_
  std::string_view wanted_;     // text block the next content opens; empty: the container's custom
  bool wanted_explicit_ = false;
  std::string_view block_;     // open text block, or empty
  std::string pending_;        // blanks seen before the block's first content
  bool pre_is_fresh_ = false;  // nothing after <pre> yet
  bool too_deep_ = false;
  size_t misplaced_ = 0;
};

}  // namespace gulou
