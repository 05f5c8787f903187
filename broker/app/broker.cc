#include "broker/app/broker.h"

#include "broker/journal/history.h"
#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/base/service.h"

#include <algorithm>
#include <cstring>

#include <sys/statvfs.h>
#include <unistd.h>

namespace gulou {
namespace {

// In the order in which they are polled and read: reports come before new work.
constexpr Door doors[] = {Door::adapters, Door::publishers, Door::devices};

std::string big_endian(uint64_t value) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i) {
    bytes[static_cast<size_t>(i)] = static_cast<char>(value & 0xFFU);
    value >>= 8U;
  }
  return bytes;
}

size_t bytes_of(const Inbox::Submission& submission) {
  size_t bytes = 0;
  for (const SharedBytes& part : submission.parts) {
    bytes += part->size();
  }
  for (const std::string& approval : submission.approvals) {
    bytes += approval.size();
  }
  return bytes;
}

Result<net::RouterSocket> listen(const net::Context& context,
                                 const net::RouterOptions& options,
                                 const std::string& endpoint) {
  net::RouterSocket socket = TRY(net::RouterSocket::open(context, options));
  TRY(socket.bind(endpoint));
  return socket;
}

}  // namespace

Broker::Counters::Counters(Metrics& metrics)
    : rounds(metrics.counter("gulou_pump_rounds_total", "changesets committed")),
      changes(metrics.counter("gulou_pump_changes_total", "changes committed")),
      accepted(metrics.counter("gulou_core_accepted_bundles_total", "acceptance receipts sent")),
      refused(metrics.counter("gulou_core_refused_bundles_total", "submissions refused")),
      head(metrics.gauge("gulou_core_head_seq", "sequence number of the newest entry")),
      leases(metrics.gauge("gulou_core_open_leases", "leases handed out and not reported")) {}

Result<std::unique_ptr<Broker>> Broker::open(BrokerOptions options,
                                             Journal& journal,
                                             const MacKey& mac_key,
                                             const net::Context& context,
                                             Metrics& metrics) {
  net::RouterOptions publishers;
  publishers.domain = "publish";
  publishers.keys = options.keys;
  // A round answers many submissions at once. ZeroMQ learns what a peer has taken only every half
  // queue, so the queue holds twice what can be outstanding; receipts are small.
  publishers.link.send_queue_messages_max = 2 * limits::submissions_in_flight_max;
  net::RouterOptions adapters;
  adapters.domain = "adapters";
  adapters.keys = options.keys;
  // One variable each: what a braced list has made so far is not destroyed when TRY leaves it.
  net::RouterSocket for_publishers = TRY(listen(context, publishers, options.publisher_endpoint));
  net::RouterSocket for_adapters = TRY(listen(context, adapters, options.adapter_endpoint));
  net::RouterSocket for_devices = TRY(listen(
      context, net::RouterOptions::for_devices("devices", options.keys), options.device_endpoint));
  Listeners listeners{std::move(for_publishers), std::move(for_adapters), std::move(for_devices)};
  return std::unique_ptr<Broker>(
      new Broker(std::move(options), journal, mac_key, std::move(listeners), metrics));
}

Broker::Broker(BrokerOptions options,
               Journal& journal,
               const MacKey& mac_key,
               Listeners listeners,
               Metrics& metrics)
    : options_(std::move(options)),
      journal_(journal),
      mac_key_(mac_key),
      listeners_(std::move(listeners)),
      counters_(metrics),
      core_(journal.reader(), journal.opened()),
      pump_(core_),
      sessions_(
          options_.principals,
          *this,
          *this,
          [this](uint64_t epoch, Seq seq, const Digest& hash) { return mac_of(epoch, seq, hash); },
          metrics),
      to_commit_(limits::rounds_in_flight_max),
      committed_(limits::rounds_in_flight_max),
      facts_(limits::submissions_in_flight_max),
      blob_answers_(limits::blob_jobs_max),
      tasks_(limits::tasks_max),
      scan_desk_(journal.history()),
      facts_pool_(options_.facts_threads, scan_desk_, facts_),
      blob_desk_(journal, blob_answers_),
      destroyer_(
          journal,
          [this](ConfirmationNo no) {
            static_cast<void>(tasks_.send([this, no] { take(BytesDestroyed{no}, read_clocks()); }));
          }),
      commit_thread_([this] { commit_loop(); }) {
  shell_.started_at = read_clocks().utc;
  for (const auto& [no, device] : core_.ledger().fleet().devices()) {
    if (!device.row.key.empty() && options_.door) {
      options_.door({device.row.key, no, device.row.state == DeviceState::invited});
    }
  }
}

