#include "adapters/portal/site.h"

#include "common/base/files.h"
#include "common/base/limits.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace gulou {
namespace {

namespace fs = std::filesystem;

SitePlace place_of_record(const SiteRecord& record) {
  return {record.publication, record.revision, record.digest, record.standing, url_path(record)};
}

bool is_down(const SiteRecord& record) {
  return record.standing == Standing::replaced || record.standing == Standing::removed;
}

// A date or an instant: when an import was first published.
std::optional<Utc> instant_of(std::string_view text) {
  const std::optional<Utc> instant = parse_utc(text);
  return instant ? instant : parse_shanghai_date(text);
}

// A withdrawal stays, whatever is said later about the revision it met; a banner may still come.
bool leave_alone(const SiteRecord& old, const SitePart& part) {
  if (old.revision != part.release->revision) {
    return old.revision > part.release->revision;
  }
  if (is_down(old)) {
    return true;
  }
  if (part.invalid && (old.standing != Standing::invalid || old.note != part.note)) {
    return false;
  }
  return old.standing == Standing::invalid ||
         (old.digest == part.digest && old.index_no == part.index_no);
}

Standing standing_after(WithdrawalKind kind) {
  switch (kind) {
    case WithdrawalKind::mark_invalid:
      return Standing::invalid;
    case WithdrawalKind::replace:
      return Standing::replaced;
    case WithdrawalKind::remove:
    case WithdrawalKind::erase:
    case WithdrawalKind::expire:
      return Standing::removed;
  }
  return Standing::removed;
}

// Nothing of the text stays, but what the page of the withdrawal itself needs.
void forget_text(SiteRecord& record) {
  record.files.clear();
  record.summary.clear();
  record.relations.clear();
  if (record.standing == Standing::removed) {
    record.title.clear();
    record.doc_no.clear();
  }
}

std::vector<SiteFile> public_files(const Release& release) {
  std::vector<SiteFile> files;
  for (const Attachment& attachment : release.attachments) {
    if (!attachment.is_private) {
      files.push_back({attachment.name,
                       attachment.display_name.empty() ? attachment.name : attachment.display_name,
                       attachment.media_type,
                       attachment.size_bytes,
                       attachment.digest});
    }
  }
  return files;
}

void set_times(SiteRecord& record,
               const SitePart& part,
               const std::optional<SiteRecord>& old,
               Utc now) {
  record.published_on = part.published_on ? part.published_on : now;
  record.revised_at = old && old->revision < part.release->revision ? now : record.published_on;
  if (old && old->revision == part.release->revision) {
    record.revised_at = old->revised_at;
  }
  if (part.release->imported) {
    record.imported = true;
    record.published_on =
        instant_of(part.release->imported->first_published_at).value_or(record.published_on);
  }
}

}  // namespace

Result<Site> Site::open(const std::string& dir) {
  return Site(TRY(SiteStore::open(dir)));
}

bool Site::has_blob(const Digest& digest) const {
  std::error_code ignored;
  return fs::is_regular_file(blob_path(store_.dir(), digest), ignored);
}

Status Site::add_blob(const Digest& digest, const std::function<Status(const Sink&)>& read) {
  const std::string path = blob_path(store_.dir(), digest);
  TRY(make_directory(fs::path(path).parent_path().string()));
  NewFile file = TRY(NewFile::open(path));
  TRY(read([&file](std::string_view piece) { return file.append(piece); }));
  return file.commit();
}

Result<std::optional<SiteRecord>> Site::known(std::string_view publication) const {
  const std::optional<Place> place = store_.place_of(publication);
  if (!place) {
    return std::optional<SiteRecord>();
  }
  return std::optional(TRY(store_.record(*place)));
}

Place Site::new_place(const SitePart& part, std::span<const SiteChange> changes) const {
  Place place{part.first_seq ? part.first_seq : part.seq, part.part};
  const auto taken = [&](Place wanted) {
    return store_.occupied(wanted) ||
           std::any_of(changes.begin(), changes.end(), [&](const SiteChange& change) {
             return change.record.place == wanted;
           });
  };
  while (taken(place)) {
    place.part += limits::bundle_parts_max;
  }
  return place;
}

