// Script runs one .case file against a Bench: conversations with the core that read like a protocol
// of a meeting. README.md has the language. Commands are functions of this class, one each; all
// they print is compared with what stands after "----".
#pragma once

#include "tests/support/bench.h"
#include "tests/support/print.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::test {

// "submit oa x=1" and the indented lines under it.
struct Line {
  std::vector<std::string> words;                         // without "name=value"
  std::map<std::string, std::string, std::less<>> named;  // "name=value"

  const std::string& word(size_t i) const;  // empty where there is none
  std::string text(std::string_view name) const;
  uint64_t number(std::string_view name, uint64_t otherwise = 0) const;
  int64_t duration(std::string_view name, int64_t otherwise = 0) const;
  bool has(std::string_view flag) const;  // among the words
};

struct Command {
  Line line;
  std::vector<Line> below;
};

class Script {
 public:
  // Runs the commands of one block; what they print.
  std::string run(const std::vector<Command>& commands);

  std::set<std::pair<DeliveryState, Trigger>> fired() const { return bench_.fired(); }

 private:
  using Handler = void (Script::*)(const Command&);
  static const std::map<std::string_view, Handler>& handlers();

  void channels(const Command& command);
  void submit(const Command& command);
  void blob(const Command& command);
  void connect(const Command& command);
  void disconnect(const Command& command);
  void credit(const Command& command);
  void report(const Command& command);
  void progress(const Command& command);
  void decide(const Command& command);
  static OperatorDecided::Verb verb_of(const std::string& word);
  static void set_policy(const Line& line, Channel& one);
  void withdraw(const Command& command);
  void decide_channel(const Command& command);
  void replay(const Command& command);
  void cancel_replay(const Command& command);
  void confirm(const Command& command);
  void destroyed(const Command& command);
  void called_back(const Command& command);
  void round(const Command& command);
  void close(const Command& command);
  void commit(const Command& command);
  void advance(const Command& command);
  void step(const Command& command);
  void restart(const Command& command);
  void drain(const Command& command);
  void disk(const Command& command);
  void show(const Command& command);

  void show_channel(const std::string& channel);
  void show_attempts(const std::string& channel, Seq seq);
  void show_release(const std::string& publisher, const std::string& id);
  void show_deadline();
  void show_condition(const std::string& channel);
  void show_jobs();
  void show_confirmations();
  void show_bytes(Seq seq);

  PartFacts part_of(const Line& line) const;
  Report report_of(const Line& line) const;
  SessionNo session(const std::string& name);
  Utc at(const Line& line, std::string_view name) const;  // "+10s" from now
  void print_sends();

  Bench bench_{{}};
  std::map<std::string, SessionNo, std::less<>> sessions_;
  SessionNames names_;
  uint64_t correlation_ = 0;
  size_t changes_shown_ = 0;
  std::string out_;
};

int64_t parse_duration(std::string_view text);  // "10s", "500ms", "5m", "2h", "3d"

}  // namespace gulou::test
