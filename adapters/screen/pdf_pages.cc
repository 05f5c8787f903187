#include "adapters/screen/pdf_pages.h"

#include "adapters/screen/store.h"
#include "common/base/files.h"
#include "common/base/log.h"
#include "common/base/run_command.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

namespace gulou {
namespace {

namespace fs = std::filesystem;

HttpResponse no_picture(int status) {
  return text_answer(status, "text/plain; charset=utf-8", phrase_of(status) + "\n");
}

}  // namespace

PdfPages::PdfPages(std::string dir)
    : dir_(std::move(dir)), answering_(limits::screen_pdf_jobs_max, [this](const Page& page) {
        return picture(page.digest, page.number);
      }) {}

void PdfPages::ask(const Digest& digest, uint32_t page, Responder responder) {
  answering_.ask({digest, page}, std::move(responder), no_picture(503));
}

HttpResponse PdfPages::picture(const Digest& digest, uint32_t page) const {
  // Swept with the PDF, whose name it begins with.
  const std::string drawn = dir_ + "/pages/" + to_hex(digest) + "-" + std::to_string(page);
  std::error_code ignored;
  if (page == 0 || page > limits::screen_pdf_pages_max ||
      !fs::exists(screen_blob_path(dir_, digest), ignored)) {
    return no_picture(404);
  }
  if (!fs::exists(drawn + ".png", ignored)) {
    const std::string number = std::to_string(page);
    if (auto made = make_directory(dir_ + "/pages"); !made) {
      return no_picture(503);
    }
    // As wide as a kiosk is tall: read without a magnifying glass.
    const Status status = run_command({"/usr/bin/pdftoppm",
                                       "-png",
                                       "-singlefile",
                                       "-f",
                                       number,
                                       "-l",
                                       number,
                                       "-scale-to-x",
                                       "1080",
                                       "-scale-to-y",
                                       "-1",
                                       screen_blob_path(dir_, digest),
                                       drawn + ".part"},
                                      {},
                                      limits::screen_pdf_ms_max);
    if (!status || !fs::exists(drawn + ".part.png", ignored)) {
      if (!status && page == 1) {
        log::warn("screen.pdf_undrawn",
                  {{"digest", to_hex(digest)}, {"error", describe(status.error())}});
      }
      return no_picture(404);
    }
    fs::rename(drawn + ".part.png", drawn + ".png", ignored);
  }
  const Result<std::string> bytes = read_file(drawn + ".png", limits::screen_picture_bytes_max);
  if (!bytes) {
    return no_picture(503);
  }
  HttpResponse response = text_answer(200, "image/png", *bytes);
  return response;
}

}  // namespace gulou
