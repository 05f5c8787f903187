// Site puts releases on the static site's disk: the part of the portal adapter that knows how a
// release becomes a page, and nothing of deliveries. Owned by the adapter, used on its thread. All
// parts of one publish() appear at once. What is older than what the site has is left alone. Pages
// are made by SitePages from what is stored here. The format stands in site_files.h.
#pragma once

#include "adapters/portal/site_store.h"
#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/delivery.h"
#include "common/model/release.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct SitePart {
  std::string_view publisher;
  const Release* release = nullptr;
  std::string_view canonical;  // the release's approved bytes
  Digest digest;               // of them
  uint32_t part = 0;           // within its bundle
  Seq seq;
  Seq first_seq;
  std::string_view index_no;
  Utc published_on;
  std::string_view old_url;  // where an earlier revision stands, if the caller knows
  bool invalid = false;      // shown with a banner, and this note in it
  std::string_view note;
};

struct SitePlace {
  std::string publication;
  uint32_t revision = 0;
  Digest digest;
  Standing standing = Standing::live;
  std::string url_path;  // "/zcwj/12-0.html": kept through revisions

  // Its address answers with a message instead of the text.
  bool down() const { return standing == Standing::replaced || standing == Standing::removed; }
};

class Site {
 public:
  static Result<Site> open(const std::string& dir);

  // Attachments come first: publish() refuses a part whose public attachments are not there. `read`
  // gives the bytes piece by piece and has checked their digest when it returns.
  bool has_blob(const Digest& digest) const;
  using Sink = std::function<Status(std::string_view piece)>;
  Status add_blob(const Digest& digest, const std::function<Status(const Sink&)>& read);

  // One place per part, in order. Parts that are already there in this or a newer revision cost
  // nothing. Errors: site_attachment_missing, and those of the disk; then nothing is visible.
  Result<std::vector<SitePlace>> publish(std::span<const SitePart> parts, Utc now);

  // All named publications at once. The note is shown to the public. What goes or points elsewhere
  // leaves no text on the disk, and no attachment that nobody else shows. A newer revision than the
  // one meant stays, and so does what a later withdrawal did; no banner brings text back.
  struct Withdrawal {
    struct Target {
      std::string publication;  // "publisher/id"
      uint32_t revision = 0;    // the newest one meant
    };

    WithdrawalKind kind = WithdrawalKind::remove;
    std::vector<Target> targets;
    std::string public_note;
    std::string successor;  // "publisher/id", for replace
    Seq seq;                // of the withdrawal
  };

  // One place per target, in order; nothing where the site has never shown it.
  Result<std::vector<std::optional<SitePlace>>> withdraw(const Withdrawal& withdrawal, Utc now);

  // Nothing where the site has never shown it.
  Result<std::optional<SitePlace>> find(std::string_view publisher, std::string_view id) const;

 private:
  explicit Site(SiteStore store) : store_(std::move(store)) {}

  Result<std::optional<SiteRecord>> known(std::string_view publication) const;
  Place new_place(const SitePart& part, std::span<const SiteChange> changes) const;
  Result<SiteRecord> record_of(const SitePart& part,
                               const std::optional<SiteRecord>& old,
                               std::span<const SiteChange> changes,
                               Utc now) const;
  Status commit(std::vector<SiteChange> changes);

  SiteStore store_;
};

}  // namespace gulou
