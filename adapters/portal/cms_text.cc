#include "adapters/portal/cms_text.h"

#include "adapters/portal/site_body.h"
#include "adapters/portal/site_words.h"
#include "common/crypto/digest.h"
#include "common/html/plain.h"

#include <utility>

namespace gulou {
namespace {

void add_section(std::string& html, std::string_view key, std::string_view text) {
  if (text.empty()) {
    return;
  }
  html += "<h3>" + escaped(page_word("field_" + std::string(key)), Escape::html) + "</h3>\n";
  html += text_to_html(text);
}

void add_kind(std::string& html, const Release& release) {
  if (release.public_notice) {
    const PublicNoticePart& part = *release.public_notice;
    add_section(
        html, "period", part.period_from + " " + page_word("site_until") + " " + part.period_to);
    add_section(html, "feedback", part.feedback);
  }
  if (release.reply) {
    add_section(html, "question", release.reply->question);
    add_section(html, "answer", release.reply->answer);
  }
  if (release.service_guide) {
    const ServiceGuidePart& part = *release.service_guide;
    add_section(html, "legal_basis", part.legal_basis);
    add_section(html, "conditions", part.conditions);
    add_section(html, "materials", part.materials);
    add_section(html, "procedure", part.procedure);
    add_section(html, "time_limit", part.time_limit);
    add_section(html, "fees", part.fees);
    add_section(html, "office_place_hours", part.office_place_hours);
    add_section(html, "phone", part.phone);
  }
}

}  // namespace

Result<std::string> cms_html(const Release& release, const CmsFiles& files) {
  std::string html;
  add_kind(html, release);
  SiteBody body = TRY(site_body(release.body, "attachment:"));
  html += with_attachment_urls(body.html, [&files](std::string_view name) {
    const auto at = files.find(name);
    return at == files.end() ? std::string() : at->second;
  });
  std::string links;
  for (const Attachment& attachment : release.attachments) {
    const auto at = files.find(attachment.name);
    if (at != files.end() && !body.attachments.contains(attachment.name)) {
      const std::string& name =
          attachment.display_name.empty() ? attachment.name : attachment.display_name;
      links += "<li><a href=\"" + escaped(at->second, Escape::html) + "\">" +
               escaped(name, Escape::html) + "</a> (" +
               escaped(readable_type(attachment.media_type), Escape::html) + ", " +
               readable_size(attachment.size_bytes) + ")</li>\n";
    }
  }
  if (!links.empty()) {
    html += "<h3>" + page_word("field_attachments") + "</h3>\n<ul>\n" + links + "</ul>\n";
  }
  return html;
}

std::string cms_key(std::string_view publisher, std::string_view id) {
  const std::string whole = std::string(publisher) + "/" + std::string(id);
  constexpr size_t sum_chars = 8;  // ids that differ in signs alone stay apart
  std::string key = std::string(publisher) + "-" + std::string(id) + "-" +
                    to_hex(sha256(whole)).substr(0, sum_chars);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    } else if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
      c = '-';
    }
  }
  return key;
}

}  // namespace gulou
