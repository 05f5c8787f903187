#include "adapters/wechat/outcomes.h"

#include "adapters/wechat/api.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gulou {
namespace {

enum class Class { transient, minute, day, auth, config, rights, banned, content };

struct Row {
  int code;
  Class means;
};

constexpr int64_t minute_ms = 60'000;

// domain.md 3.1. What is not listed is about the content, and a person looks.
constexpr auto rows = std::to_array<Row>({
    {-1, Class::transient},  {40001, Class::auth},    {40014, Class::auth},
    {41001, Class::auth},    {42001, Class::auth},    {40002, Class::config},
    {40013, Class::config},  {40125, Class::config},  {41002, Class::config},
    {41004, Class::config},  {40164, Class::config},  {89503, Class::config},
    {45009, Class::day},     {45011, Class::minute},  {48001, Class::rights},
    {48004, Class::banned},  {50001, Class::banned},  {50002, Class::banned},
    {48006, Class::day},     {40007, Class::content}, {53503, Class::content},
    {53504, Class::content}, {53505, Class::content}, {45002, Class::content},
    {45003, Class::content}, {45004, Class::content}, {45005, Class::content},
    {45008, Class::content}, {45110, Class::content}, {45166, Class::content},
    {44002, Class::content}, {44003, Class::content}, {47001, Class::content},
    {43002, Class::content}, {40004, Class::content}, {40005, Class::content},
    {40006, Class::content}, {40009, Class::content}, {40137, Class::content},
});

Report by_class(Class means, int code, std::string detail, Utc now, Utc again) {
  switch (means) {
    case Class::transient:
      return sdk::transient("wechat_busy", std::move(detail));
    case Class::minute:
      return sdk::quota({now.ms + minute_ms}, "wechat_minute_quota", std::move(detail));
    case Class::day:
      return sdk::quota(again, "wechat_quota", std::move(detail));
    case Class::auth:
      return sdk::auth("wechat_reauthorise", std::move(detail));
    case Class::config:
      return sdk::misconfigured("wechat_refused", std::move(detail));
    case Class::rights:
      return sdk::misconfigured("wechat_no_right", std::move(detail));
    case Class::banned:
      return sdk::misconfigured("wechat_banned", std::move(detail));
    case Class::content:
      break;
  }
  const bool by_hand = code == 53504 || code == 53505;
  return sdk::content(by_hand ? "wechat_save_by_hand" : "wechat_content_refused",
                      std::move(detail));
}

}  // namespace

Report ask_person(std::string_view reason, std::string mark, std::string detail) {
  Report report = sdk::prepared(std::move(mark), std::move(detail));
  report.reason = reason;
  return report;
}

std::string_view refusal_reason(int publish_status) {
  constexpr int original = 2;
  constexpr int review = 4;
  return publish_status == original ? "wechat_original_refused"
         : publish_status == review ? "wechat_review_refused"
                                    : "wechat_publish_failed";
}

bool is_article_absent(int code) {
  return code == 53600;
}

bool says_removed(std::string_view page) {
  constexpr std::array<std::string_view, 3> sentences{
      "该内容已被发布者删除", "此内容因违规无法查看", "该公众号已迁移"};
  return std::ranges::any_of(sentences, [page](std::string_view sentence) {
    return page.find(sentence) != std::string_view::npos;
  });
}

Report outcome_of(const Error& error, Utc now, Utc again) {
  std::string detail = sdk::words_of(error);
  const int code = wechat_code(error);
  if (code != 0) {
    const auto* const row = std::ranges::find(rows, code, &Row::code);
    return by_class(
        row == rows.end() ? Class::content : row->means, code, std::move(detail), now, again);
  }
  if (error.reason == "wechat_day_spent") {
    return sdk::transient("wechat_day_spent", std::move(detail), again.ms - now.ms);
  }
  if (error.reason.starts_with("secret_")) {
    return sdk::misconfigured("wechat_refused", std::move(detail));
  }
  if (error.reason == "wechat_in_review") {
    return sdk::transient("wechat_in_review", std::move(detail));
  }
  if (error.code == ErrorCode::refused && error.reason != sdk::recalled) {
    return sdk::content(error.reason, std::move(detail));
  }
  if (error.code == ErrorCode::invalid_argument) {  // a glyph no font has, a text no card holds
    return sdk::content(error.reason, std::move(detail));
  }
  if (error.code == ErrorCode::timed_out || error.code == ErrorCode::exhausted) {
    return sdk::ambiguous(error.reason, std::move(detail));
  }
  return sdk::transient(error.reason, std::move(detail));
}

}  // namespace gulou
