#include "adapters/feed/packet.h"

#include "adapters/feed/docx.h"
#include "adapters/sdk/content.h"
#include "common/archive/archive.h"
#include "common/base/limits.h"
#include "common/html/plain.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <iterator>

namespace gulou {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // every editor on every desk opens it
constexpr std::string_view approved_name = "approved.json";

void add(Facts& facts, std::string_view key, std::string_view value) {
  if (!value.empty()) {
    facts.emplace_back(sdk::label(key), value);
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
    add(facts, "validity", sdk::invalid_note(part.public_note));
  }
  if (release.embargo) {
    add(facts, "embargo", sdk::say("media_embargo", {day_and_time(release.embargo->until)}));
  }
  add(facts, "issuer", release.issuer.name);
  add(facts, "doc_no", release.doc_no);
  add(facts, "index_no", part.index_no.empty() ? release.index_no : part.index_no);
  add(facts, "written_on", release.written_on);
  if (part.published_on) {
    add(facts, "published_on", format_shanghai_date(part.published_on));
  }
  add(facts, "source", release.source);
  add(facts, "portal_url", part.portal_url);
  return facts;
}

void append_lines(std::string& text, const Facts& facts) {
  for (const auto& [name, value] : facts) {
    text.append(name).append("：").append(value).append("\n");
  }
}

// What the members of a packet are called.
std::string name_of(std::string_view member) {
  return std::string(word(Language::zh, "packet", member));
}

bool is_picture(const Attachment& attachment) {
  return attachment.media_type.starts_with("image/");
}

std::string notes_of(const sdk::Part& part, std::string_view outlet, std::string_view contact) {
  Facts facts;
  add(facts, "outlet", outlet);
  add(facts, "verify_at", contact);
  std::ranges::copy(facts_of(part), std::back_inserter(facts));
  add(facts,
      "media_packet",
      sdk::say("media_packet_release",
               {part.publisher + "/" + part.release.id, std::to_string(part.release.revision)}));
  add(facts,
      "checksum",
      sdk::say("media_checksum", {to_hex(part.digest), std::string(approved_name)}));
  std::string text(byte_order_mark);
  append_lines(text, facts);
  return text + sdk::say("media_on_recall") + "\n";
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
    const auto body = sdk::content_html(release.body);
    html = body ? *body : text_to_html(release.body.content);
  }
  Facts facts;
  for (const sdk::Particular& particular : sdk::particulars(release)) {
    add(facts, particular.key, particular.text);
  }
  std::string lines;
  append_lines(lines, facts);
  return lines.empty() ? html : html + text_to_html(lines);
}

Result<Packet> make_packet(const sdk::Part& part,
                           std::string_view outlet,
                           std::string_view contact,
                           sdk::Helper& helper) {
  const MediaText text{sdk::marked_title(part.release, part.release.title),
                       facts_of(part),
                       plain_text(media_html(part.release))};
  std::vector<ArchiveMember> members;
  std::string docx = TRY(docx_of(text));
  members.push_back({name_of("docx"), std::move(docx)});
  members.push_back({name_of("txt"), txt_of(text)});
  members.push_back({name_of("notes"), notes_of(part, outlet, contact)});
  members.push_back({std::string(approved_name), std::string(part.canonical)});
  std::string captions;
  size_t room = limits::feed_packet_bytes_max;
  for (const Attachment& attachment : part.release.attachments) {
    if (attachment.is_private) {
      continue;
    }
    std::string bytes = TRY(bytes_of(attachment, room, helper));
    room -= bytes.size();
    const std::string folder = name_of(is_picture(attachment) ? "pictures" : "files") + "/";
    if (is_picture(attachment)) {
      captions.append(attachment.name).append("：");
      captions.append(attachment.alt.empty() ? attachment.display_name : attachment.alt);
      captions.append("\r\n");
    }
    members.push_back({folder + attachment.name, std::move(bytes)});
  }
  if (!captions.empty()) {
    members.push_back({name_of("captions"), std::string(byte_order_mark) + captions});
  }
  std::string bytes = TRY(write_archive(members));
  return Packet{packet_name(part), std::move(bytes)};
}

}  // namespace gulou
