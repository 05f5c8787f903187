#include "broker/app/run.h"

#include "broker/admin/admin.h"
#include "broker/app/admission.h"
#include "broker/app/broker.h"
#include "broker/app/evidence_command.h"
#include "broker/app/notifier.h"
#include "broker/evidence/checkpoints.h"
#include "broker/journal/replay.h"
#include "broker/journal/rocksdb_journal.h"
#include "common/base/files.h"
#include "common/base/log.h"
#include "common/base/service.h"
#include "common/crypto/key_file.h"
#include "common/net/device_code.h"
#include "common/net/zap.h"
#include "common/settings/broker_settings.h"
#include "common/settings/county.h"
#include "common/settings/home.h"
#include "common/settings/notify_settings.h"
#include "common/text/catalogue.h"
#include "common/text/language.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace gulou {
namespace {

Language language_of_user() {
  const char* all = std::getenv("LC_ALL");
  const char* lang = all != nullptr ? all : std::getenv("LANG");
  return choose_language({}, lang != nullptr ? lang : "");
}

int complain(const Error& error) {
  std::fprintf(stderr, "gulou-broker: %s\n", sentence(language_of_user(), error).c_str());
  return 1;
}

struct Arguments {
  std::string home;
  std::string verb;                   // serve, verify, rebuild or evidence
  std::string checkpoint;             // verify: a file to compare with
  std::vector<std::string> evidence;  // the words behind it
};

// --home H [journal verify [--checkpoint FILE]|journal rebuild|evidence …]
bool parse(const std::vector<std::string>& given, Arguments& arguments) {
  const char* home = std::getenv("GULOU_HOME");
  arguments.home = home != nullptr ? home : "";
  arguments.verb = "serve";
  std::vector<std::string> words;
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i] == "--home" && i + 1 < given.size()) {
      arguments.home = given[++i];
    } else {
      words.push_back(given[i]);
    }
  }
  if (!words.empty() && words[0] == "evidence") {
    arguments.verb = words[0];
    arguments.evidence.assign(words.begin() + 1, words.end());
    return true;
  }
  if (words.size() == 4 && words[1] == "verify" && words[2] == "--checkpoint") {
    arguments.checkpoint = words[3];
    words.resize(2);
  }
  if (words.size() == 2 && words[0] == "journal" &&
      (words[1] == "verify" || words[1] == "rebuild")) {
    arguments.verb = words[1];
    words.clear();
  }
  return words.empty() && !arguments.home.empty();
}

// A connection costs descriptors; the soft limit is often 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(setrlimit(RLIMIT_NOFILE, &limit));
  }
}

Result<std::string> read_key_line(const std::string& path) {
  std::string key = TRY(read_secret_file(path));
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) {
    key.pop_back();
  }
  return key;
}

struct Opened {
  Home home;
  BrokerSettings settings;
  std::shared_ptr<const CountySettings> county;  // shared: reloading replaces it
  std::unique_ptr<RocksdbJournal> journal;
};

Result<Opened> open_home(const std::string& directory) {
  Opened opened;
  opened.home.dir = directory;
  opened.settings = TRY(load_broker(opened.home.broker_settings()));
  CountySettings county = TRY(load_county(directory));
  opened.county = std::make_shared<const CountySettings>(std::move(county));
  RocksdbJournal::Options options;
  options.store.write_buffer_bytes = opened.settings.write_buffer_bytes;
  options.store.block_cache_bytes = opened.settings.block_cache_bytes;
  options.store.on_fault = [](const Error& error) {
    log::error("journal.fault", {{"error", describe(error)}});
    _exit(1);
  };
  opened.journal = TRY(RocksdbJournal::open(opened.home.journal_dir(), std::move(options)));
  return opened;
}

int check_journal(const Arguments& arguments) {
  auto opened = open_home(arguments.home);
  if (!opened) {
    return complain(opened.error());
  }
  const RocksdbJournal& journal = *opened->journal;
  std::string erased;  // what is not there any more, and who decided that
  Status status = arguments.verb == "verify"
                      ? verify(journal,
                               [&erased](const PartErased& one) {
                                 erased += say_erased(one, language_of_user()) + "\n";
                               })
                      : compare_rebuilt(journal, journal.rows());
  if (status && !arguments.checkpoint.empty()) {
    status = compare_with_checkpoint(journal.history(), arguments.checkpoint);
  }
  if (!status) {
    return complain(status.error());
  }
  std::printf("%llu %s\n",
              static_cast<unsigned long long>(journal.history().changesets()),
              to_hex(journal.history().chain_hash()).c_str());
  std::fputs(erased.c_str(), stdout);
  return 0;
}

