// ScreenAdapter is the screen channel of one display: what is delivered goes into the screen's own
// durable store, from which the page draws. Of withdrawals nothing is shown: what was marked
// invalid or replaced leaves the screen like what was removed. Used on the SDK's call thread.
#pragma once

#include "adapters/screen/store.h"
#include "adapters/sdk/adapter.h"

#include <string>

namespace gulou {

class ScreenAdapter final : public sdk::ChannelAdapter {
 public:
  // page_url: where the display is looked at; stands in the receipts.
  ScreenAdapter(ScreenStore store, std::string page_url);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  Status fetch_pictures(const sdk::Part& part, sdk::Helper& helper) const;
  Report held(const sdk::Delivery& delivery) const;

  ScreenStore store_;
  std::string page_url_;
};

}  // namespace gulou
