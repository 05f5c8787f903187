#include "broker/journal/keys.h"

#include "common/base/check.h"

#include <utility>

namespace gulou {
namespace {

constexpr std::string_view family_names[] = {
    "entry", "body", "blob", "journal", "release", "open", "receipt", "attempt", "meta"};
static_assert(std::size(family_names) == family_count);

// Builds one key.
class Builder {
 public:
  explicit Builder(size_t bytes) { key_.reserve(bytes); }

  template <class Integer>
  Builder& number(Integer value) {
    for (size_t i = sizeof(Integer); i-- > 0;) {
      key_.push_back(static_cast<char>(static_cast<uint8_t>(value >> (8 * i))));
    }
    return *this;
  }

  Builder& byte(char byte) {
    key_.push_back(byte);
    return *this;
  }

  Builder& bytes(std::string_view bytes) {
    key_.append(bytes);
    return *this;
  }

  Builder& name(std::string_view name) {
    CHECK(name.find('\0') == std::string_view::npos);
    key_.append(name).push_back('\0');
    return *this;
  }

  // Times may lie before 1970: the sign bit is turned so that bytes sort like numbers.
  Builder& time(Utc time) { return number(static_cast<uint64_t>(time.ms) ^ (1ULL << 63)); }

  std::string done() { return std::move(key_); }

 private:
  std::string key_;
};

template <class Integer>
Integer number_at(std::string_view key, size_t offset) {
  CHECK(key.size() >= offset + sizeof(Integer));
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    value = value << 8 | static_cast<uint8_t>(key[offset + i]);
  }
  return static_cast<Integer>(value);
}

Utc time_at(std::string_view key, size_t offset) {
  return {static_cast<int64_t>(number_at<uint64_t>(key, offset) ^ (1ULL << 63))};
}

uint8_t byte_of(Lane lane) {
  return static_cast<uint8_t>(lane);
}

char byte_of(DueKind kind) {
  return kind == DueKind::withdrawal ? 'w' : 't';
}

}  // namespace

std::string_view name_of(Cf family) {
  return family_names[static_cast<size_t>(family)];
}

namespace keys {

KeyRange starting_with(std::string prefix) {
  std::string end = prefix;
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xff) {
    end.pop_back();
  }
  CHECK(!end.empty());
  end.back() = static_cast<char>(end.back() + 1);
  return {std::move(prefix), std::move(end)};
}

std::string behind(std::string key) {
  key.push_back('\0');
  return key;
}

std::string entry(Lane lane, Seq seq) {
  return Builder(9).number(byte_of(lane)).number(seq.value).done();
}

KeyRange lane(Lane lane) {
  return starting_with(Builder(1).number(byte_of(lane)).done());
}

KeyRange entries() {
  return {{}, "\xff"};
}

Lane lane_of_entry(std::string_view key) {
  return static_cast<Lane>(number_at<uint8_t>(key, 0));
}

Seq seq_of_entry(std::string_view key) {
  return {number_at<uint64_t>(key, 1)};
}

std::string body(Seq seq, uint8_t part) {
  return Builder(9).number(seq.value).number(part).done();
}

KeyRange bodies() {
  return {{}, body({UINT64_MAX}, UINT8_MAX)};
}

std::string chunk(const Digest& digest, uint32_t index) {
  return Builder(36).bytes(digest.view()).number(index).done();
}

KeyRange chunks(const Digest& digest) {
  return starting_with(std::string(digest.view()));
}

std::string changeset(uint64_t number) {
  return Builder(8).number(number).done();
}

uint64_t number_of_changeset(std::string_view key) {
  return number_at<uint64_t>(key, 0);
}

// No number is that high.
KeyRange changesets() {
  return {{}, changeset(UINT64_MAX)};
}

std::string publication(const PublicationKey& key) {
  return Builder(key.id.size() + key.publisher.size() + 7)
      .byte('r')
      .name(key.id)
      .name(key.publisher)
      .done();
}

std::string revision(const PublicationKey& key, uint32_t revision) {
  return Builder(key.id.size() + key.publisher.size() + 7)
      .byte('r')
      .name(key.id)
      .name(key.publisher)
      .number(revision)
      .done();
}

