#include "broker/cli/key.h"

#include "broker/cli/ask_first.h"
#include "broker/cli/broker_client.h"
#include "broker/cli/home.h"
#include "broker/cli/principals_file.h"
#include "broker/cli/table.h"
#include "common/base/bytes.h"
#include "common/base/files.h"
#include "common/base/time.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/crypto/random.h"
#include "common/json/writer.h"
#include "common/net/keys.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <sys/stat.h>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t token_bytes = 32;
constexpr int64_t soon_ms = 30LL * 24 * 3600 * 1000;

// The same digits that the broker's log puts behind the name.
std::string fingerprint(std::string_view key) {
  constexpr size_t digits = 16;
  return key.empty() ? std::string() : to_hex(sha256(key)).substr(0, digits);
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& one : list) {
    text += (text.empty() ? "" : " ") + one;
  }
  return text;
}

std::string kinds_of(const PrincipalSettings& one) {
  std::vector<std::string> names;
  for (const Kind kind : one.kinds) {
    names.emplace_back(name_of(kind));
  }
  return joined(names);
}

std::optional<Role> parse_role(std::string_view name) {
  for (const Role role :
       {Role::publisher, Role::adapter, Role::operating, Role::device, Role::relay}) {
    if (name_of(role) == name) {
      return role;
    }
  }
  return std::nullopt;
}

Result<PrincipalSettings> principal_of(const NewKey& wanted) {
  if (wanted.role.empty()) {
    return fail(ErrorCode::not_found, "principal_unknown_role", {}, {wanted.name});
  }
  const auto role = parse_role(wanted.role);
  if (!role) {
    return fail(ErrorCode::invalid_argument, "word_unknown", "--role", {wanted.role});
  }
  PrincipalSettings principal;
  principal.name = wanted.name;
  principal.instance = wanted.name;
  principal.role = *role;
  principal.units = wanted.units;
  principal.columns = wanted.columns;
  principal.channels = wanted.channels;
  principal.rate_per_minute = wanted.rate_per_minute;
  principal.valid_until = wanted.valid_until;
  for (const std::string& name : wanted.kinds) {
    const auto kind = parse_kind(name);
    if (!kind) {
      return fail(ErrorCode::invalid_argument, "word_unknown", "--kind", {name});
    }
    principal.kinds.push_back(*kind);
  }
  for (const Rights rights : {Rights::viewer, Rights::operating, Rights::admin}) {
    principal.rights = name_of(rights) == wanted.rights ? rights : principal.rights;
  }
  if (!wanted.rights.empty() && principal.rights == Rights::none) {
    return fail(ErrorCode::invalid_argument, "word_unknown", "--rights", {wanted.rights});
  }
  return principal;
}

// A broker that runs is told; one that does not reads the file when it starts.
Result<bool> tell_broker(const Shell& shell) {
  auto client = BrokerClient::open(shell);
  const auto answer =
      client ? client->post("/v1/reload", "{}") : Result<Answer>(gulou::fail(client.error()));
  if (answer) {
    return true;
  }
  return exit_of(answer.error()) == Exit::unreachable ? Result<bool>(false)
                                                      : gulou::fail(answer.error());
}

struct Made {
  std::string secret;  // shown once, or in `file`
  std::string public_half;
  std::string file;
  bool token = false;
  bool replaces = false;
};

std::string where_it_goes(const Shell& shell, const NewKey& wanted, bool token) {
  if (!wanted.out.empty()) {
    return wanted.out;
  }
  return token ? std::string() : Home{shell.home}.secret_key_of(wanted.name);
}

// The token this machine's commands use is renewed with the principal it belongs to.
Status keep_own_token(const Shell& shell, const Digest& old_hash, const std::string& token) {
  const auto own = read_token(shell.home);
  if (own && old_hash && sha256(*own) == old_hash) {
    return replace_secret_file(in_home(shell.home, home_files::token), token + "\n");
  }
  return {};
}

