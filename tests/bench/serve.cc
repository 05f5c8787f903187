#include "tests/bench/serve.h"

#include "broker/app/broker.h"
#include "broker/journal/rocksdb_journal.h"
#include "common/base/log.h"
#include "common/crypto/mac.h"
#include "common/net/zap.h"
#include "tests/bench/child.h"
#include "tests/bench/material.h"

#include <array>
#include <cstdio>

#include <unistd.h>

namespace gulou::bench {
namespace {

Result<net::AllowList> allow_list(const Keys& keys) {
  net::AllowList list;
  TRY(list.add(keys[1].public_key, {std::string(publisher_name), {"publish"}}));
  for (size_t i = 2; i < keys.size(); ++i) {
    TRY(list.add(keys[i].public_key, {"a" + std::to_string(i - 2), {"adapters"}}));
  }
  return list;
}

Result<int> run(const std::string& home, size_t adapters, int io_threads) {
  const Keys keys = TRY(read_keys(home + "/keys"));
  const net::Context context = TRY(net::Context::open(io_threads));
  net::AllowList list = TRY(allow_list(keys));
  const auto zap = TRY(net::ZapHandler::start(context, std::move(list)));
  const MacKey mac_key = MacKey::from_bytes(std::array<uint8_t, 32>{1});
  const auto journal = TRY(RocksdbJournal::open(home + "/journal", {}));
  BrokerOptions options;
  options.publisher_endpoint = "tcp://127.0.0.1:*";
  options.adapter_endpoint = "tcp://127.0.0.1:*";
  options.device_endpoint = "tcp://127.0.0.1:*";
  options.keys = keys[0];
  options.principals = principals_of(adapters);
  options.submitters = {std::string(publisher_name)};
  options.county = std::make_shared<const CountySettings>(county_of(adapters));
  options.disk_path = home;
  Metrics metrics;
  const auto broker = TRY(Broker::open(options, *journal, mac_key, context, metrics));
  TRY(net::verify_strangers_refused(context,
                                    broker->endpoint(Door::adapters),
                                    keys[0].public_key,
                                    std::chrono::milliseconds(10'000)));
  std::printf("ready %s %s\n",
              broker->endpoint(Door::publishers).c_str(),
              broker->endpoint(Door::adapters).c_str());
  std::fflush(stdout);
  return broker->run(STDIN_FILENO);
}

}  // namespace

int serve_broker(const std::string& home, size_t adapters, int io_threads) {
  raise_descriptor_limit();
  static_cast<void>(log::init("gulou-bench", "warn"));
  const auto done = run(home, adapters, io_threads);
  if (!done) {
    std::fprintf(stderr, "gulou-bench: %s\n", describe(done.error()).c_str());
    return 1;
  }
  return *done;
}

}  // namespace gulou::bench
