// Core decides. It owns the Ledger and the sessions and answers every event with a Step: what must
// become durable, what may then be said, what is worth noting. No clock, thread, file, socket,
// random number or log; it reads committed rows only through Reader. Touched only on the broker
// thread.
//
// A round is any number of on() calls followed by one settle(), which hands out deliveries. All
// steps of a round are committed together; settle() says under which number.
#pragma once

#include "broker/core/event.h"
#include "broker/core/fleet.h"
#include "broker/core/ledger.h"
#include "broker/core/reader.h"
#include "broker/core/step.h"
#include "broker/core/transitions.h"
#include "broker/core/view.h"
#include "common/base/time.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace gulou {

class Core {
 public:
  // reader outlives the core.
  Core(const Reader& reader, const OpenState& opened);

  // Decides and applies; bounded work.
  Step on(const Event& event, Now now);

  struct Settled {
    Step step;
    RoundNo round;      // of all changes since the last settle(); 0: there were none
    bool more = false;  // work is left that needs no event: settle again after the next commit
  };

  // Ends a round: expired leases, due deliveries, hand-overs.
  Settled settle(Now now);

  // When to settle again if nothing happens.
  std::optional<Now> next_deadline() const;

  const Ledger& ledger() const { return ledger_; }

  // Plain data about sessions and channels for people. Broker thread.
  CoreView view() const;

  // Every (state, trigger) the core has used, for the coverage check of the simulator.
  const std::set<std::pair<DeliveryState, Trigger>>& fired() const { return fired_; }

  // Broken invariants in words; empty when all is well.
  std::string audit() const;

 private:
  struct ChannelRuntime {
    Channel policy;
    ChannelNo no;
    uint32_t filter_group = 0;  // channels with equal filters share batches
    ChannelNo gate;             // 0: none
    bool shows = false;         // a portal, or the gate of another: PublicSeen is kept
    Mono successor_at;          // exclusive: no instance may start before
  };

  struct Session {
    SessionNo no;
    ChannelNo channel;
    std::string principal;
    std::string instance;
    uint64_t credit_messages = 0;  // cumulative grants and uses
    uint64_t credit_bytes = 0;
    uint64_t used_messages = 0;
    uint64_t used_bytes = 0;
    uint64_t allowance = 0;  // what its channel may get now
    bool due_last = false;   // due deliveries and the lanes take turns
    std::set<LeaseNo> leases;
  };

  struct HeldLease {
    SessionNo session;
    Mono deadline;
    bool with_rows = false;  // a delivery of it may have a row
  };

  // Deliveries about to be leased together.
  struct HandOver {
    Lane lane = Lane::normal;
    SeqRuns runs;
    std::shared_ptr<const HandedItems> items;
    uint64_t bytes = 0;
    bool with_rows = false;
    std::optional<size_t> send;  // of step_.sends: already handed to another subscriber
  };

  // What the cursor of some subscribers sees next; valid within one settle().
  struct Batch {
    HandOver over;
    Seq cursor_to;
    std::optional<EntryRow> special;  // ends the run: to be judged for each subscriber
    SeqRuns first_shown;              // portal channels
  };

  // lane, cursor, filter group, portal, entries, bytes
  using BatchKey = std::tuple<Lane, Seq, uint32_t, bool, uint64_t, uint64_t>;

  struct Verdict {
    enum class Kind : uint8_t {
      hand_over,
      wait,
      superseded,
      expired,
      withdrawn,
      nothing,  // a withdrawal: nothing is there, or it may stay
      person,   // a person has to do it
    } kind = Kind::hand_over;
    Utc due;
    std::string reason;
    HandedItem item;
  };

  // on_submission.cc
  void on_event(const Submitted& event, Now now);
  void on_event(const BlobArrived& event, Now now);
  bool check_publisher(const Submitted& event, std::vector<Error>& errors) const;

  // What is known before a part of its publication, and of others with its document or content.
  struct KnownPublication {
    std::optional<PublicationRow> row;
    std::vector<PublicationKey> same_document;  // from check_identity
    std::vector<PublicationKey> same_content;
  };

