#include "broker/cli/shell.h"

#include "broker/cli/broker_client.h"
#include "common/base/mailbox.h"
#include "common/base/time.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <chrono>
#include <vector>

namespace gulou::cli {

bool Shell::confirm(std::string_view question) const {
  if (!read_line) {
    return false;
  }
  err(without_controls(question) + " [y/N] ");
  const std::string answer = read_line().value_or(std::string());
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "是";
}

void Shell::print(std::string_view line) const {
  out(without_controls(line) + "\n");
}

void Shell::complain(std::string_view line) const {
  err(without_controls(line) + "\n");
}

void Shell::print_json(std::string_view document) const {
  out(std::string(document) + "\n");
}

std::string Shell::text(std::string_view reason, std::initializer_list<std::string> args) const {
  return sentence(language, reason, {}, std::vector<std::string>(args));
}

std::string_view Shell::word(std::string_view key) const {
  return gulou::word(language, key);
}

std::string_view Shell::word(std::string_view group, std::string_view name) const {
  return gulou::word(language, group, name);
}

Exit Shell::fail(const Error& error) const {
  if (json && error.reason == broker_said) {
    print_json(error.args.at(1));
  } else if (json) {
    JsonWriter answer;
    answer.begin_object().member("code", error.reason).text_member("field", error.field);
    answer.member("detail", sentence(language, error)).end_object();
    print_json(answer.text());
  } else {
    complain(error.reason == broker_said ? error.args.at(0) : sentence(language, error));
  }
  return exit_of(error);
}

Exit exit_of(const Error& error) {
  const bool network = error.reason == "broker_unreachable" || error.reason == "broker_silent";
  return network ? Exit::unreachable : Exit::refused;
}

std::string without_controls(std::string_view text) {
  std::string clean(text);
  for (size_t i = 0; i < clean.size(); ++i) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    const bool c1 = byte == 0xC2 && i + 1 < clean.size() &&
                    static_cast<unsigned char>(clean[i + 1]) < 0xA0;  // U+0080 to U+009F
    if (c1) {
      clean[i] = ' ';
      clean[i + 1] = ' ';
    } else if ((byte < 0x20 && byte != '\n') || byte == 0x7F) {
      clean[i] = ' ';
    }
  }
  return clean;
}

std::string local_time(std::string_view rfc3339) {
  const auto time = parse_utc(rfc3339);
  return time ? format_shanghai(*time) : std::string(rfc3339);
}

void pause_ms(int64_t ms) {
  Mailbox<bool> nobody_writes(1);
  nobody_writes.receive(1, std::chrono::milliseconds(ms));
}

}  // namespace gulou::cli