std::string publications_from(std::string_view id_prefix) {
  return Builder(id_prefix.size() + 1).byte('r').bytes(id_prefix).done();
}

std::optional<PublicationKey> publication_of(std::string_view key) {
  const size_t id_end = key.find('\0', 1);
  if (id_end == std::string_view::npos) {
    return std::nullopt;
  }
  const size_t publisher_end = key.find('\0', id_end + 1);
  if (publisher_end == std::string_view::npos) {
    return std::nullopt;
  }
  return PublicationKey{
      .publisher = std::string(key.substr(id_end + 1, publisher_end - id_end - 1)),
      .id = std::string(key.substr(1, id_end - 1))};
}

std::string document(const Digest& document_key) {
  return Builder(33).byte('d').bytes(document_key.view()).done();
}

std::string content(const Digest& content_digest) {
  return Builder(33).byte('c').bytes(content_digest.view()).done();
}

std::string index_no(std::string_view index_no) {
  return Builder(index_no.size() + 1).byte('i').bytes(index_no).done();
}

std::string index_serial(std::string_view org_code, uint32_t year) {
  return Builder(org_code.size() + 6).byte('s').name(org_code).number(year).done();
}

std::string shown(Seq first) {
  return Builder(9).byte('f').number(first.value).done();
}

std::string revised(Seq seq) {
  return Builder(9).byte('v').number(seq.value).done();
}

std::string title(Seq seq, uint8_t part) {
  return Builder(10).byte('t').number(seq.value).number(part).done();
}

std::string withdrawn(const PublicationKey& key) {
  return Builder(key.id.size() + key.publisher.size() + 3)
      .byte('w')
      .name(key.id)
      .name(key.publisher)
      .done();
}

// The document stands as in withdrawn().
KeyRange phases(const PublicationKey& document) {
  return starting_with("h" + withdrawn(document).substr(1));
}

std::string phase(const PublicationKey& document, const Digest& phase) {
  return phases(document).from + std::string(phase.view());
}

Digest digest_of_phase(std::string_view key) {
  CHECK(key.size() > sizeof(Digest));
  return digest_from_bytes(key.substr(key.size() - sizeof(Digest))).value_or(Digest{});
}

std::string phase_due(std::string_view date, const PublicationKey& document, const Digest& phase) {
  return phases_due_before(date).to + keys::phase(document, phase).substr(1);
}

KeyRange phases_due_before(std::string_view date) {
  return {"h", Builder(date.size() + 2).byte('h').name(date).done()};
}

std::string erased(Seq seq, uint8_t part) {
  return Builder(10).byte('e').number(seq.value).number(part).done();
}

Seq seq_of_release_row(std::string_view key) {
  return {number_at<uint64_t>(key, 1)};
}

uint8_t part_of_title(std::string_view key) {
  return number_at<uint8_t>(key, 9);
}

KeyRange shown_runs() {
  return starting_with("f");
}

KeyRange titles() {
  return starting_with("t");
}

bool is_title(std::string_view key) {
  return key.starts_with('t');
}

std::string delivery(SubscriberNo subscriber, Seq seq) {
  return Builder(17).byte('d').number(subscriber.value).number(seq.value).done();
}

std::string due(SubscriberNo subscriber, DueKind kind, Utc due, Seq seq) {
  return Builder(25)
      .byte(byte_of(kind))
      .number(subscriber.value)
      .time(due)
      .number(seq.value)
      .done();
}

KeyRange due_until(SubscriberNo subscriber, DueKind kind, Utc until) {
  return {due_rows(subscriber, kind).from,
          Builder(17).byte(byte_of(kind)).number(subscriber.value).time({until.ms + 1}).done()};
}

KeyRange due_rows(SubscriberNo subscriber, DueKind kind) {
  return starting_with(Builder(9).byte(byte_of(kind)).number(subscriber.value).done());
}

Utc due_of(std::string_view key) {
  return time_at(key, 9);
}