  using KnownPublications = std::vector<KnownPublication>;
  // The receipt of an earlier acceptance of exactly this bundle.
  bool answer_retry(const Submitted& event, const KnownPublications& known);
  void check_identity(const Submitted& event,
                      KnownPublications& known,
                      std::vector<Error>& errors) const;
  void check_bundle(const Submitted& event,
                    const KnownPublications& known,
                    std::vector<Error>& errors) const;
  void check_attachments(const Submitted& event, std::vector<Error>& errors) const;
  void accept(const Submitted& event, const KnownPublications& known, Now now);
  void assign_index(EntryPart& part, std::set<std::string>& taken, Now now) const;
  static EntryPart entry_part(const PartFacts& facts, const KnownPublication& known, Seq seq);

  // on_withdrawal.cc
  void on_event(const WithdrawalAsked& event, Now now);
  using KnownTargets = std::vector<PublicationRow>;
  bool check_withdrawal(const WithdrawalAsked& event,
                        KnownTargets& known,
                        std::vector<Error>& errors) const;
  bool answer_withdrawn(const WithdrawalAsked& event, const KnownTargets& known, Now now);
  void answer_accepted(const Asker& to, const EntryAccepted& entry);
  int64_t longest_lease_ms(const PublicationRow& row) const;
  // The entry without seq and facts, of these publications.
  EntryAccepted withdrawal_of(const std::string& publisher,
                              const KnownTargets& publications,
                              Now now) const;
  void accept_withdrawal(EntryAccepted entry, Now now);
  void withdraw_open(SubscriberNo subscriber, const PublicationRow& publication, Now now);
  void recall(const PublicationRow& publication);
  bool all_down(const EntryAccepted& entry) const;
  Verdict judge_withdrawal(const ChannelRuntime& channel,
                           SubscriberNo subscriber,
                           const EntryAccepted& entry,
                           const std::optional<DeliveryChanged>& delivery,
                           Now now) const;
  void add_what_is_there(SubscriberNo subscriber,
                         const EntryAccepted& entry,
                         uint8_t number,
                         const PublicationRow& publication,
                         const std::optional<DeliveryChanged>& delivery,
                         HandedItem& item) const;
  std::string place_of(const ChannelRuntime& channel,
                       SubscriberNo subscriber,
                       const std::string& publication) const;

  // channel_condition.cc: may a channel get anything, and how much?
  // Deliveries it may get now, withdrawals aside.
  uint64_t allowance(const ChannelRuntime& channel, Now now);
  uint64_t rate_left(const ChannelRuntime& channel, Now now);
  void note_handed(const ChannelRuntime& channel, Lane lane, uint64_t deliveries, Now now);
  void channel_works(const ChannelRuntime& channel, Now now);
  void open_channel(const ChannelRuntime& channel,
                    ChannelCondition condition,
                    std::string_view reason,
                    Now now);
  void channel_fails(const ChannelRuntime& channel, Seq seq, const Report& report, Now now);
  bool is_probing(const ChannelRuntime& channel) const;
  void channel_sleeps(
      const ChannelRuntime& channel, ChannelState state, Utc until, const Report& report, Now now);
  void probe_now(ChannelNo channel, Now now);
  bool may_serve(const Session& session, const ChannelRuntime& channel, Now now);
  void on_event(const ChannelDecided& event, Now now);
  void cancel_retired(Now now);
  void wake_at(Utc at);

  // gates.cc: portal first.
  bool hand_gated(Session* session, const ChannelRuntime& channel, Lane lane, Now now);
  bool hand_seen(Session* session, const ChannelRuntime& channel, Lane lane, Now now);
  bool hand_overdue(Session* session, const ChannelRuntime& channel, Lane lane, Now now);
  bool hand_beside(Session* session, const ChannelRuntime& channel, Lane lane, Seq held, Now now);
  bool is_gated(const ChannelRuntime& channel, Lane lane) const;
  bool gate_is_open(const ChannelRuntime& channel,
                    const EntryAccepted& entry,
                    const std::optional<DeliveryChanged>& delivery) const;

  // What the gating channel shows of a publication, and where.
  struct SeenPart {
    uint32_t revision = 0;
    std::string url;
  };

  // What it got under this revision's entry; nothing: that is not shown.
  std::optional<SeenPart> seen_at(const ChannelRuntime& channel, const RevisionRow& revision) const;
  void add_seen(const ChannelRuntime& channel, Lane lane, SeqRuns runs, ReceiptLevel level);
  void add_gate_view(const ChannelRuntime& channel, ChannelView& view) const;

