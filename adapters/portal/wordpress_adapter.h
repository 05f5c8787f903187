// WordpressAdapter is the portal channel on a WordPress. Each part of a delivery is one post with a
// slug that never changes. It is made as a draft, which nobody sees and which may be there twice
// without harm; then its id is made durable by PROGRESS, its files are put up, and publishing that
// id, once or twice, is the same. So nothing is ever seen twice, and the parts of a bundle appear
// one right after the other. Related publications lead to each other, also one that comes or goes
// later. `public` is said only after the page was read back. Used on the SDK's call thread; keeps
// nothing but the numbers of categories.
#pragma once

#include "adapters/portal/cms_text.h"
#include "adapters/portal/read_back.h"
#include "adapters/portal/wordpress_api.h"
#include "adapters/sdk/adapter.h"
#include "common/model/settings.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gulou {

class WordpressAdapter final : public sdk::ChannelAdapter {
 public:
  // base_url: where citizens reach the site; pages elsewhere are a matter of wrong settings. Empty:
  // wherever WordPress says.
  WordpressAdapter(WordpressApi api,
                   std::string base_url,
                   std::map<std::string, Column, std::less<>> columns);

  Report publish(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report update(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report withdraw(const sdk::Delivery& delivery, sdk::Helper& helper) override;
  Report find(const sdk::Delivery& delivery, sdk::Helper& helper) override;

 private:
  // Either a value or the report that ends the call.
  template <class Value>
  using Outcome = tl::expected<Value, Report>;
  using Done = std::optional<Report>;  // the report that ends the call, or nothing

  struct Page {
    const sdk::Part* part = nullptr;
    std::string slug;
    WordpressPost post;
    bool is_there = false;  // at this revision, or a newer one that stays
    CmsFiles files;
  };

  Outcome<WordpressAnswer> ask(Result<WordpressAnswer> answer);
  Report failed(const WordpressAnswer& answer) const;

  // wordpress_posts.cc: looking.
  Outcome<std::optional<WordpressPost>> look(const std::string& slug);
  Outcome<std::vector<WordpressPost>> trashed(const std::string& slug);
  Outcome<std::vector<Page>> look_at(const sdk::Delivery& delivery);
  Done check_place(const WordpressPost& post) const;

  // wordpress_posts.cc: putting up.
  Outcome<WordpressPost> make_draft(const Page& page);
  Done put_files(Page& page, sdk::Helper& helper);
  Outcome<std::string> put_file(const Page& page,
                                const Attachment& attachment,
                                const std::vector<WordpressFile>& there,
                                sdk::Helper& helper);
  Done put_up(Page& page);
  Outcome<std::string> fields_of(const Page& page);
  Outcome<int64_t> category_of(const std::string& column);
  Outcome<int64_t> add_category(const std::string& name, const std::string& slug, int64_t parent);
  Done remove_old_files(const Page& page);

  // Links both ways, files nobody needs any more, then the pages as anybody gets them.
  Report complete(const std::vector<Page>& pages);
  Outcome<std::vector<WordpressPost>> naming(const std::string& slug);
  Done link(const WordpressPost& post);
  Done link_around(const std::string& slug, const WordpressMarks& marks);

  Outcome<std::optional<PartReceipt>> take_down(const sdk::Part& part,
                                                const sdk::Delivery& delivery,
                                                sdk::Helper& helper);
  Done mark_invalid(const WordpressPost& post, const std::string& note);
  Done lead_on(const WordpressPost& post, const sdk::Delivery& delivery);
  Outcome<bool> hide(const WordpressPost& post);
  Done change(const std::string& slug, const WordpressPost& post, const sdk::Delivery& delivery);
  Outcome<std::optional<PartReceipt>> swept(const std::string& slug,
                                            const sdk::Part& part,
                                            const std::string& url,
                                            WithdrawalKind kind);
  Done clear_up(const std::string& slug, const WordpressPost& post, bool for_good);

  WordpressApi api_;
  std::string base_url_;
  std::map<std::string, Column, std::less<>> columns_;
  std::map<std::string, int64_t, std::less<>> categories_;  // column to number, as last seen
  ReadBack read_back_;
};

}  // namespace gulou
