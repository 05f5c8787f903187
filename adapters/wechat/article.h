// What an article says: the release's title, author, digest and body as WeChat takes them, and
// every limit checked before anything is sent. Official text is never cut: what does not fit is an
// Error, and a person decides. Pure but for the drawing of a cover; any thread.
#pragma once

#include "adapters/sdk/adapter.h"
#include "adapters/wechat/api.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Where a picture of the release stands for readers of the article.
using PictureUrl = std::function<std::string(std::string_view name)>;

// single: the only article of its message, so that it may have a digest. Without a cover. Errors:
// wechat_needs_portal, wechat_title_too_long, wechat_digest_too_long, wechat_content_too_long,
// wechat_url_too_long, and those of the body.
Result<WechatArticle> wechat_article(const sdk::Part& part,
                                     std::string_view author,
                                     bool single,
                                     const PictureUrl& picture_url);

// Pictures the body shows, in order. Errors: wechat_picture_unfit for what the platform refuses.
Result<std::vector<const Attachment*>> body_pictures(const Release& release);

// A JPEG or PNG of the release that may be the cover; none: one is drawn.
const Attachment* cover_picture(const Release& release);
// PNG bytes with the title. Errors: missing_glyph, text_does_not_fit.
Result<std::string> drawn_cover(const Release& release);

}  // namespace gulou
