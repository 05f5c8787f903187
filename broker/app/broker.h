// Broker is the shell around the core: one thread that owns the listeners and the pump, beside a
// commit thread, fact workers and the blob desk, which it talks to by mailbox alone. Events from
// all sides are collected into rounds; what a round says leaves when the commit thread has made it
// durable. A commit that fails ends the process.
#pragma once

#include "broker/admin/desk.h"
#include "broker/app/blob_desk.h"
#include "broker/app/body_cache.h"
#include "broker/app/destroyer.h"
#include "broker/app/facts_pool.h"
#include "broker/app/pump.h"
#include "broker/app/scan_desk.h"
#include "broker/journal/journal.h"
#include "broker/net/publisher_rates.h"
#include "broker/net/sessions.h"
#include "common/base/mailbox.h"
#include "common/base/metrics.h"
#include "common/crypto/mac.h"
#include "common/net/poller.h"
#include "common/net/router.h"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gulou {

struct BrokerOptions {
  std::string publisher_endpoint;
  std::string adapter_endpoint;
  std::string device_endpoint;
  net::KeyPair keys;
  NetPrincipals principals;
  std::set<std::string> submitters;              // who may submit, by key or token
  std::shared_ptr<const CountySettings> county;  // shared: reloading replaces it
  size_t facts_threads = 1;
  std::string disk_path;  // whose free space is guarded
  uint64_t disk_free_bytes_min = limits::disk_free_bytes_min;
  double disk_free_share_min = limits::disk_free_share_min;
  // Admits and dismisses keys of devices.
  std::function<void(const SendDoor&)> door = [](const SendDoor&) {};
};

class Broker final : public Desk, private Outlet, private BodySource {
 public:
  // Binds the listeners; a ZapHandler must run. All references outlive the broker.
  static Result<std::unique_ptr<Broker>> open(BrokerOptions options,
                                              Journal& journal,
                                              const MacKey& mac_key,
                                              const net::Context& context,
                                              Metrics& metrics);
  ~Broker() override;
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  Broker(Broker&&) = delete;
  Broker& operator=(Broker&&) = delete;

  // The endpoint a listener really has (ports chosen by the system).
  std::string endpoint(Door door) const;

  // Serves until stop_fd becomes readable, then drains: no new leases, reports are awaited for at
  // most limits::drain_ms_max, everything is committed. Returns the process's exit code.
  int run(int stop_fd);

  // Who may connect from now on: sessions and submissions of others end at once. submitters: who
  // may submit, by key or token. Any thread.
  void admit(NetPrincipals principals, std::set<std::string> submitters);

  // The county's configuration from now on; any thread.
  void configure(std::shared_ptr<const CountySettings> county);

  // What is on scans of signed sheets; false: too many wait. Any thread.
  bool read_scans(std::vector<Digest> scans, ScanDesk::Done done);

  // What a receipt carries; any thread.
  Digest mac_of(uint64_t epoch, Seq seq, const Digest& hash) const;

  // Set by the background check of bodies and chain; any thread.
  void chain_checked(Status status);
  // The ways by which people cannot be told at present; any thread.
  void notify_says(std::vector<NotifyFailure> failures);

  // Desk; any thread.
  bool submit(std::string publisher,
              PublisherRights rights,
              std::vector<SharedBytes> parts,
              std::vector<std::string> approvals,
              std::function<void(SubmitAnswer)> done) override;
  bool put_blob(const Digest& digest,
                uint64_t offset,
                uint64_t total,
                std::string bytes,
                std::function<void(BlobPutState)> done) override;
  bool show_cursor(CursorShown shown) override;
  bool view(std::function<void(BrokerView)> done) override;
  bool withdraw(WithdrawalAsked asked, std::function<void(SubmitAnswer)> done) override;
  bool decide(Decision decision, std::function<void(Result<DecisionTaken>)> done) override;
  bool follow(NoteListener listener) override;

 private:
  struct Done {
    RoundNo round;
    Result<Committed> committed;
  };

  using Task = std::function<void()>;  // of other threads, run on the broker thread

  struct Listeners {
    net::RouterSocket publishers;
    net::RouterSocket adapters;
    net::RouterSocket devices;
  };

  struct Counters {
    explicit Counters(Metrics& metrics);
    Counter& rounds;
    Counter& changes;
    Counter& accepted;
    Counter& refused;
    Gauge& head;
    Gauge& leases;
  };

  Broker(BrokerOptions options,
         Journal& journal,
         const MacKey& mac_key,
         Listeners listeners,
         Metrics& metrics);

  net::SendOutcome send(Door door,
                        std::string_view peer,
                        std::span<const net::OutFrame> frames) override;
  std::vector<SharedBytes> bodies(std::span<const std::pair<Seq, uint8_t>> places) override;
  std::vector<Utc> published_on(std::span<const Seq> first_seqs) override;

  net::RouterSocket& listener(Door door);
  bool may_close() const;
  std::chrono::milliseconds wait_time(Now now) const;
  void take(const Event& event, Now now);
  void take_commits(Now now);
  void take_messages(const net::Poller& poller, Now now);
  void take_answers(Now now);
  void sort_inbox(Now now);
  void close_round(Now now);
  void let_go(Now now);
  void let_go_one(const Send& send, Now now);
  void answer_blob(BlobAnswer answer, Now now);
  void answer_status(const Inbox::StatusAsked& asked);
  void observe_disk(Now now);
  void note_cloned(const std::vector<Inbox::Cloned>& cloned, Now now);
  std::optional<Error> over_rate(const std::string& publisher,
                                 const PublisherRights& rights,
                                 Mono now);
  void log_note(const Note& note) const;
  void tell_listeners(const Note* note);
  bool drained() const;
  void commit_loop();

  SessionNo next_http_session() { return {http_sessions_begin + ++http_sessions_}; }

  static constexpr uint64_t http_sessions_begin = uint64_t{1} << 62U;

  BrokerOptions options_;
  Journal& journal_;
  const MacKey& mac_key_;
  Listeners listeners_;
  Counters counters_;
  Core core_;
  Pump pump_;
  BodyCache body_cache_;
  Sessions sessions_;
  PublisherRates rates_;
  Mailbox<Pump::Round> to_commit_;
  Mailbox<Done> committed_;
  Mailbox<Event> facts_;
  Mailbox<BlobAnswer> blob_answers_;
  Mailbox<Task> tasks_;
  ScanDesk scan_desk_;
  FactsPool facts_pool_;
  BlobDesk blob_desk_;
  Destroyer destroyer_;
  std::thread commit_thread_;

  Inbox inbox_;
  size_t taken_ = 0;  // events of the current round
  bool draining_ = false;
  Mono drain_until_;
  Mono next_tick_;
  Mono next_disk_look_;
  ShellView shell_;
  std::map<RoundNo, Seq> round_heads_;  // of the rounds being committed
  uint64_t http_sessions_ = 0;
  std::map<SessionNo, std::function<void(SubmitAnswer)>> submits_;
  std::map<SessionNo, std::function<void(BlobPutState)>> puts_;
  std::map<SessionNo, std::function<void(Result<DecisionTaken>)>> decisions_;
  std::vector<NoteListener> listeners_of_notes_;
};

}  // namespace gulou