Result<Made> make_new(const Shell& shell, const NewKey& wanted) {
  PrincipalsFile file = TRY(PrincipalsFile::open(shell.home));
  const PrincipalSettings* known = file.find(wanted.name);
  PrincipalSettings fresh;
  if (known == nullptr) {
    fresh = TRY(principal_of(wanted));
  }
  const PrincipalSettings before = known != nullptr ? *known : fresh;
  Made made;
  made.replaces = known != nullptr;
  made.token = wanted.token || before.role == Role::operating;
  made.file = where_it_goes(shell, wanted, made.token);
  Digest hash;
  if (made.token) {
    made.secret = to_hex(random_bytes(token_bytes));
    hash = sha256(made.secret);
  } else {
    net::KeyPair keys = net::generate_keys();
    made.secret = std::move(keys.secret_key);
    made.public_half = std::move(keys.public_key);
  }
  if (known == nullptr) {
    fresh.token_hash = hash;
    fresh.key = made.public_half;
    file.append(fresh);
  } else if (made.token) {
    TRY(file.set(wanted.name, "token_hash", "\"" + to_hex(hash) + "\""));
  } else {
    // The one in use is admitted until the new one is in place everywhere.
    TRY(file.set(wanted.name, "key", "\"" + made.public_half + "\""));
    TRY(file.set(wanted.name, "previous_key", before.key.empty() ? "" : "\"" + before.key + "\""));
  }
  TRY(file.save());  // a name or right that cannot be stands nowhere yet
  if (!made.file.empty()) {
    TRY(replace_secret_file(made.file, made.secret + "\n"));
  }
  if (made.token) {
    TRY(keep_own_token(shell, before.token_hash, made.secret));
  }
  return made;
}

std::string said_of(const Shell& shell, bool told) {
  return shell.text(told ? "reload_done" : "reload_at_start");
}

std::string validity_word(const Shell& shell, const PrincipalSettings& one) {
  return std::string(shell.word("admission", name_of(validity_of(one, read_clocks().utc))));
}

void print_made(const Shell& shell, const NewKey& wanted, const Made& made, bool told) {
  Table table({});
  table.add({std::string(shell.word("noun_principal")), wanted.name});
  if (made.token && made.file.empty()) {
    table.add({std::string(shell.word("noun_token")), made.secret});
    table.add({"", shell.text("secret_shown_once")});
  } else {
    table.add({std::string(shell.word("noun_secret")), made.file});
  }
  if (!made.public_half.empty()) {
    table.add({std::string(shell.word("noun_key")), fingerprint(made.public_half)});
  }
  table.add({"", said_of(shell, told)});
  if (made.replaces && !made.token) {
    table.add({std::string(shell.word("noun_next_step")),
               shell.text("key_replaced_next", {wanted.name})});
  }
  shell.print(table.text(60, "  "));
}

std::string description(const Shell& shell, const PrincipalSettings& one, bool previous) {
  return shell.text(previous ? "revoke_previous_would" : "revoke_would",
                    {one.name, std::string(shell.word("role", name_of(one.role)))});
}

Status revoke_in(PrincipalsFile& file, const Revocation& revocation) {
  if (revocation.previous) {
    TRY(file.set(revocation.name, "previous_key", ""));
  } else {
    TRY(file.set(revocation.name, "revoked", "true"));
  }
  return file.save();
}

struct Finding {
  bool good = true;
  std::string text;
};

std::string mode_of(const fs::path& path) {
  struct stat info {};

  if (::stat(path.c_str(), &info) != 0 || (info.st_mode & 077) == 0) {
    return {};
  }
  constexpr unsigned permissions = 0777;
  std::string octal;
  for (unsigned bits = info.st_mode & permissions; bits != 0; bits /= 8) {
    octal.insert(octal.begin(), static_cast<char>('0' + bits % 8));
  }
  return octal;
}

