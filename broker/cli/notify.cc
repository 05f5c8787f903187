#include "broker/cli/broker_client.h"
#include "broker/cli/nouns.h"
#include "broker/cli/table.h"
#include "common/json/writer.h"

namespace gulou::cli {

Exit test_notify(const Shell& shell, const std::string& person) {
  JsonWriter body;
  body.begin_object().text_member("to", person).end_object();
  auto client = BrokerClient::open(shell);
  const auto answer = client ? client->post("/v1/notify/test", body.take())
                             : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const int64_t failed = answer->value.integer("failed");
  const Exit exit = failed == 0 ? Exit::done : Exit::refused;
  if (shell.json) {
    shell.print_json(answer->text);
    return exit;
  }
  Table table({std::string(shell.word("noun_person")),
               std::string(shell.word("noun_way")),
               std::string(shell.word("noun_state"))});
  for (const JsonValue& message : answer->value.items("messages")) {
    table.add({std::string(message.text("person")),
               std::string(message.text("way")),
               message.boolean("sent") ? std::string(shell.word("notify_sent"))
                                       : std::string(message.text("detail"))});
  }
  constexpr size_t detail_columns_max = 60;
  shell.print(table.text(detail_columns_max));
  shell.print("");
  shell.print(failed == 0 ? shell.text("notify_all_sent")
                          : shell.text("notify_some_failed", {std::to_string(failed), shell.home}));
  return exit;
}

}  // namespace gulou::cli
