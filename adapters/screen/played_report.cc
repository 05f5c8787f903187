#include "adapters/screen/played_report.h"

#include "common/json/writer.h"
#include "common/settings/adapter_settings.h"
#include "common/settings/home.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

namespace gulou {
namespace {

constexpr size_t lines_max = 200'000;  // more than both halves of the log hold

struct Asked {
  std::string home;
  std::string publication;
  Language language = Language::zh;
  bool json = false;
};

Result<Asked> parse(const std::vector<std::string>& arguments) {
  const auto usage = [] { return fail(ErrorCode::invalid_argument, "played_usage"); };
  Asked asked;
  const char* home = std::getenv("GULOU_HOME");
  asked.home = home != nullptr ? home : "";
  if (arguments.size() % 2 == 0) {
    return usage();
  }
  for (size_t i = 1; i + 1 < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--home") {
      asked.home = value;
    } else if (arguments[i] == "--publication") {
      asked.publication = value;
    } else if (arguments[i] == "--lang") {
      asked.language = parse_language(value).value_or(Language::zh);
    } else if (arguments[i] == "--json") {
      asked.json = value == "yes";
    } else {
      return usage();
    }
  }
  return asked.home.empty() ? Result<Asked>(usage()) : Result<Asked>(asked);
}

std::string json_of(const std::vector<PlayedItem>& items) {
  JsonWriter json;
  json.begin_object().key("played").begin_array();
  for (const PlayedItem& item : items) {
    json.begin_object().member("screen", item.screen).member("publication", item.publication);
    json.member("revision", item.revision).member("times", item.times);
    json.member("shown_ms", item.shown_ms).member("first", format_utc(item.first));
    json.member("last", format_utc(item.last)).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

}  // namespace

std::vector<PlayedItem> played_items(const std::vector<Showing>& showings) {
  std::map<std::tuple<std::string, std::string, uint32_t>, PlayedItem> by_item;
  for (const Showing& showing : showings) {
    PlayedItem& item = by_item[{showing.screen, showing.publication, showing.revision}];
    if (item.times++ == 0) {
      item.screen = showing.screen;
      item.publication = showing.publication;
      item.revision = showing.revision;
      item.first = showing.from;
    }
    item.first = std::min(item.first, showing.from);
    item.last = std::max(item.last, showing.until);
    item.shown_ms += std::max<int64_t>(0, showing.until.ms - showing.from.ms);
  }
  std::vector<PlayedItem> items;
  items.reserve(by_item.size());
  for (auto& [key, item] : by_item) {
    items.push_back(std::move(item));
  }
  std::ranges::stable_sort(
      items, {}, [](const PlayedItem& item) { return std::tuple(item.screen, -item.shown_ms); });
  return items;
}

Result<std::string> played_report(const std::vector<std::string>& arguments) {
  const Asked asked = TRY(parse(arguments));
  const AdapterSettings settings = TRY(load_adapter(Home{asked.home}.adapter_settings("screen")));
  const Played played = TRY(Played::open(settings.directory));
  std::vector<PlayedItem> items = played_items(played.newest(lines_max));
  std::erase_if(items, [&asked](const PlayedItem& item) {
    return !asked.publication.empty() && item.publication != asked.publication;
  });
  if (asked.json) {
    return json_of(items);
  }
  std::string text;
  for (const PlayedItem& item : items) {
    text += sentence(asked.language,
                     "played_line",
                     {},
                     std::vector{item.screen,
                                 item.publication,
                                 std::to_string(item.revision),
                                 std::to_string(item.times),
                                 std::to_string(item.shown_ms / 1000),
                                 format_shanghai(item.first),
                                 format_shanghai(item.last)}) +
            "\n";
  }
  return text.empty() ? sentence(asked.language, "played_nothing", {}, {}) + "\n" : text;
}

}  // namespace gulou
