// Any bytes as one of the files of a county, the others as they are in config/: read, or refused
// with its name; principals that are read are written and read the same. The first line of an input
// names the file.
#include "common/base/check.h"
#include "common/base/files.h"
#include "common/settings/adapter_settings.h"
#include "common/settings/county.h"
#include "common/settings/notify_settings.h"
#include "common/settings/principals.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;
using gulou::CountySettings;

constexpr std::string_view county_files[] = {"units.toml", "columns.toml", "channels.toml"};

// A directory with the files of a county, removed with the process.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "gulou-fuzz-XXXXXX").string();
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    restore();
  }

  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  void restore() const {
    for (const std::string_view name : county_files) {
      const std::string from = std::string(GULOU_SOURCE_DIR) + "/config/" + std::string(name);
      CHECK(fs::copy_file(from, file(name), fs::copy_options::overwrite_existing));
    }
  }

  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

  void write(std::string_view name, std::string_view text) const {
    std::ofstream out(file(name), std::ios::binary);
    out << text;
    CHECK(out.good());
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// An Error names the file it is about.
template <class Loaded>
void check(const Loaded& loaded, std::string_view name) {
  CHECK(loaded || loaded.error().reason.starts_with("settings_"));
  CHECK(loaded || loaded.error().field.starts_with(std::string(name) + ":"));
}

void principals(std::string_view text, const CountySettings& county) {
  constexpr std::string_view name = "principals.toml";
  const auto read = gulou::parse_principals(text, name, county);
  check(read, name);
  if (read) {
    const std::string written = gulou::write_principals(*read);
    const auto again = gulou::parse_principals(written, name, county);
    CHECK(again && gulou::write_principals(*again) == written);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Folder folder;
  static const CountySettings county = [] {
    auto loaded = gulou::load_county(folder.path());
    CHECK(loaded.has_value());
    return *std::move(loaded);
  }();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(input.find('\n'), input.size());
  const std::string_view name = input.substr(0, end);
  const std::string_view text = input.substr(std::min(end + 1, input.size()));
  if (name == "notify.toml") {
    folder.write(name, text);
    check(gulou::load_notify(folder.file(name), county), name);
  } else if (name == "adapter.toml") {
    folder.write(name, text);
    check(gulou::load_adapter(folder.file(name)), name);
  } else if (std::find(std::begin(county_files), std::end(county_files), name) !=
             std::end(county_files)) {
    folder.write(name, text);
    const auto loaded = gulou::load_county(folder.path());
    CHECK(loaded || loaded.error().reason.starts_with("settings_"));
    folder.restore();
  } else {
    principals(text, county);
  }
  return 0;
}
