// PortalAdapter is the portal channel: it puts a delivery's parts on the static site, or takes them
// back, all at once, then fetches each page over HTTP from its public address and only then says
// `public`. Used on the
// SDK's call thread. It keeps nothing of its own: what is on the site is asked of the site.
#pragma once

#include "adapters/portal/read_back.h"
#include "adapters/portal/site.h"
#include "adapters/sdk/adapter.h"

#include <string>

namespace gulou {

class PortalAdapter final : public sdk::ChannelAdapter {
 public:
  // base_url: public address of the site without a trailing slash.
  PortalAdapter(Site site, std::string base_url);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  Status fetch_attachments(const sdk::Part& part, sdk::Helper& helper);
  // The page as anybody gets it, and the banner where one is due.
  Status read_back(const sdk::Part& part, const SitePlace& place);
  Report confirm(const sdk::Delivery& delivery, const std::vector<SitePlace>& places);
  Report find_withdrawn(const sdk::Delivery& delivery);
  PartReceipt receipt_of(const sdk::Part& part, const SitePlace& place) const;

  Site site_;
  std::string base_url_;
  ReadBack read_back_;
};

}  // namespace gulou
