#include "adapters/portal/cms_text.h"

#include "adapters/portal/site_body.h"
#include "adapters/portal/site_words.h"
#include "adapters/sdk/content.h"
#include "common/crypto/digest.h"
#include "common/html/plain.h"

#include <utility>

namespace gulou {
namespace {

void add_section(std::string& html, const sdk::Particular& one) {
  html.append("<h3>").append(escaped(sdk::label(one.key), Escape::html)).append("</h3>\n");
  html += text_to_html(one.text);
}

}  // namespace

Result<std::string> cms_html(const Release& release, const CmsFiles& files) {
  std::string html;
  for (const sdk::Particular& one : sdk::particulars(release)) {
    add_section(html, one);
  }
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
