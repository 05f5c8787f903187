#include "tests/bench/serve.h"

#include "broker/app/broker.h"
#include "broker/journal/rocksdb_journal.h"
#include "broker/net/principals.h"
#include "common/base/log.h"
#include "common/crypto/mac.h"
#include "common/model/device.h"
#include "common/net/zap.h"
#include "tests/bench/child.h"
#include "tests/bench/material.h"

#include <array>
#include <cstdio>
#include <utility>

#include <unistd.h>

namespace gulou::bench {
namespace {

constexpr size_t enrolled_at_once = 1'000;

Result<net::AllowList> allow_list(const Keys& keys, size_t adapters) {
  net::AllowList list;
  TRY(list.add(keys[1].public_key, {std::string(publisher_name), {"publish"}}));
  for (size_t i = 2; i < 2 + adapters; ++i) {
    TRY(list.add(keys[i].public_key, {"a" + std::to_string(i - 2), {"adapters"}}));
  }
  return list;
}

// What the two kinds of brokers differ in.
struct Measured {
  size_t adapters = 0;
  size_t devices = 0;
  int io_threads = 1;
  Policy policy = Policy::none;
  std::string device_endpoint = "tcp://127.0.0.1:*";
};

CountySettings measured_county(const Measured& measured) {
  CountySettings county = county_of(measured.adapters, measured.policy);
  if (measured.devices > 0) {
    Channel channel;
    channel.id = "screens";
    channel.name = channel.id;
    channel.fleet = true;
    county.channels.push_back(channel);
  }
  return county;
}

// As if an operator had enrolled them one by one.
Status enrol_all(const std::string& path, const Keys& keys, size_t devices) {
  const auto journal = TRY(RocksdbJournal::open(path, {}));
  if (!journal->opened().devices.empty()) {
    return {};
  }
  constexpr ChannelNo channel{1};
  const Utc now = read_clocks().utc;
  Changeset changeset{.at = now, .changes = {ChannelDefined{channel, "screens", {}}}, .bodies = {}};
  for (size_t i = 0; i < devices; ++i) {
    DeviceChanged device;
    device.device = device_at(channel, static_cast<uint32_t>(i + 1));
    device.state = DeviceState::enrolled;
    device.name = "d" + std::to_string(i);
    device.reach.area = "520000000000";
    device.key = keys[2 + i].public_key;
    device.at = device.invited_at = device.enrolled_at = now;
    device.counts_from = {1};
    changeset.changes.emplace_back(std::move(device));
    if (changeset.changes.size() == enrolled_at_once || i + 1 == devices) {
      TRY(journal->commit(std::exchange(changeset, {.at = now, .changes = {}, .bodies = {}})));
    }
  }
  return {};
}

Result<int> run(const std::string& home, const Measured& measured) {
  const Keys keys = TRY(read_keys(home + "/keys"));
  if (measured.devices > 0) {
    TRY(enrol_all(home + "/journal", keys, measured.devices));
  }
  const net::Context context = TRY(net::Context::open(measured.io_threads));
  net::AllowList list = TRY(allow_list(keys, measured.adapters));
  const auto zap = TRY(net::ZapHandler::start(context, std::move(list)));
  const MacKey mac_key = MacKey::from_bytes(std::array<uint8_t, 32>{1});
  const auto journal = TRY(RocksdbJournal::open(home + "/journal", {}));
  BrokerOptions options;
  options.publisher_endpoint = "tcp://127.0.0.1:*";
  options.adapter_endpoint = "tcp://127.0.0.1:*";
  options.device_endpoint = measured.device_endpoint;
  options.keys = keys[0];
  options.principals = principals_of(measured.adapters);
  options.submitters = {std::string(publisher_name)};
  options.county = std::make_shared<const CountySettings>(measured_county(measured));
  options.disk_path = home;
  options.door = [&zap](const SendDoor& door) {
    static_cast<void>(zap->admit(door.key, {device_principal({door.device, false}), {"devices"}}));
  };
  Metrics metrics;
  const auto broker = TRY(Broker::open(options, *journal, mac_key, context, metrics));
  TRY(net::verify_strangers_refused(context,
                                    broker->endpoint(Door::adapters),
                                    keys[0].public_key,
                                    std::chrono::milliseconds(10'000)));
  std::printf("ready %s %s\n",
              broker->endpoint(Door::publishers).c_str(),
              broker->endpoint(measured.devices > 0 ? Door::devices : Door::adapters).c_str());
  std::fflush(stdout);
  return broker->run(STDIN_FILENO);
}

int serve(const std::string& home, const Measured& measured) {
  raise_descriptor_limit();
  static_cast<void>(log::init("gulou-bench", "warn"));
  const auto done = run(home, measured);
  if (!done) {
    std::fprintf(stderr, "gulou-bench: %s\n", describe(done.error()).c_str());
    return 1;
  }
  return *done;
}

}  // namespace

int serve_broker(const std::string& home, size_t adapters, int io_threads, Policy policy) {
  return serve(home, {.adapters = adapters, .io_threads = io_threads, .policy = policy});
}

int serve_fleet(const std::string& home, size_t devices, const std::string& endpoint) {
  return serve(home, {.devices = devices, .device_endpoint = endpoint});
}

}  // namespace gulou::bench