// "127.0.0.1:7010"
std::pair<std::string, uint16_t> host_and_port(const std::string& address) {
  const size_t colon = address.rfind(':');
  return {address.substr(0, colon),
          static_cast<uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10))};
}

// Null where notify.toml names nobody.
Result<std::unique_ptr<Notifier>> open_notifier(const Opened& opened, Broker& broker) {
  NotifySettings settings = TRY(load_notify(opened.home.notify_settings(), *opened.county));
  if (settings.people.empty()) {
    return std::unique_ptr<Notifier>();
  }
  return Notifier::open(
      std::move(settings),
      *opened.county,
      broker,
      opened.journal->history(),
      [&broker](std::vector<NotifyFailure> failures) { broker.notify_says(std::move(failures)); });
}

// Where devices find the listener: as broker.toml says, or where it is bound.
std::string device_address_of(const BrokerSettings& settings, const std::string& endpoint) {
  constexpr std::string_view tcp = "tcp://";
  return settings.device_address.empty() ? endpoint.substr(tcp.size()) : settings.device_address;
}

AdminOptions admin_options_of(const Opened& opened,
                              Broker& broker,
                              Notifier* notifier,
                              std::vector<HttpPrincipal> tokens,
                              std::string key) {
  AdminOptions options;
  options.county = opened.county;
  options.principals = std::move(tokens);
  options.token_requests_per_second_max = opened.settings.http_requests_per_second_max;
  options.address_requests_per_second_max = opened.settings.http_requests_per_second_max;
  options.mac_of = [&broker](uint64_t epoch, Seq seq, const Digest& hash) {
    return broker.mac_of(epoch, seq, hash);
  };
  if (notifier != nullptr) {
    options.notify_test = [notifier](std::string person, NotifyTestDone done) {
      return notifier->test(std::move(person), std::move(done));
    };
  }
  options.device_code = [&broker, settings = opened.settings, key](const std::string& address) {
    const std::string at = device_address_of(settings, broker.endpoint(Door::devices));
    const net::DeviceCode code = net::make_device_code(address.empty() ? at : address, key);
    return DeviceCodeMade{code.keys.public_key, net::format_device_code(code)};
  };
  options.certificate_file = opened.settings.http_certificate;
  options.key_file = opened.settings.http_key;
  return options;
}

// Serves until stop_fd becomes readable. The notifier ends first, so that what it has just sent is
// still recorded.
int serve_until(int stop_fd, Broker& broker, Notifier* notifier) {
  if (notifier == nullptr) {
    return broker.run(stop_fd);
  }
  notifier->start();
  WakeUp stop;
  std::thread stopper([&] {
    pollfd signal{stop_fd, POLLIN, 0};
    while (poll(&signal, 1, -1) < 0 && errno == EINTR) {
    }
    notifier->stop();
    stop.signal();
  });
  const int code = broker.run(stop.fd());
  stopper.join();
  return code;
}

// Signs checkpoints while the broker serves: one at start and at the end, and whenever it is time.
class CheckpointKeeper {
 public:
  using Made = Mailbox<Result<Checkpoint>>;

  explicit CheckpointKeeper(Checkpoints checkpoints)
      : checkpoints_(std::move(checkpoints)), thread_([this] { run(); }) {}

  CheckpointKeeper(const CheckpointKeeper&) = delete;
  CheckpointKeeper& operator=(const CheckpointKeeper&) = delete;
  CheckpointKeeper(CheckpointKeeper&&) = delete;
  CheckpointKeeper& operator=(CheckpointKeeper&&) = delete;

  ~CheckpointKeeper() { stop(); }

