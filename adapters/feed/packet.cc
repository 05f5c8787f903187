#include "adapters/feed/packet.h"

#include "adapters/feed/docx.h"
#include "common/archive/archive.h"
#include "common/base/limits.h"
#include "common/html/plain.h"

#include <algorithm>

namespace gulou {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

void add(Facts& facts, std::string_view name, std::string_view value) {
  if (!value.empty()) {
    facts.emplace_back(name, value);
  }
}

std::string day_and_time(std::string_view rfc3339) {
  const auto at = parse_utc(rfc3339);
  return at ? format_shanghai(*at) : std::string(rfc3339);
}

Facts facts_of(const sdk::Part& part) {
  const Release& release = part.release;
  Facts facts;
  if (part.invalid) {
    add(facts, "效力", part.public_note.empty() ? "本文件已失效" : part.public_note);
  }
  if (release.embargo) {
    add(facts, "禁发期", day_and_time(release.embargo->until) + " 前不得发布");
  }
  add(facts, "发文机关", release.issuer.name);
  add(facts, "发文字号", release.doc_no);
  add(facts, "索引号", part.index_no.empty() ? release.index_no : part.index_no);
  add(facts, "成文日期", release.written_on);
  if (part.published_on) {
    add(facts, "发布日期", format_shanghai_date(part.published_on));
  }
  add(facts, "稿源", release.source);
  add(facts, "网页地址", part.portal_url);
  return facts;
}

std::string fields(const Facts& facts) {
  std::string text;
  for (const auto& [name, value] : facts) {
    if (!value.empty()) {
      text.append(name).append("：").append(value).append("\n");
    }
  }
  return text.empty() ? text : text_to_html(text);
}

Markup markup_of(BodyFormat format) {
  switch (format) {
    case BodyFormat::html:
      return Markup::html;
    case BodyFormat::markdown:
      return Markup::markdown;
    case BodyFormat::text:
    case BodyFormat::none:
      return Markup::text;
  }
  return Markup::text;
}

bool is_picture(const Attachment& attachment) {
  return attachment.media_type.starts_with("image/");
}

std::string notes_of(const sdk::Part& part, std::string_view outlet, std::string_view contact) {
  std::string text =
      "供稿对象：" + std::string(outlet) + "\n联系核实：" + std::string(contact) + "\n";
  for (const auto& [name, value] : facts_of(part)) {
    text.append(name).append("：").append(value).append("\n");
  }
  text.append("稿件：").append(part.publisher).append("/").append(part.release.id);
  text.append(" 第 ").append(std::to_string(part.release.revision)).append(" 版\n");
  text.append("校验值：").append(to_hex(part.digest)).append("（approved.json 的 SHA-256）\n");
  text.append("收到撤稿通知后请立即停用本稿，并按通知中的方式确认。\n");
  return "\xEF\xBB\xBF" + text;
}

Result<std::string> bytes_of(const Attachment& attachment, size_t room, sdk::Helper& helper) {
  if (attachment.size_bytes > room) {
    return fail(ErrorCode::exhausted,
                "feed_packet_too_large",
                attachment.name,
                {std::to_string(limits::feed_packet_bytes_max)});
  }
  std::string bytes;
  bytes.reserve(attachment.size_bytes);
  TRY(helper.read_blob(
      attachment.digest, attachment.size_bytes, [&bytes](std::string_view piece) -> Status {
        bytes += piece;
        return {};
      }));
  return bytes;
}

}  // namespace

std::string packet_name(const sdk::Part& part) {
  std::string name = format_shanghai_date(part.published_on);
  std::erase(name, '-');
  name.append("-").append(part.publisher).append("-").append(part.release.id);
  name.append("-r").append(std::to_string(part.release.revision));
  std::ranges::replace(name, ':', '_');
  return name + ".zip";
}

std::string media_html(const Release& release) {
  std::string html;
  if (release.body.format != BodyFormat::none) {
    const auto body = body_html(markup_of(release.body.format), release.body.content);
    html = body ? *body : text_to_html(release.body.content);
  }
  if (release.service_guide) {
    const ServiceGuidePart& guide = *release.service_guide;
    html += fields({{"办理依据", guide.legal_basis},
                    {"受理条件", guide.conditions},
                    {"申请材料", guide.materials},
                    {"办理流程", guide.procedure},
                    {"办理时限", guide.time_limit},
                    {"收费标准", guide.fees},
                    {"办理地点、时间", guide.office_place_hours},
                    {"咨询、投诉电话", guide.phone}});
  }
  if (release.public_notice) {
    const PublicNoticePart& notice = *release.public_notice;
    html += fields({{"公示期", notice.period_from + " 至 " + notice.period_to},
                    {"意见反馈", notice.feedback}});
  }
  if (release.reply) {
    html += fields({{"来信内容", release.reply->question}, {"答复", release.reply->answer}});
  }
  return html;
}

Result<Packet> make_packet(const sdk::Part& part,
                           std::string_view outlet,
                           std::string_view contact,
                           sdk::Helper& helper) {
  const MediaText text{(part.release.test ? "【演练】" : "") + part.release.title,
                       facts_of(part),
                       plain_text(media_html(part.release))};
  std::vector<ArchiveMember> members;
  std::string docx = TRY(docx_of(text));
  members.push_back({"稿件.docx", std::move(docx)});
  members.push_back({"稿件.txt", txt_of(text)});
  members.push_back({"说明.txt", notes_of(part, outlet, contact)});
  members.push_back({"approved.json", std::string(part.canonical)});
  std::string captions;
  size_t room = limits::feed_packet_bytes_max;
  for (const Attachment& attachment : part.release.attachments) {
    if (attachment.is_private) {
      continue;
    }
    std::string bytes = TRY(bytes_of(attachment, room, helper));
    room -= bytes.size();
    const std::string folder = is_picture(attachment) ? "图片/" : "附件/";
    if (is_picture(attachment)) {
      captions.append(attachment.name).append("：");
      captions.append(attachment.alt.empty() ? attachment.display_name : attachment.alt);
      captions.append("\r\n");
    }
    members.push_back({folder + attachment.name, std::move(bytes)});
  }
  if (!captions.empty()) {
    members.push_back({"图片说明.txt", "\xEF\xBB\xBF" + captions});
  }
  std::string bytes = TRY(write_archive(members));
  return Packet{packet_name(part), std::move(bytes)};
}

}  // namespace gulou
