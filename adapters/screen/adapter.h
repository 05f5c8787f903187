// ScreenAdapter is the screen channel of one agent: what is delivered goes into its own durable
// store, from which the pages draw. A delivery is `confirming` while a page that lives has not yet
// said that it drew it, then `shown`; where no page says anything the receipt stays at `accepted`.
// Of withdrawals nothing is shown: what was marked invalid or replaced leaves the screen like what
// was removed. Used on the SDK's call thread.
#pragma once

#include "adapters/screen/glass.h"
#include "adapters/screen/played.h"
#include "adapters/screen/store.h"
#include "adapters/sdk/adapter.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// What a delivery waits under for its glass: "screen-17"; and a withdrawal, until the item has left
// it: "off-0123…", by the item's key.
std::string shown_id(Seq seq);
std::string off_id(std::string_view key);

class ScreenAdapter final : public sdk::ChannelAdapter {
 public:
  // page_url: where the display is looked at; stands in the receipts. touch: people read PDFs
  // there. changed: the store has.
  ScreenAdapter(ScreenStore store,
                std::string page_url,
                std::vector<const Glass*> glasses,
                bool touch,
                Played played,
                std::function<void()> changed);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  bool wanted(const Attachment& attachment) const;
  Status fetch_files(const sdk::Part& part, sdk::Helper& helper) const;
  Report held(const sdk::Delivery& delivery) const;
  Report left(const sdk::Delivery& delivery);
  Status apply(ScreenChange change);
  bool awaited(const ScreenItem& item, const Glass& glass, Utc now) const;
  bool may_be_drawn(const std::string& key, Utc now) const;
  std::vector<std::string> drawn_keys(const sdk::Delivery& delivery, Utc now) const;

  ScreenStore store_;
  std::string page_url_;
  std::vector<const Glass*> glasses_;
  bool touch_;
  Played played_;
  std::function<void()> changed_;
  std::map<std::string, Utc, std::less<>>
      removed_at_;  // what waits for its glass; after a start: unknown
  Utc started_ = read_clocks().utc;
};

}  // namespace gulou
