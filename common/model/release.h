// Release: one revision of one publication, as a publisher submits it and a channel shows it. Plain
// data; the canonical JSON bytes are the release itself (design 5.1), these structs are its
// reading. common/json turns bytes into a Release and back; `checks.h` says whether its fields are
// complete. Field names equal the JSON names. Empty string, zero and empty vector mean "absent".
#pragma once

#include "common/base/bytes.h"
#include "common/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Values are stored: never renumber.
enum class Kind : uint8_t {
  policy_document = 1,
  interpretation = 2,
  notice = 3,
  public_notice = 4,  // 公示
  service_guide = 5,
  reply = 6,
  clarification = 7,
  news = 8,
  organisation = 9,
  report = 10,
  other = 11,
};

inline constexpr Kind all_kinds[] = {Kind::policy_document,
                                     Kind::interpretation,
                                     Kind::notice,
                                     Kind::public_notice,
                                     Kind::service_guide,
                                     Kind::reply,
                                     Kind::clarification,
                                     Kind::news,
                                     Kind::organisation,
                                     Kind::report,
                                     Kind::other};

enum class UpdateClass : uint8_t { none = 0, major = 1, minor = 2, republish = 3 };
enum class BodyFormat : uint8_t { none = 0, html = 1, markdown = 2, text = 3 };
enum class DisclosureType : uint8_t { none = 0, proactive = 1, on_request = 2, withheld = 3 };
// 密级: only what is public may be handed in.
enum class Classification : uint8_t {
  none = 0,
  open = 1,          // JSON "public": 公开
  internal = 2,      // 内部
  confidential = 3,  // 秘密
  secret = 4,        // 机密
  top_secret = 5,    // 绝密
};
enum class Stage : uint8_t { none = 0, final_text = 1, draft = 2 };
enum class Validity : uint8_t {
  none = 0,
  valid = 1,
  invalid = 2,   // 失效
  repealed = 3,  // 废止
  amended = 4,   // 已修改
  not_yet = 5,   // 尚未生效
};
enum class Priority : uint8_t { normal = 0, urgent = 1 };
enum class Satisfaction : uint8_t { none = 0, satisfied = 1, neutral = 2, dissatisfied = 3 };
enum class RelationKind : uint8_t {
  interprets = 1,
  phase_of = 2,
  clarifies = 3,
  corrects = 4,
  repeals = 5,
  replaces = 6,
  related = 7,
};

// The words of JSON, CLI and logs; parse_* knows exactly these.
std::string_view name_of(Kind kind);
std::string_view name_of(UpdateClass update);
std::string_view name_of(BodyFormat format);
std::string_view name_of(DisclosureType type);
std::string_view name_of(Classification classification);
std::string_view name_of(Stage stage);
std::string_view name_of(Validity validity);
std::string_view name_of(Priority priority);
std::string_view name_of(Satisfaction satisfaction);
std::string_view name_of(RelationKind relation);
std::optional<Kind> parse_kind(std::string_view name);
std::optional<UpdateClass> parse_update_class(std::string_view name);
std::optional<BodyFormat> parse_body_format(std::string_view name);
std::optional<DisclosureType> parse_disclosure_type(std::string_view name);
std::optional<Classification> parse_classification(std::string_view name);
std::optional<Stage> parse_stage(std::string_view name);
std::optional<Validity> parse_validity(std::string_view name);
std::optional<Priority> parse_priority(std::string_view name);
std::optional<Satisfaction> parse_satisfaction(std::string_view name);
std::optional<RelationKind> parse_relation_kind(std::string_view name);

// A body named on a document. org_code: 9-character organisation code or 18-character unified code.
struct Party {
  std::string name;
  std::string org_code;
};

// JSON {"content": …, "format": …}.
struct Body {
  BodyFormat format = BodyFormat::none;
  std::string content;
};

struct Attachment {
  std::string name;          // file name within the release, [A-Za-z0-9._-]{1,100}
  std::string display_name;  // what people read, Chinese
  std::string media_type;
  uint64_t size_bytes = 0;
  Digest digest;            // SHA-256 of the bytes, JSON: lower-case hex
  std::string alt;          // pictures
  bool is_private = false;  // JSON "private": evidence only, never delivered
};

