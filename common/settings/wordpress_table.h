// What an operator may set of a portal that runs on WordPress: the table [wordpress] of
// adapters/portal.toml, read with it by adapter_settings.h. Plain data; the password stands in a
// file of its own, which is named here.
#pragma once

#include "common/base/result.h"
#include "common/settings/value.h"

#include <cstdint>
#include <string>

namespace gulou {

struct WordpressTable {
  std::string api;                 // https://HOST/wp-json, or https://HOST/index.php?rest_route=
  std::string user;                // an editor: publishes, uploads, manages categories
  std::string password_file;       // its application password
  std::string type = "posts";      // what a publication becomes there
  int64_t quota_wait_ms = 60'000;  // how long the channel sleeps where a 429 does not say
};

Status read_wordpress_table(const TomlFile& file, const TomlValue& table, WordpressTable& settings);
std::string write_wordpress_table(const WordpressTable& settings);
std::string help_wordpress_table(bool chinese);

}  // namespace gulou
