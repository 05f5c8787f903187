#include "broker/cli/drill.h"

#include "broker/cli/broker_client.h"
#include "broker/cli/children.h"
#include "broker/cli/home.h"
#include "common/base/files.h"
#include "common/base/time.h"
#include "common/crypto/key_file.h"
#include "common/http/client.h"
#include "common/json/writer.h"
#include "common/settings/adapter_settings.h"
#include "common/settings/county.h"
#include "common/settings/home.h"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

constexpr int64_t wait_ms_max = 60'000;
constexpr int64_t look_every_ms = 100;
constexpr std::string_view column = "tzgg";
constexpr std::string_view channel = "wechat";
constexpr std::string_view steps = "4";

// A directory of its own, gone with it.
class Workplace {
 public:
  Workplace() {
    std::string pattern = fs::temp_directory_path().string() + "/gulou-drill-XXXXXX";
    path_ = ::mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
  }

  ~Workplace() {
    std::error_code ignored;
    if (!kept_) {
      fs::remove_all(path_, ignored);
    }
  }

  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  Workplace(Workplace&&) = delete;
  Workplace& operator=(Workplace&&) = delete;

  const std::string& path() const { return path_; }

  void keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

std::string quoted(const std::string& word) {
  const bool plain = word.find_first_of(" #'\"") == std::string::npos;
  return plain ? word : "'" + word + "'";
}

class Drill {
 public:
  Drill(const Shell& shell, const DrillOptions& options, const std::string& place)
      : shell_(shell), options_(options), place_(place), home_{place + "/home"}, children_(place) {
    shell_.home = home_.dir;
    shell_.url.clear();
    shell_.token.clear();
  }

  Status run() {
    TRY(prepare());
    TRY(publishing());
    TRY(dead_token());
    TRY(portal_down());
    TRY(withdrawal());
    say("drill_end");
    return {};
  }

 private:
  // --- what the clerk sees ---------------------------------------------------------------------

  void say(std::string_view sentence, std::initializer_list<std::string> args = {}) const {
    shell_.print("");
    shell_.print(shell_.text(sentence, args));
  }

  void begin(const char* number, std::string_view name) const {
    say("drill_step", {number, std::string(steps), std::string(shell_.word("drill", name))});
  }

  // Enter, on a terminal.
  Status go_on() const {
    if (!options_.yes) {
      shell_.complain(shell_.text("drill_enter"));
      if (!shell_.read_line()) {
        return gulou::fail(ErrorCode::refused, "interrupted", {}, {});
      }
    }
    return interrupted() ? gulou::fail(ErrorCode::refused, "interrupted", {}, {}) : Status();
  }

  std::vector<std::string> command(const std::vector<std::string>& words) const {
    const std::string language = shell_.language == Language::zh ? "zh" : "en";
    std::vector<std::string> whole{shell_.program, "--home", home_.dir, "--lang", language};
    whole.insert(whole.end(), words.begin(), words.end());
    return whole;
  }

  // The command as one types it, then what it says.
  Status type(const std::vector<std::string>& words) const {
    std::string line = "$ gulou";
    for (const std::string& word : words) {
      line += " " + quoted(word.starts_with(place_) ? word.substr(place_.size() + 1) : word);
    }
    shell_.print("");
    shell_.print(line);
    TRY(go_on());
    const int code = TRY(Children::show(command(words)));
    if (code > static_cast<int>(Exit::refused)) {
      return gulou::fail(ErrorCode::internal, "command_failed", {}, {line, std::to_string(code)});
    }
    return {};
  }

  // --- the scratch home ------------------------------------------------------------------------

  std::string beside(std::string_view program) const {
    return (fs::path(shell_.program).parent_path() / program).string();
  }

  Status prepare() {
    const std::string fakes = TRY(find_fakes(shell_.program, options_.fakes));
    say("drill_intro", {std::string(steps)});
    // First, since it takes any free port: the home then keeps clear of it.
    ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);  // the pretended platform leaves nothing either
    TRY(children_.start("platform", {fakes + "/wechat", "--review-ms", "200"}));
    TRY(until("platform", [this] { return platform_speaks(); }));
    TRY(quietly({"init", "--ports", "auto"}));
    TRY(add_channel());
    TRY(quietly(
        {"key", "new", "wechat-1", "--role", "adapter", "--channel", std::string(channel)}));
    TRY(write_wechat());
    TRY(start("broker", "http", "/readyz"));
    TRY(start("portal", "portal", "/"));
    TRY(start("screen", "screen", "/"));
    return children_.start("wechat", {beside("gulou-wechat"), "--home", home_.dir});
  }

