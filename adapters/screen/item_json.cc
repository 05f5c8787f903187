#include "adapters/screen/item_json.h"

#include "adapters/screen/item_text.h"
#include "adapters/sdk/content.h"
#include "common/draw/qr.h"
#include "common/text/catalogue.h"

#include <algorithm>

namespace gulou {
namespace {

void add_fact(JsonWriter& json, Language language, std::string_view key, std::string_view value) {
  if (!value.empty()) {
    json.begin_object()
        .member("name", word(language, "field", key))
        .member("value", value)
        .end_object();
  }
}

void add_facts(JsonWriter& json, const Release& release, Language language) {
  json.key("facts").begin_array();
  add_fact(json, language, "doc_no", release.doc_no);
  if (release.public_notice) {
    const PublicNoticePart& part = *release.public_notice;
    add_fact(
        json,
        language,
        "period",
        part.period_from + " " + std::string(word(language, "noun_until")) + " " + part.period_to);
    add_fact(json, language, "feedback", part.feedback);
  }
  if (release.reply) {
    add_fact(json, language, "letter_no", release.reply->letter_no);
    add_fact(json, language, "received_on", release.reply->received_on);
    add_fact(json, language, "replied_on", release.reply->replied_on);
    add_fact(json, language, "responsible_unit", release.reply->responsible_unit);
  }
  json.end_array();
}

}  // namespace

std::string item_key(const ScreenItem& item) {
  return to_hex(item.digest).substr(0, 32);
}

std::string item_title(const Release& release, Language language) {
  return release.test ? "【" + std::string(word(language, "noun_drill")) + "】" + release.title
                      : release.title;
}

void add_head(JsonWriter& json, const ScreenItem& item, Language language, int64_t lease_ms) {
  const Release& release = item.release;
  json.member("key", item_key(item));
  json.member("kind", name_of(release.kind));
  json.member("label", word(language, "kind", name_of(release.kind)));
  json.member("title", item_title(release, language));
  json.text_member("summary", release.summary);
  json.member("issuer", release.issuer.name);
  json.member("date", format_shanghai(item.published_on));
  json.member("urgent", release.priority == Priority::urgent);
  json.member("test", release.test);
  json.member("until", screen_end_of(item).ms);
  if (lease_ms != 0) {
    json.member("lease_ms", lease_ms);
  }
  add_facts(json, release, language);
}

void add_text(JsonWriter& json,
              const Release& release,
              const std::string& html,
              Language language) {
  if (release.service_guide) {
    // At a counter people ask what they need and where; the law comes last.
    std::vector<sdk::Particular> elements = sdk::guide_elements(release);
    std::stable_partition(elements.begin(), elements.end(), [](const sdk::Particular& element) {
      return element.key != "legal_basis";
    });
    json.key("elements").begin_array();
    for (const sdk::Particular& element : elements) {
      add_fact(json, language, element.key, element.text);
    }
    json.end_array();
  }
  if (release.reply) {
    json.member("question", release.reply->question).member("answer", release.reply->answer);
  }
  json.text_member("html", html);
}

void add_qr(JsonWriter& json,
            const ScreenItem& item,
            const std::string& portal_url,
            Language language) {
  if (portal_url.empty()) {
    return;
  }
  const auto qr = qr_svg(portal_url + "/go/" + item.publication, word(language, "glass_scan"));
  if (qr) {
    json.member("qr", *qr);
  }
}

}  // namespace gulou
