#include "common/crypto/key_file.h"

#include "common/base/bytes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gulou {
namespace {

class File {
 public:
  explicit File(int fd) : fd_(fd) {}

  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  explicit operator bool() const { return fd_ >= 0; }

  int fd() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> system_error(std::string reason, const std::string& path, int error) {
  return fail(ErrorCode::unavailable, std::move(reason), path, {std::strerror(error)});
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_dir(const std::string& path) {
  const File dir(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir || ::fsync(dir.fd()) != 0) {
    return system_error("secret_not_written", path, errno);
  }
  return {};
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return system_error("secret_not_written", path, errno);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Status create_file(const std::string& path, std::string_view bytes, mode_t mode) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) {
    if (errno == EEXIST) {
      return fail(ErrorCode::already_exists, "secret_exists", path);
    }
    return system_error("secret_not_written", path, errno);
  }
  Status written = write_all(file.fd(), bytes, path);
  // The umask may have taken bits away; it can never have added any.
  if (written && (::fchmod(file.fd(), mode) != 0 || ::fsync(file.fd()) != 0)) {
    written = system_error("secret_not_written", path, errno);
  }
  if (!written) {
    ::unlink(path.c_str());
    return written;
  }
  return sync_dir(parent_of(path));
}

std::string mode_text(mode_t mode) {
  std::string digits = "0000";
  for (size_t i = 0; i < 4; ++i) {
    digits[3 - i] = static_cast<char>('0' + ((mode >> (3 * i)) & 7));
  }
  return digits;
}

Status check_private(const struct stat& info, const std::string& path) {
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    return fail(ErrorCode::refused, "secret_of_other_user", path);
  }
  if ((info.st_mode & 077) != 0) {
    return fail(ErrorCode::refused, "secret_too_open", path, {mode_text(info.st_mode)});
  }
  return {};
}

std::optional<std::array<uint8_t, 32>> key_bytes(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  const auto digest = digest_from_hex(text);
  return digest ? std::optional(digest->bytes) : std::nullopt;
}

template <class Bytes>
std::string hex_line(const Bytes& bytes) {
  return to_hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())) + '\n';
}

}  // namespace

Status make_private_dir(const std::string& path) {
  struct stat info {};

  if (::stat(path.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) {
      return system_error("secret_not_written", path, ENOTDIR);
    }
    return check_private(info, path);
  }
  const std::string parent = parent_of(path);
  if (::stat(parent.c_str(), &info) != 0) {
    TRY(make_private_dir(parent));
  }
  if (::mkdir(path.c_str(), 0700) != 0) {
    return system_error("secret_not_written", path, errno);
  }
  return sync_dir(parent);
}

Status create_secret_file(const std::string& path, std::string_view bytes) {
  return create_file(path, bytes, 0600);
}

Status create_public_file(const std::string& path, std::string_view bytes) {
  return create_file(path, bytes, 0644);
}

Result<std::string> read_secret_file(const std::string& path, size_t bytes_max) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    if (errno == ENOENT) {
      return fail(ErrorCode::not_found, "secret_missing", path);
    }
    return system_error("secret_unreadable", path, errno);
  }

  struct stat info {};

  if (::fstat(file.fd(), &info) != 0) {
    return system_error("secret_unreadable", path, errno);
  }
  TRY(check_private(info, path));
  if (!S_ISREG(info.st_mode) || static_cast<size_t>(info.st_size) > bytes_max) {
    return fail(ErrorCode::invalid_argument, "secret_malformed", path);
  }
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  const ssize_t got = ::read(file.fd(), bytes.data(), bytes.size());
  if (got != info.st_size) {
    return system_error("secret_unreadable", path, got < 0 ? errno : EIO);
  }
  return bytes;
}

Status create_key_file(const std::string& path, const SigningKey& key) {
  return create_secret_file(path, hex_line(key.seed()));
}

Status create_key_file(const std::string& path, const MacKey& key) {
  return create_secret_file(path, hex_line(key.bytes()));
}

Result<SigningKey> read_signing_key(const std::string& path) {
  const auto bytes = key_bytes(TRY(read_secret_file(path)));
  if (!bytes) {
    return fail(ErrorCode::invalid_argument, "secret_malformed", path);
  }
  return SigningKey::from_seed(*bytes);
}

Result<MacKey> read_mac_key(const std::string& path) {
  const auto bytes = key_bytes(TRY(read_secret_file(path)));
  if (!bytes) {
    return fail(ErrorCode::invalid_argument, "secret_malformed", path);
  }
  return MacKey::from_bytes(*bytes);
}

}  // namespace gulou
