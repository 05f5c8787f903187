// What an operator may set of a WeChat official account: the table [wechat] of adapters/NAME.toml,
// read with it by adapter_settings.h. Plain data; secrets stand in files of their own, which are
// named here.
#pragma once

#include "common/base/result.h"
#include "common/settings/value.h"

#include <cstdint>
#include <string>

namespace gulou {

// api: published by the program; draft: prepared by it, published by a person.
enum class WechatMode : uint8_t { api = 0, draft = 1 };

struct WechatTable {
  std::string api = "https://api.weixin.qq.com";
  std::string appid;
  std::string secret_file;
  WechatMode mode = WechatMode::api;
  std::string author;            // of every article; empty: the issuing body where it is short
  std::string event_token_file;  // of the account's server settings; empty: no events are taken
  int64_t poll_ms = 10LL * 60 * 1000;     // asked for a job's end where no event came
  int64_t settle_ms = 30LL * 60 * 1000;   // an unclear submission is looked for so long
  int64_t quota_wait_ms = 3600LL * 1000;  // how long the channel sleeps at most at a quota
  int64_t watch_ms = 30LL * 60 * 1000;    // draft: between looks at what was published
  uint32_t polls_per_day = 100;
  uint32_t lists_per_day = 100;
  uint32_t deletes_per_day = 10;
  bool remove = true;  // may take articles down; otherwise a person does
};

Status read_wechat_table(const TomlFile& file, const TomlValue& table, WechatTable& settings);
std::string write_wechat_table(const WechatTable& settings);
std::string help_wechat_table(bool chinese);

}  // namespace gulou
