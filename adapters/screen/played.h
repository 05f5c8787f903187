// Played is what the glass has shown, as the page reported it: a durable mark per item and screen,
// from which receipts of level `shown` are made, and the proof of play: one line per time an item
// was on the glass.
//   shown/<hex of the item's digest>.<screen>   when it was drawn first
//   played.log, played.log.1                    a FieldLine per showing; the older half goes
// A mark is written before the broker is told. Marks: any thread; the log: the web server's.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct Showing {
  std::string screen;
  std::string publication;  // "publisher/id"
  uint32_t revision = 0;
  Digest digest;
  Utc from;
  Utc until;         // 0: still on the glass
  std::string hash;  // of the text that was drawn, by the page
};

class Played {
 public:
  // Errors: those of files.
  static Result<Played> open(std::string dir);

  // Durable when it returns. True the first time this screen drew this item.
  Result<bool> mark(const Showing& showing) const;
  std::optional<Utc> first_shown(const Digest& digest, std::string_view screen) const;

  // One line of the proof of play, for a showing that has ended.
  void log(const Showing& showing) const;
  // The newest lines, oldest first.
  std::vector<Showing> newest(size_t lines_max) const;

  // Marks of items that are held no more go.
  void keep_only(const std::vector<Digest>& held) const;

 private:
  explicit Played(std::string dir) : dir_(std::move(dir)) {}

  std::string dir_;
};

}  // namespace gulou