std::string state(DeliveryState state, SubscriberNo subscriber, Seq seq) {
  return Builder(18)
      .byte('s')
      .number(static_cast<uint8_t>(state))
      .number(subscriber.value)
      .number(seq.value)
      .done();
}

std::string lease(LeaseNo lease) {
  return Builder(9).byte('l').number(lease.value).done();
}

std::string cursor(SubscriberNo subscriber, Lane lane, CursorKind kind) {
  Builder key(11);
  key.byte('c').number(subscriber.value).number(byte_of(lane));
  if (kind != CursorKind::log) {
    key.number(static_cast<uint8_t>(kind));
  }
  return key.done();
}

std::string expiry(Utc expires, Seq seq) {
  return Builder(17).byte('x').time(expires).number(seq.value).done();
}

KeyRange expiries() {
  return starting_with("x");
}

KeyRange expiries_until(Utc until) {
  return {"x", Builder(9).byte('x').time({until.ms + 1}).done()};
}

Utc time_of_expiry(std::string_view key) {
  return time_at(key, 1);
}

Seq seq_of_expiry(std::string_view key) {
  return {number_at<uint64_t>(key, 9)};
}

KeyRange deliveries_behind(SubscriberNo subscriber, Seq after) {
  KeyRange range = starting_with(Builder(9).byte('d').number(subscriber.value).done());
  range.from = behind(delivery(subscriber, after));
  return range;
}

KeyRange leases() {
  return starting_with("l");
}

KeyRange cursors() {
  return starting_with("c");
}

KeyRange states() {
  return starting_with("s");
}

DeliveryState state_of(std::string_view key) {
  return static_cast<DeliveryState>(number_at<uint8_t>(key, 1));
}

SubscriberNo subscriber_of(std::string_view key) {
  CHECK(key.size() > 16);
  return {number_at<uint64_t>(key, key.size() - 16)};
}

Seq seq_of_delivery(std::string_view key) {
  CHECK(key.size() > 16);
  return {number_at<uint64_t>(key, key.size() - 8)};
}

std::string job(JobNo job) {
  return Builder(9).byte('j').number(job.value).done();
}

KeyRange jobs() {
  return starting_with("j");
}

JobNo job_of(std::string_view key) {
  return {number_at<decltype(JobNo::value)>(key, 1)};
}

std::string confirmation(ConfirmationNo no) {
  return Builder(9).byte('y').number(no.value).done();
}

KeyRange confirmations() {
  return starting_with("y");
}

ConfirmationNo confirmation_of(std::string_view key) {
  return {number_at<decltype(ConfirmationNo::value)>(key, 1)};
}

std::string url(const Digest& url_digest) {
  return Builder(33).byte('u').bytes(url_digest.view()).done();
}

std::string plain(SubscriberNo subscriber, Lane lane, Seq first) {
  return Builder(18)
      .byte('p')
      .number(subscriber.value)
      .number(byte_of(lane))
      .number(first.value)
      .done();
}

KeyRange plain_runs(SubscriberNo subscriber, Lane lane) {
  return starting_with(Builder(10).byte('p').number(subscriber.value).number(byte_of(lane)).done());
}

Seq first_of_plain(std::string_view key) {
  return {number_at<uint64_t>(key, 10)};
}

std::string seen(ChannelNo channel, Lane lane, uint64_t first_number) {
  return Builder(14)
      .byte('s')
      .number(channel.value)
      .number(byte_of(lane))
      .number(first_number)
      .done();
}

KeyRange seen_runs() {
  return starting_with("s");
}

KeyRange seen_runs(ChannelNo channel, Lane lane) {
  return starting_with(Builder(6).byte('s').number(channel.value).number(byte_of(lane)).done());
}

ChannelNo channel_of_seen(std::string_view key) {
  return {number_at<uint32_t>(key, 1)};
}

Lane lane_of_seen(std::string_view key) {
  return static_cast<Lane>(number_at<uint8_t>(key, 5));
}

uint64_t number_of_seen(std::string_view key) {
  return number_at<uint64_t>(key, 6);
}

std::string attempt(SubscriberNo subscriber, Seq seq, uint32_t attempt) {
  return Builder(20).number(subscriber.value).number(seq.value).number(attempt).done();
}

