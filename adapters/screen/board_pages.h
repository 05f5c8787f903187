// BoardPages answers the people behind the links: what is to be posted and taken down on one board
// or on all boards of a township, and "done" by one tap, with a photo where there is one. The
// secret is in the address; whoever does not know it is told nothing, not even which boards there
// are. Everything happens on a thread of its own, since a photo takes time to make plain; ask()
// from any thread. The addresses stand in the README.
#pragma once

#include "adapters/screen/answering.h"
#include "adapters/screen/board_ledger.h"
#include "adapters/screen/board_links.h"
#include "adapters/screen/board_plan.h"
#include "adapters/screen/boards.h"
#include "adapters/screen/limits.h"
#include "common/http/rates.h"
#include "common/http/server.h"
#include "common/text/language.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

class BoardPages {
 public:
  // Something was done on a board: deliveries wait under posted_id() or down_id().
  using Done = std::function<void(BoardStep step, const std::string& publication, Seq seq)>;

  BoardPages(std::string dir,
             BoardLedger ledger,
             BoardLinks links,
             std::unique_ptr<BoardSource> source,
             Done done);

  // 503 where too many wait.
  void ask(HttpRequest request, Responder responder);

 private:
  // The path of a request, taken apart.
  struct Way {
    std::string name;  // "b/<board>" or "a/<area>"
    std::string_view secret;
    std::string_view rest;  // "", "sheets.json", "posted/longjing/0123…"
  };

  // What a tap is about.
  struct Tapped {
    BoardEntry entry;  // without a publication: no such sheet
    Seq seq;           // 0: it is no longer to be shown
    bool has_photo = false;
  };

  HttpResponse answer(const HttpRequest& request, Now now);
  HttpResponse get(const HttpRequest& request, const Way& way, Utc now);
  HttpResponse post(const HttpRequest& request, const Way& way, Utc now);
  HttpResponse photo(const HttpRequest& request, std::string_view name) const;
  Tapped tapped(const Board& board, BoardStep step, std::string_view key) const;
  Result<std::string> keep_photo(const std::string& body) const;
  Status refresh();
  std::vector<Board> boards_of(const Way& way) const;
  std::string sheets_json(const std::vector<Board>& boards, Language language, Utc now) const;

  std::string dir_;
  BoardLedger ledger_;
  BoardLinks links_;
  std::unique_ptr<BoardSource> source_;
  Done done_;
  std::vector<Board> boards_;
  ScreenContent content_;
  AddressRates wrong_;                // guesses of each address
  Answering<HttpRequest> answering_;  // last: its thread uses the rest
};

}  // namespace gulou
