#include "adapters/screen/board_text.h"

#include "adapters/screen/item_json.h"
#include "adapters/screen/item_text.h"
#include "adapters/screen/playlist.h"
#include "adapters/sdk/content.h"
#include "common/html/normal_reader.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace gulou {
namespace {

using Form = OfficialText::Form;

// One to ten.
constexpr std::string_view numerals =
    "\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341";
constexpr size_t numeral_bytes = 3;

// "一、" opens a first-level heading, "（一）" a second-level one (GB/T 9704, 7.3.3), where the
// whole paragraph is one: short, without a full stop.
Form form_of(std::string_view text) {
  constexpr size_t heading_bytes_max = 35 * 3;
  if (text.size() > heading_bytes_max || text.find("。") != std::string_view::npos ||
      text.ends_with("；") || text.ends_with("：")) {
    return Form::paragraph;
  }
  const bool bracketed = text.starts_with("（");
  std::string_view rest = bracketed ? text.substr(std::string_view("（").size()) : text;
  size_t count = 0;
  while (rest.size() >= numeral_bytes &&
         numerals.find(rest.substr(0, numeral_bytes)) != std::string_view::npos) {
    rest.remove_prefix(numeral_bytes);
    ++count;
  }
  if (count == 0) {
    return Form::paragraph;
  }
  if (bracketed) {
    return rest.starts_with("）") ? Form::subheading : Form::paragraph;
  }
  return rest.starts_with("、") ? Form::heading : Form::paragraph;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Goes through a body once; what it has seen of a block is in text_ until the block ends.
class Walk {
 public:
  Walk(std::string_view html, const PictureOf& picture) : reader_(html), picture_(picture) {}

  std::vector<OfficialBlock> blocks() {
    while (const auto token = reader_.next()) {
      switch (token->kind) {
        case NormalToken::Kind::text:
          append_unescaped(text_, token->raw);
          break;
        case NormalToken::Kind::start:
          start(*token);
          break;
        case NormalToken::Kind::end:
          end(*token);
          break;
      }
    }
    flush(Form::paragraph);
    return std::move(blocks_);
  }

 private:
  struct List {
    bool ordered = false;
    int number = 0;
  };

  bool in_table() const { return tables_ > 0; }

  void start(const NormalToken& token) {
    const std::string_view name = token.name;
    if (name == "br") {
      text_ += '\n';
    } else if (name == "img") {
      add_picture(token);
    } else if (name == "ul" || name == "ol") {
      flush(Form::paragraph);
      lists_.push_back({name == "ol", 0});
    } else if (name == "li") {
      flush(Form::paragraph);
      if (!lists_.empty()) {
        List& list = lists_.back();
        text_ = list.ordered ? std::to_string(++list.number) + ". " : "· ";
      }
    } else if (name == "table") {
      flush(Form::paragraph);
      if (tables_++ == 0) {
        table_ = {};
        above_.clear();
      }
    } else if (name == "tr" && tables_ == 1) {
      table_.rows.emplace_back();
      only_heads_ = true;
      fill_from_above();
    } else if ((name == "td" || name == "th") && tables_ == 1 && !table_.rows.empty()) {
      only_heads_ = only_heads_ && name == "th";
      text_.clear();
      columns_ = span_of(token, "colspan");
      const size_t rows = span_of(token, "rowspan");
      for (size_t i = 0; rows > 1 && i < columns_; ++i) {
        below_[table_.rows.back().size() + i] = rows - 1;
      }
    }
  }

  static size_t span_of(const NormalToken& token, std::string_view name) {
    constexpr size_t span_max = 50;
    const std::string text = token.attribute(name).value_or("1");
    size_t span = 1;
    std::from_chars(text.data(), text.data() + text.size(), span);
    return std::clamp<size_t>(span, 1, span_max);
  }

  // A merged cell keeps its text in its first place; the others stay empty, so columns stay
  // columns.
  void fill_from_above() {
    std::vector<std::string>& row = table_.rows.back();
    for (auto at = above_.find(row.size()); at != above_.end() && at->second > 0;
         at = above_.find(row.size())) {
      --at->second;
      row.emplace_back();
    }
  }

  void end_cell() {
    std::vector<std::string>& row = table_.rows.back();
    const size_t first = row.size();
    row.emplace_back(trimmed(std::exchange(text_, {})));
    row.resize(first + columns_);
    fill_from_above();
  }

  void end_row() {
    for (const auto& [column, rows] : std::exchange(below_, {})) {
      above_[column] = rows;
    }
    if (only_heads_ && table_.rows.size() == table_.head_rows + 1) {
      ++table_.head_rows;
    }
  }

  void end(const NormalToken& token) {
    const std::string_view name = token.name;
    if ((name == "td" || name == "th") && tables_ == 1 && !table_.rows.empty()) {
      end_cell();
    } else if (name == "tr" && tables_ == 1) {
      end_row();
    } else if (name == "table") {
      if (--tables_ == 0 && !table_.rows.empty()) {
        blocks_.emplace_back(std::move(table_));
      }
    } else if (name == "ul" || name == "ol") {
      flush(Form::paragraph);
      if (!lists_.empty()) {
        lists_.pop_back();
      }
    } else if (in_table()) {
      text_ += name == "p" || name == "li" ? "\n" : "";
    } else if (name == "h2") {
      flush(Form::heading);
    } else if (name == "h3" || name == "h4") {
      flush(Form::subheading);
    } else if (name == "caption" || name == "figcaption") {
      flush(Form::centred);
    } else if (name == "p" || name == "li" || name == "pre" || name == "blockquote") {
      flush(Form::paragraph);
    }
  }

  // Lines of one paragraph are paragraphs on paper.
  void flush(Form form) {
    const std::string whole = std::exchange(text_, {});
    if (in_table()) {
      return;
    }
    std::string_view rest = whole;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (!line.empty()) {
        blocks_.emplace_back(
            OfficialText{std::string(line), form == Form::paragraph ? form_of(line) : form});
      }
    }
  }

  void add_picture(const NormalToken& token) {
    constexpr std::string_view before = "files/";
    constexpr size_t hex_bytes = 64;
    const std::string_view address = token.address();
    const auto digest = address.starts_with(before)
                            ? digest_from_hex(address.substr(before.size(), hex_bytes))
                            : std::nullopt;
    const std::string alt = token.attribute("alt").value_or(std::string());
    if (in_table()) {
      text_ += "［" + alt + "］";
      return;
    }
    flush(Form::paragraph);
    blocks_.emplace_back(OfficialPicture{digest ? picture_(*digest) : std::string(), alt});
  }

  NormalReader reader_;
  const PictureOf& picture_;
  std::vector<OfficialBlock> blocks_;
  std::string text_;
  std::vector<List> lists_;
  OfficialTable table_;
  int tables_ = 0;
  bool only_heads_ = false;
  size_t columns_ = 1;              // of the cell in hand
  std::map<size_t, size_t> above_;  // column: rows that a cell from above still takes
  std::map<size_t, size_t> below_;  // the same, of cells of this row
};

class Sheet {
 public:
  Sheet(const ScreenItem& item, Language language) : item_(item), language_(language) {}

