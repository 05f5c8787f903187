#include "common/model/checks.h"

namespace gulou {
namespace {

Fit misfit(std::string reason, std::string field, uint64_t is, uint64_t at_most) {
  return {
      false, std::move(reason), std::move(field), {std::to_string(is), std::to_string(at_most)}};
}

bool exceeds(uint64_t value, uint64_t limit) {
  return limit != 0 && value > limit;
}

}  // namespace

Fit fit(const Release& release, const Channel& channel) {
  const ChannelLimits& limits = channel.content_limits;
  const size_t title = char_count(release.title);
  const bool short_title_fits = !release.short_title.empty() &&
                                !exceeds(char_count(release.short_title), limits.title_chars_max);
  if (exceeds(title, limits.title_chars_max) && !short_title_fits) {
    return misfit("channel_title_too_long", "title", title, limits.title_chars_max);
  }
  const size_t summary = char_count(release.summary);
  if (exceeds(summary, limits.summary_chars_max)) {
    return misfit("channel_summary_too_long", "summary", summary, limits.summary_chars_max);
  }
  const size_t body = char_count(release.body.content);
  if (exceeds(body, limits.body_chars_max)) {
    return misfit("channel_body_too_long", "body", body, limits.body_chars_max);
  }
  if (exceeds(release.body.content.size(), limits.body_bytes_max)) {
    return misfit(
        "channel_body_too_large", "body", release.body.content.size(), limits.body_bytes_max);
  }
  for (size_t i = 0; i < release.attachments.size(); ++i) {
    const Attachment& attachment = release.attachments[i];
    if (!attachment.is_private && exceeds(attachment.size_bytes, limits.attachment_bytes_max)) {
      return misfit("channel_attachment_too_large",
                    "attachments[" + std::to_string(i) + "]",
                    attachment.size_bytes,
                    limits.attachment_bytes_max);
    }
  }
  return {};
}

}  // namespace gulou
