#include "broker/app/scan_desk.h"

#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/draw/qr_reader.h"
#include "common/json/approval_json.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace gulou {
namespace {

constexpr size_t jobs_max = 64;
constexpr size_t known_max = 256;

Result<std::string> whole_blob(const History& history, const Digest& digest) {
  const auto row = history.blob(digest);
  if (!row) {
    return fail(ErrorCode::not_found, "scan_missing", {}, {to_hex(digest)});
  }
  if (row->size_bytes > limits::scan_bytes_max) {
    return fail(ErrorCode::exhausted,
                "scan_too_large",
                {},
                {std::to_string(row->size_bytes), std::to_string(limits::scan_bytes_max)});
  }
  std::string whole;
  while (whole.size() < row->size_bytes) {
    const auto piece =
        history.blob_range(digest, whole.size(), static_cast<uint32_t>(limits::blob_chunk_bytes));
    if (!piece || piece->empty()) {
      return fail(ErrorCode::not_found, "scan_missing", {}, {to_hex(digest)});
    }
    whole += *piece;
  }
  return whole;
}

Result<std::vector<Digest>> bundles_on(const History& history, const Digest& scan) {
  const std::string bytes = TRY(whole_blob(history, scan));
  std::vector<Digest> bundles;
  for (const std::string& code : TRY(read_qr_codes(bytes))) {
    if (const auto bundle = bundle_of_sheet_code(code)) {
      bundles.push_back(*bundle);
    }
  }
  return bundles;
}

// What another try would find as well.
bool is_lasting(const ScanRead& read) {
  return !read.unread || read.unread->code == ErrorCode::invalid_argument ||
         read.unread->code == ErrorCode::exhausted;
}

}  // namespace

ScanDesk::ScanDesk(const History& history)
    : history_(history), jobs_(jobs_max), thread_([this] { run(); }) {}

ScanDesk::~ScanDesk() {
  jobs_.close();
  thread_.join();
}

void ScanDesk::run() {
  while (true) {
    const auto jobs = jobs_.receive(1, std::chrono::milliseconds(1000));
    if (jobs.empty() && jobs_.closed()) {
      return;
    }
    for (const Job& job : jobs) {
      ScansRead all;
      for (const Digest& scan : job.scans) {
        all.emplace(scan, read(scan));
      }
      job.done(std::move(all));
    }
  }
}

ScanRead ScanDesk::read(const Digest& digest) {
  const auto known = std::ranges::find(known_, digest, &std::pair<Digest, ScanRead>::first);
  if (known != known_.end()) {
    return known->second;
  }
  ScanRead read;
  auto bundles = bundles_on(history_, digest);
  if (bundles) {
    read.names = *std::move(bundles);
  } else {
    read.unread = std::move(bundles.error());
    log::warn("scan.unread", {{"digest", to_hex(digest)}, {"error", describe(*read.unread)}});
  }
  if (is_lasting(read)) {
    known_.emplace_back(digest, read);
    if (known_.size() > known_max) {
      known_.pop_front();
    }
  }
  return read;
}

}  // namespace gulou
