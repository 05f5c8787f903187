// Names of everything in a home, in one place. `gulou init` makes it, broker, adapters and CLI open
// it. A home can be moved: files within it name each other relative to themselves.
#pragma once

#include <string>
#include <string_view>

namespace gulou {

struct Home {
  std::string dir;

  std::string broker_settings() const { return dir + "/broker.toml"; }

  std::string principals() const { return dir + "/principals.toml"; }

  std::string notify_settings() const { return dir + "/notify.toml"; }

  std::string site_settings() const { return dir + "/site.toml"; }

  std::string boards() const { return dir + "/boards.toml"; }

  std::string adapter_settings(std::string_view channel) const {
    return dir + "/adapters/" + std::string(channel) + ".toml";
  }

  std::string journal_dir() const { return dir + "/journal"; }

  std::string keys_dir() const { return dir + "/keys"; }

  // CURVE: the server's pair, Z85 text.
  std::string broker_secret_key() const { return dir + "/keys/broker.secret"; }

  std::string broker_public_key() const { return dir + "/keys/broker.public"; }

  // CURVE secret of an adapter instance or publisher.
  std::string secret_key_of(std::string_view principal) const {
    return dir + "/keys/" + std::string(principal) + ".secret";
  }

  std::string mac_key() const { return dir + "/keys/receipt.mac"; }

  // Ed25519: checkpoints and evidence are signed with it; the public half is for everybody.
  std::string signing_key() const { return dir + "/keys/checkpoint.sign"; }

  std::string signing_public_key() const { return dir + "/keys/checkpoint.public"; }

  std::string checkpoints_dir() const { return dir + "/checkpoints"; }
};

}  // namespace gulou