  OfficialSheet made(const std::string& portal_url, const PictureOf& picture) {
    const Release& release = item_.release;
    sheet_.doc_no = release.doc_no;
    sheet_.title = item_title(release, language_);
    if (release.public_notice) {
      fact("period",
           release.public_notice->period_from + " " + said("noun_until") + " " +
               release.public_notice->period_to);
      fact("feedback", release.public_notice->feedback);
    }
    guide();
    reply();
    for (OfficialBlock& block : official_blocks(item_html(release), picture)) {
      sheet_.blocks.push_back(std::move(block));
    }
    attachments();
    sheet_.issuer = release.issuer.name;
    for (const Party& joint : release.joint_issuers) {
      sheet_.issuer += " " + joint.name;
    }
    sheet_.date = official_date(
        release.written_on.empty() ? format_shanghai_date(item_.published_on) : release.written_on);
    if (!portal_url.empty()) {
      sheet_.qr = portal_url + "/go/" + item_.publication;
      sheet_.qr_lines.push_back(said("board_scan"));
    }
    sheet_.qr_lines.push_back(said("field_published_on") + "：" +
                              format_shanghai_date(item_.published_on));
    if (const Utc end = screen_end_of(item_)) {
      sheet_.qr_lines.push_back(said("board_until") + "：" + format_shanghai(end));
    }
    return std::move(sheet_);
  }

 private:
  std::string said(std::string_view key) const { return std::string(word(language_, key)); }

  void add(std::string text, Form form = Form::paragraph) {
    if (!text.empty()) {
      sheet_.blocks.emplace_back(OfficialText{std::move(text), form});
    }
  }

  void fact(std::string_view key, const std::string& value) {
    if (!value.empty()) {
      add(std::string(word(language_, "field", key)) + "：" + value);
    }
  }

  void guide() {
    OfficialTable table{.columns = {1, 5}};
    for (const sdk::Particular& one : sdk::guide_elements(item_.release)) {
      table.rows.push_back({std::string(word(language_, "field", one.key)), one.text});
    }
    if (table.rows.empty()) {
      return;
    }
    table.rows.insert(table.rows.begin(), {said("board_element"), said("board_content")});
    table.head_rows = 1;
    add(item_.release.summary);
    sheet_.blocks.emplace_back(std::move(table));
  }

  void reply() {
    if (!item_.release.reply) {
      return;
    }
    const ReplyPart& reply = *item_.release.reply;
    fact("letter_no", reply.letter_no);
    add(said("glass_question"), Form::heading);
    add(reply.question);
    add(said("glass_answer"), Form::heading);
    add(reply.answer);
  }

  // 附件说明: below the text, before the issuer. They are read on the portal.
  void attachments() {
    int number = 0;
    for (const Attachment& attachment : item_.release.attachments) {
      if (attachment.is_private || attachment.media_type.starts_with("image/")) {
        continue;
      }
      const std::string name =
          attachment.display_name.empty() ? attachment.name : attachment.display_name;
      add((number == 0 ? said("noun_attachment") + "：" : "　　　") + std::to_string(number + 1) +
          ". " + name);
      ++number;
    }
    if (number > 0) {
      add(said("board_attachments_on_portal"), Form::small);
    }
  }

  const ScreenItem& item_;
  Language language_;
  OfficialSheet sheet_;
};

}  // namespace

std::vector<OfficialBlock> official_blocks(std::string_view html, const PictureOf& picture) {
  return Walk(html, picture).blocks();
}

OfficialSheet board_sheet(const ScreenItem& item,
                          const std::string& portal_url,
                          Language language,
                          const PictureOf& picture) {
  return Sheet(item, language).made(portal_url, picture);
}

}  // namespace gulou
