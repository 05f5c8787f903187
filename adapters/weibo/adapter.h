// WeiboAdapter is the channel of one Weibo account: each part of a delivery becomes a post with its
// title, or short title, and its address on the portal. The platform has no idempotency key and
// cannot edit, so before every post that may be a second one it looks for the address among the
// account's newest posts; a revision whose post would say the same is there already, another one
// replaces it. Used on the SDK's call thread; keeps nothing.
#pragma once

#include "adapters/sdk/adapter.h"
#include "adapters/weibo/api.h"

#include <optional>
#include <string>
#include <vector>

namespace gulou {

class WeiboAdapter final : public sdk::ChannelAdapter {
 public:
  explicit WeiboAdapter(WeiboTable settings) : api_(std::move(settings)) {}

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  // The post that leads to this address; empty optional: none among the newest.
  // The newest post that leads there. whole: older ones do not either.
  struct Seen {
    std::optional<WeiboPost> post;
    bool whole = false;
  };

  Result<Seen> look_back(const std::string& url);
  Result<std::optional<WeiboPost>> look(const std::string& url);
  Result<PartReceipt> put_up(const sdk::Delivery& delivery,
                             const sdk::Part& part,
                             sdk::Helper& helper);
  Result<PartReceipt> post(const sdk::Delivery& delivery,
                           const sdk::Part& part,
                           const std::string& text,
                           sdk::Helper& helper);
  Result<std::optional<WeiboPicture>> picture(const sdk::Part& part, sdk::Helper& helper);
  // No error where it is not there any more.
  Status take_down(const std::string& id);
  Result<std::string> text_of(const sdk::Part& part) const;
  Report failed(const Error& error) const;

  WeiboApi api_;
};

// {title}, {short_title} where the title is too long, {url}, {doc_no}, {issuer}. Errors:
// weibo_text_too_long, weibo_topic, weibo_needs_portal.
Result<std::string> weibo_text(std::string_view pattern, const sdk::Part& part);

}  // namespace gulou
