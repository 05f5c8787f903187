#include "broker/cli/broker_client.h"
#include "broker/cli/home.h"
#include "broker/cli/nouns.h"
#include "broker/cli/ports.h"
#include "broker/cli/table.h"
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/crypto/key_file.h"
#include "common/draw/glyphs.h"
#include "common/json/writer.h"
#include "common/settings/adapter_settings.h"
#include "common/settings/broker_settings.h"
#include "common/settings/county.h"
#include "common/settings/home.h"
#include "common/settings/notify_settings.h"
#include "common/settings/principals.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include <sys/stat.h>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

// Characters of people's and places' names that many machines cannot show.
constexpr std::string_view rare_characters = "䶮堃㛃喆";
// 2020-01-01: a clock before it is not set; certificates and dates would be wrong.
constexpr int64_t clock_sane_from_ms = 1'577'836'800'000;

struct Finding {
  std::string_view name;  // word of what was looked at
  bool good = true;
  bool warns = false;  // it works, but something should be there that is not
  std::string text;
};

class Doctor {
 public:
  explicit Doctor(const Shell& shell) : shell_(shell) {}

  std::vector<Finding> look() {
    home();
    secrets();
    configuration();
    site();
    broker();
    ports();
    disk();
    clock();
    fonts();
    return std::move(findings_);
  }

 private:
  void good(std::string_view name, std::string text) {
    findings_.push_back({.name = name, .good = true, .text = std::move(text)});
  }

  void bad(std::string_view name, std::string text) {
    findings_.push_back({.name = name, .good = false, .text = std::move(text)});
  }

  void warn(std::string_view name, std::string text) {
    findings_.push_back({.name = name, .warns = true, .text = std::move(text)});
  }

  void home() {
    struct stat info {};

    if (::stat(shell_.home.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
      bad("noun_home", shell_.text("home_missing", {shell_.home}));
    } else if ((info.st_mode & 077) != 0) {
      bad("noun_home", shell_.text("home_open", {shell_.home}));
    } else {
      good("noun_home", shell_.home);
      has_home_ = true;
    }
  }

  // Everything under keys/ that is no public half, and the token.
  void secrets() {
    if (!has_home_) {
      return;
    }
    std::vector<std::string> paths{in_home(shell_.home, home_files::token)};
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(Home{shell_.home}.keys_dir(), error)) {
      if (entry.path().extension() != ".public") {
        paths.push_back(entry.path().string());
      }
    }
    std::string wrong;
    for (const std::string& path : paths) {
      if (const auto bytes = read_secret_file(path); !bytes) {
        wrong += (wrong.empty() ? "" : "\n") + sentence(shell_.language, bytes.error());
      }
    }
    if (wrong.empty()) {
      good("noun_secrets", shell_.text("doctor_secrets", {std::to_string(paths.size())}));
    } else {
      bad("noun_secrets", wrong);
    }
  }

  void configuration() {
    if (!has_home_) {
      return;
    }
    const Home home{shell_.home};
    const auto broker = load_broker(home.broker_settings());
    const auto county = load_county(shell_.home);
    if (!broker || !county) {
      bad("noun_configuration",
          sentence(shell_.language, broker ? county.error() : broker.error()));
      return;
    }
    const auto principals = load_principals(home.principals(), *county);
    if (!principals) {
      bad("noun_configuration", sentence(shell_.language, principals.error()));
      return;
    }
    if (const auto notify = load_notify(home.notify_settings(), *county); !notify) {
      bad("noun_configuration", sentence(shell_.language, notify.error()));
      return;
    }
    good("noun_configuration",
         shell_.text("doctor_configuration",
                     {std::to_string(county->units.size()),
                      std::to_string(county->columns.size()),
                      std::to_string(county->channels.size()),
                      std::to_string(principals->size())}));
  }

