// FeedAdapter is the channel of one media outlet: a release becomes a packet, an entry of its feed
// and an event, over every way that is set; a withdrawal becomes a tombstone and a recall notice
// that asks for an acknowledgement. An outlet is a channel, so its filter, its embargo, its log of
// deliveries and its failing are the broker's matter. Used on the SDK's call thread.
#pragma once

#include "adapters/feed/store.h"
#include "adapters/feed/ways.h"
#include "adapters/sdk/adapter.h"

#include <string>

namespace gulou {

class FeedAdapter final : public sdk::ChannelAdapter {
 public:
  FeedAdapter(FeedStore store, FeedWays ways, std::string base_url);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  // Over every way; the record says `complete` once all of them have it.
  Status put_out(const sdk::Part& part, sdk::Helper& helper);
  Status send(const sdk::Part& part, FeedRecord record, sdk::Helper& helper);
  Status recall(FeedRecord record, sdk::Helper& helper, uint8_t part);
  FeedRecord record_of(const sdk::Part& part) const;
  PartReceipt receipt_of(const sdk::Part& part, const FeedRecord& record) const;
  bool is_there(const sdk::Part& part) const;
  Report failed(const Error& error);
  void log(std::string_view way, const FeedRecord& record, std::string_view what) const;

  FeedStore store_;
  FeedWays ways_;
  std::string base_url_;
};

}  // namespace gulou