Result<SiteRecord> Site::record_of(const SitePart& part,
                                   const std::optional<SiteRecord>& old,
                                   std::span<const SiteChange> changes,
                                   Utc now) const {
  const Release& release = *part.release;
  SiteRecord record;
  record.publication = full_target(part.publisher, release.id);
  const std::optional<PathPlace> earlier = place_of_url(part.old_url);
  if (old) {
    record.place = old->place;
    record.home = old->home;
  } else if (earlier && !store_.occupied(earlier->place)) {
    record.place = earlier->place;
    record.home = earlier->home;
  } else {
    record.place = new_place(part, changes);
    record.home = release.column;
  }
  record.revision = release.revision;
  record.seq = part.seq;
  record.digest = part.digest;
  record.kind = release.kind;
  record.column = release.column;
  record.title = release.title;
  record.summary = release.summary;
  record.issuer = release.issuer.name;
  record.doc_no = release.doc_no;
  record.index_no = part.index_no.empty() ? release.index_no : std::string(part.index_no);
  record.written_on = release.written_on;
  record.validity = release.validity;
  record.subject = release.subject.empty() ? std::string() : release.subject.front();
  record.proactive = release.disclosure_type == DisclosureType::proactive;
  set_times(record, part, old, now);
  if (part.invalid) {
    record.standing = Standing::invalid;
    record.note = part.note;
    record.withdrawn_at = now;
  }
  record.expires = parse_utc(release.expires).value_or(Utc{});
  record.urgent = release.priority == Priority::urgent;
  record.test = release.test;
  for (const Relation& relation : release.relations) {
    record.relations.push_back({relation.kind, full_target(part.publisher, relation.target)});
  }
  record.files = public_files(release);
  for (const SiteFile& file : record.files) {
    if (!has_blob(file.digest)) {
      return fail(ErrorCode::not_found,
                  "site_attachment_missing",
                  "attachments." + file.name,
                  {to_hex(file.digest)});
    }
  }
  return record;
}

Result<std::vector<SitePlace>> Site::publish(std::span<const SitePart> parts, Utc now) {
  std::vector<SitePlace> places;
  std::vector<SiteChange> changes;
  for (const SitePart& part : parts) {
    const std::optional<SiteRecord> old = TRY(known(full_target(part.publisher, part.release->id)));
    if (old && leave_alone(*old, part)) {
      places.push_back(place_of_record(*old));
      continue;
    }
    SiteRecord record = TRY(record_of(part, old, changes, now));
    places.push_back(place_of_record(record));
    changes.push_back({std::move(record), std::string(part.canonical)});
  }
  TRY(commit(std::move(changes)));
  return places;
}

Result<std::vector<std::optional<SitePlace>>> Site::withdraw(const Withdrawal& withdrawal,
                                                             Utc now) {
  const Standing wanted = standing_after(withdrawal.kind);
  std::vector<std::optional<SitePlace>> places;
  std::vector<SiteChange> changes;
  for (const Withdrawal::Target& target : withdrawal.targets) {
    std::optional<SiteRecord> record = TRY(known(target.publication));
    if (!record) {
      places.emplace_back();
      continue;
    }
    const bool older = record->revision > target.revision || withdrawal.seq < record->seq;
    if (older || withdrawal.seq == record->seq ||
        (wanted == Standing::invalid && is_down(*record))) {
      places.emplace_back(place_of_record(*record));
      continue;
    }
    record->standing = wanted;
    record->seq = withdrawal.seq;
    record->note = withdrawal.public_note;
    record->successor = withdrawal.successor;
    record->withdrawn_at = now;
    std::string canonical;
    if (wanted == Standing::invalid) {
      canonical = TRY(read_content(store_.dir(), record->content));
    } else {
      record->revision = target.revision;  // one that never came here must not appear later
      forget_text(*record);
    }
    places.emplace_back(place_of_record(*record));
    changes.push_back({std::move(*record), std::move(canonical)});
  }
  const bool sweep = !changes.empty() && wanted != Standing::invalid;
  TRY(commit(std::move(changes)));
  if (sweep) {
    // Opening sweeps whatever no record names: the withdrawn text and its attachments.
    store_ = TRY(SiteStore::open(store_.dir()));
  }
  return places;
}

Result<std::optional<SitePlace>> Site::find(std::string_view publisher, std::string_view id) const {
  const std::optional<SiteRecord> record = TRY(known(full_target(publisher, id)));
  return record ? std::optional(place_of_record(*record)) : std::optional<SitePlace>();
}

Status Site::commit(std::vector<SiteChange> changes) {
  if (changes.empty()) {
    return {};
  }
  return store_.flip(TRY(store_.prepare(std::move(changes))));
}

}  // namespace gulou
