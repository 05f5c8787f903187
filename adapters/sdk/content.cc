#include "adapters/sdk/content.h"

#include "common/html/plain.h"
#include "common/text/catalogue.h"

namespace gulou::sdk {
namespace {

constexpr Language language = Language::zh;

Markup markup_of(BodyFormat format) {
  switch (format) {
    case BodyFormat::html:
      return Markup::html;
    case BodyFormat::markdown:
      return Markup::markdown;
    case BodyFormat::text:
    case BodyFormat::none:
      return Markup::text;
  }
  return Markup::text;
}

void add(std::vector<Particular>& to, std::string_view key, std::string_view text) {
  if (!text.empty()) {
    to.push_back({key, std::string(text)});
  }
}

}  // namespace

Result<std::string> content_html(const Body& body) {
  return body_html(markup_of(body.format), body.content);
}

std::vector<Particular> guide_elements(const Release& release) {
  std::vector<Particular> elements;
  if (release.service_guide) {
    const ServiceGuidePart& guide = *release.service_guide;
    add(elements, "legal_basis", guide.legal_basis);
    add(elements, "conditions", guide.conditions);
    add(elements, "materials", guide.materials);
    add(elements, "procedure", guide.procedure);
    add(elements, "time_limit", guide.time_limit);
    add(elements, "fees", guide.fees);
    add(elements, "office_place_hours", guide.office_place_hours);
    add(elements, "phone", guide.phone);
  }
  return elements;
}

std::vector<Particular> particulars(const Release& release) {
  std::vector<Particular> all = guide_elements(release);
  if (release.public_notice) {
    const PublicNoticePart& notice = *release.public_notice;
    add(all, "period", say("period_of_notice", {notice.period_from, notice.period_to}));
    add(all, "feedback", notice.feedback);
  }
  if (release.reply) {
    add(all, "question", release.reply->question);
    add(all, "answer", release.reply->answer);
  }
  return all;
}

std::string_view label(std::string_view key) {
  return word(language, "field", key);
}

std::string say(std::string_view reason, const std::vector<std::string>& args) {
  return sentence(language, reason, {}, args);
}

std::string marked_title(const Release& release, std::string_view title) {
  return std::string(release.test ? word(language, "mark_drill") : std::string_view())
      .append(title);
}

std::string invalid_note(std::string_view public_note) {
  return public_note.empty() ? say("document_invalid") : std::string(public_note);
}

}  // namespace gulou::sdk
