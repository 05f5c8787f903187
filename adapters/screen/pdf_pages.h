// PdfPages draws the pages of a PDF attachment for a kiosk, one picture per page, made by poppler's
// programs in a process of their own: a hostile PDF costs that process its life and nothing else.
// Pictures are kept beside the PDF until the sweep. A thread of its own, since drawing takes time;
// ask() from any thread.
#pragma once

#include "adapters/screen/answering.h"
#include "adapters/screen/limits.h"
#include "common/base/bytes.h"
#include "common/http/server.h"

#include <cstdint>
#include <string>

namespace gulou {

class PdfPages {
 public:
  explicit PdfPages(std::string dir);

  // Page 1 to screen_pdf_pages_max of a blob that is held, as PNG; 404 beyond its end and for what
  // is no PDF, 503 where too many wait.
  void ask(const Digest& digest, uint32_t page, Responder responder);

 private:
  struct Page {
    Digest digest;
    uint32_t number = 0;
  };

  HttpResponse picture(const Digest& digest, uint32_t page) const;

  std::string dir_;
  Answering<Page> answering_;  // last: its thread uses the rest
};

}  // namespace gulou