  // One of now; any thread, waits for it.
  Result<Checkpoint> make() {
    const auto box = std::make_shared<Made>(1);  // shared: a late answer finds nobody
    if (asked_.try_send(std::shared_ptr<Made>(box))) {
      for (Result<Checkpoint>& made :
           box->receive(1, std::chrono::milliseconds(limits::http_request_ms_max))) {
        return std::move(made);
      }
    }
    return fail(ErrorCode::unavailable, "broker_busy");
  }

  void stop() {
    if (thread_.joinable()) {
      asked_.close();
      thread_.join();
      say(checkpoints_.make(read_clocks().utc));
    }
  }

 private:
  template <class Done>
  static void say(const Done& done) {
    if (!done && done.error().code != ErrorCode::not_found) {
      log::error("evidence.checkpoint_failed", {{"error", describe(done.error())}});
    }
  }

  void run() {
    say(checkpoints_.make(read_clocks().utc));
    while (!asked_.closed()) {
      for (const auto& box : asked_.receive(1, std::chrono::milliseconds(1000))) {
        static_cast<void>(box->try_send(checkpoints_.make(read_clocks().utc)));
      }
      say(checkpoints_.make_if_due(read_clocks().utc));
    }
  }

  Checkpoints checkpoints_;
  Mailbox<std::shared_ptr<Made>> asked_{4};
  std::thread thread_;
};

Result<EvidenceMade> evidence_for(const Opened& opened,
                                  CheckpointKeeper& keeper,
                                  const EvidenceAsked& asked,
                                  Language language) {
  const Checkpoint newest = TRY(keeper.make());
  return make_evidence(opened.home, opened.journal->history(), newest, asked, language);
}

// A home made by an earlier version lacks the public half.
Status publish_signing_key(const Home& home, const SigningKey& key) {
  if (read_file(home.signing_public_key(), limits::checkpoint_bytes_max)) {
    return {};
  }
  return create_public_file(home.signing_public_key(), to_hex(key.public_key()) + "\n");
}

Result<BrokerOptions> broker_options_of(const Opened& opened) {
  const BrokerSettings& settings = opened.settings;
  BrokerOptions options;
  options.keys.secret_key = TRY(read_key_line(opened.home.broker_secret_key()));
  options.keys.public_key = TRY(net::public_key_of(options.keys.secret_key));
  options.county = opened.county;
  options.publisher_endpoint = settings.publisher_endpoint;
  options.adapter_endpoint = settings.adapter_endpoint;
  options.device_endpoint = settings.device_endpoint;
  options.facts_threads = settings.facts_threads;
  options.disk_path = opened.home.dir;
  options.disk_free_bytes_min = settings.disk_free_bytes_min;
  options.disk_free_share_min = static_cast<double>(settings.disk_free_percent_min) / 100;
  return options;
}

// A device's key, or that of a code, may knock from now on, or no longer.
void open_door(net::ZapHandler& zap, const SendDoor& door) {
  if (!door.device) {
    return zap.dismiss(door.key);
  }
  const Status status =
      zap.admit(door.key, {device_principal({door.device, door.enrols}), {"devices"}});
  if (!status) {
    log::error("device.key_refused",
               {{"device", door.device.value}, {"error", describe(status.error())}});
  }
}

// Binds the listeners and makes sure that they admit no stranger.
Result<std::unique_ptr<Broker>> open_broker(BrokerOptions options,
                                            Journal& journal,
                                            const MacKey& mac_key,
                                            const net::Context& context,
                                            Metrics& metrics) {
  const std::string public_key = options.keys.public_key;
  auto broker = TRY(Broker::open(std::move(options), journal, mac_key, context, metrics));
  TRY(net::verify_strangers_refused(
      context, broker->endpoint(Door::adapters), public_key, std::chrono::milliseconds(5000)));
  return broker;
}

Result<Checkpoints> open_checkpoints(const Opened& opened) {
  const SigningKey signing_key = TRY(read_signing_key(opened.home.signing_key()));
  TRY(publish_signing_key(opened.home, signing_key));
  return Checkpoints::open(opened.home.checkpoints_dir(), opened.journal->history(), signing_key);
}

void say_ready(const Broker& broker, const std::string& http, Seq head) {
  log::info("broker.ready",
            {{"http", http},
             {"publishers", broker.endpoint(Door::publishers)},
             {"adapters", broker.endpoint(Door::adapters)},
             {"devices", broker.endpoint(Door::devices)},
             {"head", head.value}});
}

