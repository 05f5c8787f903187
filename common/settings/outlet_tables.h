// What an operator may set of a media outlet ([feed]) and of a Weibo account ([weibo]): tables of
// adapters/NAME.toml, read with it by adapter_settings.h. Plain data; secrets stand in files of
// their own, which are named here.
#pragma once

#include "common/base/result.h"
#include "common/settings/value.h"

#include <cstdint>
#include <string>

namespace gulou {

// One outlet. Every way that is set is used; the feed is always there.
struct FeedTable {
  std::string name;     // of the outlet
  std::string contact;  // whom its editors ask
  std::string folder;   // packets are put there
  std::string sftp;     // sftp://HOST:PORT/DIR: packets are put there
  std::string sftp_user;
  std::string sftp_key_file;
  std::string sftp_known_hosts;
  std::string mail_to;
  std::string mail_from;
  std::string mail_server;  // smtp:// or smtps://
  std::string mail_user;
  std::string mail_password_file;
  std::string webhook_url;
  std::string webhook_secret_file;  // "whsec_" and base64
  std::string hub;                  // WebSub: told of every change of the feed
  std::string token_file;           // who reads the feed must show it; empty: nobody asks
  bool acknowledge = true;          // a recall is done only when the outlet says so
  int64_t disable_after_ms = 3LL * 24 * 3600 * 1000;
};

struct WeiboTable {
  std::string api = "https://api.weibo.com";
  std::string uid;
  std::string token_file;                    // access_token, renewed by a person
  std::string text = "{title} {url}";        // what a post says
  std::string ip = "127.0.0.1";              // rip: of the operator, as the platform demands
  bool picture = true;                       // the release's first picture goes with it
  int64_t quota_wait_ms = 10LL * 60 * 1000;  // how long the channel sleeps at the platform's limit
  bool destroy = true;                       // may delete posts; otherwise a person does
};

Status read_feed_table(const TomlFile& file, const TomlValue& table, FeedTable& settings);
Status read_weibo_table(const TomlFile& file, const TomlValue& table, WeiboTable& settings);
std::string write_feed_table(const FeedTable& settings);
std::string write_weibo_table(const WeiboTable& settings);
std::string help_feed_table(bool chinese);
std::string help_weibo_table(bool chinese);

}  // namespace gulou
