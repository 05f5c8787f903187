// What a plain Markdown text of a law or document says about itself before it begins: when it was
// issued, under which number, from when it applies. Such files (a heading, lines with dates, the
// comment INFO END, the text) come from public collections. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace gulou::cli {

struct ImportedText {
  std::string title;       // the first heading
  std::string body;        // all that is left, the lines with dates included
  std::string written_on;  // date of promulgation, else the first date named, else the file name's
  std::string effective_on;  // of a line "… 施行"
  std::string doc_no;        // "国务院令第656号"; only with the body that issued it
};

// `markdown`: without front matter and blank lines around it.
ImportedText read_imported(std::string_view markdown, std::string_view file_name);

}  // namespace gulou::cli
