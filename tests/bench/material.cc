#include "tests/bench/material.h"

#include "common/base/check.h"
#include "common/base/files.h"
#include "common/base/time.h"
#include "common/crypto/signature.h"
#include "common/json/approval_json.h"
#include "common/json/digests.h"
#include "common/json/release_json.h"

#include <random>
#include <sstream>
#include <utility>

namespace gulou::bench {
namespace {

constexpr size_t templates = 251;
constexpr std::string_view number_mark = "00000000";
constexpr uint32_t first_character = 0x4E00;
constexpr uint32_t characters = 3000;

std::string random_text(std::mt19937& random, size_t bytes) {
  std::string text = "第00000000号：";
  std::uniform_int_distribution<uint32_t> draw(first_character, first_character + characters - 1);
  while (text.size() + 3 <= bytes) {
    const uint32_t point = draw(random);
    text += static_cast<char>(0xE0U | (point >> 12U));
    text += static_cast<char>(0x80U | ((point >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (point & 0x3FU));
  }
  return text;
}

SigningKey signing_key() {
  return SigningKey::from_seed({7});
}

std::string hex_of(const PublicKey& key) {
  return to_hex({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
}

ApprovalSettings approvals_needed(Policy policy) {
  ApprovalSettings needed;
  ApprovalRule rule;
  switch (policy) {
    case Policy::none:
      return needed;
    case Policy::asserted:
      rule.require = {
          ApprovalRole::drafter, ApprovalRole::secrecy_reviewer, ApprovalRole::approver};
      break;
    case Policy::by_key:
      needed.review = false;
      needed.people = {{.name = "何志远",
                        .key = hex_of(signing_key().public_key()),
                        .roles = {ApprovalRole::approver},
                        .from = "2020-01-01"}};
      rule.require = {ApprovalRole::approver};
      rule.lowest = ApprovalLevel::by_key;
      break;
  }
  needed.rules = {rule};
  return needed;
}

std::string told(ApprovalRole role, std::string name, const std::string& at) {
  Approval approval;
  approval.role = role;
  approval.name = std::move(name);
  approval.at = at;
  approval.unit = "云溪县人民政府办公室";
  if (role == ApprovalRole::secrecy_reviewer) {
    approval.result = "disclose";
    approval.basis = "条例第十九条";
  }
  return to_json(approval);
}

std::vector<std::string> signed_approvals(Bodies& bodies, const std::string& at) {
  const SigningKey key = signing_key();
  std::vector<std::string> all;
  for (uint64_t number = 0; number < signed_max; ++number) {
    Approval approval;
    const Digest digest = release_digest(bodies.release(number));
    approval.bundle_digest = bundle_digest({&digest, 1});
    approval.role = ApprovalRole::approver;
    approval.name = "何志远";
    approval.at = at;
    all.push_back(to_json(sign_approval(std::move(approval), key)));
  }
  return all;
}

}  // namespace

std::string_view name_of(Policy policy) {
  return policy == Policy::none ? "none" : policy == Policy::asserted ? "asserted" : "by_key";
}

Policy policy_of(std::string_view name) {
  return name == name_of(Policy::asserted) ? Policy::asserted
         : name == name_of(Policy::by_key) ? Policy::by_key
                                           : Policy::none;
}

CountySettings county_of(size_t adapters, Policy policy) {
  CountySettings county;
  county.approvals = approvals_needed(policy);
  county.units["office"] = {"office", "云溪县人民政府办公室", "014820037", "520000000000", ""};
  Column column;
  column.id = "tzgg";
  column.name = "通知公告";
  column.path = {"政务公开"};
  county.columns["tzgg"] = column;
  for (size_t i = 0; i < adapters; ++i) {
    Channel channel;
    channel.id = "c" + std::to_string(i);
    channel.name = channel.id;
    county.channels.push_back(channel);
  }
  return county;
}

NetPrincipals principals_of(size_t adapters) {
  NetPrincipals principals;
  NetPrincipal publisher;
  publisher.name = publisher_name;
  publisher.publisher = true;
  publisher.rights.asserted = true;
  principals[publisher.name] = publisher;
  for (size_t i = 0; i < adapters; ++i) {
    NetPrincipal adapter;
    adapter.name = "a" + std::to_string(i);
    adapter.adapter = true;
    adapter.channels = {"c" + std::to_string(i)};
    principals[adapter.name] = adapter;
  }
  return principals;
}

Keys make_keys(size_t adapters) {
  Keys keys(adapters + 2);
  for (net::KeyPair& pair : keys) {
    pair = net::generate_keys();
  }
  return keys;
}

Status write_keys(const std::string& path, const Keys& keys) {
  std::string text;
  for (const net::KeyPair& pair : keys) {
    text += pair.public_key + " " + pair.secret_key + "\n";
  }
  return replace_file(path, text);
}

Result<Keys> read_keys(const std::string& path) {
  std::istringstream text(TRY(read_file(path, 1024 * 1024)));
  Keys keys;
  net::KeyPair pair;
  while (text >> pair.public_key >> pair.secret_key) {
    keys.push_back(pair);
  }
  return keys;
}

Bodies::Bodies(size_t body_bytes) {
  std::mt19937 random(1);
  Release release;
  release.id = std::string(id_prefix) + std::string(number_mark);
  release.revision = 1;
  release.kind = Kind::notice;
  release.title = "关于做好第00000000号事项的通知";
  release.column = "tzgg";
  release.issuer = {"云溪县人民政府办公室", "014820037"};
  release.written_on = "2026-05-06";
  release.disclosure_type = DisclosureType::proactive;
  release.classification = Classification::open;
  release.body.format = BodyFormat::text;
  for (size_t i = 0; i < templates; ++i) {
    release.body.content = random_text(random, body_bytes);
    Template one{to_json(release), {}};
    for (size_t at = one.json.find(number_mark); at != std::string::npos;
         at = one.json.find(number_mark, at + 1)) {
      one.numbers_at.push_back(at);
    }
    templates_.push_back(std::move(one));
  }
}

std::string_view Bodies::release(uint64_t number) {
  Template& one = templates_[number % templates];
  for (const size_t at : one.numbers_at) {
    uint64_t left = number;
    for (size_t i = number_digits; i-- > 0; left /= 10) {
      one.json[at + i] = static_cast<char>('0' + left % 10);
    }
  }
  return one.json;
}

Approvals approvals_of(Policy policy, Bodies& bodies) {
  const std::string at = format_utc(read_clocks().utc);
  switch (policy) {
    case Policy::none:
      return nullptr;
    case Policy::asserted:
      return [three = std::vector{told(ApprovalRole::drafter, "陈晓雨", at),
                                  told(ApprovalRole::secrecy_reviewer, "周建民", at),
                                  told(ApprovalRole::approver, "何志远", at)}](uint64_t) {
        return three;
      };
    case Policy::by_key:
      return [all = signed_approvals(bodies, at)](uint64_t number) {
        CHECK(number < all.size());
        return std::vector{all[number]};
      };
  }
  return nullptr;
}

}  // namespace gulou::bench