KeyRange attempts(SubscriberNo subscriber, Seq seq) {
  return starting_with(Builder(16).number(subscriber.value).number(seq.value).done());
}

std::string format() {
  return "F";
}

std::string epoch() {
  return "e";
}

std::string last_lease() {
  return "l";
}

std::string loss() {
  return "x";
}

std::string channel(ChannelNo channel) {
  return Builder(5).byte('c').number(channel.value).done();
}

KeyRange channels() {
  return starting_with("c");
}

std::string condition(ChannelNo channel) {
  return Builder(5).byte('k').number(channel.value).done();
}

KeyRange conditions() {
  return starting_with("k");
}

std::string rate(ChannelNo channel) {
  return Builder(5).byte('u').number(channel.value).done();
}

KeyRange rates() {
  return starting_with("u");
}

std::string notice(std::string_view cause) {
  return Builder(cause.size() + 1).byte('n').bytes(cause).done();
}

KeyRange notices() {
  return starting_with("n");
}

std::string live(std::string_view audience, Kind kind, Seq seq, uint8_t part) {
  return Builder(audience.size() + 12)
      .byte('a')
      .name(audience)
      .number(static_cast<uint8_t>(kind))
      .number(~seq.value)
      .number(part)
      .done();
}

KeyRange live_parts(std::string_view audience, Kind kind) {
  return starting_with(Builder(audience.size() + 3)
                           .byte('a')
                           .name(audience)
                           .number(static_cast<uint8_t>(kind))
                           .done());
}

Seq seq_of_live(std::string_view key) {
  return {~number_at<uint64_t>(key, key.size() - 9)};
}

uint8_t part_of_live(std::string_view key) {
  return number_at<uint8_t>(key, key.size() - 1);
}

std::string fleet_page(ChannelNo channel, Seq seq, uint32_t page) {
  return Builder(17).byte('m').number(channel.value).number(seq.value).number(page).done();
}

KeyRange fleet_pages(ChannelNo channel, Seq seq) {
  return starting_with(Builder(13).byte('m').number(channel.value).number(seq.value).done());
}

uint32_t page_of_fleet_row(std::string_view key) {
  return number_at<uint32_t>(key, 13);
}

std::string device(SubscriberNo device) {
  return Builder(9).byte('d').number(device.value).done();
}

KeyRange devices() {
  return starting_with("d");
}

std::string position(SubscriberNo device) {
  return Builder(9).byte('p').number(device.value).done();
}

std::string contact(SubscriberNo device) {
  return Builder(9).byte('q').number(device.value).done();
}

KeyRange contacts() {
  return starting_with("q");
}

std::string display_lease(SubscriberNo device) {
  return Builder(9).byte('L').number(device.value).done();
}

SubscriberNo device_of(std::string_view key) {
  return {number_at<uint64_t>(key, 1)};
}

std::string blob(const Digest& digest) {
  return Builder(33).byte('b').bytes(digest.view()).done();
}

std::string blob_use(const Digest& digest, Seq seq) {
  return Builder(41).byte('r').bytes(digest.view()).number(seq.value).done();
}

KeyRange blob_uses(const Digest& digest) {
  return starting_with(Builder(33).byte('r').bytes(digest.view()).done());
}

KeyRange blob_uses_behind(const Digest& digest, Seq after) {
  KeyRange range = blob_uses(digest);
  range.from = behind(blob_use(digest, after));
  return range;
}

Seq seq_of_blob_use(std::string_view key) {
  return {number_at<uint64_t>(key, 33)};
}

std::string orphan(Utc stored_at, const Digest& digest) {
  return Builder(41).byte('o').time(stored_at).bytes(digest.view()).done();
}

KeyRange orphans_until(Utc until) {
  return {"o", Builder(9).byte('o').time({until.ms + 1}).done()};
}

Utc orphan_time(std::string_view key) {
  return time_at(key, 1);
}

Digest orphan_digest(std::string_view key) {
  const auto digest = digest_from_bytes(key.substr(9));
  CHECK(digest.has_value());
  return *digest;
}

}  // namespace keys
}  // namespace gulou
