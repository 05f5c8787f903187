#include "broker/admin/multipart.h"

#include <string>

namespace gulou {
namespace {

constexpr size_t boundary_bytes_max = 70;  // RFC 2046

std::string_view boundary_of(std::string_view content_type) {
  constexpr std::string_view name = "boundary=";
  if (!content_type.starts_with("multipart/form-data")) {
    return {};
  }
  const size_t at = content_type.find(name);
  if (at == std::string_view::npos) {
    return {};
  }
  std::string_view boundary = content_type.substr(at + name.size());
  if (boundary.starts_with('"')) {
    boundary.remove_prefix(1);
    return boundary.substr(0, boundary.find('"'));
  }
  return boundary.substr(0, boundary.find_first_of("; "));
}

}  // namespace

std::optional<std::string_view> file_of_form(std::string_view content_type, std::string_view body) {
  constexpr std::string_view line_end = "\r\n";
  constexpr std::string_view head_end = "\r\n\r\n";
  const std::string_view boundary = boundary_of(content_type);
  if (boundary.empty() || boundary.size() > boundary_bytes_max) {
    return std::nullopt;
  }
  const std::string opening = "--" + std::string(boundary);
  const std::string closing = "\r\n" + opening;
  if (!body.starts_with(opening)) {
    return std::nullopt;
  }
  body.remove_prefix(opening.size());
  while (body.starts_with(line_end)) {
    const size_t head = body.find(head_end);
    const size_t end = head == std::string_view::npos ? head : body.find(closing, head + 2);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    if (body.substr(0, head).find("filename=") != std::string_view::npos) {
      const size_t from = head + head_end.size();
      return from <= end ? std::optional(body.substr(from, end - from)) : std::nullopt;
    }
    body.remove_prefix(end + closing.size());
  }
  return std::nullopt;
}

}  // namespace gulou
