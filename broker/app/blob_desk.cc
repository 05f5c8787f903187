#include "broker/app/blob_desk.h"

#include "common/base/limits.h"
#include "common/model/media_type.h"

#include <algorithm>
#include <utility>

namespace gulou {

BlobDesk::BlobDesk(Journal& journal, Mailbox<BlobAnswer>& output)
    : journal_(journal),
      output_(output),
      jobs_(limits::blob_jobs_max),
      thread_([this] { run(); }) {}

BlobDesk::~BlobDesk() {
  jobs_.close();
  thread_.join();
}

void BlobDesk::run() {
  while (true) {
    auto jobs = jobs_.receive(16, std::chrono::milliseconds(1000));
    if (jobs.empty() && jobs_.closed()) {
      return;
    }
    for (BlobJob& job : jobs) {
      BlobAnswer answer = std::holds_alternative<BlobPutJob>(job) ? put(std::get<BlobPutJob>(job))
                                                                  : get(std::get<BlobGetJob>(job));
      if (!output_.send(std::move(answer))) {
        return;
      }
    }
  }
}

BlobDesk::Upload& BlobDesk::upload_of(const BlobPutJob& job) {
  const auto known = uploads_.find(job.digest);
  if (known != uploads_.end() && job.offset == 0 && !job.bytes.empty()) {
    forget(job.digest);  // the publisher starts anew; without bytes it only asks how far it is
  } else if (known != uploads_.end()) {
    used_.splice(used_.end(), used_, known->second.used);
    return known->second;
  }
  if (uploads_.size() >= limits::blob_uploads_max) {
    forget(used_.front());
  }
  Upload& upload = uploads_[job.digest];
  upload.total = job.total;
  upload.used = used_.insert(used_.end(), job.digest);
  return upload;
}

void BlobDesk::forget(const Digest& digest) {
  const auto at = uploads_.find(digest);
  if (at != uploads_.end()) {
    used_.erase(at->second.used);
    uploads_.erase(at);
  }
}

Status BlobDesk::take(const Digest& digest, Upload& upload, std::string_view bytes) {
  upload.hash.update(bytes);
  uint64_t at = upload.received;
  upload.received += bytes.size();
  while (!bytes.empty()) {
    const size_t room = limits::blob_chunk_bytes - upload.chunk.size();
    const size_t size = std::min(room, bytes.size());
    upload.chunk.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    at += size;
    if (upload.chunk.size() == limits::blob_chunk_bytes || at == upload.total) {
      const auto index =
          static_cast<uint32_t>((at - upload.chunk.size()) / limits::blob_chunk_bytes);
      TRY(journal_.put_chunk(digest, index, upload.chunk));
      upload.chunk.clear();
    }
  }
  return {};
}

// The blob is not in the rows yet, its chunks are.
std::string BlobDesk::read_chunks(const Digest& digest,
                                  uint64_t offset,
                                  size_t size,
                                  uint64_t total) const {
  std::string bytes;
  const uint64_t end = std::min<uint64_t>(offset + size, total);
  while (offset < end) {
    const auto chunk = journal_.history().blob_chunk(
        digest, static_cast<uint32_t>(offset / limits::blob_chunk_bytes));
    const uint64_t within = offset % limits::blob_chunk_bytes;
    if (!chunk || chunk->size() <= within) {
      break;
    }
    const uint64_t taken = std::min<uint64_t>(chunk->size() - within, end - offset);
    bytes.append(*chunk, within, taken);
    offset += taken;
  }
  return bytes;
}

BlobAnswer BlobDesk::put(const BlobPutJob& job) {
  BlobPutAnswer answer{job.from, job.digest};
  const auto refuse = [&](ErrorCode code,
                          std::string reason,
                          std::string field,
                          std::vector<std::string> args) -> BlobAnswer {
    answer.errors.push_back({code, std::move(reason), std::move(field), std::move(args)});
    return answer;
  };
  if (const auto stored = journal_.history().blob(job.digest)) {
    answer.received = stored->size_bytes;
    answer.complete = true;
    return answer;
  }
  if (job.total == 0 || job.total > limits::attachment_bytes_max) {
    return refuse(ErrorCode::exhausted,
                  "blob_too_large",
                  "total",
                  {std::to_string(job.total), std::to_string(limits::attachment_bytes_max)});
  }
  if (!accepting_ && !job.bytes.empty()) {
    return refuse(ErrorCode::unavailable, "disk_full", {}, {});
  }
  Upload& upload = upload_of(job);
  answer.received = upload.received;
  if (job.total != upload.total) {
    return refuse(ErrorCode::invalid_argument,
                  "blob_total_differs",
                  "total",
                  {std::to_string(job.total), std::to_string(upload.total)});
  }
  if (job.offset != upload.received) {
    return answer;  // says where to go on
  }
  if (job.bytes.size() > upload.total - upload.received) {
    forget(job.digest);
    return refuse(ErrorCode::invalid_argument,
                  "blob_longer_than_total",
                  "bytes",
                  {std::to_string(job.total)});
  }
  if (auto status = take(job.digest, upload, job.bytes); !status) {
    answer.errors.push_back(std::move(status.error()));
    return answer;
  }
  answer.received = upload.received;
  if (upload.received < upload.total) {
    return answer;
  }
  return complete(job, upload);
}

// All bytes are here: are they what was promised, and what are they?
BlobAnswer BlobDesk::complete(const BlobPutJob& job, Upload& upload) {
  const Digest found = upload.hash.finish();
  forget(job.digest);
  if (found != job.digest) {
    BlobPutAnswer answer{job.from, job.digest};
    answer.errors.push_back({ErrorCode::invalid_argument,
                             "blob_digest_differs",
                             "digest",
                             {to_hex(job.digest), to_hex(found)}});
    return answer;
  }
  const Content content = content_of(job.total, [&](uint64_t offset, size_t size) {
    return read_chunks(job.digest, offset, size, job.total);
  });
  return BlobArrived{job.from, job.digest, job.total, std::string(content_word(content))};
}

BlobAnswer BlobDesk::get(const BlobGetJob& job) {
  BlobGetAnswer answer{job.from, job.digest, job.offset};
  const History& history = journal_.history();
  const auto stored = history.blob(job.digest);
  if (!stored || !history.deliverable(job.digest)) {
    answer.errors.push_back({ErrorCode::not_found, "blob_unknown", "digest", {to_hex(job.digest)}});
    return answer;
  }
  answer.total = stored->size_bytes;
  const uint32_t length =
      std::min<uint32_t>(job.length, static_cast<uint32_t>(limits::blob_chunk_bytes));
  auto bytes = history.blob_range(job.digest, job.offset, length);
  if (!bytes) {
    answer.errors.push_back({ErrorCode::invalid_argument,
                             "blob_range",
                             "offset",
                             {std::to_string(job.offset), std::to_string(stored->size_bytes)}});
    return answer;
  }
  answer.bytes = std::move(*bytes);
  return answer;
}

}  // namespace gulou
