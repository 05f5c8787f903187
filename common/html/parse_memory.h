// ParseMemory is all memory of one parse, and the guard on its time. gumbo takes time that grows
// with the square of open elements and of attributes in one tag, and knows neither limits nor "no
// memory"; but every step that matters asks for memory, so the guard stands here. Beyond a limit
// the parse is left by longjmp to exit_point: its frames are C, and what it holds is in this list.
// It knows gumbo 0.10 (finished software): the first 80 bytes are the stack of open elements, the
// next block the list of open formats; both grow by doubling, as does the list of a tag's
// attributes, right after an attribute and its two strings. Tests fail if that changes. Owned by
// one parse.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>

namespace gulou {

class ParseMemory {
 public:
  // What longjmp brings to exit_point.
  static constexpr int too_large = 1;
  static constexpr int too_deep = 2;
  static constexpr int too_many_attributes = 3;

  explicit ParseMemory(size_t attribute_bytes) : attribute_bytes_(attribute_bytes) {}

  ParseMemory(const ParseMemory&) = delete;
  ParseMemory& operator=(const ParseMemory&) = delete;
  ~ParseMemory();

  void* take(size_t bytes);
  void give_back(void* memory);

  std::jmp_buf exit_point;

 private:
  struct alignas(std::max_align_t) Block {
    Block* next;
    Block* previous;
    size_t bytes;
    bool watched;
  };

  bool is_stack(size_t bytes);

  size_t attribute_bytes_;
  size_t used_ = 0;
  Block* head_ = nullptr;           // newest first
  std::array<size_t, 3> recent_{};  // sizes asked for, newest first
  int stacks_seen_ = 0;
};

}  // namespace gulou
