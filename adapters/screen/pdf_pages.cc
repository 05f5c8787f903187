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

PdfPages::PdfPages(std::string dir) : dir_(std::move(dir)), thread_([this] { run(); }) {}

PdfPages::~PdfPages() {
  box_.close();
  thread_.join();
}

void PdfPages::ask(const Digest& digest, uint32_t page, Responder responder) {
  Question question{digest, page, std::move(responder)};
  if (!box_.try_send(std::move(question))) {
    question.responder.answer(no_picture(503));
  }
}

void PdfPages::run() {
  constexpr std::chrono::milliseconds patience{1000};
  while (true) {
    auto questions = box_.receive(1, patience);
    if (questions.empty() && box_.closed()) {
      return;
    }
    for (Question& question : questions) {
      question.responder.answer(picture(question.digest, question.page));
    }
  }
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