// target: id of a publication of the same publisher, or "publisher/id" of another's.
struct Relation {
  RelationKind kind = RelationKind::related;
  std::string target;
};

// JSON "interpretation".
struct InterpretationPart {
  std::string phase;          // 解读阶段, e.g. "同步解读", "实施后解读"
  std::string drafting_unit;  // 起草单位
};

// JSON "public_notice": 公示期, dates YYYY-MM-DD in Asia/Shanghai.
struct PublicNoticePart {
  std::string period_from;
  std::string period_to;
  std::string feedback;  // where objections go: phone, address
};

// JSON "service_guide": the eight elements.
struct ServiceGuidePart {
  std::string legal_basis;         // 办理依据
  std::string conditions;          // 受理条件
  std::string materials;           // 申请材料
  std::string procedure;           // 办理流程
  std::string time_limit;          // 办理时限
  std::string fees;                // 收费标准
  std::string office_place_hours;  // 办理地点、时间
  std::string phone;               // 咨询、投诉电话
};

// JSON "reply". The writer's identity is never a field.
struct ReplyPart {
  std::string letter_no;
  std::string received_on;   // date
  std::string replied_on;    // date
  std::string letter_class;  // JSON "class": 咨询、投诉、建议 …
  std::string responsible_unit;
  std::string question;
  std::string answer;
  Satisfaction satisfaction = Satisfaction::none;
};

struct PlannedPhase {
  std::string phase;   // as interpretation.phase of the release that fulfils it
  std::string due_on;  // date
};

// JSON "interpretation_plan", of a policy document: 解读方案.
struct InterpretationPlan {
  std::string attachment;  // name of the private attachment that is the plan
  std::vector<PlannedPhase> phases;
};

// JSON "imported": history brought over from an earlier site.
struct Imported {
  std::string from;
  std::string first_published_at;  // RFC 3339 or date
};

// JSON "embargo": named outlets may have it before not_before.
struct Embargo {
  std::string until;  // RFC 3339
  std::vector<std::string> outlets;
};

struct Release {
  // Identity
  std::string id;
  uint32_t revision = 0;
  uint32_t previous_revision = 0;
  UpdateClass update = UpdateClass::none;
  std::string change_note;
  std::vector<std::string> distinct_from;  // "publisher/id" or id: known to be another document

  // Text
  Kind kind = Kind::other;
  std::string title;
  std::string short_title;
  std::string summary;
  Body body;
  std::string language;  // BCP 47; absent: zh-CN
  std::string source;    // 稿源

  // Catalogue
  std::string index_no;
  std::string doc_no;
  Party issuer;
  std::vector<Party> joint_issuers;
  std::vector<std::string> subject;  // path, outermost first
  std::string assembly_class;        // 组配分类
  std::string written_on;            // date
  std::vector<std::string> keywords;
  DisclosureType disclosure_type = DisclosureType::none;
  Classification classification = Classification::none;
  Stage stage = Stage::none;  // absent: final
  std::string document_type;  // 文种
  Validity validity = Validity::none;
  std::string effective_on;  // date
  std::string expires_on;    // date the document itself ends
  std::string abolished_by;  // document number or id
  std::string published_on;  // set by Gulou alone: a release that carries it is refused

  // Placement
  std::string column;
  std::vector<std::string> audience;  // 12-digit area codes or "group:NAME"
  Priority priority = Priority::normal;
  std::string not_before;  // RFC 3339
  std::string expires;     // RFC 3339: taken down then
  std::optional<Embargo> embargo;
  bool test = false;  // 演练
  // A screen that has lost contact shows it no longer than this; 0: as its channel says.
  uint32_t must_confirm_every_s = 0;

  std::vector<Relation> relations;
  std::vector<Attachment> attachments;

  // Fields of the kind
  std::optional<InterpretationPart> interpretation;
  std::optional<InterpretationPlan> interpretation_plan;
  std::optional<PublicNoticePart> public_notice;
  std::optional<ServiceGuidePart> service_guide;
  std::optional<ReplyPart> reply;
  std::optional<Imported> imported;
};

}  // namespace gulou
