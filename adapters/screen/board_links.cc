#include "adapters/screen/board_links.h"

#include "common/base/base64.h"
#include "common/base/field_line.h"
#include "common/base/files.h"
#include "common/crypto/key_file.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr size_t secret_bytes = 24;
constexpr size_t numbers_bytes_max = 1024 * 1024;

}  // namespace

Result<BoardLinks> BoardLinks::open(const std::string& dir) {
  TRY(make_directory(dir));
  const std::string path = dir + "/links.key";
  Result<MacKey> key = read_mac_key(path);
  if (!key && key.error().code == ErrorCode::not_found) {
    const Status made = create_key_file(path, MacKey::make());
    if (!made && made.error().code != ErrorCode::already_exists) {
      return fail(made.error());
    }
    key = read_mac_key(path);
  }
  return BoardLinks(dir, TRY(std::move(key)));
}

Result<std::map<std::string, uint64_t, std::less<>>> BoardLinks::numbers() const {
  std::map<std::string, uint64_t, std::less<>> numbers;
  const Result<std::string> bytes = read_file(dir_ + "/links", numbers_bytes_max);
  if (!bytes) {
    return bytes.error().code == ErrorCode::not_found
               ? Result<std::map<std::string, uint64_t, std::less<>>>(std::move(numbers))
               : fail(bytes.error());
  }
  std::string_view rest = *bytes;
  while (!rest.empty()) {
    const std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    const auto line = FieldLine::parse(text);
    if (!line) {
      return fail(ErrorCode::corrupt, "screen_store_damaged", {}, {dir_ + "/links"});
    }
    numbers[line->get("name")] = line->number("number");
  }
  return numbers;
}

std::string BoardLinks::secret_of(std::string_view name, uint64_t number) const {
  const std::string count = std::to_string(number);
  const Mac mac = key_.mac({"gulou board link 1\n", name, "\n", count});
  std::string text = to_base64(mac.view().substr(0, secret_bytes));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

Result<std::string> BoardLinks::secret_of(std::string_view name) const {
  const auto known = TRY(numbers());
  const auto at = known.find(name);
  return secret_of(name, at == known.end() ? 0 : at->second);
}

bool BoardLinks::holds(std::string_view name, std::string_view secret) const {
  const Result<std::string> right = secret_of(name);
  return right && equal_in_constant_time(*right, secret);
}

Status BoardLinks::revoke(std::string_view name) const {
  auto known = TRY(numbers());
  ++known[std::string(name)];
  std::string bytes;
  for (const auto& [one, number] : known) {
    FieldLine line;
    line.add("name", one);
    line.add("number", number);
    bytes += line.line() + "\n";
  }
  return replace_file(dir_ + "/links", bytes);
}

}  // namespace gulou
