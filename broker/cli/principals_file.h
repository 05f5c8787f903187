// PrincipalsFile is principals.toml as text that is changed line by line, so that its order and
// whatever a person wrote beside it stay. What would not load is never written; the file appears
// whole, with mode 0600. Used by `gulou key`; main thread, writes the disk.
#pragma once

#include "common/base/result.h"
#include "common/settings/home.h"
#include "common/settings/principals.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou::cli {

class PrincipalsFile {
 public:
  // Errors: those of load_county and load_principals.
  static Result<PrincipalsFile> open(const std::string& home);

  const std::vector<PrincipalSettings>& all() const { return principals_; }

  const PrincipalSettings* find(std::string_view name) const;

  // value: as TOML writes it; empty: the line goes. Error: principals_edit_by_hand where the table
  // is not written as one line for each setting.
  Status set(std::string_view name, std::string_view key, const std::string& value);
  void append(const PrincipalSettings& principal);

  // Errors: those of load_principals, of what was changed; those of writing.
  Status save();

 private:
  PrincipalsFile(Home home, CountySettings county, std::string text);

  Home home_;
  CountySettings county_;
  std::string text_;
  std::vector<PrincipalSettings> principals_;
};

// A secret under this name from now on; what stood there is gone.
Status replace_secret_file(const std::string& path, std::string_view bytes);

}  // namespace gulou::cli
