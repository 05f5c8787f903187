// WechatAdapter is the channel of one official account: the parts of a delivery become the articles
// of one message. A draft is made, submitted, reviewed by the platform, and then there. Nothing has
// an idempotency key, but a draft is published once and then gone: one draft is made for the same
// revisions, only that one is submitted again, and only once its earlier submission has had
// settle_ms to show. In draft mode a person publishes it. Used on the SDK's call thread; keeps
// nothing (README.md, marks.h).
#pragma once

#include "adapters/sdk/adapter.h"
#include "adapters/wechat/api.h"
#include "adapters/wechat/events.h"
#include "adapters/wechat/marks.h"

#include <optional>
#include <string>
#include <vector>

namespace gulou {

class WechatAdapter final : public sdk::ChannelAdapter {
 public:
  WechatAdapter(WechatApi api, WechatEvents& events) : api_(std::move(api)), events_(events) {}

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  using Seen = std::optional<WechatMessage>;

  // Making the message.
  Status check(const sdk::Delivery& delivery) const;
  Result<std::string> draft(const sdk::Delivery& delivery, const Marks& marks, sdk::Helper& helper);
  Result<std::string> make_draft(const sdk::Delivery& delivery, sdk::Helper& helper);
  Result<WechatArticle> article(const sdk::Delivery& delivery,
                                const sdk::Part& part,
                                sdk::Helper& helper);
  Result<std::string> cover(const sdk::Part& part, sdk::Helper& helper);
  Result<std::optional<std::string>> adopt_draft(const sdk::Delivery& delivery,
                                                 const std::vector<WechatArticle>& articles);
  Report put_up(const sdk::Delivery& delivery, sdk::Helper& helper);
  Report submit(const sdk::Delivery& delivery, const std::string& media_id, sdk::Helper& helper);
  Status take_down_old(const sdk::Delivery& delivery, sdk::Helper& helper);

  // Looking.
  Result<WechatJob> job_of(const std::string& publish_id);
  Report after_job(const sdk::Delivery& delivery, const JobMark& mark);
  Report after_submission(const sdk::Delivery& delivery,
                          const Marks& marks,
                          const SubmitMark& open);
  Result<Seen> look(const sdk::Delivery& delivery, const Marks& marks);
  Report there(const sdk::Delivery& delivery,
               std::string_view key,
               const std::string& article_id,
               const std::vector<std::string>& urls);

  // Taking down.
  Status take_down(const std::string& article_id, size_t index, const std::string& url);
  Result<Receipt> take_down_all(const sdk::Delivery& delivery, sdk::Helper& helper);
  Status take_down_found(const sdk::Delivery& delivery, const Marks& marks, Receipt& receipt);
  // The articles of a message that lead to this page of the portal.
  Status take_down_part(const sdk::Part& part,
                        const std::string& portal_url,
                        const WechatMessage& message,
                        Receipt& receipt);
  Status settled(const Marks& marks);

  Report failed(const Error& error) const;

  WechatApi api_;
  WechatEvents& events_;
};

}  // namespace gulou
