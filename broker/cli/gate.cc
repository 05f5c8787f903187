#include "broker/cli/broker_client.h"
#include "broker/cli/nouns.h"
#include "common/json/writer.h"

namespace gulou::cli {

Exit open_gate(const Shell& shell, const GateOpening& opening) {
  auto client = BrokerClient::open(shell);
  const auto release = client ? client->get("/v1/releases/" + segment(opening.release))
                              : Result<Answer>(gulou::fail(client.error()));
  if (!release) {
    return shell.fail(release.error());
  }
  const std::string seq = std::to_string(release->value.integer("seq"));
  JsonWriter body;
  body.begin_object().member("reason", opening.reason).end_object();
  const auto answer = client->post(
      "/v1/deliveries/" + segment(opening.channel) + "/" + seq + "/open-gate", body.take());
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json("{}");
  } else {
    shell.print(shell.text("gate_was_opened", {opening.channel, seq}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
