#include "tests/cases/script.h"

#include "common/base/check.h"
#include "common/crypto/digest.h"

#include <algorithm>

namespace gulou::test {
namespace {

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const size_t at = std::min(text.find(separator), text.size());
    pieces.emplace_back(text.substr(0, at));
    text.remove_prefix(std::min(at + separator.size(), text.size()));
  }
  return pieces;
}

Seq seq_of(std::string_view text) {
  return {std::stoull(std::string(text.substr(text.starts_with('#') ? 1 : 0)))};
}

}  // namespace

int64_t parse_duration(std::string_view text) {
  size_t digits = 0;
  const int64_t count = std::stoll(std::string(text), &digits);
  const std::string_view unit = text.substr(digits);
  const std::map<std::string_view, int64_t> units{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return count * units.at(unit);
}

const std::string& Line::word(size_t i) const {
  static const std::string none;
  return i < words.size() ? words[i] : none;
}

std::string Line::text(std::string_view name) const {
  const auto at = named.find(name);
  return at == named.end() ? std::string() : at->second;
}

uint64_t Line::number(std::string_view name, uint64_t otherwise) const {
  const auto at = named.find(name);
  return at == named.end() ? otherwise : std::stoull(at->second);
}

int64_t Line::duration(std::string_view name, int64_t otherwise) const {
  const auto at = named.find(name);
  return at == named.end() ? otherwise : parse_duration(at->second);
}

bool Line::has(std::string_view flag) const {
  return std::find(words.begin(), words.end(), flag) != words.end();
}

const std::map<std::string_view, Script::Handler>& Script::handlers() {
  static const std::map<std::string_view, Handler> all{{"channels", &Script::channels},
                                                       {"submit", &Script::submit},
                                                       {"blob", &Script::blob},
                                                       {"connect", &Script::connect},
                                                       {"credit", &Script::credit},
                                                       {"disconnect", &Script::disconnect},
                                                       {"report", &Script::report},
                                                       {"progress", &Script::progress},
                                                       {"retry", &Script::decide},
                                                       {"cancel", &Script::decide},
                                                       {"published", &Script::decide},
                                                       {"removed", &Script::decide},
                                                       {"not_published", &Script::decide},
                                                       {"open_gate", &Script::decide},
                                                       {"withdraw", &Script::withdraw},
                                                       {"pause", &Script::decide_channel},
                                                       {"resume", &Script::decide_channel},
                                                       {"retire", &Script::decide_channel},
                                                       {"replay", &Script::replay},
                                                       {"cancel_replay", &Script::cancel_replay},
                                                       {"confirm", &Script::confirm},
                                                       {"refuse", &Script::confirm},
                                                       {"destroyed", &Script::destroyed},
                                                       {"called_back", &Script::called_back},
                                                       {"round", &Script::round},
                                                       {"close", &Script::close},
                                                       {"commit", &Script::commit},
                                                       {"advance", &Script::advance},
                                                       {"step", &Script::step},
                                                       {"restart", &Script::restart},
                                                       {"drain", &Script::drain},
                                                       {"disk", &Script::disk},
                                                       {"show", &Script::show}};
  return all;
}

std::string Script::run(const std::vector<Command>& commands) {
  out_.clear();
  for (const Command& command : commands) {
    const auto handler = handlers().find(command.line.word(0));
    if (handler == handlers().end()) {
      out_ += "unknown command: " + command.line.word(0) + "\n";
      continue;
    }
    (this->*handler->second)(command);
  }
  return out_;
}

// channels / portal portal lease=60s attempts=4 backoff=1s..8s age=24h columns=zcwj drill
void Script::channels(const Command& command) {
  std::vector<Channel> made;
  for (const Line& line : command.below) {
    Channel one = channel(line.word(0));
    one.portal = line.has("portal");
    one.filter.drill = line.has("drill");
    one.filter.imports = line.has("imports");
    one.filter.columns = split(line.text("columns"), ",");
    one.lease_ms = line.duration("lease", one.lease_ms);
    one.attempts_max = static_cast<uint32_t>(line.number("attempts", one.attempts_max));
    one.age_ms_max = line.duration("age", one.age_ms_max);
    set_policy(line, one);
    if (const auto backoff = split(line.text("backoff"), ".."); backoff.size() == 2) {
      one.backoff_first_ms = parse_duration(backoff[0]);
      one.backoff_ms_max = parse_duration(backoff[1]);
    }
    made.push_back(one);
  }
  bench_.configure(made);
  print_sends();
}

// gate=portal/2h proceed urgent_skips strict exclusive manual blind unread rates=2/s,5/m,9/d
// on_remove=park circuit=3 probe=60s start=all credit_max=4
void Script::set_policy(const Line& line, Channel& one) {
  const auto gate = split(line.text("gate"), "/");
  one.gate.channel = gate.empty() ? "" : gate[0];
  one.gate.timeout_ms = gate.size() > 1 ? parse_duration(gate[1]) : one.gate.timeout_ms;
  one.gate.proceeds = line.has("proceed");
  one.gate.urgent_skips = line.has("urgent_skips");
  one.order = line.has("strict") ? Order::strict : Order::per_release;
  one.exclusive = line.has("exclusive");
  one.mode = line.has("manual") ? Mode::manual : Mode::api;
  one.can_look = !line.has("blind");
  one.read_back = !line.has("unread");
  for (const std::string& rate : split(line.text("rates"), ",")) {
    const auto most = static_cast<uint32_t>(std::stoul(rate));
    (rate.ends_with("/s")   ? one.rates.per_second
     : rate.ends_with("/m") ? one.rates.per_minute
                            : one.rates.per_day) = most;
  }
  const auto policy = [&](std::string_view name) {
    const std::string word = line.text(name);
    return word == "leave"       ? OnWithdrawal::leave
           : word == "take_down" ? OnWithdrawal::take_down
           : word == "park"      ? OnWithdrawal::park
                                 : OnWithdrawal::adapter;
  };
  one.on_withdrawal = {
      policy("on_mark_invalid"), policy("on_replace"), policy("on_remove"), policy("on_erase")};
  one.circuit_failures = static_cast<uint32_t>(line.number("circuit", one.circuit_failures));
  one.probe_ms = line.duration("probe", one.probe_ms);
  one.credit_max = static_cast<uint32_t>(line.number("credit_max"));
  one.start = line.text("start") == "all"       ? Start::all
              : line.text("start") == "current" ? Start::current
                                                : Start::now;
}

// a/2 text=other urgent imported test column= org= doc= index= not_before=+10s expires=+1h
PartFacts Script::part_of(const Line& line) const {
  const auto identity = split(line.word(0), "/");
  const auto revision = static_cast<uint32_t>(identity.size() > 1 ? std::stoul(identity[1]) : 1);
  PartFacts facts = part(identity[0], revision, line.text("text"));
  facts.previous_revision = static_cast<uint32_t>(line.number("previous", facts.previous_revision));
  facts.urgent = line.has("urgent");
  facts.imported = line.has("imported");
  facts.test = line.has("test");
  facts.not_before = at(line, "not_before");
  facts.expires = at(line, "expires");
  facts.embargo_until = at(line, "embargo");
  facts.embargo_outlets = split(line.text("outlets"), ",");
  facts.index_no = line.text("index");
  facts.distinct_from = split(line.text("distinct_from"), ",");
  facts.supersedes = split(line.text("corrects"), ",");
  facts.interprets = split(line.text("interprets"), ",");
  facts.column = line.named.contains("column") ? line.text("column") : facts.column;
  facts.org_code = line.named.contains("org") ? line.text("org") : facts.org_code;
  if (line.named.contains("doc")) {
    facts.document_key = sha256("document " + line.text("doc"));
  }
  if (line.named.contains("same_as")) {
    facts.content_digest = part(line.text("same_as")).content_digest;
  }
  for (const std::string& name : split(line.text("attachments"), ",")) {
    facts.attachments.push_back({sha256(name), name.size(), "pdf", false});
  }
  if (line.has("personal")) {
    facts.personal_data = {{PersonalDataKind::id_card, "parts[0].body", 4, "3701**"}};
  }
  if (line.named.contains("wrong")) {
    facts.errors = {{ErrorCode::invalid_argument, line.text("wrong"), "parts[0]", {}}};
  }
  return facts;
}

void Script::submit(const Command& command) {
  std::vector<PartFacts> parts;
  for (const Line& line : command.below) {
    parts.push_back(part_of(line));
  }
  const std::string& publisher = command.line.word(1);
  Submitted submitted = submission(publisher, std::move(parts));
  submitted.from = {session(publisher), ++correlation_};
  submitted.rights.columns = split(command.line.text("may_columns"), ",");
  if (command.line.named.contains("allowed_by")) {
    ApprovalFacts facts{.at = bench_.now.utc, .level = ApprovalLevel::asserted};
    facts.approval.role = ApprovalRole::secrecy_reviewer;
    facts.approval.name = command.line.text("allowed_by");
    facts.approval.opinion = "listed on purpose";
    facts.approval.allows = {"personal_data"};
    submitted.rights.asserted = true;
    submitted.approvals = {std::move(facts)};
    submitted.sign_off = std::make_shared<const std::string>("[]");
    submitted.sign_off_digest = sha256("[]");
  }
  bench_.take(submitted);
}

void Script::blob(const Command& command) {
  const std::string& name = command.line.word(2);
  bench_.take(BlobArrived{
      {session(command.line.word(1)), ++correlation_}, sha256(name), name.size(), "pdf"});
}

// connect p1 portal credit=10 bytes=1000 key=k
void Script::connect(const Command& command) {
  const std::string& name = command.line.word(1);
  sessions_.erase(name);  // a new connection
  const SessionNo no = session(name);
  const std::string key = command.line.text("key");
  bench_.take(SessionOpened{
      {no, ++correlation_}, command.line.word(2), name, "key of " + (key.empty() ? name : key)});
  bench_.take(CreditGranted{
      no, command.line.number("credit", 100), command.line.number("bytes", 100 << 20)});
}

void Script::disconnect(const Command& command) {
  bench_.take(SessionClosed{session(command.line.word(1))});
}

void Script::credit(const Command& command) {
  bench_.take(CreditGranted{session(command.line.word(1)),
                            command.line.number("messages"),
                            command.line.number("bytes", 100 << 20)});
}

Report Script::report_of(const Line& line) const {
  Report report;
  report.outcome = parse_outcome(line.word(1)).value_or(Outcome::ambiguous);
  report.reason = line.text("reason");
  report.platform_id = line.text("platform");
  report.retry_after_ms = line.duration("retry_after");
  report.until = at(line, "until");
  report.receipt.level = parse_receipt_level(line.text("level")).value_or(ReceiptLevel::accepted);
  if (line.named.contains("url")) {
    report.receipt.parts.push_back({0, 0, line.text("platform"), line.text("url")});
  }
  return report;
}

// report p1 lease=3 / 4-6 published / 7 transient reason=http_500
void Script::report(const Command& command) {
  Reported reported{session(command.line.word(1)), {command.line.number("lease")}, {}};
  for (const Line& line : command.below) {
    const auto range = split(line.word(0), "-");
    reported.items.push_back({seq_of(range.front()), seq_of(range.back()), report_of(line)});
  }
  bench_.take(reported);
}

void Script::progress(const Command& command) {
  bench_.take(Progressed{{session(command.line.word(1)), ++correlation_},
                         {command.line.number("lease")},
                         {command.line.number("seq")},
                         0,
                         command.line.text("platform")});
}

// retry li portal 3
void Script::decide(const Command& command) {
  const Line& line = command.line;
  const std::string& person = line.word(1);
  bench_.take(OperatorDecided{{session(person), ++correlation_},
                              person,
                              bench_.subscriber(line.word(2)),
                              seq_of(line.word(3)),
                              verb_of(line.word(0)),
                              line.text("reason"),
                              line.text("url")});
}

OperatorDecided::Verb Script::verb_of(const std::string& word) {
  using Verb = OperatorDecided::Verb;
  static const std::map<std::string, Verb> verbs{{"retry", Verb::retry},
                                                 {"cancel", Verb::cancel},
                                                 {"published", Verb::resolve_published},
                                                 {"removed", Verb::resolve_removed},
                                                 {"not_published", Verb::resolve_not_published},
                                                 {"open_gate", Verb::open_gate}};
  return verbs.at(word);
}

// withdraw oa remove a,b reason=wrong note=gone successor=c revision=2 by=li
void Script::withdraw(const Command& command) {
  const Line& line = command.line;
  WithdrawalAsked asked;
  const std::string& publisher = line.word(1);
  const std::string person = line.text("by");
  asked.by_operator = !person.empty();
  asked.by = person.empty() ? publisher : person;
  asked.from = {session(asked.by), ++correlation_};
  asked.kind = parse_withdrawal_kind(line.word(2)).value_or(WithdrawalKind::remove);
  for (const std::string& id : split(line.word(3), ",")) {
    asked.targets.push_back({{publisher, id}, static_cast<uint32_t>(line.number("revision"))});
  }
  asked.reason = line.named.contains("reason") ? line.text("reason") : "because";
  asked.public_note = line.text("note");
  asked.successor = line.text("successor");
  bench_.take(asked);
}

// pause li wechat reason=holiday; without a channel: all
void Script::decide_channel(const Command& command) {
  const Line& line = command.line;
  ChannelDecided decided;
  decided.operator_name = line.word(1);
  decided.from = {session(line.word(1)), ++correlation_};
  decided.verb = line.word(0) == "pause"    ? ChannelDecided::Verb::pause
                 : line.word(0) == "resume" ? ChannelDecided::Verb::resume
                                            : ChannelDecided::Verb::retire;
  if (!line.word(2).empty()) {
    decided.channels = {channel_of(bench_.subscriber(line.word(2)))};
  }
  decided.reason = line.text("reason");
  bench_.take(decided);
}

// replay li portal from=1 to=9 states=parked,published reasons=x outcomes=content newest rate=60
// duplicate
void Script::replay(const Command& command) {
  const Line& line = command.line;
  ReplayAsked asked;
  asked.operator_name = line.word(1);
  asked.from = {session(line.word(1)), ++correlation_};
  asked.selection.channel = channel_of(bench_.subscriber(line.word(2)));
  asked.selection.from = {line.number("from")};
  asked.selection.to = {line.number("to")};
  for (const std::string& state : split(line.text("states"), ",")) {
    asked.selection.states.push_back(parse_delivery_state(state).value_or(DeliveryState::pending));
  }
  asked.selection.reasons = split(line.text("reasons"), ",");
  for (const std::string& outcome : split(line.text("outcomes"), ",")) {
    asked.selection.outcomes.push_back(parse_outcome(outcome).value_or(Outcome::published));
  }
  asked.selection.publication = line.text("publication");
  asked.selection.newest_only = line.has("newest");
  asked.per_minute = static_cast<uint32_t>(line.number("rate"));
  asked.allow_duplicate = line.has("duplicate");
  asked.reason = line.named.contains("reason") ? line.text("reason") : "because";
  bench_.take(asked);
}

void Script::cancel_replay(const Command& command) {
  const Line& line = command.line;
  bench_.take(ReplayCancelled{{session(line.word(1)), ++correlation_},
                              line.word(1),
                              line.text("reason"),
                              {line.number("job")}});
}

// confirm wang 1; refuse wang 1 reason=no
void Script::confirm(const Command& command) {
  const Line& line = command.line;
  bench_.take(ConfirmationDecided{{session(line.word(1)), ++correlation_},
                                  line.word(1),
                                  {std::stoull(line.word(2))},
                                  line.word(0) == "confirm",
                                  line.text("reason")});
}

// The engine has done what `destroy` asked for.
void Script::destroyed(const Command& command) {
  bench_.take(BytesDestroyed{{std::stoull(command.line.word(1))}});
}

void Script::called_back(const Command& command) {
  bench_.take(CalledBack{session(command.line.word(1)), command.line.text("platform")});
}

void Script::round(const Command& /*command*/) {
  bench_.round();
  print_sends();
}

void Script::close(const Command& /*command*/) {
  out_ += bench_.close() ? "" : "nothing to commit\n";
  print_sends();
}

void Script::commit(const Command& /*command*/) {
  bench_.commit();
  print_sends();
}

void Script::advance(const Command& command) {
  bench_.advance(parse_duration(command.line.word(1)));
}

// The wall clock alone.
void Script::step(const Command& command) {
  const std::string& by = command.line.word(1);
  bench_.now.utc.ms += by.starts_with('-') ? -parse_duration(by.substr(1)) : parse_duration(by);
}

void Script::restart(const Command& /*command*/) {
  bench_.restart();
  print_sends();
}

void Script::drain(const Command& /*command*/) {
  bench_.take(Draining{});
}

void Script::disk(const Command& command) {
  bench_.take(DiskObserved{command.line.word(1) != "full"});
}

SessionNo Script::session(const std::string& name) {
  const auto known = sessions_.find(name);
  if (known != sessions_.end()) {
    return known->second;
  }
  const SessionNo no{names_.size() + 1};
  sessions_.emplace(name, no);
  names_.emplace(no, name);
  return no;
}

Utc Script::at(const Line& line, std::string_view name) const {
  const auto found = line.named.find(name);
  if (found == line.named.end()) {
    return {};
  }
  const std::string& text = found->second;
  const int64_t ms = parse_duration(std::string_view(text).substr(1));
  return {bench_.now.utc.ms + (text[0] == '-' ? -ms : ms)};
}

void Script::print_sends() {
  for (const Send& send : bench_.sends) {
    out_ += send_text(send, names_);
  }
  bench_.sends.clear();
}

}  // namespace gulou::test
