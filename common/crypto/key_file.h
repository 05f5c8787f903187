// Secrets on disk: files of mode 0600 in directories of mode 0700, created exclusively and fsynced
// with their directory; one that group or others may read is refused, never repaired in silence.
// Keys are one line of lower-case hexadecimal. Start-up and `gulou init` only; blocks on the disk.
#pragma once

#include "common/base/result.h"
#include "common/crypto/mac.h"
#include "common/crypto/signature.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace gulou {

// Makes the directory, and missing parents, with mode 0700. One that is there and open to others
// is an Error (secret_too_open).
Status make_private_dir(const std::string& path);

// The directory must exist. secret_exists when the file does.
Status create_secret_file(const std::string& path, std::string_view bytes);
// The same with mode 0644, for what others may read.
Status create_public_file(const std::string& path, std::string_view bytes);
// Refuses files that are not ours, open to others, no regular file, or larger than bytes_max.
Result<std::string> read_secret_file(const std::string& path, size_t bytes_max = 4096);

Status create_key_file(const std::string& path, const SigningKey& key);
Status create_key_file(const std::string& path, const MacKey& key);
Result<SigningKey> read_signing_key(const std::string& path);
Result<MacKey> read_mac_key(const std::string& path);

}  // namespace gulou
