#include "common/base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gulou {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}

  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

std::string sentence(int number) {
  return std::generic_category().message(number);
}

tl::unexpected<Error> unreadable(const std::string& path, int number) {
  return number == ENOENT
             ? fail(ErrorCode::not_found, "file_unreadable", {}, {path, sentence(number)})
             : fail(ErrorCode::unavailable, "file_unreadable", {}, {path, sentence(number)});
}

tl::unexpected<Error> unwritable(const std::string& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return fail(full ? ErrorCode::exhausted : ErrorCode::unavailable,
              "file_unwritable",
              {},
              {path, sentence(number)});
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return unwritable(path, errno);
    }
    bytes.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  return {};
}

Status sync(int fd, const std::string& path) {
  if (::fsync(fd) != 0) {
    return unwritable(path, errno);
  }
  return {};
}

Status rename_over(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return unwritable(to, errno);
  }
  return sync_directory(fs::path(to).parent_path().string());
}

std::string beside(const std::string& path) {
  return path + ".new";
}

}  // namespace

Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));

  struct stat facts {};

  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) {
    return unreadable(path, errno);
  }
  if (static_cast<size_t>(facts.st_size) > bytes_max) {
    return fail(ErrorCode::exhausted,
                "file_too_large",
                {},
                {path, std::to_string(facts.st_size), std::to_string(bytes_max)});
  }
  std::string bytes(static_cast<size_t>(facts.st_size), '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno != EINTR) {
      return unreadable(path, errno);
    }
    if (count == 0) {
      break;
    }
    filled += count > 0 ? static_cast<size_t>(count) : 0;
  }
  bytes.resize(filled);
  return bytes;
}

Status write_file(const std::string& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) {
    return unwritable(path, errno);
  }
  TRY(write_all(file.get(), bytes, path));
  return sync(file.get(), path);
}

Status replace_file(const std::string& path, std::string_view bytes) {
  TRY(write_file(beside(path), bytes));
  return rename_over(beside(path), path);
}

Status sync_directory(const std::string& path) {
  const Descriptor directory(
      ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
    return unwritable(path, errno);
  }
  return {};
}

Result<NewFile> NewFile::open(const std::string& path) {
  const int fd = ::open(beside(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) {
    return unwritable(path, errno);
  }
  return NewFile(path, fd);
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

NewFile::~NewFile() {
  if (fd_ >= 0) {
    ::close(fd_);
    ::unlink(beside(path_).c_str());
  }
}

Status NewFile::append(std::string_view piece) {
  return write_all(fd_, piece, path_);
}

Status NewFile::commit() {
  TRY(sync(fd_, path_));
  ::close(std::exchange(fd_, -1));
  return rename_over(beside(path_), path_);
}

Status make_directory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return unwritable(path, error.value());
  }
  return {};
}

Result<std::vector<std::string>> list_files(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (entry->is_regular_file(error)) {
      names.push_back(entry->path().filename().string());
    }
  }
  if (error) {
    return unreadable(path, error.value());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace gulou
