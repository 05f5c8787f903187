#include "broker/cli/broker_client.h"
#include "broker/cli/nouns.h"
#include "broker/cli/progress.h"
#include "common/base/time.h"

#include <algorithm>

namespace gulou::cli {
namespace {

constexpr int64_t look_every_ms = 200;

struct Open {
  int64_t moving = 0;  // will end by itself
  int64_t parked = 0;  // will not: they wait for a person
};

Result<Open> look(BrokerClient& client) {
  const Answer answer = TRY(client.get("/v1/channels"));
  Open open;
  for (const JsonValue& channel : answer.value.items("channels")) {
    open.moving += std::max(channel.integer("behind"), channel.integer("leased"));
    open.moving += channel.integer("waiting") + channel.integer("confirming");
    open.parked += channel.integer("parked");
  }
  return open;
}

}  // namespace

Exit wait_for_all(const Shell& shell, int64_t seconds) {
  auto client = BrokerClient::open(shell);
  if (!client) {
    return shell.fail(client.error());
  }
  const int64_t deadline = read_clocks().mono.ms + seconds * 1000;
  Result<Open> open = look(*client);
  const int64_t all = open ? open->moving : 0;
  Progress progress(shell, static_cast<size_t>(all));
  while (open && open->moving > 0 && read_clocks().mono.ms < deadline) {
    progress.show(static_cast<size_t>(std::max<int64_t>(all - open->moving, 0)));
    pause_ms(look_every_ms);
    open = look(*client);
  }
  progress.clear();
  if (!open) {
    return shell.fail(open.error());
  }
  const std::string moving = std::to_string(open->moving);
  const std::string parked = std::to_string(open->parked);
  if (shell.json) {
    shell.print_json("{\"moving\":" + moving + ",\"parked\":" + parked + "}");
  } else if (open->moving > 0) {
    shell.complain(shell.text("wait_over", {std::to_string(seconds), moving}));
  } else if (open->parked > 0) {
    shell.complain(shell.text("wait_parked", {parked}));
  } else {
    shell.print(shell.text("wait_done"));
  }
  return open->moving + open->parked > 0 ? Exit::refused : Exit::done;
}

}  // namespace gulou::cli