Broker::~Broker() {
  to_commit_.close();
  commit_thread_.join();
  facts_.close();
  blob_answers_.close();
  tasks_.close();
}

std::string Broker::endpoint(Door door) const {
  switch (door) {
    case Door::publishers:
      return listeners_.publishers.endpoint();
    case Door::adapters:
      return listeners_.adapters.endpoint();
    case Door::devices:
      return listeners_.devices.endpoint();
  }
  return {};
}

net::RouterSocket& Broker::listener(Door door) {
  switch (door) {
    case Door::publishers:
      return listeners_.publishers;
    case Door::adapters:
      return listeners_.adapters;
    case Door::devices:
      return listeners_.devices;
  }
  return listeners_.publishers;
}

net::SendOutcome Broker::send(Door door,
                              std::string_view peer,
                              std::span<const net::OutFrame> frames) {
  return listener(door).send(peer, frames);
}

std::vector<SharedBytes> Broker::bodies(std::span<const std::pair<Seq, uint8_t>> places) {
  std::vector<SharedBytes> found(places.size());
  std::vector<History::BodyPlace> missing;
  std::vector<size_t> missing_at;
  for (size_t i = 0; i < places.size(); ++i) {
    found[i] = body_cache_.find(places[i]);
    if (found[i] == nullptr) {
      missing.push_back(places[i]);
      missing_at.push_back(i);
    }
  }
  if (!missing.empty()) {
    std::vector<std::string> read = journal_.history().bodies(missing);
    CHECK(read.size() == missing.size());
    for (size_t i = 0; i < read.size(); ++i) {
      found[missing_at[i]] = std::make_shared<const std::string>(std::move(read[i]));
    }
  }
  return found;
}

// Committed rows alone: what a round in flight decides may not be said yet.
std::vector<Utc> Broker::published_on(std::span<const Seq> first_seqs) {
  return journal_.history().published_on(first_seqs);
}

Digest Broker::mac_of(uint64_t epoch, Seq seq, const Digest& hash) const {
  const Mac mac = mac_key_.mac({big_endian(epoch), big_endian(seq.value), hash.view()});
  return *digest_from_bytes(mac.view());
}

// ---- commit thread ------------------------------------------------------------------------------

void Broker::commit_loop() {
  while (true) {
    auto rounds = to_commit_.receive(1, std::chrono::milliseconds(1000));
    if (rounds.empty() && to_commit_.closed()) {
      return;
    }
    for (Pump::Round& round : rounds) {
      Done done{round.round, journal_.commit(std::move(round.changeset))};
      const bool failed = !done.committed;
      if (!committed_.send(std::move(done)) || failed) {
        return;  // nothing may follow a changeset whose fate is unknown
      }
    }
  }
}

// ---- broker thread ------------------------------------------------------------------------------

int Broker::run(int stop_fd) {
  take(Configured{*options_.county}, read_clocks());
  net::Poller poller;
  for (const Door door : doors) {
    poller.add(listener(door).socket());
  }
  poller.add(committed_.fd());
  poller.add(facts_.fd());
  poller.add(blob_answers_.fd());
  poller.add(tasks_.fd());
  const size_t stop = poller.add(stop_fd);
  net::Poller commits;  // all that helps while a round is full and may not be closed
  commits.add(committed_.fd());
  while (true) {
    const bool full = taken_ >= limits::round_events_max && !may_close();
    static_cast<void>((full ? commits : poller).wait(wait_time(read_clocks())));
    const Now now = read_clocks();
    if (poller.readable(stop) && !draining_) {
      log::info("broker.draining");
      notify_stopping();
      draining_ = true;
      drain_until_ = {now.mono.ms + limits::drain_ms_max};
      take(Draining{}, now);
    }
    take_commits(now);
    take_messages(poller, now);
    take_answers(now);
    if (now.mono >= next_tick_) {
      next_tick_ = std::min(sessions_.tick(now, inbox_), Mono{now.mono.ms + 1000});
      std::erase_if(shell_.cloned_keys, [now](const ClonedKey& key) {
        return now.utc.ms - key.last.ms > limits::cloned_key_ms_max;
      });
      observe_disk(now);
      notify_alive();
    }
    sort_inbox(now);
    close_round(now);
    let_go(now);
    if (draining_ && (drained() || now.mono >= drain_until_) && pump_.rounds_in_flight() == 0) {
      sessions_.say_goodbye("stopping");
      log::info("broker.stopped", {{"head", core_.ledger().head().value}});
      return 0;
    }
  }
}