// Secrets that others may read.
void look_at_secrets(const Shell& shell, std::vector<Finding>& findings) {
  std::error_code error;
  std::vector<fs::path> paths{Home{shell.home}.principals(),
                              in_home(shell.home, home_files::token)};
  for (const auto& entry : fs::directory_iterator(Home{shell.home}.keys_dir(), error)) {
    if (entry.path().extension() != ".public") {
      paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  for (const fs::path& path : paths) {
    if (const std::string mode = mode_of(path); !mode.empty()) {
      const Error open{ErrorCode::refused, "secret_too_open", path.string(), {mode}};
      findings.push_back({false, sentence(shell.language, open)});
    }
  }
}

void look_at(const Shell& shell, const PrincipalSettings& one, std::vector<Finding>& findings) {
  const Utc now = read_clocks().utc;
  const PrincipalState validity = validity_of(one, now);
  if (validity == PrincipalState::over) {
    findings.push_back({false, shell.text("principal_over", {one.name, one.valid_until})});
  } else if (validity == PrincipalState::valid &&
             validity_of(one, {now.ms + soon_ms}) == PrincipalState::over) {
    findings.push_back({true, shell.text("principal_over_soon", {one.name, one.valid_until})});
  }
  if (!one.previous_key.empty() && validity == PrincipalState::valid) {
    findings.push_back(
        {true, shell.text("principal_previous_key", {one.name, fingerprint(one.previous_key)})});
  }
  const bool may_all = one.role == Role::publisher && one.units.empty();
  if (may_all && validity == PrincipalState::valid) {
    findings.push_back({true, shell.text("principal_all_units", {one.name})});
  }
}

void write_principal(JsonWriter& json, const PrincipalSettings& one) {
  const auto list = [&](std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) {
      json.key(key).begin_array();
      for (const std::string& value : values) {
        json.value(value);
      }
      json.end_array();
    }
  };
  json.begin_object()
      .member("name", one.name)
      .member("role", name_of(one.role))
      .member("state", name_of(validity_of(one, read_clocks().utc)))
      .text_member("key", fingerprint(one.key))
      .text_member("previous_key", fingerprint(one.previous_key))
      .member("token", static_cast<bool>(one.token_hash))
      .text_member("rights", std::string(name_of(one.rights)))
      .text_member("valid_from", one.valid_from)
      .text_member("valid_until", one.valid_until);
  list("units", one.units);
  list("columns", one.columns);
  list("channels", one.channels);
  std::vector<std::string> kinds;
  for (const Kind kind : one.kinds) {
    kinds.emplace_back(name_of(kind));
  }
  list("kinds", kinds);
  if (one.rate_per_minute != 0) {
    json.member("rate_per_minute", uint64_t{one.rate_per_minute});
  }
  json.end_object();
}

Exit print_json_of(const Shell& shell, const std::vector<PrincipalSettings>& all) {
  JsonWriter json;
  json.begin_object().key("principals").begin_array();
  for (const PrincipalSettings& one : all) {
    write_principal(json, one);
  }
  shell.print_json(json.end_array().end_object().take());
  return Exit::done;
}

std::string all_or(const Shell& shell, const PrincipalSettings& one, const std::string& list) {
  const bool limits = one.role == Role::publisher;
  return !list.empty() || !limits ? list : std::string(shell.word("word_all"));
}

}  // namespace

Exit new_key(const Shell& shell, const NewKey& wanted) {
  const auto made = make_new(shell, wanted);
  if (!made) {
    return shell.fail(made.error());
  }
  const auto told = tell_broker(shell);
  if (shell.json) {
    JsonWriter json;
    json.begin_object().member("name", wanted.name);
    if (made->token && made->file.empty()) {
      json.member("token", made->secret);
    }
    json.text_member("file", made->file)
        .text_member("key", made->public_half)
        .member("in_effect", told && *told)
        .end_object();
    shell.print_json(json.take());
  } else {
    print_made(shell, wanted, *made, told && *told);
  }
  return told ? Exit::done : shell.fail(told.error());
}

