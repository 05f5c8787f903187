#include "broker/evidence/evidence_file.h"

#include "common/crypto/digest.h"
#include "common/json/value.h"
#include "common/json/writer.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

namespace gulou {

namespace evidence_names {

std::string content(const Digest& digest) {
  return "content/" + to_hex(digest) + ".json";
}

std::string blob(const Digest& digest) {
  return "files/" + to_hex(digest);
}

std::string page(const Digest& digest) {
  return "pages/" + to_hex(digest) + ".html";
}

}  // namespace evidence_names

namespace {

constexpr int64_t format_version = 1;
constexpr std::string_view chain_first_line = "gulou chain 1\n";

auto unreadable(std::string_view member, std::string what) {
  return fail(
      ErrorCode::corrupt, "evidence_unreadable", {}, {std::string(member), std::move(what)});
}

// ---- evidence.json ------------------------------------------------------------------------------

void append_digests(JsonWriter& json, std::string_view name, const std::vector<Digest>& digests) {
  json.key(name).begin_array();
  for (const Digest& digest : digests) {
    json.value(to_hex(digest));
  }
  json.end_array();
}

void append_seqs(JsonWriter& json, std::string_view name, const std::vector<Seq>& seqs) {
  json.key(name).begin_array();
  for (const Seq seq : seqs) {
    json.value(seq.value);
  }
  json.end_array();
}

void append_change(JsonWriter& json, const ProvenChange& change) {
  const auto decoded = decode_change(change.bytes);
  json.begin_object()
      .member("changeset", change.changeset)
      .member("index", change.index)
      .member("count", change.count)
      .member("what", decoded ? name_of(*decoded) : std::string_view("unknown"))
      .member("bytes", to_hex(change.bytes));
  append_digests(json, "path", change.path);
  json.end_object();
}

void append_pages(JsonWriter& json, const std::vector<PageRead>& pages) {
  json.key("pages").begin_array();
  for (const PageRead& page : pages) {
    json.begin_object()
        .member("entry", page.entry.value)
        .member("channel", page.channel)
        .member("url", page.url)
        .member("at", format_utc(page.at))
        .member("status", page.status)
        .member("error", page.error)
        .member("detail", page.detail)
        .member("digest", page.digest ? to_hex(page.digest) : std::string())
        .member("size_bytes", page.size_bytes)
        .end_object();
  }
  json.end_array();
}

std::string json_of(const Evidence& evidence) {
  const EvidenceSelection& selection = evidence.selection;
  JsonWriter json;
  json.begin_object().member("format", format_version);
  json.member("made_at", format_utc(evidence.made_at)).member("made_by", evidence.made_by);
  json.key("selection")
      .begin_object()
      .member("column", selection.column)
      .member("from", selection.from)
      .member("to", selection.to)
      .member("sample", selection.sample)
      .member("seed", std::to_string(selection.seed))
      .member("candidates", selection.candidates)
      .end_object();
  append_seqs(json, "entries", evidence.entries);
  append_seqs(json, "withheld", evidence.withheld);
  json.key("channels").begin_array();
  for (const auto& [number, id] : evidence.channels) {
    json.begin_object().member("channel", number).member("id", id).end_object();
  }
  json.end_array();
  append_digests(json, "left_out", evidence.left_out);
  append_digests(json, "erased", evidence.erased);
  append_pages(json, evidence.pages);
  json.key("changes").begin_array();
  for (const ProvenChange& change : evidence.changes) {
    append_change(json, change);
  }
  return json.end_array().end_object().take() + "\n";
}

std::optional<std::vector<Digest>> digests_of(const JsonValue::Array& items) {
  std::vector<Digest> digests;
  for (const JsonValue& item : items) {
    const auto digest = digest_from_hex(item.text());
    if (!digest) {
      return std::nullopt;
    }
    digests.push_back(*digest);
  }
  return digests;
}

std::vector<Seq> seqs_of(const JsonValue::Array& items) {
  std::vector<Seq> seqs;
  for (const JsonValue& item : items) {
    seqs.push_back({static_cast<uint64_t>(item.integer())});
  }
  return seqs;
}

Result<ProvenChange> change_of(const JsonValue& json, size_t at) {
  auto bytes = from_hex(json.text("bytes"));
  auto path = digests_of(json.items("path"));
  const int64_t changeset = json.integer("changeset"), index = json.integer("index", -1);
  const int64_t count = json.integer("count");
  if (!bytes || !path || changeset <= 0 || index < 0 || count <= 0) {
    return unreadable(evidence_names::evidence, "changes[" + std::to_string(at) + "]");
  }
  return ProvenChange{.changeset = static_cast<uint64_t>(changeset),
                      .index = static_cast<uint64_t>(index),
                      .count = static_cast<uint64_t>(count),
                      .bytes = *std::move(bytes),
                      .path = *std::move(path)};
}

// Files made before there were any name none.
Status read_pages(const JsonValue& json, std::vector<PageRead>& pages) {
  for (const JsonValue& item : json.items("pages")) {
    const auto at = parse_utc(item.text("at"));
    const auto digest = digest_from_hex(item.text("digest"));
    if (!at || (!digest && !item.text("digest").empty())) {
      return unreadable(evidence_names::evidence, "pages[" + std::to_string(pages.size()) + "]");
    }
    pages.push_back({.entry = {static_cast<uint64_t>(item.integer("entry"))},
                     .channel = std::string(item.text("channel")),
                     .url = std::string(item.text("url")),
                     .at = *at,
                     .status = static_cast<uint64_t>(item.integer("status")),
                     .error = std::string(item.text("error")),
                     .detail = std::string(item.text("detail")),
                     .digest = digest.value_or(Digest{}),
                     .size_bytes = static_cast<uint64_t>(item.integer("size_bytes"))});
  }
  return {};
}

uint64_t number_of(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Status read_json(std::string_view text, Evidence& evidence) {
  const auto parsed = JsonValue::parse(text);
  if (!parsed) {
    return unreadable(evidence_names::evidence, "json");
  }
  if (parsed->integer("format") != format_version) {
    return unreadable(evidence_names::evidence, "format");
  }
  const auto made_at = parse_utc(parsed->text("made_at"));
  const auto left_out = digests_of(parsed->items("left_out"));
  const auto erased = digests_of(parsed->items("erased"));
  if (!made_at || !left_out || !erased) {
    return unreadable(evidence_names::evidence, "made_at, left_out, erased");
  }
  evidence.made_at = *made_at;
  evidence.made_by = parsed->text("made_by");
  evidence.selection = {
      .column = std::string(parsed->text("selection.column")),
      .from = std::string(parsed->text("selection.from")),
      .to = std::string(parsed->text("selection.to")),
      .sample = static_cast<uint64_t>(parsed->integer("selection.sample")),
      .seed = number_of(parsed->text("selection.seed")),
      .candidates = static_cast<uint64_t>(parsed->integer("selection.candidates"))};
  evidence.entries = seqs_of(parsed->items("entries"));
  evidence.withheld = seqs_of(parsed->items("withheld"));
  for (const JsonValue& channel : parsed->items("channels")) {
    evidence.channels.emplace(static_cast<uint32_t>(channel.integer("channel")),
                              channel.text("id"));
  }
  evidence.left_out = *left_out;
  evidence.erased = *erased;
  TRY(read_pages(*parsed, evidence.pages));
  const JsonValue::Array& changes = parsed->items("changes");
  for (size_t i = 0; i < changes.size(); ++i) {
    evidence.changes.push_back(TRY(change_of(changes[i], i)));
  }
  return {};
}

// ---- chain.txt and checkpoints.txt --------------------------------------------------------------

std::string chain_of(const std::vector<ChainRun>& runs) {
  std::string text(chain_first_line);
  for (const ChainRun& run : runs) {
    text += "run " + std::to_string(run.first) + " " + to_hex(run.previous) + "\n";
    for (const Digest& root : run.roots) {
      text += to_hex(root) + "\n";
    }
  }
  return text;
}

// Takes a line off the front.
std::string_view line_of(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Status read_chain(std::string_view text, Evidence& evidence) {
  std::string_view rest = text;
  size_t number = 1;
  bool good = line_of(rest) == chain_first_line.substr(0, chain_first_line.size() - 1);
  while (good && !rest.empty()) {
    ++number;
    std::string_view line = line_of(rest);
    if (line.starts_with("run ")) {
      line.remove_prefix(4);
      const size_t blank = std::min(line.find(' '), line.size());
      const auto previous =
          blank < line.size() ? digest_from_hex(line.substr(blank + 1)) : std::nullopt;
      good = previous.has_value();
      evidence.runs.push_back({.first = number_of(line.substr(0, blank)),
                               .previous = previous.value_or(Digest{}),
                               .roots = {}});
    } else {
      const auto root = digest_from_hex(line);
      good = root && !evidence.runs.empty();
      if (good) {
        evidence.runs.back().roots.push_back(*root);
      }
    }
  }
  if (!good || chain_of(evidence.runs) != text) {
    return unreadable(evidence_names::chain, "line " + std::to_string(number));
  }
  return {};
}

std::string checkpoints_of(const std::vector<Checkpoint>& checkpoints) {
  std::string text;
  for (const Checkpoint& checkpoint : checkpoints) {
    text += (text.empty() ? "" : "\n") + text_of(checkpoint);
  }
  return text;
}

Status read_checkpoint_list(std::string_view text, Evidence& evidence) {
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find("\n\n"), rest.size());
    const size_t taken = std::min(end + 1, rest.size());
    auto checkpoint = parse_checkpoint(rest.substr(0, taken));
    if (!checkpoint) {
      return unreadable(evidence_names::checkpoints,
                        "#" + std::to_string(evidence.checkpoints.size() + 1));
    }
    evidence.checkpoints.push_back(*checkpoint);
    rest.remove_prefix(std::min(taken + 1, rest.size()));
  }
  if (checkpoints_of(evidence.checkpoints) != text) {
    return unreadable(evidence_names::checkpoints, "form");
  }
  return {};
}

Result<std::string_view> required(const std::vector<ArchiveMember>& members,
                                  std::string_view name) {
  const ArchiveMember* member = find_member(members, name);
  if (member == nullptr) {
    return fail(ErrorCode::corrupt, "evidence_member_missing", {}, {std::string(name)});
  }
  return std::string_view(member->bytes);
}

// ---- the seal -----------------------------------------------------------------------------------

std::string manifest_of(const std::vector<ArchiveMember>& members) {
  JsonWriter json;
  json.begin_object().member("format", format_version).key("members").begin_array();
  for (const ArchiveMember& member : members) {
    if (member.name == evidence_names::manifest || member.name == evidence_names::signature) {
      continue;
    }
    json.begin_object()
        .member("name", member.name)
        .member("size_bytes", member.bytes.size())
        .member("digest", to_hex(sha256(member.bytes)))
        .end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

// "<key> <signature>\n"
Status check_signature_of(std::string_view manifest,
                          std::string_view signature,
                          const PublicKeys& keys) {
  const size_t blank = std::min(signature.find(' '), signature.size());
  const auto key = public_key_from_hex(signature.substr(0, blank));
  const auto signed_as =
      blank + 1 < signature.size()
          ? signature_from_hex(signature.substr(blank + 1, signature.size() - blank - 2))
          : std::nullopt;
  if (!key || !signed_as || signature != to_hex(*key) + " " + to_hex(*signed_as) + "\n") {
    return unreadable(evidence_names::signature, "form");
  }
  if (!keys.contains(*key)) {
    return fail(ErrorCode::corrupt, "evidence_seal_key_unknown", {}, {to_hex(*key)});
  }
  if (!verify(*key, manifest, *signed_as)) {
    return fail(ErrorCode::corrupt, "evidence_seal_wrong");
  }
  return {};
}

// Which member is not as the manifest says?
Status compare_manifest(const std::vector<ArchiveMember>& members, std::string_view manifest) {
  const auto listed = JsonValue::parse(manifest);
  if (!listed) {
    return unreadable(evidence_names::manifest, "json");
  }
  std::set<std::string_view> names{evidence_names::manifest, evidence_names::signature};
  for (const JsonValue& line : listed->items("members")) {
    const std::string_view bytes = TRY(required(members, line.text("name")));
    if (to_hex(sha256(bytes)) != line.text("digest")) {
      return fail(
          ErrorCode::corrupt, "evidence_member_changed", {}, {std::string(line.text("name"))});
    }
    names.insert(line.text("name"));
  }
  for (const ArchiveMember& member : members) {
    if (!names.contains(member.name)) {
      return fail(ErrorCode::corrupt, "evidence_member_unknown", {}, {member.name});
    }
  }
  if (manifest_of(members) != manifest) {
    return unreadable(evidence_names::manifest, "form");
  }
  return {};
}

}  // namespace

const ArchiveMember* find_member(const std::vector<ArchiveMember>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &ArchiveMember::name);
  return found == members.end() ? nullptr : &*found;
}

std::vector<ArchiveMember> members_of(const Evidence& evidence) {
  return {{std::string(evidence_names::evidence), json_of(evidence)},
          {std::string(evidence_names::chain), chain_of(evidence.runs)},
          {std::string(evidence_names::checkpoints), checkpoints_of(evidence.checkpoints)}};
}

Result<Evidence> evidence_of(const std::vector<ArchiveMember>& members) {
  Evidence evidence;
  const std::string_view json = TRY(required(members, evidence_names::evidence));
  const std::string_view chain = TRY(required(members, evidence_names::chain));
  const std::string_view checkpoints = TRY(required(members, evidence_names::checkpoints));
  TRY(read_json(json, evidence));
  TRY(read_chain(chain, evidence));
  TRY(read_checkpoint_list(checkpoints, evidence));
  return evidence;
}

void seal(std::vector<ArchiveMember>& members, const SigningKey& key) {
  std::string manifest = manifest_of(members);
  std::string signature = to_hex(key.public_key()) + " " + to_hex(key.sign(manifest)) + "\n";
  members.push_back({std::string(evidence_names::manifest), std::move(manifest)});
  members.push_back({std::string(evidence_names::signature), std::move(signature)});
}

Status check_seal(const std::vector<ArchiveMember>& members, const PublicKeys& keys) {
  const std::string_view manifest = TRY(required(members, evidence_names::manifest));
  const std::string_view signature = TRY(required(members, evidence_names::signature));
  TRY(check_signature_of(manifest, signature, keys));
  return compare_manifest(members, manifest);
}

}  // namespace gulou
