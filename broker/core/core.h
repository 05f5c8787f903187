// Core decides. It owns the Ledger and the sessions and answers every event with a Step: what must
// become durable, what may then be said, what is worth noting. No clock, thread, file, socket,
// random number or log; it reads committed rows only through Reader. Touched only on the broker
// thread.
//
// A round is any number of on() calls followed by one settle(), which hands out deliveries. All
// steps of a round are committed together; settle() says under which number.
#pragma once

#include "broker/core/event.h"
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
    bool due_last = false;  // due deliveries and the lanes take turns
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
    enum class Kind : uint8_t { hand_over, wait, superseded, expired } kind = Kind::hand_over;
    Utc due;
    std::string reason;
    HandedItem item;
  };

  // on_submission.cc
  void on_event(const Submitted& event, Now now);
  void on_event(const BlobArrived& event, Now now);
  bool check_rights(const Submitted& event, std::vector<Error>& errors) const;
  // What is known of each part's publication before it.
  using KnownPublications = std::vector<std::optional<PublicationRow>>;
  // The receipt of an earlier acceptance of exactly this bundle.
  bool answer_retry(const Submitted& event, const KnownPublications& known);
  void check_identity(const Submitted& event,
                      const KnownPublications& known,
                      std::vector<Error>& errors) const;
  void check_bundle(const Submitted& event,
                    const KnownPublications& known,
                    std::vector<Error>& errors) const;
  void check_attachments(const Submitted& event, std::vector<Error>& errors) const;
  void accept(const Submitted& event, const KnownPublications& known, Now now);
  void assign_index(EntryPart& part, std::set<std::string>& taken, Now now) const;
  static EntryPart entry_part(const PartFacts& facts,
                              const std::optional<PublicationRow>& row,
                              Seq seq);

  // on_session.cc
  void on_event(const SessionOpened& event, Now now);
  void on_event(const SessionClosed& event, Now now);
  void on_event(const CreditGranted& event, Now now);
  void on_event(const Configured& event, Now now);
  void on_event(const DiskObserved& event, Now now);
  void on_event(const Draining& event, Now now);
  void on_event(const RoundDurable& event, Now now);
  void close_session(SessionNo session, const std::string& reason, Now now);

  // on_report.cc
  void on_event(const Reported& event, Now now);
  void on_event(const Progressed& event, Now now);
  void report_item(const Session& session, const Lease& lease, const Reported::Item& item, Now now);
  void report_one(
      const Session& session, const Lease& lease, Seq seq, const Report& report, Now now);
  void late_report(const Session& session, LeaseNo lease, const Reported::Item& item, Now now);
  bool late_outcome(const Session& session, LeaseNo lease, Seq seq, const Report& report, Now now);
  void end_lease(LeaseNo lease, const std::string& reason, Now now);
  // The delivery's row, or the one a plain range lease implies.
  DeliveryChanged leased_row(const Lease& lease, Seq seq) const;
  void retry_later(DeliveryChanged row, Trigger trigger, const Report& report, Now now);
  void note_attempt(const DeliveryChanged& row, const Report& report, const Lease& lease, Now now);
  void shrink(const Lease& lease, const SeqRuns& reported);
  // Once, and no more of them than the limit: the oldest goes.
  static void add_platform_id(std::vector<std::string>& ids, const std::string& id);

  // on_operator.cc
  void on_event(const OperatorDecided& event, Now now);

  // on_deadline.cc
  void expire_leases(Now now);
  void end_orphan_leases(Now now);
  void sweep_blobs(Now now);

  // dispatcher.cc
  void dispatch(Now now);
  bool serve(Session& session, Now now, uint64_t& budget);
  bool hand_due(Session& session, const ChannelRuntime& channel, Now now);
  bool hand_lane(Session& session, const ChannelRuntime& channel, Lane lane, Now now);
  bool may_lease(const Session& session, Lane lane) const;
  Batch& batch_at(const Session& session, const ChannelRuntime& channel, Lane lane, Now now);
  Batch scan(const ChannelRuntime& channel,
             Lane lane,
             Seq after,
             uint64_t entries,
             uint64_t bytes,
             Now now) const;
  void hand_special(Session& session, const ChannelRuntime& channel, const EntryRow& row, Now now);
  void hand_out(Session& session, const ChannelRuntime& channel, HandOver& over, Now now);

  // lanes.cc
  static bool matches(const ChannelRuntime& channel, const EntryAccepted& entry);
  static bool is_plain(const EntryRow& row, Now now);
  static HandedItem item_of(const EntryAccepted& entry,
                            const std::optional<DeliveryChanged>& delivery,
                            Now now);
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
  void add_open_outcomes(SubscriberNo subscriber,
                         const PublicationRow& publication,
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
  std::map<LeaseNo, HeldLease> held_;
  std::set<std::pair<Mono, LeaseNo>> lease_deadlines_;
  std::set<LeaseNo> orphan_leases_;  // of earlier processes, to be ended
  std::map<BatchKey, Batch> batches_;
  SessionNo served_last_;
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
