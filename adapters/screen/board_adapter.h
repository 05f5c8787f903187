// BoardAdapter is the channel of notice boards: what is delivered goes into a durable store, and a
// person puts it up. A delivery is `confirming` until every board that takes it was reported as
// posted, then `shown`; each report is told to the broker by PROGRESS as it comes. A withdrawal
// ends when no board has the paper any more. A board that leaves the list counts no longer. Used on
// the SDK's call thread; the page behind the links shares only files with it.
#pragma once

#include "adapters/screen/board_ledger.h"
#include "adapters/screen/boards.h"
#include "adapters/screen/store.h"
#include "adapters/sdk/adapter.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// What deliveries wait under: "board-17" for being posted, "down oa/flood" for being taken down.
std::string posted_id(Seq seq);
std::string down_id(std::string_view publication);

class BoardAdapter final : public sdk::ChannelAdapter {
 public:
  BoardAdapter(ScreenStore store, BoardLedger ledger, std::unique_ptr<BoardSource> source);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  // What the boards say of one part.
  struct Said {
    std::vector<std::string> done;  // "longjing posted 2026-11-28T05:07:09Z"
    bool open = false;              // a board that has not done it
  };

  Status look();
  Report hanging(const sdk::Delivery& delivery, sdk::Helper& helper);
  Report taken_down(const sdk::Delivery& delivery, sdk::Helper& helper);
  Said posted(const ScreenItem& item, Utc now) const;
  Said down(std::string_view publication, uint32_t revision) const;
  Status tell(const sdk::Delivery& delivery,
              uint8_t part,
              const std::vector<std::string>& done,
              sdk::Helper& helper) const;

  ScreenStore store_;
  BoardLedger ledger_;
  std::unique_ptr<BoardSource> source_;
  std::vector<Board> boards_;
};

}  // namespace gulou
