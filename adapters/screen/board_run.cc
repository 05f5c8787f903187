#include "adapters/screen/board_run.h"

#include "adapters/screen/board_text.h"
#include "adapters/screen/item_json.h"
#include "adapters/screen/limits.h"
#include "adapters/screen/playlist.h"
#include "common/base/files.h"
#include "common/draw/official.h"
#include "common/text/catalogue.h"

#include <utility>

namespace gulou {
namespace {

constexpr std::string_view box = "□";

std::string said(Language language, std::string_view key) {
  return std::string(word(language, key));
}

OfficialText line(Language language, std::string_view key, const std::string& value) {
  return {said(language, key) + "：" + value, OfficialText::Form::plain};
}

OfficialTable post_table(Language language,
                         const std::vector<const ScreenItem*>& items,
                         const std::vector<uint32_t>& pages) {
  OfficialTable table{.head_rows = 1, .columns = {5, 38, 20, 6, 13, 11}};
  table.rows.push_back({said(language, "board_number"),
                        said(language, "field_title"),
                        said(language, "field_issuer"),
                        said(language, "board_pages"),
                        said(language, "board_until"),
                        said(language, "board_posted")});
  for (size_t i = 0; i < items.size(); ++i) {
    const ScreenItem& item = *items[i];
    const Utc end = screen_end_of(item);
    std::string title = item_title(item.release, language);
    if (item.release.priority == Priority::urgent) {
      title.insert(0, "【" + said(language, "priority_urgent") + "】");
    }
    table.rows.push_back({std::to_string(i + 1),
                          std::move(title),
                          item.release.issuer.name,
                          std::to_string(pages[i]),
                          end ? format_shanghai_date(end) : said(language, "board_open_end"),
                          std::string(box)});
  }
  return table;
}

OfficialTable down_table(Language language, const std::vector<SheetDown>& sheets) {
  OfficialTable table{.head_rows = 1, .columns = {5, 44, 15, 18, 11}};
  table.rows.push_back({said(language, "board_number"),
                        said(language, "field_title"),
                        said(language, "board_posted_on"),
                        said(language, "board_why"),
                        said(language, "board_down")});
  size_t number = 0;
  for (const SheetDown& one : sheets) {
    const Utc posted = one.sheet->posted_at;
    table.rows.push_back({std::to_string(++number),
                          one.sheet->title,
                          posted ? format_shanghai_date(posted) : said(language, "board_perhaps"),
                          std::string(word(language, "board_why", name_of(one.reason))),
                          std::string(box)});
  }
  return table;
}

// What the clerk takes along: never posted itself.
OfficialSheet slip_of(const BoardRun& run,
                      const Board& board,
                      const BoardPlan& plan,
                      const std::vector<uint32_t>& pages,
                      Utc now) {
  const Language language = run.language;
  OfficialSheet slip{.title = said(language, "board_slip")};
  slip.blocks.emplace_back(line(language, "board_place", board.place));
  slip.blocks.emplace_back(
      line(language, "board_week", iso_week(now) + "　" + format_shanghai_date(now)));
  if (!board.contact.empty()) {
    slip.blocks.emplace_back(line(language,
                                  "board_contact",
                                  board.contact + (board.phone.empty() ? "" : "　" + board.phone)));
  }
  const auto list = [&](std::string_view heading, bool empty, OfficialTable table) {
    slip.blocks.emplace_back(OfficialText{said(language, heading), OfficialText::Form::heading});
    empty ? slip.blocks.emplace_back(OfficialText{said(language, "noun_none")})
          : slip.blocks.emplace_back(std::move(table));
  };
  list("board_to_take_down", plan.take_down.empty(), down_table(language, plan.take_down));
  list("board_to_post", plan.post.empty(), post_table(language, plan.post, pages));
  slip.blocks.emplace_back(
      OfficialText{said(language, "board_signature"), OfficialText::Form::plain});
  slip.qr_lines = {said(language, "board_slip_scan"), said(language, "board_slip_keep")};
  slip.footer = board.place + "　" + iso_week(now);
  return slip;
}

}  // namespace

Result<std::string> board_link(const BoardLinks& links,
                               const std::string& link_url,
                               const std::string& name) {
  return link_url + "/" + name + "/" + TRY(links.secret_of(name)) + "/";
}

Result<BoardPaper> print_board(const BoardRun& run,
                               const Board& board,
                               const ScreenContent& content,
                               BoardLedger& ledger,
                               Utc now) {
  BoardPaper paper{.board = board.id, .place = board.place};
  BoardPlan plan = board_plan(board, content, ledger.sheets(board.id), now);
  const PictureOf picture = [&run](const Digest& digest) {
    return read_file(screen_blob_path(run.directory, digest), limits::screen_picture_bytes_max)
        .value_or(std::string());
  };
  std::vector<OfficialSheet> sheets;
  std::vector<uint32_t> pages;
  std::vector<const ScreenItem*> drawn;
  for (const ScreenItem* item : plan.post) {
    OfficialSheet sheet = board_sheet(*item, run.portal_url, run.language, picture);
    sheet.footer = board.place + "　" + iso_week(now) + "　" + std::to_string(drawn.size() + 1);
    const Result<OfficialPdf> alone = official_pdf(sheet.title, {sheet});
    if (!alone) {
      paper.left_out.push_back(alone.error());
      continue;
    }
    pages.push_back(alone->pages.front());
    sheets.push_back(std::move(sheet));
    drawn.push_back(item);
  }
  plan.post = drawn;
  paper.post = drawn.size();
  paper.take_down = plan.take_down.size();
  if (paper.post + paper.take_down == 0) {
    return paper;
  }
  OfficialSheet slip = slip_of(run, board, plan, pages, now);
  if (!run.link_url.empty()) {
    const BoardLinks links = TRY(BoardLinks::open(run.directory));
    slip.qr = TRY(board_link(links, run.link_url, "b/" + board.id));
  }
  sheets.insert(sheets.begin(), std::move(slip));
  const OfficialPdf pdf = TRY(official_pdf(board.place + " " + iso_week(now), sheets));
  for (const uint32_t count : pdf.pages) {
    paper.pages += count;
  }
  paper.file = run.out + "/" + board.id + "-" + iso_week(now) + ".pdf";
  TRY(replace_file(paper.file, pdf.bytes));
  for (const ScreenItem* item : drawn) {
    TRY(ledger.add({.board = board.id,
                    .publication = item->publication,
                    .revision = item->release.revision,
                    .digest = item->digest,
                    .title = item_title(item->release, Language::zh),
                    .step = BoardStep::printed,
                    .at = now,
                    .by = "run"}));
  }
  return paper;
}

}  // namespace gulou
