#include "common/settings/boards.h"

#include "common/settings/forms.h"
#include "common/settings/lists.h"

namespace gulou {
namespace {

constexpr std::string_view board_name = "board";

constexpr SettingRow<Board> board_rows[] = {
    {{.key = "id",
      .required = true,
      .form = forms::short_id,
      .zh = "公开栏代码，启用后不可改。",
      .en = "Code of the board, never changed once in use."},
     reach<Board, &Board::id>},
    {{.key = "place",
      .required = true,
      .form = forms::line,
      .zh = "所在位置。",
      .en = "Where it hangs."},
     reach<Board, &Board::place>},
    {{.key = "area",
      .required = true,
      .form = forms::area_code,
      .zh = "统计用区划代码，12 位。",
      .en = "Division code, 12 digits."},
     reach<Board, &Board::area>},
    {{.key = "contact", .form = forms::line, .zh = "张贴人。", .en = "Who puts up the sheets."},
     reach<Board, &Board::contact>},
    {{.key = "phone", .form = forms::line, .zh = "联系电话。", .en = "Telephone."},
     reach<Board, &Board::phone>},
    {{.key = "columns",
      .form = forms::short_id,
      .zh = "张贴哪些栏目；留空为全部。",
      .en = "Columns it takes; empty: all."},
     reach<Board, &Board::columns>},
    {{.key = "kinds",
      .zh = "张贴哪些类型，紧急信息不论类型；留空为通知公告、公示和办事指南。",
      .en = "Kinds it takes, urgent ones of any kind besides; empty: notices, public notices and "
            "guides."},
     reach<Board, &Board::kinds>},
    {{.key = "drill", .zh = "是否张贴演练信息。", .en = "Whether it takes drills."},
     reach<Board, &Board::drill>},
};

constexpr SettingRow<BoardTable> table_rows[] = {
    {{.key = "portal_url",
      .form = forms::web_address,
      .zh = "门户网站网址，张贴件上的二维码指向该处；留空则不印二维码。",
      .en = "The portal, where QR codes on the sheets lead; empty: no QR codes."},
     reach<BoardTable, &BoardTable::portal_url>},
    {{.key = "boards_file",
      .required = true,
      .zh = "公开栏名册。相对路径以本文件所在目录为准。",
      .en = "The list of boards. Relative to this file."},
     reach<BoardTable, &BoardTable::boards_file>},
    {{.key = "certificate_file",
      .zh = "HTTPS 证书文件(PEM)；留空为 HTTP，由前置服务器加密。",
      .en = "Certificate (PEM) for https; empty: http, for a server in front of it."},
     reach<BoardTable, &BoardTable::certificate_file>},
    {{.key = "certificate_key_file",
      .zh = "证书私钥文件，权限须为 0600。",
      .en = "Its key, mode 0600."},
     reach<BoardTable, &BoardTable::certificate_key_file>},
};

}  // namespace

Result<std::vector<Board>> load_boards(const std::string& path) {
  const TomlFile file = TRY(load_toml(path));
  TRY(check_names(file, {&board_name, 1}));
  const auto listed = TRY(read_list<Board>(file, board_name, board_rows));
  std::vector<Board> boards;
  boards.reserve(listed.size());
  for (const Listed<Board>& one : listed) {
    boards.push_back(one.settings);
  }
  return boards;
}

Status read_board_table(const TomlFile& file, const TomlValue& table, BoardTable& board) {
  return read_settings<BoardTable>(file, table, table_rows, {}, board);
}

std::string write_board_table(const BoardTable& board) {
  return write_settings<BoardTable>(table_rows, board);
}

std::string help_board_table(bool chinese) {
  return "[board]\n" + help_settings<BoardTable>(table_rows, chinese) + "boards.toml [[board]]\n" +
         help_settings<Board>(board_rows, chinese);
}

}  // namespace gulou
