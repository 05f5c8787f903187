#include "adapters/wechat/events.h"

#include "adapters/wechat/marks.h"
#include "common/base/log.h"
#include "common/crypto/mac.h"
#include "common/crypto/sha1.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

// The text of the first such element in `xml`, without CDATA marks, and what follows it. Events are
// flat, written by one program, and checked by a signature: no parser is wanted for them.
std::string_view element(std::string_view& xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::string close = "</" + std::string(name) + ">";
  const size_t begin = xml.find(open);
  const size_t end = begin == std::string_view::npos ? begin : xml.find(close, begin);
  if (end == std::string_view::npos) {
    return {};
  }
  std::string_view text = xml.substr(begin + open.size(), end - begin - open.size());
  xml.remove_prefix(end + close.size());
  constexpr std::string_view cdata = "<![CDATA[";
  constexpr std::string_view cdata_end = "]]>";
  if (text.starts_with(cdata) && text.ends_with(cdata_end)) {
    text.remove_prefix(cdata.size());
    text.remove_suffix(cdata_end.size());
  }
  return text;
}

std::string_view first(std::string_view xml, std::string_view name) {
  return element(xml, name);
}

HttpResponse plain(int status, std::string text) {
  return text_answer(status, "text/plain; charset=utf-8", std::move(text));
}

}  // namespace

std::optional<WechatEvent> parse_wechat_event(std::string_view xml) {
  if (first(xml, "Event") != "PUBLISHJOBFINISH") {
    return std::nullopt;
  }
  const std::string_view info = first(xml, "PublishEventInfo");
  const std::string_view status = first(info, "publish_status");
  WechatEvent event;
  event.publish_id = first(info, "publish_id");
  const auto read = std::from_chars(status.data(), status.data() + status.size(), event.job.status);
  if (event.publish_id.empty() || status.empty() || read.ec != std::errc()) {
    return std::nullopt;
  }
  event.job.state = job_state(event.job.status);
  event.job.article_id = first(info, "article_id");
  std::string_view rest = info;
  while (event.job.urls.size() < limits::wechat_articles_max) {
    const std::string_view url = element(rest, "article_url");
    if (url.empty()) {
      break;
    }
    event.job.urls.emplace_back(url);
  }
  return event;
}

bool is_signed_by_wechat(std::string_view token, const HttpRequest& request) {
  std::array<std::string_view, 3> words{
      token, request.parameter("timestamp").value_or(""), request.parameter("nonce").value_or("")};
  std::ranges::sort(words);
  std::string joined;
  for (const std::string_view word : words) {
    joined += word;
  }
  const std::string_view shown = request.parameter("signature").value_or("");
  return !token.empty() && equal_in_constant_time(sha1_hex(joined), shown);
}

std::optional<WechatJob> WechatEvents::take(const std::string& publish_id) {
  for (WechatEvent& event : box_.take(SIZE_MAX)) {
    told_.push_back(std::move(event));
  }
  while (told_.size() > limits::wechat_events_max) {
    told_.pop_front();
  }
  const auto found = std::ranges::find(told_, publish_id, &WechatEvent::publish_id);
  if (found == told_.end()) {
    return std::nullopt;
  }
  WechatJob job = std::move(found->job);
  told_.erase(found);
  return job;
}

HttpResponse WechatEndpoint::answer(const HttpRequest& request) const {
  constexpr int forbidden = 403;
  constexpr int absent = 404;
  if (request.path != "/event") {
    return plain(absent, "Not found\n");
  }
  if (!is_signed_by_wechat(token_, request)) {
    return plain(forbidden, "Not signed by the platform\n");
  }
  if (request.method == "GET") {
    return plain(200, std::string(request.parameter("echostr").value_or("")));
  }
  if (auto event = parse_wechat_event(request.body)) {
    const std::string publish_id = event->publish_id;
    log::info("wechat.job_ended",
              {{"publish_id", publish_id}, {"status", std::to_string(event->job.status)}});
    if (event->job.state == WechatJobState::removed) {
      log::error("wechat.taken_down", {{"publish_id", publish_id}});
    }
    // Full: the poll finds out.
    static_cast<void>(events_.box().try_send(std::move(*event)));
    static_cast<void>(callbacks_.called_back(job_mark(publish_id)));
    published_();
  }
  return plain(200, "success");
}

}  // namespace gulou
