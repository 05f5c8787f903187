// TempDir is a directory of its own for one test, removed with everything in it at the end. It lies
// in TMPDIR, or in /tmp where that is not set. An empty path(): it could not be made. Owned by the
// test; any thread may use the path.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace gulou {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gulou-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
  }

  ~TempDir() {
    std::error_code ignored;
    if (!path_.empty()) {
      std::filesystem::remove_all(path_, ignored);
    }
  }

  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace gulou