// Every door is told who may enter, and what the county's settings are now if they changed.
Admission::Apply hand_out_to(net::ZapHandler& zap, Broker& broker, Admin*& http) {
  return [&zap, &broker, &http](Admitted next, std::shared_ptr<const CountySettings> county) {
    if (county != nullptr) {
      broker.configure(county);
      http->configure(std::move(county));
    }
    zap.allow(std::move(next.keys));
    http->admit(std::move(next.tokens));
    broker.admit(std::move(next.names), std::move(next.submitters));
  };
}

Result<int> serve(const std::string& directory) {
  keep_memory_private();
  const int stop_fd = stop_signal_fd();
  const int reload_fd = reload_signal_fd();
  raise_descriptor_limit();
  Opened opened = TRY(open_home(directory));
  TRY(log::init("gulou-broker", opened.settings.log_level));
  const MacKey mac_key = TRY(read_mac_key(opened.home.mac_key()));
  const std::vector<PrincipalSettings> principals =
      TRY(read_principals(opened.home, *opened.county));
  Admitted admitted = TRY(admitted_of(principals, read_clocks().utc));
  BrokerOptions options = TRY(broker_options_of(opened));
  options.principals = std::move(admitted.names);
  options.submitters = std::move(admitted.submitters);
  const std::string public_key = options.keys.public_key;

  Metrics metrics;
  const net::Context context = TRY(net::Context::open(1));
  const auto zap = TRY(net::ZapHandler::start(context, std::move(admitted.keys)));
  options.door = [&zap](const SendDoor& door) { open_door(*zap, door); };
  const auto broker =
      TRY(open_broker(std::move(options), *opened.journal, mac_key, context, metrics));
  const auto notifier = TRY(open_notifier(opened, *broker));
  Admin* http = nullptr;  // a door that is told who may enter, and the one that asks for it
  Admission admission(
      opened.home, opened.county, principals, admitted.tokens, hand_out_to(*zap, *broker, http));
  CheckpointKeeper keeper(TRY(open_checkpoints(opened)));
  AdminOptions http_options =
      admin_options_of(opened, *broker, notifier.get(), std::move(admitted.tokens), public_key);
  http_options.make_evidence = [&opened, &keeper](const EvidenceAsked& asked, Language language) {
    return evidence_for(opened, keeper, asked, language);
  };
  http_options.read_scans = [&broker](std::vector<Digest> scans, ScanDesk::Done done) {
    return broker->read_scans(std::move(scans), std::move(done));
  };
  http_options.reload = [&admission](ReloadDone done) { return admission.reload(std::move(done)); };
  Admin admin(http_options, *broker, opened.journal->history(), metrics);
  http = &admin;
  const auto [host, port] = host_and_port(opened.settings.http_address);
  TRY(admin.start(host, port));

  admission.start(reload_fd);
  // Bodies and chain are checked beside the work; "healthy" waits for it.
  std::thread checker([&] { broker->chain_checked(verify(*opened.journal)); });
  say_ready(*broker, host + ":" + std::to_string(admin.port()), opened.journal->opened().head);
  notify_ready();
  const int code = serve_until(stop_fd, *broker, notifier.get());
  keeper.stop();
  admission.stop();
  admin.stop();
  // A check under way on a large home is not waited for: everything is committed.
  checker.detach();
  std::fflush(nullptr);
  _exit(code);
}

}  // namespace

int run_broker(const std::vector<std::string>& given) {
  Arguments arguments;
  if (!parse(given, arguments)) {
    std::fprintf(
        stderr,
        "gulou-broker --home DIR [journal verify|rebuild] [evidence verify|checkpoint|export]\n");
    return 2;
  }
  if (arguments.verb == "evidence") {
    const auto said = run_evidence(arguments.home, arguments.evidence, language_of_user());
    if (!said) {
      return complain(said.error());
    }
    std::fputs(said->c_str(), stdout);
    return 0;
  }
  if (arguments.verb != "serve") {
    return check_journal(arguments);
  }
  auto code = serve(arguments.home);
  return code ? *code : complain(code.error());
}

}  // namespace gulou
