#include "adapters/screen/kiosk.h"

#include "adapters/screen/initials.h"
#include "adapters/screen/item_json.h"
#include "adapters/screen/item_text.h"
#include "adapters/screen/limits.h"
#include "common/html/plain.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace gulou {
namespace {

auto order_of(const ScreenItem& item) {
  return std::tuple(item.release.priority != Priority::urgent,
                    -item.published_on.ms,
                    -static_cast<int64_t>(item.seq.value),
                    item.publication);
}

void add_attachments(JsonWriter& json, const Release& release) {
  json.key("attachments").begin_array();
  for (const Attachment& attachment : release.attachments) {
    if (attachment.is_private) {
      continue;
    }
    json.begin_object();
    json.member("name",
                attachment.display_name.empty() ? attachment.name : attachment.display_name);
    json.member("type", attachment.media_type);
    json.member("bytes", attachment.size_bytes);
    json.member("digest", to_hex(attachment.digest));
    json.member("file", attachment.name);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string kiosk_list_json(const ScreenContent& content,
                            const std::string& screen,
                            bool drill,
                            Language language,
                            Utc now,
                            const LeaseView& lease) {
  std::vector<const ScreenItem*> items;
  for (const auto& [publication, item] : content.items) {
    if (in_force(item, drill, now)) {
      items.push_back(&item);
    }
  }
  std::sort(items.begin(), items.end(), [](const ScreenItem* a, const ScreenItem* b) {
    return order_of(*a) < order_of(*b);
  });
  JsonWriter json;
  json.begin_object().member("screen", screen);
  json.key("items").begin_array();
  for (const ScreenItem* item : items) {
    json.begin_object();
    add_head(json, *item, language, lease_ms_of(*item, lease));
    json.member("initials", pinyin_initials(item->release.title));
    json.key("keywords").begin_array();
    for (const std::string& keyword : item->release.keywords) {
      json.value(keyword);
    }
    json.end_array();
    json.member("text", excerpt(item_plain(item->release), limits::screen_search_chars));
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

std::string kiosk_item_json(const ScreenItem& item,
                            const std::string& portal_url,
                            Language language) {
  JsonWriter json;
  json.begin_object();
  add_head(json, item, language);
  add_text(json, item.release, item_html(item.release), language);
  add_attachments(json, item.release);
  add_qr(json, item, portal_url, language);
  json.end_object();
  return json.take();
}

}  // namespace gulou
