// The sign-off sheet on paper, for those who sign by hand.
#include "broker/cli/approve.h"
#include "broker/cli/release_file.h"
#include "common/base/files.h"
#include "common/draw/picture.h"
#include "common/json/approval_json.h"
#include "common/json/digests.h"
#include "common/json/release_json.h"
#include "common/json/writer.h"
#include "common/model/approval.h"

namespace gulou::cli {
namespace {

std::string line(const Shell& shell, std::string_view label, const std::string& value) {
  return value.empty() ? std::string()
                       : std::string(shell.word(label)) +
                             (shell.language == Language::zh ? "：" : ": ") + value + "\n";
}

std::string part_text(const Shell& shell, const PartFile& part) {
  const auto release = parse_release(part.canonical);
  std::string text = "## " + part.title + "\n";
  if (release) {
    text += line(shell, "field_kind", std::string(shell.word("kind", name_of(release->kind))));
    text += line(shell, "field_column", release->column);
    text += line(shell, "field_doc_no", release->doc_no);
    text += line(shell, "field_issuer", release->issuer.name);
    for (const Attachment& attachment : release->attachments) {
      text += line(shell, "noun_attachment", attachment.display_name);
    }
  }
  return text + line(shell, "noun_digest", to_hex(release_digest(part.canonical)));
}

TextDocument sheet_of(const Shell& shell, const SubmissionFile& submission) {
  TextDocument sheet;
  sheet.title = std::string(shell.word("noun_sheet"));
  std::vector<Digest> digests;
  for (const PartFile& part : submission.parts) {
    digests.push_back(release_digest(part.canonical));
    sheet.text += part_text(shell, part);
  }
  const std::string digest = to_hex(bundle_digest(digests));
  sheet.text += "## " + std::string(shell.word("noun_approval")) + "\n";
  for (const ApprovalRole role : all_approval_roles) {
    sheet.text += shell.text("sheet_box", {std::string(name_of(role))}) + "\n";
  }
  sheet.text += line(shell, "noun_bundle_digest", digest);
  sheet.qr = sheet_code(bundle_digest(digests));
  sheet.footer = shell.text("sheet_footer");
  return sheet;
}

Result<std::string> write_sheet(const Shell& shell, const SheetOptions& options) {
  const SubmissionFile submission = TRY(read_submission(
      options.path,
      {.kind = options.kind, .column = options.column, .import = false, .defaults = {}}));
  const std::string pdf = TRY(text_pdf(sheet_of(shell, submission)));
  const std::string out = options.out.empty() ? options.path + ".approval.pdf" : options.out;
  TRY(replace_file(out, pdf));
  return out;
}

}  // namespace

Exit approval_sheet(const Shell& shell, const SheetOptions& options) {
  const auto out = write_sheet(shell, options);
  if (!out) {
    return shell.fail(out.error());
  }
  if (shell.json) {
    JsonWriter json;
    shell.print_json(json.begin_object().member("file", *out).end_object().text());
  } else {
    shell.print(shell.text("sheet_written", {*out}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
