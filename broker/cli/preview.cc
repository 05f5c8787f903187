#include "broker/cli/broker_client.h"
#include "broker/cli/json_tree.h"
#include "broker/cli/nouns.h"
#include "broker/cli/release_file.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/json/canonical.h"
#include "common/json/release_json.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

// A directory of its own, gone with it.
class Workplace {
 public:
  Workplace() {
    std::string pattern = fs::temp_directory_path().string() + "/gulou-preview-XXXXXX";
    path_ = ::mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
  }

  ~Workplace() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  Workplace(Workplace&&) = delete;
  Workplace& operator=(Workplace&&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Status fill(const std::string& directory, const SubmissionFile& submission) {
  TRY(make_directory(directory + "/files"));
  size_t part = 0;
  for (const PartFile& file : submission.parts) {
    TRY(write_file(directory + "/" + std::to_string(part++) + ".json", file.canonical));
    for (const AttachmentFile& attachment : file.attachments) {
      std::error_code error;
      fs::copy_file(attachment.path,
                    directory + "/files/" + to_hex(attachment.digest),
                    fs::copy_options::overwrite_existing,
                    error);
      if (error) {
        return gulou::fail(
            ErrorCode::unavailable, "file_unreadable", {}, {attachment.path, error.message()});
      }
    }
  }
  return {};
}

Status fetch_files(BrokerClient& client, const std::string& files, const Release& release) {
  for (const Attachment& attachment : release.attachments) {
    if (!attachment.is_private) {
      const std::string hex = to_hex(attachment.digest);
      const std::string bytes =
          TRY(client.bytes("/v1/blobs/" + hex, static_cast<size_t>(attachment.size_bytes)));
      TRY(write_file(files + hex, bytes));
    }
  }
  return {};
}

// What the broker holds, byte for byte as it was approved: the digests are looked at.
Status fetch(const std::string& directory, const Shell& shell, const std::string& selector) {
  BrokerClient client = TRY(BrokerClient::open(shell));
  const Answer answer = TRY(client.get("/v1/releases/" + segment(selector) + "?raw=1"));
  const auto& parts = answer.value.items("parts");
  const auto& releases = answer.value.items("releases");
  const std::string files = directory + "/files/";
  TRY(make_directory(files));
  for (size_t part = 0; part < releases.size() && part < parts.size(); ++part) {
    const std::string canonical = TRY(canonicalise(to_text(releases[part])));
    if (to_hex(sha256(canonical)) != parts[part].text("digest")) {
      return gulou::fail(ErrorCode::not_found, "preview_text_gone", {}, {selector});
    }
    TRY(write_file(directory + "/" + std::to_string(part) + ".json", canonical));
    const Release release = TRY(parse_release(canonical));
    TRY(fetch_files(client, files, release));
  }
  return {};
}

// A file that is there; else what the broker knows under that name.
Status gather(const std::string& directory, const Shell& shell, const std::string& what) {
  std::error_code ignored;
  if (!fs::exists(what, ignored)) {
    const bool looks_like_a_file = what.find('/') != std::string::npos || what.ends_with(".md");
    return looks_like_a_file ? Status(gulou::fail(ErrorCode::not_found,
                                                  "file_unreadable",
                                                  {},
                                                  {what, std::generic_category().message(ENOENT)}))
                             : fetch(directory, shell, what);
  }
  return fill(directory, TRY(read_submission(what, {})));
}

volatile std::sig_atomic_t screen_process = 0;

// The screen ends, and then its directory goes.
void end_screen(int /*signal*/) {
  ::kill(static_cast<pid_t>(screen_process), SIGTERM);
}

}  // namespace

// The screen's own program beside this binary draws it, so what is seen is what will be shown. It
// ends by itself; Ctrl-C ends both.
Exit preview_file(const Shell& shell, const Preview& preview) {
  const Workplace place;
  if (auto status = gather(place.path(), shell, preview.file); !status) {
    return shell.fail(status.error());
  }
  const size_t slash = shell.program.rfind('/');
  const std::string program = slash == std::string::npos
                                  ? "gulou-screen"
                                  : shell.program.substr(0, slash) + "/gulou-screen";
  const std::string minutes = std::to_string(preview.minutes);
  const char* arguments[] = {"gulou-screen",
                             "--preview",
                             place.path().c_str(),
                             "--as",
                             preview.as.c_str(),
                             "--minutes",
                             minutes.c_str(),
                             nullptr};
  shell.complain(shell.text("preview_open", {minutes}));
  pid_t child = 0;
  // spawn takes arguments as not const and leaves them alone.
  char* const* const argv = const_cast<char* const*>(arguments);
  const int error = ::posix_spawnp(&child, program.c_str(), nullptr, nullptr, argv, environ);
  if (error != 0) {
    return shell.fail({ErrorCode::not_found,
                       "screen_program_missing",
                       {},
                       {program, std::generic_category().message(error)}});
  }
  screen_process = child;
  std::signal(SIGINT, end_screen);
  std::signal(SIGTERM, end_screen);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Exit::done : Exit::refused;
}

}  // namespace gulou::cli
