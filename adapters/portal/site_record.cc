#include "adapters/portal/site_record.h"

#include "common/base/field_line.h"

#include <charconv>

namespace gulou {
namespace {

std::string line_of(const SiteFile& file) {
  return file.name + " " + std::to_string(file.size_bytes) + " " + to_hex(file.digest) + " " +
         file.media_type + " " + file.display_name;
}

std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  return word;
}

template <class Integer>
bool parse_number(std::string_view text, Integer& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<SiteFile> file_of(std::string_view rest) {
  SiteFile file;
  file.name = take_word(rest);
  const std::optional<Digest> digest = parse_number(take_word(rest), file.size_bytes)
                                           ? digest_from_hex(take_word(rest))
                                           : std::nullopt;
  if (!digest) {
    return std::nullopt;
  }
  file.digest = *digest;
  file.media_type = take_word(rest);
  file.display_name = rest;
  return file;
}

void read_lists(const FieldLine& line, SiteRecord& record) {
  for (const std::string& text : line.all("relation")) {
    std::string_view rest = text;
    if (const auto kind = parse_relation_kind(take_word(rest))) {
      record.relations.push_back({*kind, std::string(rest)});
    }
  }
  for (const std::string& text : line.all("file")) {
    if (auto file = file_of(text)) {
      record.files.push_back(std::move(*file));
    }
  }
}

uint64_t ms(Utc time) {
  return static_cast<uint64_t>(time.ms);
}

Utc utc(uint64_t ms) {
  return {static_cast<int64_t>(ms)};
}

}  // namespace

std::string to_line(const SiteRecord& record) {
  FieldLine line;
  line.add("publication", record.publication);
  line.add("first_seq", record.place.first_seq.value);
  line.add("part", uint64_t{record.place.part});
  line.add("home", record.home);
  line.add("revision", uint64_t{record.revision});
  line.add("seq", record.seq.value);
  line.add("digest", to_hex(record.digest));
  line.add("standing", static_cast<uint64_t>(record.standing));
  line.add("note", record.note);
  line.add("successor", record.successor);
  line.add("withdrawn_at", ms(record.withdrawn_at));
  line.add("kind", static_cast<uint64_t>(record.kind));
  line.add("column", record.column);
  line.add("title", record.title);
  line.add("summary", record.summary);
  line.add("issuer", record.issuer);
  line.add("doc_no", record.doc_no);
  line.add("index_no", record.index_no);
  line.add("written_on", record.written_on);
  line.add("validity", static_cast<uint64_t>(record.validity));
  line.add("published_on", ms(record.published_on));
  line.add("revised_at", ms(record.revised_at));
  line.add("expires", ms(record.expires));
  line.add("urgent", uint64_t{record.urgent});
  line.add("test", uint64_t{record.test});
  line.add("imported", uint64_t{record.imported});
  line.add("subject", record.subject);
  line.add("proactive", uint64_t{record.proactive});
  for (const Relation& relation : record.relations) {
    line.add("relation", std::string(name_of(relation.kind)) + " " + relation.target);
  }
  for (const SiteFile& file : record.files) {
    line.add("file", line_of(file));
  }
  line.add("content", record.content);
  line.add("generation", record.generation);
  line.add("flip_records", record.flip_records);
  return line.line();
}

std::optional<SiteRecord> record_of_line(std::string_view text) {
  const std::optional<FieldLine> line = FieldLine::parse(text);
  const std::optional<Digest> digest = line ? digest_from_hex(line->get("digest")) : std::nullopt;
  if (!digest) {
    return std::nullopt;
  }
  SiteRecord record;
  record.publication = line->get("publication");
  record.place = {Seq{line->number("first_seq")}, static_cast<uint32_t>(line->number("part"))};
  record.home = line->get("home");
  record.revision = static_cast<uint32_t>(line->number("revision"));
  record.seq = Seq{line->number("seq")};
  record.digest = *digest;
  record.standing = static_cast<Standing>(line->number("standing"));
  record.note = line->get("note");
  record.successor = line->get("successor");
  record.withdrawn_at = utc(line->number("withdrawn_at"));
  record.kind = static_cast<Kind>(line->number("kind"));
  record.column = line->get("column");
  record.title = line->get("title");
  record.summary = line->get("summary");
  record.issuer = line->get("issuer");
  record.doc_no = line->get("doc_no");
  record.index_no = line->get("index_no");
  record.written_on = line->get("written_on");
  record.validity = static_cast<Validity>(line->number("validity"));
  record.published_on = utc(line->number("published_on"));
  record.revised_at = utc(line->number("revised_at"));
  record.expires = utc(line->number("expires"));
  record.urgent = line->number("urgent") != 0;
  record.test = line->number("test") != 0;
  record.imported = line->number("imported") != 0;
  record.subject = line->get("subject");
  record.proactive = line->number("proactive") != 0;
  read_lists(*line, record);
  record.content = line->get("content");
  record.generation = line->number("generation");
  record.flip_records = line->number("flip_records");
  return record;
}

std::string files_path(const SiteRecord& record) {
  return "/" + record.home + "/" + std::to_string(record.place.first_seq.value) + "-" +
         std::to_string(record.place.part) + "/";
}

std::string url_path(const SiteRecord& record) {
  std::string path = files_path(record);
  path.pop_back();
  return path + ".html";
}

std::optional<PathPlace> place_of_url(std::string_view url) {
  constexpr std::string_view suffix = ".html";
  if (!url.ends_with(suffix)) {
    return std::nullopt;
  }
  url.remove_suffix(suffix.size());
  const size_t slash = url.rfind('/');
  const std::string_view name =
      slash == std::string_view::npos ? std::string_view() : url.substr(slash + 1);
  const size_t dash = name.find('-');
  PathPlace found;
  if (dash == std::string_view::npos ||
      !parse_number(name.substr(0, dash), found.place.first_seq.value) ||
      !parse_number(name.substr(dash + 1), found.place.part)) {
    return std::nullopt;
  }
  const std::string_view before = url.substr(0, slash);
  const size_t home = before.rfind('/');
  if (home == std::string_view::npos) {
    return std::nullopt;
  }
  found.home = before.substr(home + 1);
  return found;
}

std::string full_target(std::string_view publisher, std::string_view target) {
  if (target.find('/') != std::string_view::npos) {
    return std::string(target);
  }
  return std::string(publisher) + "/" + std::string(target);
}

}  // namespace gulou
