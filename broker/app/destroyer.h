// Destroyer makes the journal leave nothing of bytes whose rows are gone: one at a time, on a
// thread of its own, again and again while somebody still reads an old file. An I/O error ends the
// process, as that of a commit does. Owned by the Broker; a process that ends before it is done
// begins again at its next start.
#pragma once

#include "broker/core/step.h"
#include "broker/journal/journal.h"
#include "common/base/mailbox.h"

#include <functional>
#include <thread>

namespace gulou {

class Destroyer {
 public:
  using Done = std::function<void(ConfirmationNo)>;  // on the thread of the destroyer

  // The journal outlives it.
  Destroyer(Journal& journal, Done done);
  ~Destroyer();
  Destroyer(const Destroyer&) = delete;
  Destroyer& operator=(const Destroyer&) = delete;
  Destroyer(Destroyer&&) = delete;
  Destroyer& operator=(Destroyer&&) = delete;

  // Any thread.
  void ask(SendDestroy what);

 private:
  void run();
  bool destroy(const SendDestroy& what);

  Journal& journal_;
  const Done done_;
  Mailbox<SendDestroy> asked_;
  std::thread thread_;
};

}  // namespace gulou
