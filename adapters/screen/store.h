// ScreenStore is the screen's own copy of what it shows, so that it goes on with the broker away
// and after its own restart. A kill at any instant leaves the state before or after a change; the
// position of the stream moves with it. Owned by the adapter, used on its thread; the page reads
// the same directory.
//   index           flipped by one rename: position, then a line per item
//   items/<hex>     canonical JSON of a release, by its digest
//   blobs/<hex>     pictures
// Behind a gateway items, blobs and pages are links to a directory of all, swept by who owns them.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/release.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// said: a broker has had the time to make it durable.
enum class Shown : uint8_t { no = 0, yes = 1, said = 2 };

struct ScreenItem {
  std::string publication;  // "publisher/id"
  Seq seq;
  Digest digest;  // of the canonical bytes
  Utc published_on;
  Utc from;  // not shown before: an embargo
  Release release;
  Shown shown = Shown::no;  // of a device: what its broker knows of the glass
};

struct ScreenPut {
  ScreenItem item;
  std::string canonical;
};

struct ScreenRemoval {
  std::string publication;
  uint32_t revision = 0;  // up to this one; a newer one stays
};

struct ScreenChange {
  std::vector<ScreenPut> put;
  std::vector<ScreenRemoval> remove;
  Seq position;            // 0: as it was
  std::vector<Seq> shown;  // what came with these entries was drawn
  std::vector<Seq> said;   // and the broker has heard of these
  std::optional<std::string> portal_url;
};

// Marks of a change, on what is held; the same for every shelf.
void mark_shown(std::map<std::string, ScreenItem, std::less<>>& items, const ScreenChange& change);

// Everything below `dir`, by publication.
struct ScreenContent {
  Seq position;
  std::string portal_url;  // as the broker said last: QR codes lead there
  std::map<std::string, ScreenItem, std::less<>> items;
};

// Errors: not_found where there is no index yet, corrupt screen_store_damaged.
Result<ScreenContent> read_screen_content(const std::string& dir);

// Removes from disk what none of these names: superseded and withdrawn text, pictures, unfinished
// files.
void sweep_screen_files(const std::string& dir, const std::vector<const ScreenContent*>& held);

std::string screen_index_path(const std::string& dir);
std::string screen_blob_path(const std::string& dir, const Digest& digest);

class ScreenStore {
 public:
  // A damaged store is set aside and an empty one begun: the broker sends everything again.
  // shared_dir: where its items are kept together with those of others; empty: alone.
  static Result<ScreenStore> open(const std::string& dir, const std::string& shared_dir = {});

  // All of it or nothing, durable when it returns. An item older than the one held is left out, and
  // beyond screen_items_max the oldest go.
  Status apply(ScreenChange change);

  bool has_blob(const Digest& digest) const;
  using Sink = std::function<Status(std::string_view piece)>;
  Status add_blob(const Digest& digest, const std::function<Status(const Sink&)>& read) const;

  const ScreenContent& content() const { return content_; }

  // When an item of content() was received.
  Utc stored_at(const Digest& digest) const;

  const ScreenItem* find(std::string_view publication) const;
  // Is there something to remove?
  bool holds(const ScreenRemoval& meant) const;

 private:
  ScreenStore(std::string dir, bool shared) : dir_(std::move(dir)), shared_(shared) {}

  void sweep() const;

  std::string dir_;
  bool shared_;
  ScreenContent content_;
};

}  // namespace gulou
