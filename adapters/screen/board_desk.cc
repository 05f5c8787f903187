#include "adapters/screen/board_desk.h"

#include "adapters/screen/board_run.h"
#include "common/base/files.h"
#include "common/draw/qr.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

class Desk {
 public:
  Desk(const BoardAsked& asked, const AdapterSettings& settings, std::vector<Board> boards)
      : asked_(asked), settings_(settings), boards_(std::move(boards)) {}

  Result<std::string> answer() {
    if (asked_.verb == "run") {
      return run();
    }
    if (asked_.verb == "list") {
      return list();
    }
    const BoardLinks links = TRY(BoardLinks::open(settings_.directory));
    const std::string name = TRY(link_name());
    if (asked_.verb == "revoke") {
      TRY(links.revoke(name));
    }
    return link(links, name);
  }

 private:
  std::string say(std::string_view reason, const std::vector<std::string>& args) const {
    return sentence(asked_.language, reason, {}, args) + "\n";
  }

  // Those that are meant; an Error where there is none, since that is a mistyped code.
  Result<std::vector<Board>> chosen() const {
    std::vector<Board> chosen;
    for (const Board& board : boards_) {
      if ((asked_.board.empty() || board.id == asked_.board) &&
          (asked_.area.empty() || area_holds(asked_.area, board.area))) {
        chosen.push_back(board);
      }
    }
    if (chosen.empty()) {
      return asked_.board.empty()
                 ? fail(ErrorCode::not_found, "board_area_empty", "area", {asked_.area})
                 : fail(ErrorCode::not_found, "board_unknown", "board", {asked_.board});
    }
    return chosen;
  }

  Result<std::string> link_name() const {
    TRY(chosen());
    return asked_.board.empty() ? "a/" + asked_.area : "b/" + asked_.board;
  }

  Result<std::string> run() {
    const std::vector<Board> boards = TRY(chosen());
    TRY(make_directory(asked_.out));
    const ScreenContent content = TRY(read_screen_content(settings_.directory));
    BoardLedger ledger = TRY(BoardLedger::open(settings_.directory));
    const BoardRun run{.directory = settings_.directory,
                       .portal_url = settings_.board.portal_url,
                       .link_url = settings_.base_url,
                       .out = asked_.out,
                       .language = asked_.language};
    std::vector<BoardPaper> papers;
    papers.reserve(boards.size());
    for (const Board& board : boards) {
      papers.push_back(TRY(print_board(run, board, content, ledger, read_clocks().utc)));
    }
    return asked_.json ? json_of(papers) : text_of(papers);
  }

  std::string text_of(const std::vector<BoardPaper>& papers) const {
    std::string text;
    for (const BoardPaper& paper : papers) {
      text += paper.file.empty() ? say("board_nothing_to_do", {paper.place})
                                 : say("board_printed",
                                       {paper.place,
                                        std::to_string(paper.post),
                                        std::to_string(paper.take_down),
                                        std::to_string(paper.pages),
                                        paper.file});
      for (const Error& error : paper.left_out) {
        text += say("board_left_out", {sentence(asked_.language, error)});
      }
    }
    return text;
  }

  static std::string json_of(const std::vector<BoardPaper>& papers) {
    JsonWriter json;
    json.begin_object().key("boards").begin_array();
    for (const BoardPaper& paper : papers) {
      json.begin_object().member("board", paper.board).text_member("file", paper.file);
      json.member("post", paper.post).member("take_down", paper.take_down);
      json.member("pages", paper.pages).member("left_out", paper.left_out.size()).end_object();
    }
    return json.end_array().end_object().take() + "\n";
  }

  Result<std::string> list() const {
    const ScreenContent content = TRY(read_screen_content(settings_.directory));
    const BoardLedger ledger = TRY(BoardLedger::open(settings_.directory));
    const std::vector<Board> boards = TRY(chosen());
    const Utc now = read_clocks().utc;
    JsonWriter json;
    json.begin_object().key("boards").begin_array();
    std::string text;
    for (const Board& board : boards) {
      const BoardLedger::Sheets& sheets = ledger.sheets(board.id);
      const BoardPlan plan = board_plan(board, content, sheets, now);
      Utc last;
      for (const auto& [digest, sheet] : sheets) {
        last = std::max({last, sheet.posted_at, sheet.down_at});
      }
      text += say("board_line",
                  {board.id,
                   board.place,
                   std::to_string(plan.post.size()),
                   std::to_string(plan.take_down.size()),
                   std::to_string(plan.hanging.size()),
                   last ? format_shanghai(last) : std::string(word(asked_.language, "noun_none")),
                   board.contact + " " + board.phone});
      json.begin_object().member("board", board.id).member("place", board.place);
      json.member("area", board.area).member("post", plan.post.size());
      json.member("take_down", plan.take_down.size()).member("hanging", plan.hanging.size());
      json.text_member("last", last ? format_utc(last) : "");
      json.text_member("contact", board.contact).text_member("phone", board.phone).end_object();
    }
    return asked_.json ? json.end_array().end_object().take() + "\n" : text;
  }

  // With a code to show a phone: two modules of a row of characters each.
  Result<std::string> link(const BoardLinks& links, const std::string& name) const {
    const std::string url = TRY(board_link(links, settings_.base_url, name));
    if (asked_.json) {
      return JsonWriter().begin_object().member("link", url).end_object().take() + "\n";
    }
    const QrMatrix qr = TRY(qr_matrix(url));
    constexpr uint32_t quiet = 2;
    const auto light = [&qr](uint32_t row, uint32_t column) {
      return row < quiet || column < quiet || row >= qr.side + quiet || column >= qr.side + quiet ||
             !qr.at(row - quiet, column - quiet);
    };
    std::string text = url + "\n";
    for (uint32_t row = 0; row < qr.side + 2 * quiet; row += 2) {
      for (uint32_t column = 0; column < qr.side + 2 * quiet; ++column) {
        const bool upper = light(row, column), lower = light(row + 1, column);
        text += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
      }
      text += "\n";
    }
    return text + say(asked_.verb == "revoke" ? "board_link_revoked" : "board_link_who", {});
  }

  const BoardAsked& asked_;
  const AdapterSettings& settings_;
  std::vector<Board> boards_;
};

}  // namespace

Result<BoardAsked> parse_board_asked(const std::vector<std::string>& arguments) {
  BoardAsked asked;
  const auto usage = [] { return fail(ErrorCode::invalid_argument, "board_usage"); };
  if (arguments.empty() || arguments.size() % 2 == 0) {
    return usage();
  }
  asked.verb = arguments.front();
  for (size_t i = 1; i + 1 < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    const std::string& value = arguments[i + 1];
    if (name == "--home") {
      asked.home = value;
    } else if (name == "--area") {
      asked.area = value;
    } else if (name == "--board") {
      asked.board = value;
    } else if (name == "--out") {
      asked.out = value;
    } else if (name == "--lang") {
      asked.language = parse_language(value).value_or(Language::zh);
    } else if (name == "--json") {
      asked.json = value == "yes";
    } else {
      return usage();
    }
  }
  const bool known =
      asked.verb == "run" || asked.verb == "list" || asked.verb == "link" || asked.verb == "revoke";
  const bool named = !asked.area.empty() || !asked.board.empty() || asked.verb == "list";
  if (!known || !named || asked.home.empty()) {
    return usage();
  }
  return asked;
}

Result<std::string> answer_board(const BoardAsked& asked, const AdapterSettings& settings) {
  return Desk(asked, settings, TRY(load_boards(settings.board.boards_file))).answer();
}

}  // namespace gulou
