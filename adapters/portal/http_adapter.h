// HttpAdapter is the portal channel on any CMS (HttpApi): each part of a delivery is one page
// there, called by a key that never changes, so before it creates one it looks. A bundle is there
// when all of its parts are; until then the delivery stays open. `public` is said only after the
// page's public address was read back. Used on the SDK's call thread; keeps nothing.
#pragma once

#include "adapters/portal/cms_text.h"
#include "adapters/portal/http_api.h"
#include "adapters/portal/read_back.h"
#include "adapters/sdk/adapter.h"

#include <map>
#include <string>

namespace gulou {

class HttpAdapter final : public sdk::ChannelAdapter {
 public:
  // column_names: id to name, for templates.
  HttpAdapter(HttpApi api, std::map<std::string, std::string, std::less<>> column_names);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  // Either a value or the report that ends the call.
  template <class Value>
  using Outcome = tl::expected<Value, Report>;

  struct Page {
    std::string id;
    std::string url;
    std::string revision;
    bool there = false;
  };

  TemplateData identity(const sdk::Part& part, const sdk::Delivery& delivery) const;
  Outcome<TemplateData> data_of(const sdk::Part& part,
                                const sdk::Delivery& delivery,
                                sdk::Helper& helper);
  Outcome<CmsFiles> put_files(const sdk::Part& part, const TemplateData& data, sdk::Helper& helper);
  Outcome<CmsAnswer> ask(const CmsCall& call,
                         TemplateData data,
                         std::string_view payload = {},
                         std::string_view media_type = {});
  Outcome<Page> look(const TemplateData& data);
  Outcome<Page> put_up(const sdk::Part& part, const sdk::Delivery& delivery, sdk::Helper& helper);
  // Has the page marked or removed by this call; where nothing was there any more that is well.
  Outcome<CmsAnswer> change(const CmsCall& call,
                            const sdk::Part& part,
                            const std::string& platform_id,
                            const TemplateData& data,
                            sdk::Helper& helper);
  Outcome<Page> take_down(const sdk::Part& part,
                          const sdk::Delivery& delivery,
                          sdk::Helper& helper);
  std::string url_of(const Page& page, const TemplateData& data) const;
  Report failed(const CmsAnswer& answer) const;

  HttpApi api_;
  std::map<std::string, std::string, std::less<>> column_names_;
  ReadBack read_back_;
};

// Of an Error of a call, a template or the broker; shared by all back ends.
Report cms_error(const Error& error);

// An answer that is no success, as the report it makes; shared by `http` and `wordpress`.
struct CmsRefusal {
  CmsOutcome outcome = CmsOutcome::unclear;
  std::string said;  // for people
  int64_t retry_after_ms = 0;
};

// The catalogue's reasons where what to do differs.
struct CmsReasons {
  std::string reauthorise;
  std::string forbidden;
};

// quota_wait_ms: where the answer names no time.
Report cms_refusal(const CmsRefusal& refusal, int64_t quota_wait_ms, const CmsReasons& reasons);

}  // namespace gulou
