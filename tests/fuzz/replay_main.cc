// Runs a fuzz target without libFuzzer, for compilers that have none: over every file of the given
// folders and over damaged copies of each, always the same ones. Exit 0 if the target came back.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int damaged_copies = 200;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::string damaged(std::string input, std::mt19937& random) {
  for (unsigned hits = 1 + random() % 4; hits > 0 && !input.empty(); --hits) {
    const size_t at = random() % input.size();
    switch (random() % 4) {
      case 0:
        input.erase(at, 1 + random() % 8);
        break;
      case 1:
        input.insert(at, input.substr(random() % input.size(), 1 + random() % 8));
        break;
      default:
        input[at] = static_cast<char>(random());
        break;
    }
  }
  return input;
}

}  // namespace

int main(int count, char** arguments) {
  std::mt19937 random(1);
  size_t files = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(file), {}};
      run(input);
      for (int copy = 0; copy < damaged_copies; ++copy) {
        run(damaged(input, random));
      }
      ++files;
    }
  }
  std::printf("%zu files, %d damaged copies of each\n", files, damaged_copies);
  return files == 0 ? 1 : 0;
}
