#include "adapters/screen/item_text.h"

#include "adapters/screen/limits.h"
#include "adapters/sdk/content.h"
#include "common/html/count.h"
#include "common/html/plain.h"

#include <algorithm>

namespace gulou {
namespace {

bool shown_whole(const Release& release) {
  return release.kind == Kind::notice || release.kind == Kind::public_notice ||
         release.kind == Kind::service_guide || release.priority == Priority::urgent;
}

size_t facts_chars(const Release& release) {
  size_t chars = count_characters(release.doc_no);
  if (release.public_notice) {
    chars +=
        count_characters(release.public_notice->feedback) + 23;  // two dates and what joins them
  }
  return chars;
}

}  // namespace

std::string item_html(const Release& release) {
  const Result<std::string> html = sdk::content_html(release.body);
  if (!html) {
    return {};
  }
  return with_attachment_urls(*html, [&release](std::string_view name) -> std::string {
    for (const Attachment& attachment : release.attachments) {
      if (attachment.name == name && !attachment.is_private) {
        return "files/" + to_hex(attachment.digest) + "/" + attachment.name;
      }
    }
    return {};
  });
}

std::string item_plain(const Release& release) {
  const Result<std::string> html = sdk::content_html(release.body);
  std::string plain = html ? plain_text(*html) : std::string();
  std::erase(plain, '\n');
  for (const sdk::Particular& element : sdk::guide_elements(release)) {
    plain += element.text;
  }
  if (release.reply) {
    plain += release.reply->question + release.reply->answer;
  }
  return plain;
}

ReadingLength reading_length(const Release& release) {
  ReadingLength length;
  length.brief_chars = count_characters(release.title) + count_characters(release.summary) +
                       count_characters(release.issuer.name) + facts_chars(release);
  const size_t text_chars = count_characters(item_plain(release));
  if (shown_whole(release) && text_chars <= limits::screen_full_text_chars) {
    length.whole_chars = length.brief_chars + text_chars;
  }
  return length;
}

}  // namespace gulou
