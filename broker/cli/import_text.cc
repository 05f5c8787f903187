#include "broker/cli/import_text.h"

#include "broker/cli/front_matter.h"
#include "common/base/time.h"

#include <algorithm>
#include <vector>

namespace gulou::cli {
namespace {

constexpr std::string_view end_mark = "<!-- INFO END -->";
constexpr std::string_view state_prefix = "中华人民共和国";
constexpr std::string_view full_width_blank = "　";
constexpr size_t lines_with_dates_max = 30;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

size_t digits_at(std::string_view text, size_t at) {
  size_t count = 0;
  while (at + count < text.size() && text[at + count] >= '0' && text[at + count] <= '9') {
    ++count;
  }
  return count;
}

// Reads digits, then the word behind them; 0 when they do not stand at `at`.
int number_before(std::string_view text, size_t& at, std::string_view unit) {
  const size_t count = digits_at(text, at);
  if (count == 0 || count > 4 || !text.substr(at + count).starts_with(unit)) {
    return 0;
  }
  const int number = std::stoi(std::string(text.substr(at, count)));
  at += count + unit.size();
  return number;
}

std::string two_digits(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

struct FoundDate {
  std::string date;
  size_t end = 0;
};

// "2014年11月24日" at the start of a line.
FoundDate date_at_start(std::string_view line) {
  size_t at = 0;
  const int year = number_before(line, at, "年");
  const int month = year == 0 ? 0 : number_before(line, at, "月");
  const int day = month == 0 ? 0 : number_before(line, at, "日");
  std::string date = std::to_string(year) + "-" + two_digits(month) + "-" + two_digits(day);
  return day != 0 && is_date(date) ? FoundDate{std::move(date), at} : FoundDate{};
}

// "2019-03-24" of "…条例(2019-03-24).md".
std::string date_in_name(std::string_view file_name) {
  constexpr size_t date_chars = 10;
  for (size_t at = 0; at + date_chars <= file_name.size(); ++at) {
    const std::string_view part = file_name.substr(at, date_chars);
    if (is_date(part)) {
      return std::string(part);
    }
  }
  return {};
}

std::string without(std::string text, std::string_view part) {
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
    text.erase(at, part.size());
  }
  return text;
}

// "国务院令第656号" of "中华人民共和国国务院令第656号公布"; a bare "令第656号" is no number of a
// document.
std::string document_number(std::string_view line) {
  static constexpr std::string_view order = "令第";
  static constexpr std::string_view number = "号";
  const size_t at = line.find(order);
  const size_t digits = at == std::string_view::npos ? 0 : digits_at(line, at + order.size());
  if (digits == 0 || !line.substr(at + order.size() + digits).starts_with(number)) {
    return {};
  }
  std::string_view issuer = line.substr(0, at);
  for (const std::string_view blank : {std::string_view(" "), full_width_blank}) {
    const size_t last = issuer.rfind(blank);
    issuer.remove_prefix(last == std::string_view::npos ? 0 : last + blank.size());
  }
  const std::string name = without(std::string(issuer), state_prefix);
  const size_t length = order.size() + digits + number.size();
  return name.empty() ? std::string() : name + std::string(line.substr(at, length));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < lines_with_dates_max) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!trimmed(line).empty()) {
      lines.push_back(trimmed(line));
    }
  }
  return lines;
}

// The lines that speak about the text: all before the mark, or, without one, those that begin with
// a date.
std::vector<std::string_view> lines_about(std::string_view body, size_t mark) {
  if (mark != std::string_view::npos) {
    return lines_of(body.substr(0, mark));
  }
  std::vector<std::string_view> lines = lines_of(body);
  const auto text = std::ranges::find_if(
      lines, [](std::string_view line) { return date_at_start(line).date.empty(); });
  lines.erase(text, lines.end());
  return lines;
}

bool is_promulgation(std::string_view line) {
  return (contains(line, "公布") || contains(line, "发布")) && !contains(line, "修订") &&
         !contains(line, "修正") && !contains(line, "批准");
}

void read_lines(const std::vector<std::string_view>& lines, ImportedText& text) {
  std::string first_date;
  for (const std::string_view line : lines) {
    const FoundDate found = date_at_start(line);
    if (found.date.empty()) {
      continue;
    }
    const std::string_view rest = trimmed(line.substr(found.end));
    if (first_date.empty()) {
      first_date = found.date;
    }
    if (text.written_on.empty() && is_promulgation(rest)) {
      text.written_on = found.date;
      text.doc_no = document_number(rest);
    } else if (text.effective_on.empty() && rest.ends_with("施行")) {
      text.effective_on = found.date;
    }
  }
  if (text.written_on.empty()) {
    text.written_on = first_date;
  }
}

}  // namespace

ImportedText read_imported(std::string_view markdown, std::string_view file_name) {
  ImportedText text;
  text.body = std::string(markdown);
  text.title = take_heading(text.body);
  const size_t mark = text.body.find(end_mark);
  read_lines(lines_about(text.body, mark), text);
  if (mark != std::string::npos) {
    text.body.erase(mark, end_mark.size());
    text.body = std::string(trimmed(text.body));
  }
  if (text.written_on.empty()) {
    text.written_on = date_in_name(file_name);
  }
  return text;
}

}  // namespace gulou::cli
