// The feed in its three forms: a record's own line, Atom (RFC 4287, RFC 6721), JSON Feed 1.1.
#include "adapters/feed/store.h"
#include "adapters/sdk/content.h"
#include "common/html/escape.h"
#include "common/json/value.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <array>

namespace gulou {
namespace {

constexpr Utc epoch{1};

bool is_gone(const FeedRecord& record) {
  return record.state == FeedState::withdrawn || record.state == FeedState::replaced;
}

std::string shown_title(const FeedRecord& record) {
  std::string title(record.test ? word(Language::zh, "mark_drill") : std::string_view());
  title += record.state == FeedState::invalid ? word(Language::zh, "mark_invalid") : "";
  return title + record.title;
}

std::string shown_html(const FeedRecord& record) {
  if (record.state != FeedState::invalid) {
    return record.html;
  }
  return "<p><strong>" + escaped(sdk::invalid_note(record.note), Escape::html) + "</strong></p>" +
         record.html;
}

std::string link_of(const FeedRecord& record, const FeedNames& names) {
  return !record.url.empty() ? record.url : names.base_url + "/packets/" + record.packet;
}

class Xml {
 public:
  Xml& element(std::string_view name, std::string_view text, std::string_view attributes = {}) {
    if (!text.empty()) {
      out_.append("<").append(name).append(attributes.empty() ? "" : " ").append(attributes);
      out_.append(">").append(escaped(text, Escape::xml)).append("</").append(name).append(">\n");
    }
    return *this;
  }

  Xml& raw(std::string_view text) {
    out_ += text;
    return *this;
  }

