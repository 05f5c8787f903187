#include "common/model/personal_data.h"

#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/base/utf8.h"

#include <algorithm>
#include <optional>

namespace gulou {
namespace {

// Digits without anything between them.
struct Group {
  std::string digits;  // ASCII; an identity card's check character is 'X'
  size_t at = 0;       // character, from 1
};

// Groups parted by nothing but one or two blanks or hyphens.
using Run = std::vector<Group>;

char digit_of(char32_t c) {
  if (c >= U'0' && c <= U'9') {
    return static_cast<char>(c);
  }
  if (c >= U'０' && c <= U'９') {
    return static_cast<char>('0' + (c - U'０'));
  }
  return c == U'X' || c == U'x' || c == U'Ｘ' || c == U'ｘ' ? 'X' : '\0';
}

bool parts_digits(char32_t c) {
  return c == U' ' || c == U'-' || c == U'\u00A0' || c == U'\u3000' || c == U'－' || c == U'–' ||
         c == U'—' || c == U'·' || c == U'.' || (c >= U'\u2002' && c <= U'\u200A');
}

bool is_nothing(char32_t c) {
  return (c >= U'\u200B' && c <= U'\u200D') || c == U'\u2060' || c == U'\uFEFF' || c == U'\u00AD';
}

bool is_latin(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_';
}

// A number with letters touching it is a code of another kind.
class Runs {
 public:
  explicit Runs(std::string_view utf8) {
    for_each_char(utf8, [this](char32_t c, size_t) { add(c); });
    end_run();
  }

  const std::vector<Run>& all() const { return runs_; }

 private:
  void add(char32_t c) {
    ++at_;
    if (is_nothing(c)) {
      return;
    }
    const char digit = digit_of(c);
    if (digit != '\0' && (digit != 'X' || in_group_)) {
      if (!in_group_) {
        run_.push_back({"", at_});
        in_group_ = true;
        parted_ = 0;
      }
      run_.back().digits += digit;
      return;
    }
    if (!run_.empty() && parts_digits(c) && ++parted_ <= 2) {
      in_group_ = false;
      return;
    }
    if (is_latin(c) && in_group_) {
      run_.back().digits += '?';  // fits nothing
    }
    end_run();
  }

  void end_run() {
    if (!run_.empty()) {
      runs_.push_back(std::move(run_));
      run_.clear();
    }
    in_group_ = false;
    parted_ = 0;
  }

  std::vector<Run> runs_;
  Run run_;
  size_t at_ = 0;
  bool in_group_ = false;
  int parted_ = 0;
};

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// GB 11643: region, date of birth, serial, check character by ISO 7064 MOD 11-2.
bool is_id_card(std::string_view text) {
  if (text.size() != 18 || !all_digits(text.substr(0, 17)) || text[0] == '0' || text[0] == '9') {
    return false;
  }
  std::string born(text.substr(6, 8));
  born.insert(6, "-").insert(4, "-");
  if (!is_date(born)) {
    return false;
  }
  constexpr int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (size_t i = 0; i < 17; ++i) {
    sum += (text[i] - '0') * weights[i];
  }
  return text[17] == "10X98765432"[sum % 11];
}

// Numbers of the issuers in use here: UnionPay 62, others 3 to 6.
bool is_bank_card(std::string_view text) {
  if (text.size() < 16 || text.size() > 19 || !all_digits(text) || text[0] < '3' || text[0] > '6') {
    return false;
  }
  int sum = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const int digit = text[text.size() - 1 - i] - '0';
    const int doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += i % 2 == 1 ? doubled : digit;
  }
  return sum % 10 == 0;
}

bool is_phone(std::string_view text) {
  if (text.size() == 13 && text.starts_with("86")) {
    text.remove_prefix(2);
  } else if (text.size() == 15 && text.starts_with("0086")) {
    text.remove_prefix(4);
  }
  return text.size() == 11 && all_digits(text) && text[0] == '1' && text[1] >= '3';
}

std::optional<PersonalDataKind> kind_of(std::string_view text) {
  if (is_id_card(text)) {
    return PersonalDataKind::id_card;
  }
  if (is_bank_card(text)) {
    return PersonalDataKind::bank_card;
  }
  if (is_phone(text)) {
    return PersonalDataKind::phone;
  }
  return std::nullopt;
}

std::string masked(std::string text) {
  std::fill(text.begin() + 3, text.end() - 4, '*');
  return text;
}

// Blanks between digits: a card is written in fours, a telephone in 3-4-4; a date beside a number
// must not become one.
bool usual_groups(PersonalDataKind kind, const Run& run, size_t from, size_t to) {
  if (from + 1 == to || kind == PersonalDataKind::id_card) {
    return true;
  }
  for (size_t i = from; i + 1 < to; ++i) {
    const size_t size = run[i].digits.size();
    if (kind == PersonalDataKind::bank_card ? size != 4 : size > 4) {
      return false;
    }
  }
  return run[to - 1].digits.size() <= 4;
}

constexpr size_t groups_max = 6;  // of one number

}  // namespace

std::string_view name_of(PersonalDataKind kind) {
  switch (kind) {
    case PersonalDataKind::id_card:
      return "id_card";
    case PersonalDataKind::bank_card:
      return "bank_card";
    case PersonalDataKind::phone:
      return "phone";
  }
  return {};
}

std::vector<PersonalData> find_personal_data(std::string_view utf8) {
  std::vector<PersonalData> found;
  const Runs runs(utf8);
  for (const Run& run : runs.all()) {
    for (size_t from = 0; from < run.size();) {
      std::string text;
      size_t next = from + 1;
      for (size_t to = from + 1; to <= run.size() && to - from <= groups_max; ++to) {
        text += run[to - 1].digits;
        const auto kind = kind_of(text);
        if (kind && usual_groups(*kind, run, from, to)) {
          found.push_back({*kind, "", run[from].at, masked(text)});
          next = to;
          break;
        }
      }
      if (found.size() == limits::personal_data_max) {
        return found;
      }
      from = next;
    }
  }
  return found;
}

}  // namespace gulou