  Status add_channel() const {
    const std::string file = home_.dir + "/channels.toml";
    const std::string text = TRY(read_file(file, limits::settings_bytes_max));
    return write_file(file,
                      text + "\n[[channel]]\nid = \"wechat\"\nname = \"" +
                          std::string(shell_.word("drill_channel")) +
                          "\"\ngate = \"portal\"\nbackoff_first_ms = 200\n"
                          "backoff_ms_max = 2000\n");
  }

  // What the clerk need not see.
  Status quietly(const std::vector<std::string>& words) {
    TRY(children_.start(words.front(), command(words)));
    return until(
        words.front(), [&] { return !children_.runs(words.front()); }, false);
  }

  bool platform_speaks() {
    const auto said = read_file(children_.log_file("platform"), limits::settings_bytes_max);
    const size_t end = said ? said->find('\n') : std::string::npos;
    platform_ = end == std::string::npos ? std::string() : said->substr(0, end);
    return platform_.starts_with("http://");
  }

  Status write_wechat() {
    AdapterSettings settings = sample_wechat_adapter();
    const auto portal = TRY(load_adapter(home_.adapter_settings("portal")));
    settings.broker_endpoint = portal.broker_endpoint;
    settings.listen.clear();
    settings.wechat.api = platform_;
    settings.wechat.event_token_file.clear();
    settings.wechat.poll_ms = 500;
    TRY(create_secret_file(home_.dir + "/keys/wechat.secret", "secret-1\n"));
    return write_file(home_.adapter_settings(channel), write_wechat_adapter(settings));
  }

  Status start(const std::string& name, std::string_view port, const std::string& path) {
    TRY(children_.start(name, {beside("gulou-" + name), "--home", home_.dir}));
    const Ports ports = TRY(read_ports(home_.dir));
    const auto at = ports.find(port);
    const std::string url =
        "http://127.0.0.1:" + std::to_string(at == ports.end() ? 0 : at->second) + path;
    return until(name, [this, &url] {
      HttpCall call;
      call.url = url;
      const auto answer = client_.call(call);
      return answer && answer->status == 200;
    });
  }

  Status until(const std::string& what,
               const std::function<bool()>& condition,
               bool must_run = true) {
    const int64_t deadline = read_clocks().mono.ms + wait_ms_max;
    while (!condition()) {
      if (interrupted()) {
        return gulou::fail(ErrorCode::refused, "interrupted", {}, {});
      }
      const bool ended = must_run && !children_.runs(what);
      if (ended || read_clocks().mono.ms > deadline) {
        return gulou::fail(
            ErrorCode::unavailable, "drill_stuck", {}, {what, children_.log_file(what)});
      }
      pause_ms(look_every_ms);
    }
    return {};
  }

  // Until the broker says so of the WeChat channel.
  Status until_channel(const std::function<bool(const JsonValue&)>& condition) {
    auto broker = TRY(BrokerClient::open(shell_));
    return until("wechat", [&broker, &condition] {
      const auto answer = broker.get("/v1/channels/wechat");
      return answer && condition(answer->value);
    });
  }

  Status wait_all() const {
    const int code = TRY(Children::show(command({"wait", "--all", "--timeout", "60"})));
    return code == 0 ? Status()
                     : gulou::fail(ErrorCode::internal, "command_failed", {}, {"gulou wait", "1"});
  }

  Status tell_platform(const std::string& what, std::string body) {
    HttpCall call;
    call.method = "POST";
    call.url = platform_ + "/_fake/" + what;
    call.body = std::move(body);
    TRY(client_.call(call));
    return {};
  }

  // --- releases --------------------------------------------------------------------------------

  // A notice of the unit that is responsible for the column, signed off an hour ago.
  Result<std::string> notice(const std::string& number) const {
    const CountySettings county = TRY(load_county(home_.dir));
    const auto of_column = county.columns.find(column);
    const auto unit = of_column == county.columns.end()
                          ? county.units.end()
                          : county.units.find(of_column->second.responsible_unit);
    if (unit == county.units.end()) {
      return gulou::fail(ErrorCode::not_found, "column_unknown", "column", {std::string(column)});
    }
    constexpr int64_t hour_ms = 3'600'000;
    const Utc signed_at{read_clocks().utc.ms - hour_ms};
    std::string text = "+++\nid = \"drill-" + number + "\"\nkind = \"notice\"\ncolumn = \"" +
                       std::string(column) + "\"\ntitle = \"" +
                       std::string(shell_.word("drill_title", number)) + "\"\nwritten_on = \"" +
                       format_shanghai_date(signed_at) +
                       "\"\ndisclosure_type = \"proactive\"\nclassification = \"public\"\n" +
                       "\n[issuer]\nname = \"" + unit->second.name + "\"\norg_code = \"" +
                       unit->second.org_code + "\"\n";
    for (const std::string role : {"drafter", "secrecy_reviewer", "approver"}) {
      text += "\n[[approvals]]\nrole = \"" + role + "\"\nname = \"" +
              std::string(shell_.word("drill_name", role)) + "\"\nunit = \"" + unit->second.name +
              "\"\nat = \"" + format_utc(signed_at) + "\"\n";
      if (role == "secrecy_reviewer") {
        text +=
            "result = \"disclose\"\nbasis = \"" + std::string(shell_.word("drill_basis")) + "\"\n";
      }
    }
    const std::string file = place_ + "/drill-" + number + ".md";
    TRY(write_file(file, text + "+++\n" + shell_.text("drill_body_" + number) + "\n"));
    return file;
  }

