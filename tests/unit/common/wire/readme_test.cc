// The examples of common/wire/README.md are what the codec writes, byte for byte. With
// GULOU_UPDATE=1 in the environment the bytes in the page are rewritten. (tests/e2e/gulou_client.py
// checks that the notation above each example says the same as its bytes.)
#include "common/wire/codec.h"
#include "tests/unit/common/wire/samples.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace gulou::wire {
namespace {

const std::string page = std::string(GULOU_SOURCE_DIR) + "/common/wire/README.md";
constexpr size_t bytes_per_line = 24;

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> hex_lines(std::string_view bytes) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i % bytes_per_line == 0) {
      lines.emplace_back("   ");
    }
    lines.back() += ' ' + to_hex(bytes.substr(i, 1));
  }
  return lines;
}

bool is_hex_line(const std::string& line) {
  return line.size() > 4 && line.starts_with("    ") &&
         line.find_first_not_of("0123456789abcdef ") == std::string::npos;
}

// An example begins with "example NAME" and ends at the closing fence; "frame N: …" announces a
// frame, whose bytes follow as indented hexadecimal. Frames of plain bytes are announced with their
// text only.
std::vector<std::string> rewritten(const std::vector<std::string>& lines,
                                   const std::map<std::string, Message>& messages,
                                   std::vector<std::string>& seen) {
  std::vector<std::string> out;
  Encoded encoded;
  bool inside = false;
  for (const std::string& line : lines) {
    if (line.starts_with("example ")) {
      const std::string name = line.substr(8);
      EXPECT_TRUE(messages.contains(name)) << "no sample " << name;
      encoded = messages.contains(name) ? encode(messages.at(name)) : Encoded{};
      seen.push_back(name);
      inside = true;
    } else if (line.starts_with("```")) {
      inside = false;
    }
    if (inside && is_hex_line(line)) {
      continue;
    }
    out.push_back(line);
    if (inside && line.starts_with("frame ") && line.find(": {") != std::string::npos) {
      const size_t index = static_cast<size_t>(line[6] - '0');
      const auto frames = encoded.frames();
      EXPECT_LT(index, frames.size()) << line;
      for (std::string& hex : hex_lines(index < frames.size() ? frames[index] : "")) {
        out.push_back(std::move(hex));
      }
    }
  }
  return out;
}

TEST(ReadmeTest, ExamplesAreWhatTheCodecWrites) {
  std::map<std::string, Message> messages;
  for (Sample& sample : samples()) {
    messages.emplace(sample.name, std::move(sample.message));
  }
  const std::vector<std::string> lines = lines_of(page);
  std::vector<std::string> seen;

  const std::vector<std::string> expected = rewritten(lines, messages, seen);

  if (std::getenv("GULOU_UPDATE") != nullptr && expected != lines) {
    std::ofstream out(page);
    for (const std::string& line : expected) {
      out << line << '\n';
    }
  }
  EXPECT_EQ(lines, expected);
  for (const auto& [name, message] : messages) {
    EXPECT_NE(std::find(seen.begin(), seen.end(), name), seen.end()) << name << " has no example";
  }
}

}  // namespace
}  // namespace gulou::wire