  // on_replay.cc
  void on_event(const ReplayAsked& event, Now now);
  void on_event(const ReplayCancelled& event, Now now);
  void run_jobs(Now now);
  void run_job(ReplayJob job, Now now);
  enum class Replayed : uint8_t { not_selected, skipped, sent };
  Replayed replay_one(const ReplayJob& job,
                      const ChannelRuntime& channel,
                      const EntryRow& row,
                      Now now);
  bool may_replay(const ReplayJob& job,
                  const ChannelRuntime& channel,
                  const EntryAccepted& entry,
                  DeliveryState state,
                  bool maybe_published,
                  Now now) const;
  bool job_is_due(const ReplayJob& job, Now now);
  void start_job(ReplayJob job, Now now);
  void end_job(ReplayJob job, ReplayState state, const std::string& reason, Now now);

  // Why no job may start on this channel; nothing: it may.
  std::optional<Error> replay_error(ChannelNo channel) const;
  void ask_replay(const Asker& from, const ReplayJob& job, Now now);
  static ReplayJob job_of(const Confirmation& given);

  // on_confirmation.cc
  void on_event(const ConfirmationDecided& event, Now now);
  bool may_ask(TwoPersonAct act, const std::string& by) const;
  ConfirmationNo ask(Confirmation asked, Now now);
  void expire_confirmations(Now now);
  const Confirmation* confirmation_of(const Submitted& event) const;
  std::optional<Error> personal_data_error(const Submitted& event, Now now);
  void use_confirmation(const Confirmation& given, Seq seq, Now now);

  // erasure.cc
  void on_event(const BytesDestroyed& event, Now now);
  void ask_erasure(const WithdrawalAsked& event, Seq withdrawal, Now now);
  void run_erasures(Now now);
  bool erase_rows(const Confirmation& given, size_t& budget, Now now);
  void erase_part(const Confirmation& given, const RevisionRow& revision, Now now);
  std::vector<Digest> blobs_of(const EntryAccepted& entry, uint8_t part) const;
  bool is_used(const Digest& blob, Seq seq, uint8_t part) const;
  std::optional<EntryAccepted> entry_at(Seq seq) const;
  SendDestroy destruction_of(const Confirmation& given) const;

  // on_session.cc
  void wire_gates(Now now);
  void wait_again(Now now);
  void close_stranded(Now now);  // sessions of channels that are configured no longer
  void keep_successor(ChannelRuntime& channel, Now now);
  void on_event(const CalledBack& event, Now now);
  void on_event(const Notified& event, Now now);
  void on_event(const SessionOpened& event, Now now);
  void on_event(const SessionClosed& event, Now now);
  void on_event(const CreditGranted& event, Now now);
  void on_event(const Configured& event, Now now);
  void on_event(const DiskObserved& event, Now now);
  void on_event(const Draining& event, Now now);
  void on_event(const RoundDurable& event, Now now);
  void close_session(SessionNo session, const std::string& reason, Now now);

  // on_device.cc
  void on_event(const DeviceDecided& event, Now now);
  void on_event(const EnrolAsked& event, Now now);
  void invite(const DeviceDecided& event, Now now);
  void answer_enrolled(const Asker& to, const DeviceChanged& row);

  // on_sync.cc: fleets.
  // What devices at one position get; valid within one settle().
  struct FleetHandOver {
    Seq to;
    std::vector<Seq> seqs;
    std::shared_ptr<const HandedItems> items;
    std::optional<size_t> send;  // of step_.sends
  };

  using FleetBatches = std::map<std::tuple<uint32_t, Lane, Seq>, FleetHandOver>;

  void on_event(const Synced& event, Now now);
  void open_device(const SessionOpened& event, Now now);
  bool close_device(SessionNo session);  // false: it is no device's
  void close_stream_of(SubscriberNo device, const std::string& reason);
  void close_catch_up(FleetStream& stream, const Synced& event, Now now);
  void confirm(FleetStream& stream, const Synced& event, Now now);
  void mark_reached(SubscriberNo device, Seq position);
  void mark_removals(const FleetStream& stream);
  void send_manifest(FleetStream& stream, const Digest& held, Now now);
  const FleetManifest& manifest_of(const FleetStream& stream, Now now);
  bool is_gone(const std::string& publisher, const EntryPart& part) const;
  void answer_wants(FleetStream& stream, const Synced& event);
  static bool takes_part(const ChannelRuntime& channel,
                         const DeviceReach& reach,
                         const EntryAccepted& entry,
                         const EntryPart& part);
  HandedItems fleet_items(const ChannelRuntime& channel,
                          const DeviceReach& reach,
                          const EntryRow& row) const;
  void serve_fleets(Now now);
  void pass_fleet_cursors();
  FleetHandOver& fleet_batch(const FleetStream& stream, Lane lane, FleetBatches& batches) const;
  bool hand_stream(FleetStream& stream, FleetBatches& batches, Now now);
  Seq position_of(const FleetStream& stream) const;
  bool fleet_report(const Reported& event);  // false: it is no device's
  void fleet_received(FleetStream& stream, Seq from, Seq to);
  void flush_fleet_marks(Now now);

