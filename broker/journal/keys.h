// All keys of all column families, made in this one file. Integers are big-endian and of fixed
// width, so that byte order is number order; names end with a zero byte. The tables stand in
// README.md. Keys are stored for ever: a new kind of row gets a new first byte, an old one is never
// reused. Pure; any thread.
#pragma once

#include "broker/core/reader.h"
#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/model/delivery.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

// Column families; the order is that of `all_families`.
enum class Cf : uint8_t { entry, body, blob, journal, release, open, receipt, attempt, meta };

inline constexpr Cf all_families[] = {Cf::entry,
                                      Cf::body,
                                      Cf::blob,
                                      Cf::journal,
                                      Cf::release,
                                      Cf::open,
                                      Cf::receipt,
                                      Cf::attempt,
                                      Cf::meta};
inline constexpr size_t family_count = std::size(all_families);

std::string_view name_of(Cf family);

// Keys k with from <= k < to.
struct KeyRange {
  std::string from;
  std::string to;
};

namespace keys {

// Everything that starts with `prefix`.
KeyRange starting_with(std::string prefix);
// The first key behind `key`.
std::string behind(std::string key);

// entry: lane1 seq8
std::string entry(Lane lane, Seq seq);
KeyRange lane(Lane lane);
KeyRange entries();
Lane lane_of_entry(std::string_view key);
Seq seq_of_entry(std::string_view key);

// body: seq8 part1
std::string body(Seq seq, uint8_t part);
KeyRange bodies();

// blob: digest32 index4
std::string chunk(const Digest& digest, uint32_t index);
KeyRange chunks(const Digest& digest);

// journal: number8
std::string changeset(uint64_t number);
uint64_t number_of_changeset(std::string_view key);
KeyRange changesets();

// release: 'r' id 0 publisher 0 [revision4]: the first revision of a publication has the short key,
// so that one lookup tells whether a publication exists.
std::string publication(const PublicationKey& key);
std::string revision(const PublicationKey& key, uint32_t revision);
std::string publications_from(std::string_view id_prefix);
std::optional<PublicationKey> publication_of(std::string_view key);
std::string document(const Digest& document_key);                    // 'd' digest32
std::string content(const Digest& content_digest);                   // 'c' digest32
std::string index_no(std::string_view index_no);                     // 'i' index number
std::string index_serial(std::string_view org_code, uint32_t year);  // 's' org 0 year4
std::string shown(Seq first);                                        // 'f' seq8: a run of entries
std::string revised(Seq seq);                                        // 'v' seq8
std::string title(Seq seq, uint8_t part);                            // 't' seq8 part1
std::string withdrawn(const PublicationKey& key);                    // 'w' id 0 publisher 0
std::string erased(Seq seq, uint8_t part);                           // 'e' seq8 part1
// 'h' id 0 publisher 0 [digest32]: the phases of a document's interpretation
std::string phase(const PublicationKey& document, const Digest& phase);
KeyRange phases(const PublicationKey& document);
Digest digest_of_phase(std::string_view key);
Seq seq_of_release_row(std::string_view key);  // of 'f', 'v', 't'
// 'a' audience 0 kind1 ~seq8 part1: live parts, newest first
std::string live(std::string_view audience, Kind kind, Seq seq, uint8_t part);
KeyRange live_parts(std::string_view audience, Kind kind);
Seq seq_of_live(std::string_view key);
uint8_t part_of_live(std::string_view key);
uint8_t part_of_title(std::string_view key);
KeyRange shown_runs();
KeyRange titles();
bool is_title(std::string_view key);

// open
std::string delivery(SubscriberNo subscriber, Seq seq);  // 'd' sub8 seq8
// 't' sub8 due8 seq8; of withdrawals 'w' sub8 due8 seq8
std::string due(SubscriberNo subscriber, DueKind kind, Utc due, Seq seq);
KeyRange due_until(SubscriberNo subscriber, DueKind kind, Utc until);
KeyRange due_rows(SubscriberNo subscriber, DueKind kind);
Utc due_of(std::string_view key);
std::string state(DeliveryState state, SubscriberNo subscriber, Seq seq);  // 's' st1 sub8 seq8
std::string lease(LeaseNo lease);                                          // 'l' lease8
// 'c' sub8 lane1 [kind1]: that of the log has the short key.
std::string cursor(SubscriberNo subscriber, Lane lane, CursorKind kind = CursorKind::log);
std::string expiry(Utc expires, Seq seq);  // 'x' expires8 seq8
KeyRange expiries();
KeyRange expiries_until(Utc until);
Utc time_of_expiry(std::string_view key);
Seq seq_of_expiry(std::string_view key);
KeyRange leases();
KeyRange cursors();
// The open deliveries of a subscriber behind `after`.
KeyRange deliveries_behind(SubscriberNo subscriber, Seq after);
KeyRange states();
DeliveryState state_of(std::string_view key);      // of 's'
SubscriberNo subscriber_of(std::string_view key);  // of 'd' and 's'
Seq seq_of_delivery(std::string_view key);         // of 'd', 's', 't', 'w'

// 'h' date 0 id 0 publisher 0 digest32: an interpretation that is due, the earliest first
std::string phase_due(std::string_view date, const PublicationKey& document, const Digest& phase);
KeyRange phases_due_before(std::string_view date);

// open and receipt, while it runs and when it has ended: 'j' job8
std::string job(JobNo job);
KeyRange jobs();
JobNo job_of(std::string_view key);

// open and receipt, while it is open and when it is closed: 'y' confirmation8
std::string confirmation(ConfirmationNo no);
KeyRange confirmations();
ConfirmationNo confirmation_of(std::string_view key);

// receipt: final deliveries under the same key as open ones; 'u' sha32; 'p' sub8 lane1 seq8;
// 's' channel4 lane1 number8
std::string url(const Digest& url_digest);
std::string plain(SubscriberNo subscriber, Lane lane, Seq first);
KeyRange plain_runs(SubscriberNo subscriber, Lane lane);
Seq first_of_plain(std::string_view key);
std::string seen(ChannelNo channel, Lane lane, uint64_t first_number);
KeyRange seen_runs();
KeyRange seen_runs(ChannelNo channel, Lane lane);
ChannelNo channel_of_seen(std::string_view key);
Lane lane_of_seen(std::string_view key);
uint64_t number_of_seen(std::string_view key);

// receipt: 'm' channel4 seq8 page4: an entry at the devices of a page
std::string fleet_page(ChannelNo channel, Seq seq, uint32_t page);
KeyRange fleet_pages(ChannelNo channel, Seq seq);
uint32_t page_of_fleet_row(std::string_view key);

// attempt: sub8 seq8 n4
std::string attempt(SubscriberNo subscriber, Seq seq, uint32_t attempt);
KeyRange attempts(SubscriberNo subscriber, Seq seq);

// meta
std::string format();                    // 'F'
std::string epoch();                     // 'e'
std::string last_lease();                // 'l'
std::string loss();                      // 'x'
std::string channel(ChannelNo channel);  // 'c' channel4
KeyRange channels();
std::string condition(ChannelNo channel);  // 'k' channel4
KeyRange conditions();
std::string rate(ChannelNo channel);  // 'u' channel4
KeyRange rates();
std::string notice(std::string_view cause);  // 'n' cause
KeyRange notices();
std::string device(SubscriberNo device);  // 'd' sub8
KeyRange devices();
std::string position(SubscriberNo device);  // 'p' sub8
std::string contact(SubscriberNo device);   // 'q' sub8
KeyRange contacts();
std::string display_lease(SubscriberNo device);       // 'L' sub8
SubscriberNo device_of(std::string_view key);         // of 'd', 'p', 'q'
std::string blob(const Digest& digest);               // 'b' digest32
std::string blob_use(const Digest& digest, Seq seq);  // 'r' digest32 seq8
KeyRange blob_uses(const Digest& digest);
KeyRange blob_uses_behind(const Digest& digest, Seq after);
Seq seq_of_blob_use(std::string_view key);
// The values of blob uses: some part delivers it, or all that name it keep it private.
inline constexpr std::string_view use_delivered = "d";
inline constexpr std::string_view use_private = "p";
std::string orphan(Utc stored_at, const Digest& digest);  // 'o' at8 digest32
KeyRange orphans_until(Utc until);
Utc orphan_time(std::string_view key);
Digest orphan_digest(std::string_view key);

}  // namespace keys
}  // namespace gulou