  Xml& link(std::string_view rel, std::string_view type, std::string_view href, uint64_t length) {
    out_.append("<link rel=\"").append(rel).append("\" type=\"").append(type).append("\"");
    if (length > 0) {
      out_.append(" length=\"").append(std::to_string(length)).append("\"");
    }
    out_.append(" href=\"").append(escaped(href, Escape::xml)).append("\"/>\n");
    return *this;
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string record_json(const FeedRecord& record) {
  JsonWriter json;
  json.begin_object().member("publication", record.publication);
  json.member("revision", record.revision).member("digest", record.digest);
  json.member("state", name_of(record.state)).member("title", record.title);
  json.member("summary", record.summary).member("html", record.html);
  json.member("issuer", record.issuer).member("doc_no", record.doc_no);
  json.member("column", record.column).member("url", record.url);
  json.member("published_ms", record.published.ms).member("updated_ms", record.updated.ms);
  json.member("packet", record.packet).member("packet_bytes", record.packet_bytes);
  json.member("note", record.note).member("successor", record.successor);
  json.member("test", record.test).member("complete", record.complete);
  json.member("recall", record.recall).member("recall_seq", record.recall_seq).end_object();
  return json.take();
}

Result<FeedRecord> parse_record(std::string_view json) {
  const JsonValue value = TRY(JsonValue::parse(json));
  const auto text = [&value](std::string_view name) { return std::string(value.text(name)); };
  FeedRecord record;
  record.publication = text("publication");
  record.revision = static_cast<uint32_t>(value.integer("revision"));
  record.digest = text("digest");
  record.title = text("title");
  record.summary = text("summary");
  record.html = text("html");
  record.issuer = text("issuer");
  record.doc_no = text("doc_no");
  record.column = text("column");
  record.url = text("url");
  record.published = {value.integer("published_ms")};
  record.updated = {value.integer("updated_ms")};
  record.packet = text("packet");
  record.packet_bytes = static_cast<uint64_t>(value.integer("packet_bytes"));
  record.note = text("note");
  record.successor = text("successor");
  record.test = value.boolean("test");
  record.complete = value.boolean("complete");
  record.recall = text("recall");
  record.recall_seq = static_cast<uint64_t>(value.integer("recall_seq"));
  constexpr std::array states{
      FeedState::live, FeedState::invalid, FeedState::replaced, FeedState::withdrawn};
  const auto* state = std::ranges::find_if(
      states, [&](FeedState one) { return name_of(one) == value.text("state"); });
  if (record.publication.empty() || state == states.end()) {
    return fail(ErrorCode::corrupt, "feed_record_damaged", "publication", {record.publication});
  }
  record.state = *state;
  return record;
}

std::string atom_text(const std::vector<const FeedRecord*>& records, const FeedNames& names) {
  const std::string self = names.base_url + "/feed.atom";
  Xml xml;
  xml.raw(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
      "xmlns:at=\"http://purl.org/atompub/tombstones/1.0\" xml:lang=\"zh-CN\">\n");
  xml.element("title", sdk::say("media_feed_title", {names.author, names.outlet}))
      .element("id", self);
  xml.link("self", "application/atom+xml", self, 0);
  if (!names.hub.empty()) {
    xml.raw("<link rel=\"hub\" href=\"" + escaped(names.hub, Escape::xml) + "\"/>\n");
  }
  xml.element("updated", format_utc(records.empty() ? epoch : records.front()->updated));
  xml.raw("<author>").element("name", names.author).raw("</author>\n");
  xml.element("generator", "Gulou");
  for (const FeedRecord* record : records) {
    const std::string id = entry_id(record->publication);
    if (is_gone(*record)) {
      xml.raw("<at:deleted-entry ref=\"" + escaped(id, Escape::xml) + "\" when=\"" +
              format_utc(record->updated) + "\">\n");
      xml.element("at:comment", record->note);
      if (!record->successor.empty()) {
        xml.link("related", "text/html", record->successor, 0);
      }
      xml.raw("</at:deleted-entry>\n");
      continue;
    }
    xml.raw("<entry>\n").element("title", shown_title(*record)).element("id", id);
    xml.link("alternate",
             record->url.empty() ? "application/zip" : "text/html",
             link_of(*record, names),
             0);
    xml.link("enclosure",
             "application/zip",
             names.base_url + "/packets/" + record->packet,
             record->packet_bytes);
    xml.element("published", format_utc(record->published));
    xml.element("updated", format_utc(record->updated));
    if (!record->issuer.empty()) {
      xml.raw("<author>").element("name", record->issuer).raw("</author>\n");
    }
    xml.element("summary", record->summary);
    xml.element("content", shown_html(*record), "type=\"html\"").raw("</entry>\n");
  }
  return xml.raw("</feed>\n").take();
}

std::string json_feed_text(const std::vector<const FeedRecord*>& records, const FeedNames& names) {
  JsonWriter json;
  json.begin_object().member("version", "https://jsonfeed.org/version/1.1");
  json.member("title", sdk::say("media_feed_title", {names.author, names.outlet}));
  json.member("feed_url", names.base_url + "/feed.json").member("language", "zh-CN");
  json.key("authors").begin_array().begin_object().member("name", names.author);
  json.end_object().end_array();
  if (!names.hub.empty()) {
    json.key("hubs").begin_array().begin_object().member("type", "WebSub");
    json.member("url", names.hub).end_object().end_array();
  }
  json.key("items").begin_array();
  for (const FeedRecord* record : records) {
    const bool gone = is_gone(*record);
    json.begin_object().member("id", entry_id(record->publication));
    json.member("date_modified", format_utc(record->updated));
    if (gone) {  // nothing of the text stays; the format has no tombstones of its own
      json.member("content_text",
                  record->note.empty() ? sdk::say("page_taken_down") : record->note);
    } else {
      json.member("title", shown_title(*record)).member("url", link_of(*record, names));
      json.member("content_html", shown_html(*record)).text_member("summary", record->summary);
      json.member("date_published", format_utc(record->published));
      json.key("attachments").begin_array().begin_object();
      json.member("url", names.base_url + "/packets/" + record->packet);
      json.member("mime_type", "application/zip").member("title", record->packet);
      json.member("size_in_bytes", record->packet_bytes).end_object().end_array();
    }
    json.key("_govrel").begin_object().member("publication", record->publication);
    json.member("revision", record->revision).member("state", name_of(record->state));
    json.text_member("doc_no", record->doc_no).text_member("issuer", record->issuer);
    json.text_member("column", record->column).text_member("digest", gone ? "" : record->digest);
    json.text_member("successor", record->successor).end_object().end_object();
  }
  return json.end_array().end_object().take();
}

}  // namespace gulou