  // on_loss.cc
  void on_event(const CursorShown& event, Now now);
  void on_event(const LossSettled& event, Now now);
  // Nothing new is taken and nothing handed out: what was done meanwhile would stand where the lost
  // entries stood.
  bool loss_suspected() const;
  bool refuse_while_loss(const Event& event);
  // Why nothing is taken now; nothing: it is.
  std::optional<Error> refuses_all() const;

  // on_report.cc
  void on_event(const Reported& event, Now now);
  void on_event(const Progressed& event, Now now);
  void report_item(const Session& session, const Lease& lease, const Reported::Item& item, Now now);
  void report_one(
      const Session& session, const Lease& lease, Seq seq, const Report& report, Now now);
  void late_report(const Session& session, LeaseNo lease, const Reported::Item& item, Now now);
  bool late_outcome(const Session& session, LeaseNo lease, Seq seq, const Report& report, Now now);
  void end_lease(LeaseNo lease, const std::string& reason, Now now, Seq culprit);
  // The delivery the adapter was most likely working on.
  Seq first_of(LeaseNo lease) const;
  // The delivery's row, or the one a plain range lease implies.
  DeliveryChanged leased_row(const Lease& lease, Seq seq) const;
  void note_outcome(const ChannelRuntime& channel, Seq seq, const Report& report, Now now);
  void settle_report(const ChannelRuntime& channel,
                     DeliveryChanged row,
                     const Report& report,
                     bool removal,
                     Now now);
  void retry_later(
      DeliveryChanged row, Trigger trigger, const Report& report, Now now, bool counts);
  void release_held_back(SubscriberNo subscriber);
  void supersede_parked(SubscriberNo subscriber, Lane lane, Seq seq, Now now);
  bool all_there(SubscriberNo subscriber, Lane lane, Seq seq) const;
  void note_attempt(const DeliveryChanged& row, const Report& report, const Lease& lease, Now now);
  void shrink(const Lease& lease, const SeqRuns& reported);
  // Once, and no more of them than the limit: the oldest goes.
  static void add_platform_id(std::vector<std::string>& ids, const std::string& id);

  // on_operator.cc
  void on_event(const OperatorDecided& event, Now now);
  bool check_decision(const OperatorDecided& event,
                      const EntryAccepted& entry,
                      DeliveryState state);
  void resolve(const OperatorDecided& event,
               const EntryAccepted& entry,
               DeliveryChanged row,
               DeliveryState from,
               Now now);
  void end_run(SubscriberNo subscriber, Seq seq);
  DeliveryState state_of(SubscriberNo subscriber, const EntryAccepted& entry) const;
  DeliveryChanged row_of(SubscriberNo subscriber, const EntryAccepted& entry) const;

  // on_deadline.cc
  void expire_releases(Now now);
  void expire_leases(Now now);
  void end_orphan_leases(Now now);
  void sweep_blobs(Now now);

  // dispatcher.cc
  void dispatch(Now now);
  bool serve(Session& session, Now now, uint64_t& budget);
  void dispatch_by_hand(Now now);
  bool has_its_fill(const Session& session, const ChannelRuntime& channel) const;
  uint64_t in_hand_of(const Session& session) const;
  bool hand_due(Session* session, const ChannelRuntime& channel, DueKind kind, Now now);
  bool hand_lane(Session& session, const ChannelRuntime& channel, Lane lane, Now now);
  bool hand_by_hand(const ChannelRuntime& channel, Lane lane, Now now);
  bool may_lease(const Session& session, Lane lane) const;
  Batch& batch_at(const Session& session, const ChannelRuntime& channel, Lane lane, Now now);
  Batch scan(const ChannelRuntime& channel,
             Lane lane,
             Seq after,
             uint64_t entries,
             uint64_t bytes,
             Now now) const;
  // session: nothing on a channel served by hand.
  void hand_special(Session* session, const ChannelRuntime& channel, const EntryRow& row, Now now);
  std::vector<PartReceipt> places_left(const EntryAccepted& entry,
                                       const DeliveryChanged& row,
                                       const HandedItem& item) const;
  static void hide_what_is_there(HandedItem& item);
  static void keep_places(const HandedItem& item, DeliveryChanged& changed);
  void hand_one(Session* session,
                const ChannelRuntime& channel,
                const EntryAccepted& entry,
                Verdict verdict,
                DeliveryChanged row,  // in the state it was
                Now now);
  void hand_out(Session& session, const ChannelRuntime& channel, HandOver& over, Now now);