  // What every government site must show in its foot.
  void site() {
    const Home home{shell_.home};
    std::error_code ignored;
    if (!has_home_ || !fs::exists(home.adapter_settings("portal"), ignored)) {
      return;
    }
    const auto portal = load_adapter(home.adapter_settings("portal"));
    const auto site = portal ? load_site(home.site_settings(), portal->site)
                             : Result<SiteTable>(gulou::fail(portal.error()));
    if (!site) {
      bad("noun_website", sentence(shell_.language, site.error()));
      return;
    }
    std::string missing;
    for (const std::string_view mark : missing_marks(*site)) {
      missing += (missing.empty() ? "" : shell_.word("list_comma"));
      missing += shell_.word("mark_" + std::string(mark));
    }
    if (missing.empty()) {
      good("noun_website", site->name);
    } else {
      warn("noun_website", shell_.text("doctor_site_missing", {missing, home.site_settings()}));
    }
  }

  void broker() {
    auto client = BrokerClient::open(shell_);
    const auto answer =
        client ? client->call("GET", "/readyz") : Result<Answer>(gulou::fail(client.error()));
    if (!answer) {
      bad("noun_broker", sentence(shell_.language, answer.error()));
      return;
    }
    reachable_ = true;
    const std::string said = answer->text.empty() ? client->url() : without_controls(answer->text);
    if (!answer->good()) {
      const std::string why = problem_text(answer->value);
      bad("noun_broker", why.empty() ? said : without_controls(why));
      return;
    }
    const auto status = client->get("/v1/status");
    if (!status) {
      bad("noun_broker", sentence(shell_.language, status.error()));
    } else if (!status->value.items("attention").empty()) {
      bad("noun_broker", shell_.text("doctor_attention"));
    } else {
      good("noun_broker", shell_.text("doctor_broker", {client->url()}));
    }
  }

  // With the broker running its ports are its own; without it somebody else must not have them.
  void ports() {
    const auto ports = read_ports(shell_.home);
    if (!ports || reachable_) {
      return;
    }
    std::string taken;
    for (const auto& [name, port] : *ports) {
      taken += is_port_free(port) ? "" : " " + name + "=" + std::to_string(port);
    }
    if (taken.empty()) {
      good("noun_ports", shell_.text("doctor_ports_free"));
    } else {
      bad("noun_ports", shell_.text("doctor_ports_taken", {taken}));
    }
  }

  void disk() {
    std::error_code error;
    const fs::space_info space = fs::space(has_home_ ? shell_.home : "/", error);
    if (error) {
      bad("noun_disk", error.message());
      return;
    }
    const auto share =
        static_cast<uint64_t>(static_cast<double>(space.capacity) * limits::disk_free_share_min);
    const uint64_t least = std::min<uint64_t>(limits::disk_free_bytes_min, share);
    const std::string text =
        shell_.text("status_disk", {size_text(space.available), size_text(space.capacity)});
    space.available >= least ? good("noun_disk", text) : bad("noun_disk", text);
  }

  void clock() {
    const Utc now = read_clocks().utc;
    now.ms >= clock_sane_from_ms
        ? good("noun_clock", format_shanghai(now) + " (Asia/Shanghai)")
        : bad("noun_clock", shell_.text("doctor_clock", {format_utc(now)}));
  }

  void fonts() {
    const auto missing = missing_glyphs(rare_characters);
    missing.empty() ? good("noun_fonts", std::string(rare_characters))
                    : bad("noun_fonts", shell_.text("doctor_fonts"));
  }

  const Shell& shell_;
  std::vector<Finding> findings_;
  bool has_home_ = false;
  bool reachable_ = false;
};

void print_json(const Shell& shell, const std::vector<Finding>& findings) {
  JsonWriter out;
  out.begin_object().key("findings").begin_array();
  for (const Finding& finding : findings) {
    out.begin_object().member("name", finding.name).member("good", finding.good);
    out.member("warns", finding.warns).member("text", finding.text).end_object();
  }
  shell.print_json(out.end_array().end_object().text());
}

}  // namespace

Exit doctor(const Shell& shell) {
  const std::vector<Finding> findings = Doctor(shell).look();
  const bool well = std::ranges::all_of(findings, &Finding::good);
  if (shell.json) {
    print_json(shell, findings);
  } else {
    Table table({});
    for (const Finding& finding : findings) {
      table.add({!finding.good   ? "!"
                 : finding.warns ? "?"
                                 : " ",
                 std::string(shell.word(finding.name)),
                 finding.text});
    }
    shell.print(table.text());
    shell.print(shell.text(well ? "doctor_well" : "doctor_ill"));
  }
  return well ? Exit::done : Exit::refused;
}

}  // namespace gulou::cli