// While a round is being committed, the next one stays open for more until it is worth a sync of
// its own: otherwise a few events would be committed alone and the many behind them wait.
bool Broker::may_close() const {
  return pump_.rounds_in_flight() == 0 ||
         (pump_.may_close() && taken_ >= limits::round_events_enough);
}

std::chrono::milliseconds Broker::wait_time(Now now) const {
  if ((taken_ > 0 || pump_.more() || !inbox_.events.empty()) && may_close()) {
    return std::chrono::milliseconds(0);
  }
  int64_t wait = std::max<int64_t>(0, next_tick_.ms - now.mono.ms);
  if (const auto deadline = core_.next_deadline(); deadline && may_close()) {
    wait = std::min(wait, std::max<int64_t>(0, deadline->mono.ms - now.mono.ms));
    wait = std::min(wait, std::max<int64_t>(0, deadline->utc.ms - now.utc.ms));
  }
  return std::chrono::milliseconds(wait);
}

void Broker::take(const Event& event, Now now) {
  pump_.take(event, now);
  ++taken_;
}

void Broker::take_commits(Now now) {
  for (Done& done : committed_.take(limits::rounds_in_flight_max)) {
    if (!done.committed) {
      // What happened to the round is unknown: nobody may hear of it. Start-up finds out.
      log::error("journal.commit_failed", {{"error", describe(done.committed.error())}});
      _exit(1);
    }
    pump_.durable(done.round, *done.committed, now);
    sessions_.advance(
        core_.ledger().epoch(), round_heads_.extract(done.round).mapped(), done.committed->hash);
    shell_.changesets = done.committed->number;
    counters_.rounds.add();
    ++taken_;
  }
}

void Broker::take_messages(const net::Poller& poller, Now now) {
  for (size_t source = 0; source < std::size(doors); ++source) {
    const Door door = doors[source];
    if (!poller.readable(source)) {
      continue;
    }
    for (size_t i = 0; i < limits::round_events_max && taken_ < limits::round_events_max; ++i) {
      auto incoming = listener(door).receive();
      if (!incoming) {
        break;
      }
      sessions_.receive(door, *incoming, now, inbox_);
      if (inbox_.submissions.size() >= limits::round_events_max) {
        break;
      }
    }
  }
}

void Broker::take_answers(Now now) {
  for (Event& event : facts_.take(limits::round_events_max)) {
    auto* submitted = std::get_if<Submitted>(&event);
    if (submitted != nullptr && !options_.submitters.contains(submitted->publisher)) {
      // Revoked while the facts were established.
      submitted->shape_errors = {
          {ErrorCode::refused, "principal_not_allowed", "", {submitted->publisher}}};
    }
    take(event, now);
  }
  for (BlobAnswer& answer : blob_answers_.take(limits::blob_jobs_max)) {
    answer_blob(std::move(answer), now);
  }
  for (const Task& task : tasks_.take(limits::tasks_max)) {
    task();
  }
}