  // lanes.cc
  static bool matches(const ChannelRuntime& channel, const EntryAccepted& entry);
  static bool is_plain(const ChannelRuntime& channel, const EntryRow& row, Now now);
  // When this channel may have it: an embargo holds for all but the outlets it names.
  static Utc not_before(const ChannelRuntime& channel, const EntryAccepted& entry);
  static HandedItem item_of(const EntryAccepted& entry,
                            const std::optional<DeliveryChanged>& delivery,
                            Now now);
  std::optional<Verdict> judge_time(const ChannelRuntime& channel,
                                    const EntryAccepted& entry,
                                    const std::optional<DeliveryChanged>& delivery,
                                    Now now) const;
  Verdict judge(const ChannelRuntime& channel,
                SubscriberNo subscriber,
                const EntryRow& row,
                const std::optional<DeliveryChanged>& delivery,
                Now now) const;
  // Nothing where the publication has ended: its newest revision has expired.
  std::optional<HandedPart> newest_part(const ChannelRuntime& channel,
                                        const std::optional<PublicationRow>& publication,
                                        const EntryAccepted& entry,
                                        uint8_t number,
                                        Now now) const;
  // Does this withdrawal take away what this channel shows?
  static bool goes_away(const ChannelRuntime& channel, WithdrawalKind kind);
  bool came_again(const ChannelRuntime& channel,
                  const PublicationRow& publication,
                  const DeliveryChanged& removal) const;
  void forget_removed(const ChannelRuntime& channel,
                      const PublicationRow& publication,
                      HandedPart& part) const;
  enum class Sought { open_outcomes, duplicates_too };
  void add_open_outcomes(SubscriberNo subscriber,
                         const PublicationRow& publication,
                         Sought sought,
                         HandedItem& item) const;
  void add_first_shown(const ChannelRuntime& channel,
                       const EntryAccepted& entry,
                       SeqRuns& runs) const;

  void emit(Change change);
  // Checks the table, stamps the state and emits the row.
  void move(DeliveryChanged row, DeliveryState from, Trigger trigger);
  void note(Note::Level level,
            std::string_view event,
            SubscriberNo subscriber = {},
            Seq seq = {},
            uint64_t count = 1,
            std::string detail = {});
  void refuse(const Asker& to, std::vector<Error> errors, std::string_view event);

  const Reader& reader_;
  Ledger ledger_;
  CountySettings county_;
  std::map<ChannelNo, ChannelRuntime> channels_;
  std::map<SessionNo, Session> sessions_;
  Fleet fleet_;
  std::map<LeaseNo, HeldLease> held_;
  std::set<std::pair<Mono, LeaseNo>> lease_deadlines_;
  std::set<LeaseNo> orphan_leases_;  // of earlier processes, to be ended
  std::map<BatchKey, Batch> batches_;
  SessionNo served_last_;
  std::map<SubscriberNo, std::set<Seq>> held_back_;  // wait for a predecessor's lease to end
  std::map<JobNo, Mono> job_next_;                   // when the next one may be sent
  std::map<ConfirmationNo, std::pair<size_t, size_t>> erasing_;  // publication and revision next
  std::set<ConfirmationNo> destroying_;                          // the engine was told
  std::set<ChannelNo> retiring_;                                 // have open rows to be cancelled
  std::optional<Utc> next_expiry_;
  bool expiry_known_ = false;
  std::optional<Mono> next_sweep_;
  std::optional<Utc> next_due_;
  RoundNo round_{1};
  bool round_changed_ = false;
  bool configured_ = false;
  bool more_ = false;
  bool accepting_ = true;
  bool draining_ = false;
  Step step_;
  std::set<std::pair<DeliveryState, Trigger>> fired_;
};

}  // namespace gulou
