#include "broker/cli/receipt.h"

#include "broker/cli/ask_first.h"
#include "broker/cli/broker_client.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/json/writer.h"

#include <iostream>
#include <iterator>

namespace gulou::cli {
namespace {

Result<std::string> read_receipt(const std::string& file) {
  if (file != "-") {
    return read_file(file, limits::submission_bytes_max);
  }
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

Result<Answer> ask(const Shell& shell, const std::string& file) {
  const std::string text = TRY(read_receipt(file));
  const JsonValue receipt = TRY(JsonValue::parse(text));
  JsonWriter body;
  body.begin_object()
      .member("epoch", static_cast<uint64_t>(receipt.integer("epoch")))
      .member("seq", static_cast<uint64_t>(receipt.integer("seq")))
      .member("hash", receipt.text("hash"))
      .member("mac", receipt.text("mac"))
      .end_object();
  BrokerClient client = TRY(BrokerClient::open(shell));
  return client.post("/v1/receipts/check", body.take());
}

}  // namespace

Exit check_receipt(const Shell& shell, const std::string& file) {
  const auto answer = ask(shell, file);
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
  } else {
    shell.print(shell.text("receipt_known", {std::to_string(answer->value.integer("seq"))}));
  }
  return Exit::done;
}

Exit accept_loss(const Shell& shell, const LossAcceptance& acceptance) {
  if (const auto no =
          ask_first(shell, acceptance.yes, shell.text("loss_would"), shell.text("loss_sure"))) {
    return *no;
  }
  JsonWriter body;
  body.begin_object().member("reason", acceptance.reason).end_object();
  auto client = BrokerClient::open(shell);
  const auto answer = client ? client->post("/v1/loss/settle", body.take())
                             : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
  } else {
    shell.print(shell.text("loss_done"));
  }
  return Exit::done;
}

}  // namespace gulou::cli
