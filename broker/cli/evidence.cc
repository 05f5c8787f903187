// Evidence files: by the running broker, or from the journal of a home on which none runs.
#include "broker/cli/broker_client.h"
#include "broker/cli/nouns.h"
#include "common/base/files.h"
#include "common/base/limits.h"

#include <utility>

namespace gulou::cli {
namespace {

std::string path_of(const std::vector<std::string>& releases, const EvidenceOptions& options) {
  std::string query;
  const auto add = [&query](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      query += (query.empty() ? "?" : "&") + std::string(name) + "=" + segment(value);
    }
  };
  std::string list;
  for (const std::string& one : releases) {
    list += (list.empty() ? "" : ",") + one;
  }
  add("releases", list);
  for (const auto& [name, value] : options) {
    if (name != "out" && !(name == "column" && !list.empty())) {
      add(name, value);
    }
  }
  return "/v1/evidence" + query;
}

Exit write_file(const Shell& shell, const std::string& out, const HttpAnswer& answer) {
  if (const Status written = replace_file(out, answer.body); !written) {
    return shell.fail(written.error());
  }
  const std::string releases(answer.header("gulou-releases"));
  const std::string seed(answer.header("gulou-seed"));
  if (shell.json) {
    shell.print_json("{\"releases\":" + releases + ",\"seed\":" + seed + "}");
  } else {
    shell.print(shell.text("evidence_written", {out, releases, seed}));
  }
  return Exit::done;
}

}  // namespace

Exit export_evidence(const Shell& shell,
                     const std::vector<std::string>& releases,
                     const EvidenceOptions& options,
                     const std::vector<std::string>& words) {
  const auto out = options.find("out");
  if (out == options.end() || out->second.empty()) {
    return shell.fail({ErrorCode::invalid_argument, "evidence_usage", {}, {}});
  }
  auto client = BrokerClient::open(shell);
  const auto answer = client
                          ? client->download(path_of(releases, options), limits::archive_bytes_max)
                          : Result<HttpAnswer>(gulou::fail(client.error()));
  if (answer) {
    return write_file(shell, out->second, *answer);
  }
  const bool nobody_there = !client || answer.error().reason == "broker_unreachable";
  return nobody_there ? run_broker(shell, words) : shell.fail(answer.error());
}

}  // namespace gulou::cli
