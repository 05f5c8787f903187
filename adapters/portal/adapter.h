// PortalAdapter is the portal channel: it puts a delivery's parts on the static site, or takes them
// back, all at once, then fetches each page over HTTP from its public address and only then says
// `public`. Used on the
// SDK's call thread. It keeps nothing of its own: what is on the site is asked of the site.
#pragma once

#include "adapters/portal/site.h"
#include "adapters/sdk/adapter.h"
#include "common/http/client.h"

#include <string>

namespace gulou {

class PortalAdapter final : public sdk::ChannelAdapter {
 public:
  // base_url: public address of the site without a trailing slash; read_back = false reports
  // `accepted` instead of `public` (for a site that cannot be reached from here).
  PortalAdapter(Site site, std::string base_url, bool read_back);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  Status fetch_attachments(const sdk::Part& part, sdk::Helper& helper);
  Result<HttpAnswer> look(const SitePlace& place);
  // The page as anybody gets it: title, a mark of the body, and the banner where one is due; of
  // what is gone, that it cannot be opened any more.
  Status read_back(const sdk::Part& part, const SitePlace& place);
  Status read_back_banner(const std::string& note, const SitePlace& place);
  Status read_back_gone(const SitePlace& place);
  Report confirm(const sdk::Delivery& delivery, const std::vector<SitePlace>& places);
  Report find_withdrawn(const sdk::Delivery& delivery);
  PartReceipt receipt_of(const sdk::Part& part, const SitePlace& place) const;

  Site site_;
  std::string base_url_;
  bool read_back_;
  HttpClient client_;
};

}  // namespace gulou