void Broker::sort_inbox(Now now) {
  Inbox inbox = std::exchange(inbox_, {});
  for (const Event& event : inbox.events) {
    take(event, now);
  }
  const auto refuse_for_now = [this](const Asker& from) {
    sessions_.answer(
        from, wire::Refused{{{ErrorCode::unavailable, "broker_busy", "", {}}}}, inbox_);
  };
  // The first small submissions cost less than the two changes of thread it would take.
  size_t inline_bytes = 0;
  for (Inbox::Submission& one : inbox.submissions) {
    const Asker from = one.from;
    if (auto error = over_rate(one.publisher, one.rights, now.mono)) {
      sessions_.answer(from, wire::Refused{{*std::move(error)}}, inbox_);
      continue;
    }
    inline_bytes += bytes_of(one);
    FactsInput input{from,
                     std::move(one.publisher),
                     std::move(one.rights),
                     std::move(one.parts),
                     false,
                     std::move(one.approvals)};
    if (inline_bytes <= limits::facts_inline_bytes_max) {
      Submitted facts = establish_facts(std::move(input), *options_.county, now.utc);
      if (scans_of(facts).empty()) {
        take(std::move(facts), now);
      } else if (!facts_pool_.read_scans(std::move(facts))) {
        refuse_for_now(from);
      }
    } else if (!facts_pool_.submit({std::move(input), options_.county})) {
      refuse_for_now(from);
    }
  }
  for (Inbox::BlobPutAsked& one : inbox.puts) {
    const Asker from = one.from;
    if (!blob_desk_.submit(std::move(one))) {
      refuse_for_now(from);
    }
  }
  for (const Inbox::BlobGetAsked& one : inbox.gets) {
    if (!blob_desk_.submit(one)) {
      sessions_.answer(
          one.from, wire::ErrorMessage{{ErrorCode::unavailable, "broker_busy", "", {}}}, inbox_);
    }
  }
  for (const Inbox::StatusAsked& one : inbox.statuses) {
    answer_status(one);
  }
  note_cloned(inbox.cloned, now);
}

std::optional<Error> Broker::over_rate(const std::string& publisher,
                                       const PublisherRights& rights,
                                       Mono now) {
  if (rates_.allow(publisher, rights.rate_per_minute, now)) {
    return std::nullopt;
  }
  return Error{ErrorCode::exhausted,
               "publisher_rate_exceeded",
               "",
               {publisher, std::to_string(rights.rate_per_minute)}};
}

void Broker::note_cloned(const std::vector<Inbox::Cloned>& cloned, Now now) {
  for (const Inbox::Cloned& one : cloned) {
    log::error("session.cloned_key", {{"principal", one.principal}, {"instance", one.instance}});
    auto& known = shell_.cloned_keys;
    auto at = std::ranges::find(known, one.principal, &ClonedKey::principal);
    if (at == known.end()) {
      at = known.insert(known.end(), {one.principal, one.instance, now.utc, {}, 0});
    }
    at->last = now.utc;
    ++at->times;
  }
}

void Broker::close_round(Now now) {
  if (!may_close()) {
    return;
  }
  const auto deadline = core_.next_deadline();
  const bool due = deadline && (deadline->mono <= now.mono || deadline->utc <= now.utc);
  if (taken_ == 0 && !pump_.more() && !due) {
    return;
  }
  taken_ = 0;
  auto round = pump_.close(now);
  if (round) {
    counters_.changes.add(round->changeset.changes.size());
    counters_.head.set(static_cast<int64_t>(core_.ledger().head().value));
    counters_.leases.set(static_cast<int64_t>(core_.ledger().leases().size()));
    round_heads_.emplace(round->round, core_.ledger().head());
    CHECK(to_commit_.send(std::move(*round)));
  }
}

void Broker::let_go(Now now) {
  Pump::Released released = pump_.take_released();
  for (BodyBytes& body : released.bodies) {
    if (body.part != approvals_part) {  // no channel gets it
      body_cache_.put({body.seq, body.part}, std::move(body.bytes));
    }
  }
  for (const Send& send : released.sends) {
    let_go_one(send, now);
  }
  for (const Note& note : released.notes) {
    log_note(note);
    tell_listeners(&note);
  }
}