  Status publish_notice(const std::string& number) const {
    const std::string file = TRY(notice(number));
    return type({"publish", file});
  }

  // --- steps -----------------------------------------------------------------------------------

  Status publishing() {
    begin("1", "publishing");
    say("drill_publishing");
    TRY(publish_notice("1"));
    TRY(wait_all());
    say("drill_published");
    return type({"release", "show", "#1"});
  }

  // Another program takes the account's token again and again, so ours is never good.
  Status dead_token() {
    begin("2", "token");
    say("drill_token");
    TRY(tell_platform("faults", R"({"voided": 1})"));
    TRY(publish_notice("2"));
    TRY(until_channel(
        [](const JsonValue& shown) { return shown.text("state") == "needs_authorisation"; }));
    say("drill_token_dead");
    TRY(type({"status"}));
    TRY(type({"channel", "show", std::string(channel)}));
    say("drill_token_renewed");
    TRY(tell_platform("faults", R"({"voided": 0})"));
    TRY(type({"channel",
              "resume",
              std::string(channel),
              "--reason",
              std::string(shell_.word("drill_reason_resume"))}));
    TRY(wait_all());
    say("drill_token_done");
    return type({"release", "show", "#2"});
  }

  Status portal_down() {
    begin("3", "portal");
    say("drill_portal");
    children_.stop("portal");
    TRY(publish_notice("3"));
    TRY(until_channel([](const JsonValue& shown) { return shown.integer("gate_waits_for") > 0; }));
    say("drill_portal_held");
    TRY(type({"channel", "show", std::string(channel)}));
    TRY(type({"status"}));
    say("drill_portal_back");
    TRY(start("portal", "portal", "/"));
    TRY(wait_all());
    return type({"release", "show", "#3"});
  }

  Status withdrawal() {
    begin("4", "withdrawal");
    say("drill_withdrawal");
    TRY(type({"withdraw",
              "drill-1",
              "--kind",
              "remove",
              "--reason",
              std::string(shell_.word("drill_reason_withdraw")),
              "--yes"}));
    TRY(wait_all());
    say("drill_withdrawn");
    TRY(type({"takedown", "list"}));
    TRY(type({"takedown", "show", "#4"}));
    return type({"status"});
  }

  Shell shell_;
  const DrillOptions& options_;
  std::string place_;
  Home home_;
  std::string platform_;  // address
  HttpClient client_;
  Children children_;  // end before the place goes
};

}  // namespace

Result<std::string> find_fakes(const std::string& program, const std::string& asked) {
  constexpr int levels_up = 5;
  std::error_code ignored;
  if (!asked.empty()) {
    if (fs::exists(fs::path(asked) / "wechat", ignored)) {
      return asked;
    }
    return gulou::fail(ErrorCode::not_found, "drill_fakes_missing", {}, {asked});
  }
  fs::path above = fs::path(program).parent_path();
  for (int i = 0; i < levels_up && above.has_relative_path(); ++i, above = above.parent_path()) {
    for (const char* where : {"tests/fakes", "share/gulou/fakes"}) {
      if (fs::exists(above / where / "wechat", ignored)) {
        return (above / where).string();
      }
    }
  }
  return gulou::fail(ErrorCode::not_found, "drill_fakes_missing", {}, {program});
}

Exit drill(const Shell& shell, const DrillOptions& options) {
  if (!options.yes && !shell.read_line) {
    shell.complain(shell.text("drill_needs_terminal"));
    return Exit::usage;
  }
  remember_interruption();
  Workplace place;
  const Status done = Drill(shell, options, place.path()).run();
  if (done) {
    return Exit::done;
  }
  if (interrupted() || done.error().reason == "interrupted") {
    shell.complain(shell.text("drill_interrupted"));
    return Exit::refused;
  }
  if (done.error().reason == "drill_stuck") {
    place.keep();  // its logs say why
  }
  return shell.fail(done.error());
}

}  // namespace gulou::cli
