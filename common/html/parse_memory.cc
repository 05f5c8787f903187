#include "common/html/parse_memory.h"

#include "common/base/limits.h"

#include <cstdlib>
#include <new>

namespace gulou {
namespace {

constexpr size_t first_stack_bytes = 80;
constexpr size_t stack_bytes_max = limits::html_open_max * sizeof(void*);
constexpr size_t attribute_list_bytes_max = limits::html_attributes_max * sizeof(void*);

}  // namespace

ParseMemory::~ParseMemory() {
  while (head_ != nullptr) {
    Block* next = head_->next;
    std::free(head_);
    head_ = next;
  }
}

bool ParseMemory::is_stack(size_t bytes) {
  const bool first = stacks_seen_ == 0 && bytes == first_stack_bytes;
  if (first || stacks_seen_ == 1) {
    ++stacks_seen_;
    return true;
  }
  return false;
}

void* ParseMemory::take(size_t bytes) {
  if (recent_[2] == attribute_bytes_ && bytes > attribute_list_bytes_max && bytes % 64 == 0) {
    std::longjmp(exit_point, too_many_attributes);
  }
  const size_t whole = sizeof(Block) + bytes;
  void* memory = used_ + whole > limits::html_tree_bytes_max ? nullptr : std::malloc(whole);
  if (memory == nullptr) {
    std::longjmp(exit_point, too_large);
  }
  used_ += whole;
  recent_ = {bytes, recent_[0], recent_[1]};
  Block* block = new (memory) Block{head_, nullptr, bytes, is_stack(bytes)};
  if (head_ != nullptr) {
    head_->previous = block;
  }
  head_ = block;
  return block + 1;
}

void ParseMemory::give_back(void* memory) {
  if (memory == nullptr) {
    return;
  }
  Block* block = static_cast<Block*>(memory) - 1;
  Block* const newest = head_;
  const bool stack_moved = block->watched && newest != block && newest->bytes == 2 * block->bytes;
  if (stack_moved) {
    newest->watched = true;
  }
  (block->previous != nullptr ? block->previous->next : head_) = block->next;
  if (block->next != nullptr) {
    block->next->previous = block->previous;
  }
  used_ -= sizeof(Block) + block->bytes;
  std::free(block);
  if (stack_moved && newest->bytes > stack_bytes_max) {
    std::longjmp(exit_point, too_deep);
  }
}

}  // namespace gulou
