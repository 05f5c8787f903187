#include "broker/cli/home_writer.h"

#include "cli_county_embedded.h"
#include "common/base/bytes.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/crypto/mac.h"
#include "common/crypto/signature.h"
#include "common/net/keys.h"
#include "common/settings/adapter_settings.h"
#include "common/settings/broker_settings.h"
#include "common/settings/home.h"
#include "common/settings/principals.h"
#include "common/settings/site_settings.h"

#include <utility>
#include <vector>

namespace gulou::cli {
namespace {

// Principals of a new home; an adapter instance has its own key, under the name that the sample of
// its configuration gives.
constexpr std::string_view operator_name = "operator";
constexpr std::string_view publisher_name = "publisher-1";
constexpr std::string_view portal_name = "portal-1";
constexpr std::string_view screen_name = "screen-1";

std::string local_address(const HomePlan& plan, std::string_view name) {
  return "127.0.0.1:" + std::to_string(plan.ports.find(name)->second);
}

std::string endpoint(const HomePlan& plan, std::string_view name) {
  return "tcp://" + local_address(plan, name);
}

// In single quotes, as every shell reads it.
std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

std::string env_text(const HomePlan& plan) {
  const size_t slash = plan.program.rfind('/');
  std::string text = "export GULOU_HOME=" + shell_quoted(plan.home) + "\n";
  if (slash != std::string::npos) {
    text += "export PATH=" + shell_quoted(plan.program.substr(0, slash)) + ":\"$PATH\"\n";
  }
  return text;
}

// A fresh CURVE pair, whose secret half stays in keys/; the public half.
Result<std::string> make_key(const Home& home, std::string_view principal) {
  net::KeyPair keys = net::generate_keys();
  TRY(create_secret_file(home.secret_key_of(principal), keys.secret_key + "\n"));
  return std::move(keys.public_key);
}

Status write_server_keys(const Home& home) {
  const net::KeyPair server = net::generate_keys();
  TRY(create_secret_file(home.broker_secret_key(), server.secret_key + "\n"));
  TRY(create_public_file(home.broker_public_key(), server.public_key + "\n"));
  TRY(create_key_file(home.mac_key(), MacKey::make()));
  const SigningKey signing = SigningKey::make();
  const auto& bytes = signing.public_key().bytes;
  TRY(create_public_file(
      home.signing_public_key(),
      to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) + "\n"));
  return create_key_file(home.signing_key(), signing);
}

Status write_access(const Home& home, const HomePlan& plan) {
  const auto adapter = [&home](std::string_view name,
                               std::string channel) -> Result<PrincipalSettings> {
    PrincipalSettings principal;
    principal.name = std::string(name);
    principal.role = Role::adapter;
    principal.key = TRY(make_key(home, name));
    principal.channels = {std::move(channel)};
    principal.instance = std::string(name);
    return principal;
  };
  PrincipalSettings operating;
  operating.name = std::string(operator_name);
  operating.role = Role::operating;
  operating.rights = Rights::admin;
  operating.token_hash = sha256(plan.token);
  operating.asserted = true;
  PrincipalSettings publisher;
  publisher.name = std::string(publisher_name);
  publisher.role = Role::publisher;
  publisher.asserted = true;
  publisher.key = TRY(make_key(home, publisher_name));
  PrincipalSettings portal = TRY(adapter(portal_name, "portal"));
  PrincipalSettings screen = TRY(adapter(screen_name, "screen"));
  const std::vector<PrincipalSettings> principals{
      std::move(operating), std::move(publisher), std::move(portal), std::move(screen)};
  TRY(create_secret_file(home.principals(), write_principals(principals)));
  return create_secret_file(in_home(home.dir, home_files::token), plan.token + "\n");
}

Status write_adapters(const Home& home, const HomePlan& plan) {
  const std::string portal_url = "http://" + local_address(plan, "portal");
  AdapterSettings portal = sample_portal_adapter();
  portal.broker_endpoint = endpoint(plan, "adapters");
  portal.listen = local_address(plan, "portal");
  portal.base_url = portal_url;
  AdapterSettings screen = sample_screen_adapter();
  screen.broker_endpoint = endpoint(plan, "adapters");
  screen.listen = local_address(plan, "screen");
  screen.base_url = "http://" + local_address(plan, "screen");
  screen.screen.portal_url = portal_url;
  TRY(create_public_file(home.adapter_settings("portal"), write_portal_adapter(portal)));
  return create_public_file(home.adapter_settings("screen"), write_screen_adapter(screen));
}

Status write_broker_settings(const Home& home, const HomePlan& plan) {
  BrokerSettings settings;
  settings.http_address = local_address(plan, "http");
  settings.publisher_endpoint = endpoint(plan, "publishers");
  settings.adapter_endpoint = endpoint(plan, "adapters");
  settings.device_endpoint = endpoint(plan, "devices");
  return create_public_file(home.broker_settings(), write_broker(settings));
}

}  // namespace

Status write_home(const std::string& directory, const HomePlan& plan) {
  const Home home{directory};
  TRY(make_private_dir(home.keys_dir()));
  TRY(make_private_dir(in_home(directory, "adapters")));
  for (const auto& [name, bytes] : embedded::cli_county) {
    TRY(create_public_file(in_home(directory, name), bytes));
  }
  TRY(write_broker_settings(home, plan));
  TRY(write_server_keys(home));
  TRY(write_access(home, plan));
  TRY(write_adapters(home, plan));
  TRY(create_public_file(home.site_settings(), write_site(sample_site())));
  TRY(create_public_file(in_home(directory, home_files::env), env_text(plan)));
  return create_public_file(in_home(directory, home_files::ports), write_ports(plan.ports));
}

}  // namespace gulou::cli