void Broker::let_go_one(const Send& send, Now now) {
  if (const auto* accepted = std::get_if<SendAccepted>(&send)) {
    counters_.accepted.add();
    const auto waiting = submits_.extract(accepted->to.session);
    if (!waiting.empty()) {
      waiting.mapped()(
          {true, *accepted, mac_of(accepted->epoch, accepted->seq, accepted->hash), {}});
      return;
    }
  } else if (const auto* refused = std::get_if<SendRefused>(&send)) {
    const auto decision = decisions_.extract(refused->to.session);
    if (!decision.empty()) {
      decision.mapped()(fail(refused->errors.front()));
      return;
    }
    const auto put = puts_.extract(refused->to.session);
    if (!put.empty()) {
      put.mapped()({0, false, refused->errors});
      return;
    }
    counters_.refused.add();
    const auto waiting = submits_.extract(refused->to.session);
    if (!waiting.empty()) {
      waiting.mapped()({false, {}, {}, refused->errors});
      return;
    }
  } else if (const auto* blob = std::get_if<SendBlobOk>(&send)) {
    const auto waiting = puts_.extract(blob->to.session);
    if (!waiting.empty()) {
      waiting.mapped()({blob->size_bytes, true, {}});
      return;
    }
  } else if (const auto* done = std::get_if<SendDone>(&send)) {
    const auto waiting = decisions_.extract(done->to.session);
    if (!waiting.empty()) {
      waiting.mapped()(DecisionTaken{done->job, done->confirmation});
    }
    return;
  } else if (const auto* destroy = std::get_if<SendDestroy>(&send)) {
    for (const SendDestroy::Part& part : destroy->parts) {
      body_cache_.drop({part.seq, part.part});
    }
    destroyer_.ask(*destroy);
    return;
  }
  const auto* door = std::get_if<SendDoor>(&send);
  return door != nullptr ? options_.door(*door) : sessions_.send(send, now, inbox_);
}

void Broker::answer_blob(BlobAnswer answer, Now now) {
  if (const auto* arrived = std::get_if<BlobArrived>(&answer)) {
    return take(*arrived, now);
  }
  if (const auto* put = std::get_if<BlobPutAnswer>(&answer)) {
    const auto waiting = puts_.extract(put->to.session);
    if (!waiting.empty()) {
      waiting.mapped()({put->received, put->complete, put->errors});
    } else if (!put->errors.empty()) {
      sessions_.answer(put->to, wire::Refused{put->errors}, inbox_);
    } else {
      sessions_.answer(put->to, wire::BlobOk{put->digest, put->received, put->complete}, inbox_);
    }
    return;
  }
  const auto& get = std::get<BlobGetAnswer>(answer);
  if (!get.errors.empty()) {
    sessions_.answer(get.to, wire::ErrorMessage{get.errors.front()}, inbox_);
  } else {
    sessions_.answer(get.to, wire::BlobPart{get.digest, get.offset, get.total, get.bytes}, inbox_);
  }
}

void Broker::observe_disk(Now now) {
  if (now.mono < next_disk_look_) {
    return;
  }
  next_disk_look_ = {now.mono.ms + limits::disk_look_every_ms};

  struct statvfs space {};

  if (statvfs(options_.disk_path.c_str(), &space) != 0) {
    return;
  }
  shell_.disk_free_bytes = static_cast<uint64_t>(space.f_bavail) * space.f_frsize;
  shell_.disk_total_bytes = static_cast<uint64_t>(space.f_blocks) * space.f_frsize;
  const bool accepting =
      shell_.disk_free_bytes >= options_.disk_free_bytes_min &&
      static_cast<double>(shell_.disk_free_bytes) >=
          options_.disk_free_share_min * static_cast<double>(shell_.disk_total_bytes);
  if (accepting != shell_.disk_accepting || shell_.disk_total_bytes == 0) {
    shell_.disk_accepting = accepting;
    blob_desk_.accept(accepting);
    take(DiskObserved{accepting}, now);
  }
}

void Broker::log_note(const Note& note) const {
  log::Level level = log::Level::info;
  switch (note.level) {
    case Note::Level::debug:
      level = log::Level::debug;
      break;
    case Note::Level::info:
      level = log::Level::info;
      break;
    case Note::Level::warn:
      level = log::Level::warn;
      break;
    case Note::Level::error:
      level = log::Level::error;
      break;
  }
  log::write(level,
             note.event,
             {{"seq", note.seq.value},
              {"channel", channel_of(note.subscriber).value},
              {"count", note.count},
              {"detail", note.detail}});
}

void Broker::tell_listeners(const Note* note) {
  std::erase_if(listeners_of_notes_, [note](const NoteListener& one) { return !one(note); });
}

bool Broker::drained() const {
  return core_.ledger().leases().empty();
}

}  // namespace gulou
