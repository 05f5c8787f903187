// The words of every enumeration of this room, each list written once and read both ways.
#include "common/model/approval.h"
#include "common/model/delivery.h"
#include "common/model/release.h"

#include <span>

namespace gulou {
namespace {

template <class Enum>
struct Word {
  Enum value;
  std::string_view word;
};

template <class Enum, size_t count>
constexpr std::string_view word_of(const Word<Enum> (&words)[count], Enum value) {
  for (const auto& word : words) {
    if (word.value == value) {
      return word.word;
    }
  }
  return {};  // "none": absent, so it has no word
}

template <class Enum, size_t count>
constexpr std::optional<Enum> value_of(const Word<Enum> (&words)[count], std::string_view name) {
  for (const auto& word : words) {
    if (word.word == name) {
      return word.value;
    }
  }
  return std::nullopt;
}

constexpr Word<Kind> kinds[] = {{Kind::policy_document, "policy_document"},
                                {Kind::interpretation, "interpretation"},
                                {Kind::notice, "notice"},
                                {Kind::public_notice, "public_notice"},
                                {Kind::service_guide, "service_guide"},
                                {Kind::reply, "reply"},
                                {Kind::clarification, "clarification"},
                                {Kind::news, "news"},
                                {Kind::organisation, "organisation"},
                                {Kind::report, "report"},
                                {Kind::other, "other"}};
static_assert(std::size(kinds) == std::size(all_kinds));

constexpr Word<UpdateClass> update_classes[] = {{UpdateClass::major, "major"},
                                                {UpdateClass::minor, "minor"},
                                                {UpdateClass::republish, "republish"}};
constexpr Word<BodyFormat> body_formats[] = {
    {BodyFormat::html, "html"}, {BodyFormat::markdown, "markdown"}, {BodyFormat::text, "text"}};
constexpr Word<DisclosureType> disclosure_types[] = {{DisclosureType::proactive, "proactive"},
                                                     {DisclosureType::on_request, "on_request"},
                                                     {DisclosureType::withheld, "withheld"}};
constexpr Word<Classification> classifications[] = {{Classification::open, "public"},
                                                    {Classification::internal, "internal"},
                                                    {Classification::confidential, "confidential"},
                                                    {Classification::secret, "secret"},
                                                    {Classification::top_secret, "top_secret"}};
constexpr Word<Stage> stages[] = {{Stage::final_text, "final"}, {Stage::draft, "draft"}};
constexpr Word<ApprovalRole> approval_roles[] = {
    {ApprovalRole::drafter, "drafter"},
    {ApprovalRole::reviewer, "reviewer"},
    {ApprovalRole::secrecy_reviewer, "secrecy_reviewer"},
    {ApprovalRole::approver, "approver"},
    {ApprovalRole::unit_head, "unit_head"}};
static_assert(std::size(approval_roles) == std::size(all_approval_roles));
constexpr Word<ApprovalLevel> approval_levels[] = {{ApprovalLevel::asserted, "asserted"},
                                                   {ApprovalLevel::paper, "paper"},
                                                   {ApprovalLevel::by_key, "signed"}};
constexpr Word<TwoPersonAct> two_person_acts[] = {
    {TwoPersonAct::erase, "erase"},
    {TwoPersonAct::replay_duplicate, "replay_duplicate"},
    {TwoPersonAct::personal_data, "personal_data"}};
static_assert(std::size(two_person_acts) == std::size(all_two_person_acts));
constexpr Word<Validity> validities[] = {{Validity::valid, "valid"},
                                         {Validity::invalid, "invalid"},
                                         {Validity::repealed, "repealed"},
                                         {Validity::amended, "amended"},
                                         {Validity::not_yet, "not_yet"}};
constexpr Word<Priority> priorities[] = {{Priority::normal, "normal"},
                                         {Priority::urgent, "urgent"}};
constexpr Word<Satisfaction> satisfactions[] = {{Satisfaction::satisfied, "satisfied"},
                                                {Satisfaction::neutral, "neutral"},
                                                {Satisfaction::dissatisfied, "dissatisfied"}};
constexpr Word<RelationKind> relation_kinds[] = {{RelationKind::interprets, "interprets"},
                                                 {RelationKind::phase_of, "phase_of"},
                                                 {RelationKind::clarifies, "clarifies"},
                                                 {RelationKind::corrects, "corrects"},
                                                 {RelationKind::repeals, "repeals"},
                                                 {RelationKind::replaces, "replaces"},
                                                 {RelationKind::related, "related"}};
constexpr Word<Lane> lanes[] = {{Lane::withdrawal, "withdrawal"},
                                {Lane::urgent, "urgent"},
                                {Lane::normal, "normal"},
                                {Lane::bulk, "bulk"}};
constexpr Word<DeliveryState> delivery_states[] = {{DeliveryState::pending, "pending"},
                                                   {DeliveryState::leased, "leased"},
                                                   {DeliveryState::published, "published"},
                                                   {DeliveryState::confirming, "confirming"},
                                                   {DeliveryState::waiting, "waiting"},
                                                   {DeliveryState::parked, "parked"},
                                                   {DeliveryState::superseded, "superseded"},
                                                   {DeliveryState::withdrawn, "withdrawn"},
                                                   {DeliveryState::expired, "expired"},
                                                   {DeliveryState::cancelled, "cancelled"}};
constexpr Word<Outcome> outcomes[] = {{Outcome::published, "published"},
                                      {Outcome::accepted, "accepted"},
                                      {Outcome::transient, "transient"},
                                      {Outcome::ambiguous, "ambiguous"},
                                      {Outcome::quota, "quota"},
                                      {Outcome::auth, "auth"},
                                      {Outcome::misconfigured, "misconfigured"},
                                      {Outcome::content, "content"},
                                      {Outcome::gone, "gone"},
                                      {Outcome::prepared, "prepared"}};
constexpr Word<WithdrawalKind> withdrawal_kinds[] = {{WithdrawalKind::mark_invalid, "mark_invalid"},
                                                     {WithdrawalKind::replace, "replace"},
                                                     {WithdrawalKind::remove, "remove"},
                                                     {WithdrawalKind::erase, "erase"},
                                                     {WithdrawalKind::expire, "expire"}};
constexpr Word<ChannelState> channel_states[] = {
    {ChannelState::open, "open"},
    {ChannelState::paused, "paused"},
    {ChannelState::throttled, "throttled"},
    {ChannelState::failing, "failing"},
    {ChannelState::needs_authorisation, "needs_authorisation"},
    {ChannelState::misconfigured, "misconfigured"},
    {ChannelState::retired, "retired"}};
constexpr Word<ReceiptLevel> receipt_levels[] = {{ReceiptLevel::accepted, "accepted"},
                                                 {ReceiptLevel::seen_public, "public"},
                                                 {ReceiptLevel::shown, "shown"}};
constexpr Word<ReceiptSource> receipt_sources[] = {{ReceiptSource::adapter, "adapter"},
                                                   {ReceiptSource::by_hand, "by_hand"}};

}  // namespace

std::string_view name_of(Kind kind) {
  return word_of(kinds, kind);
}

std::string_view name_of(UpdateClass update) {
  return word_of(update_classes, update);
}

std::string_view name_of(BodyFormat format) {
  return word_of(body_formats, format);
}

std::string_view name_of(DisclosureType type) {
  return word_of(disclosure_types, type);
}

std::string_view name_of(Classification classification) {
  return word_of(classifications, classification);
}

std::string_view name_of(Stage stage) {
  return word_of(stages, stage);
}

std::string_view name_of(ApprovalRole role) {
  return word_of(approval_roles, role);
}

std::string_view name_of(ApprovalLevel level) {
  return word_of(approval_levels, level);
}

std::string_view name_of(TwoPersonAct act) {
  return word_of(two_person_acts, act);
}

std::string_view name_of(Validity validity) {
  return word_of(validities, validity);
}

std::string_view name_of(Priority priority) {
  return word_of(priorities, priority);
}

std::string_view name_of(Satisfaction satisfaction) {
  return word_of(satisfactions, satisfaction);
}

std::string_view name_of(RelationKind relation) {
  return word_of(relation_kinds, relation);
}

std::string_view name_of(Lane lane) {
  return word_of(lanes, lane);
}

std::string_view name_of(DeliveryState state) {
  return word_of(delivery_states, state);
}

std::string_view name_of(Outcome outcome) {
  return word_of(outcomes, outcome);
}

std::string_view name_of(ReceiptLevel level) {
  return word_of(receipt_levels, level);
}

std::string_view name_of(ReceiptSource source) {
  return word_of(receipt_sources, source);
}

std::string_view name_of(WithdrawalKind kind) {
  return word_of(withdrawal_kinds, kind);
}

std::string_view name_of(ChannelState state) {
  return word_of(channel_states, state);
}

std::optional<WithdrawalKind> parse_withdrawal_kind(std::string_view name) {
  const auto kind = value_of(withdrawal_kinds, name);
  return kind == WithdrawalKind::expire ? std::nullopt : kind;
}

std::optional<Kind> parse_kind(std::string_view name) {
  return value_of(kinds, name);
}

std::optional<UpdateClass> parse_update_class(std::string_view name) {
  return value_of(update_classes, name);
}

std::optional<BodyFormat> parse_body_format(std::string_view name) {
  return value_of(body_formats, name);
}

std::optional<DisclosureType> parse_disclosure_type(std::string_view name) {
  return value_of(disclosure_types, name);
}

std::optional<Classification> parse_classification(std::string_view name) {
  return value_of(classifications, name);
}

std::optional<Stage> parse_stage(std::string_view name) {
  return value_of(stages, name);
}

std::optional<ApprovalRole> parse_approval_role(std::string_view name) {
  return value_of(approval_roles, name);
}

std::optional<ApprovalLevel> parse_approval_level(std::string_view name) {
  return value_of(approval_levels, name);
}

std::optional<TwoPersonAct> parse_two_person_act(std::string_view name) {
  return value_of(two_person_acts, name);
}

std::optional<Validity> parse_validity(std::string_view name) {
  return value_of(validities, name);
}

std::optional<Priority> parse_priority(std::string_view name) {
  return value_of(priorities, name);
}

std::optional<Satisfaction> parse_satisfaction(std::string_view name) {
  return value_of(satisfactions, name);
}

std::optional<RelationKind> parse_relation_kind(std::string_view name) {
  return value_of(relation_kinds, name);
}

std::optional<DeliveryState> parse_delivery_state(std::string_view name) {
  return value_of(delivery_states, name);
}

std::optional<Lane> parse_lane(std::string_view name) {
  return value_of(lanes, name);
}

std::optional<Outcome> parse_outcome(std::string_view name) {
  return value_of(outcomes, name);
}

std::optional<ReceiptLevel> parse_receipt_level(std::string_view name) {
  return value_of(receipt_levels, name);
}

}  // namespace gulou