Exit revoke_key(const Shell& shell, const Revocation& revocation) {
  auto file = PrincipalsFile::open(shell.home);
  if (!file) {
    return shell.fail(file.error());
  }
  const PrincipalSettings* one = file->find(revocation.name);
  if (one == nullptr || (revocation.previous && one->previous_key.empty())) {
    return shell.fail({ErrorCode::not_found,
                       one == nullptr ? "principal_unknown" : "previous_key_missing",
                       {},
                       {revocation.name}});
  }
  if (const auto no = ask_first(shell,
                                revocation.yes,
                                description(shell, *one, revocation.previous),
                                shell.text("revoke_sure"))) {
    return *no;
  }
  if (const Status status = revoke_in(*file, revocation); !status) {
    return shell.fail(status.error());
  }
  const auto told = tell_broker(shell);
  if (!told) {
    return shell.fail(told.error());
  }
  if (shell.json) {
    JsonWriter json;
    json.begin_object().member("name", revocation.name).member("in_effect", *told).end_object();
    shell.print_json(json.take());
  } else {
    shell.print(shell.text("revoke_done", {revocation.name}) + "  " + said_of(shell, *told));
  }
  return *told ? Exit::done : Exit::unreachable;
}

Exit list_keys(const Shell& shell) {
  const auto file = PrincipalsFile::open(shell.home);
  if (!file) {
    return shell.fail(file.error());
  }
  if (shell.json) {
    return print_json_of(shell, file->all());
  }
  Table table({std::string(shell.word("noun_principal")),
               std::string(shell.word("noun_role")),
               std::string(shell.word("noun_key")),
               std::string(shell.word("noun_previous_key")),
               std::string(shell.word("noun_token")),
               std::string(shell.word("noun_state"))});
  for (const PrincipalSettings& one : file->all()) {
    table.add({one.name,
               std::string(shell.word("role", name_of(one.role))),
               fingerprint(one.key),
               fingerprint(one.previous_key),
               std::string(one.token_hash ? shell.word("word_yes") : ""),
               validity_word(shell, one)});
  }
  shell.print(table.text());
  return Exit::done;
}

Exit list_principals(const Shell& shell) {
  const auto file = PrincipalsFile::open(shell.home);
  if (!file) {
    return shell.fail(file.error());
  }
  if (shell.json) {
    return print_json_of(shell, file->all());
  }
  Table table({std::string(shell.word("noun_principal")),
               std::string(shell.word("noun_role")),
               std::string(shell.word("noun_unit")),
               std::string(shell.word("noun_column")),
               std::string(shell.word("noun_kind")),
               std::string(shell.word("noun_channel")),
               std::string(shell.word("noun_state"))});
  for (const PrincipalSettings& one : file->all()) {
    std::string role(shell.word("role", name_of(one.role)));
    if (one.rights != Rights::none) {
      role = std::string(shell.word("rights", name_of(one.rights)));
    }
    table.add({one.name,
               std::move(role),
               all_or(shell, one, joined(one.units)),
               all_or(shell, one, joined(one.columns)),
               all_or(shell, one, kinds_of(one)),
               all_or(shell, one, joined(one.channels)),
               validity_word(shell, one)});
  }
  shell.print(table.text(36));
  return Exit::done;
}

Exit check_principals(const Shell& shell) {
  const auto file = PrincipalsFile::open(shell.home);
  if (!file) {
    return shell.fail(file.error());
  }
  std::vector<Finding> findings;
  look_at_secrets(shell, findings);
  for (const PrincipalSettings& one : file->all()) {
    look_at(shell, one, findings);
  }
  const bool good = std::ranges::all_of(findings, &Finding::good);
  if (shell.json) {
    JsonWriter json;
    json.begin_object().member("good", good).key("findings").begin_array();
    for (const Finding& one : findings) {
      json.begin_object().member("good", one.good).member("text", one.text).end_object();
    }
    shell.print_json(json.end_array().end_object().take());
    return good ? Exit::done : Exit::refused;
  }
  for (const Finding& one : findings) {
    shell.print((one.good ? "  " : "! ") + one.text);
  }
  shell.print(shell.text(good ? "principals_good" : "principals_not_good",
                         {std::to_string(file->all().size())}));
  return good ? Exit::done : Exit::refused;
}

Exit reload(const Shell& shell) {
  auto client = BrokerClient::open(shell);
  const auto answer =
      client ? client->post("/v1/reload", "{}") : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
  } else {
    shell.print(shell.text("reload_counts",
                           {std::to_string(answer->value.integer("principals")),
                            std::to_string(answer->value.integer("admitted"))}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
