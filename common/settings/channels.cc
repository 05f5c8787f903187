#include "common/settings/channels.h"

#include "common/base/fleet_limits.h"
#include "common/base/limits.h"
#include "common/settings/forms.h"

#include <algorithm>

namespace gulou {
namespace {

// In the order of their enums; of gate_after: proceeds, false and true.
constexpr std::string_view start_words[] = {"now", "current", "all"};
constexpr std::string_view mode_words[] = {"api", "draft", "manual"};
constexpr std::string_view order_words[] = {"per_release", "strict"};
constexpr std::string_view gate_after_words[] = {"hold", "proceed"};
constexpr std::string_view withdrawal_words[] = {"adapter", "leave", "take_down", "park"};

constexpr uint64_t rate_max = 1'000'000;
constexpr uint64_t day_ms = 24ULL * 3600 * 1000;

constexpr SettingRow<Channel> rows[] = {
    {{.key = "id",
      .required = true,
      .form = forms::short_id,
      .zh = "渠道代码，启用后不可改。",
      .en = "Code of the channel; never changed once in use."},
     reach<Channel, &Channel::id>},
    {{.key = "name", .required = true, .form = forms::line, .zh = "渠道名称。", .en = "Name."},
     reach<Channel, &Channel::name>},
    {{.key = "portal",
      .zh = "是否门户网站：发布日期以首次在门户发布为准。",
      .en = "Whether it is the portal: published_on is set when it first goes there."},
     reach<Channel, &Channel::portal>},
    {{.key = "fleet",
      .zh = "是否终端群：每台终端各自接收。",
      .en = "Whether it is a fleet: every device receives for itself."},
     reach<Channel, &Channel::fleet>},
    {{.key = "columns",
      .form = forms::short_id,
      .zh = "发布哪些栏目；留空为全部。",
      .en = "Columns it takes; empty: all."},
     reach<Channel, &Channel::filter, &ChannelFilter::columns>},
    {{.key = "kinds",
      .zh = "发布哪些类型的稿件；留空为全部。",
      .en = "Kinds it takes; empty: all."},
     reach<Channel, &Channel::filter, &ChannelFilter::kinds>},
    {{.key = "imports",
      .zh = "是否发布导入的历史信息。",
      .en = "Whether it takes imported history."},
     reach<Channel, &Channel::filter, &ChannelFilter::imports>},
    {{.key = "drill", .zh = "是否发布演练信息。", .en = "Whether it takes drills."},
     reach<Channel, &Channel::filter, &ChannelFilter::drill>},
    {{.key = "title_chars_max",
      .max = 1000,
      .zh = "标题字数上限，超过时改用短标题；0 为不限。",
      .en = "Characters of a title; a longer one needs a short title. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::title_chars_max>},
    {{.key = "summary_chars_max",
      .max = 1000,
      .zh = "内容概述字数上限；0 为不限。",
      .en = "Characters of a summary. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::summary_chars_max>},
    {{.key = "body_chars_max",
      .max = 1'000'000,
      .zh = "正文字数上限；0 为不限。",
      .en = "Characters of a body. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::body_chars_max>},
    {{.key = "body_bytes_max",
      .zh = "正文字节数上限；0 为不限。",
      .en = "Bytes of a body. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::body_bytes_max>},
    {{.key = "attachment_bytes_max",
      .zh = "单个附件字节数上限；0 为不限。",
      .en = "Bytes of one attachment. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::attachment_bytes_max>},
    {{.key = "attempts_max",
      .min = 1,
      .max = 1000,
      .zh = "最多尝试次数，之后待人工处理。",
      .en = "Attempts before a person has to look."},
     reach<Channel, &Channel::attempts_max>},
    {{.key = "backoff_first_ms",
      .min = 10,
      .max = day_ms,
      .zh = "第一次重试前等待，毫秒；之后逐次加倍。",
      .en = "Wait before the first retry, milliseconds; doubled each time."},
     reach<Channel, &Channel::backoff_first_ms>},
    {{.key = "backoff_ms_max",
      .min = 10,
      .max = day_ms,
      .zh = "重试间隔上限，毫秒。",
      .en = "Longest wait between retries, milliseconds."},
     reach<Channel, &Channel::backoff_ms_max>},
    {{.key = "lease_ms",
      .min = 100,
      .max = day_ms,
      .zh = "办理时限，毫秒：逾期未报结果视为结果不明。",
      .en = "Lease, milliseconds: without a report until then the outcome is ambiguous."},
     reach<Channel, &Channel::lease_ms>},
    {{.key = "age_ms_max",
      .min = 1000,
      .max = 366 * day_ms,
      .zh = "一件稿件重试的最长总时间，毫秒。",
      .en = "Longest time a delivery is retried in all, milliseconds."},
     reach<Channel, &Channel::age_ms_max>},
    {{.key = "start",
      .zh = "新增渠道从何处开始：now 此后收到的，current 另加现行有效的最新版，all 全部。",
      .en = "What a new channel gets: now: what comes from then on; current: also the newest "
            "revision of all that is live; all: everything."},
     choose<Channel, start_words, &Channel::start>},
    {{.key = "mode",
      .zh = "发布方式：api 由对接程序发布，draft 对接程序备稿、人工发布，manual 全部人工。",
      .en = "api: the adapter publishes; draft: it prepares, a person publishes; manual: a person "
            "does it all."},
     choose<Channel, mode_words, &Channel::mode>},
    {{.key = "order",
      .zh = "次序：per_release 同一稿件的各版有序，strict 全部有序(重试中的会让后面的等待)。",
      .en =
          "per_release: revisions of one release in order; strict: all in order, so that one that "
          "is retried keeps the later ones waiting."},
     choose<Channel, order_words, &Channel::order>},
    {{.key = "gate",
      .form = forms::short_id,
      .zh = "先行渠道的代码：稿件在该渠道公开可见后才发布到本渠道；留空为不等。",
      .en = "Id of the channel that goes first: this one gets a release once it was seen there; "
            "empty: no gate."},
     reach<Channel, &Channel::gate, &Gate::channel>},
    {{.key = "gate_timeout_ms",
      .min = 1000,
      .max = 366 * day_ms,
      .zh = "等先行渠道最长多久，毫秒。",
      .en = "Longest wait for the gate, milliseconds."},
     reach<Channel, &Channel::gate, &Gate::timeout_ms>},
    {{.key = "gate_after",
      .zh = "等待超时后：hold 继续等并告警，proceed 不带网址先行发布。",
      .en = "After that: hold and raise an alarm, or proceed without the URL."},
     choose<Channel, gate_after_words, &Channel::gate, &Gate::proceeds>},
    {{.key = "gate_urgent_skips",
      .zh = "紧急信息是否不等先行渠道。",
      .en = "Whether urgent releases do not wait for the gate."},
     reach<Channel, &Channel::gate, &Gate::urgent_skips>},
    {{.key = "per_second",
      .max = rate_max,
      .zh = "平台每秒允许发布的件数；0 为不限。撤稿计数但从不因此等待。",
      .en = "Deliveries the platform allows per second; 0: no limit. Withdrawals count but never "
            "wait."},
     reach<Channel, &Channel::rates, &Rates::per_second>},
    {{.key = "per_minute",
      .max = rate_max,
      .zh = "平台每分钟允许发布的件数；0 为不限。",
      .en = "The same per minute."},
     reach<Channel, &Channel::rates, &Rates::per_minute>},
    {{.key = "per_day",
      .max = rate_max,
      .zh = "平台每天(北京时间)允许发布的件数；0 为不限。",
      .en = "The same per day in China."},
     reach<Channel, &Channel::rates, &Rates::per_day>},
    {{.key = "on_mark_invalid",
      .zh = "标注失效时：adapter 由对接程序标注，take_down 改为下线，leave 不动，park 待人工处理。",
      .en = "Marking as invalid: adapter marks it; take_down removes it instead; leave keeps it; "
            "park waits for a person."},
     choose<Channel, withdrawal_words, &Channel::on_withdrawal, &WithdrawalPolicy::mark_invalid>},
    {{.key = "on_replace",
      .zh = "替换时：adapter 由对接程序指向新稿，take_down 改为下线，leave 不动，park 待人工处理。",
      .en = "Replacing: adapter points to the successor; otherwise as above."},
     choose<Channel, withdrawal_words, &Channel::on_withdrawal, &WithdrawalPolicy::replace>},
    {{.key = "on_remove",
      .zh = "下线(含到期下线)时：adapter 由对接程序下线，leave 不动，park 待人工处理。",
      .en =
          "Removing, also at expiry: adapter removes it; leave keeps it; park waits for a person."},
     choose<Channel, withdrawal_words, &Channel::on_withdrawal, &WithdrawalPolicy::remove>},
    {{.key = "on_erase",
      .zh = "彻底清除时：adapter 由对接程序下线，leave 不动，park 待人工处理。",
      .en = "Erasing: as for removing."},
     choose<Channel, withdrawal_words, &Channel::on_withdrawal, &WithdrawalPolicy::erase>},
    {{.key = "credit_max",
      .max = limits::credit_messages_max,
      .zh = "同时交给一个对接程序办理的件数上限；0 为按其所请。",
      .en = "Deliveries with one adapter at once; 0: as many as it asks for."},
     reach<Channel, &Channel::credit_max>},
    {{.key = "exclusive",
      .zh = "是否只许一个对接程序实例在办：平台不能识别重复提交时须设为 true。",
      .en = "Whether only one instance may be at work: for platforms that cannot tell a repeated "
            "call from a new one."},
     reach<Channel, &Channel::exclusive>},
    {{.key = "call_ms_max",
      .min = 100,
      .max = day_ms,
      .zh = "调用平台一次最长多久，毫秒；办理时限须比它多 5 秒以上。",
      .en = "Longest call of the platform, milliseconds; a lease must be 5 s longer."},
     reach<Channel, &Channel::call_ms_max>},
    {{.key = "read_back",
      .zh = "发布后是否回查公众能否看到；false 时平台受理即视为公开，各处均会注明。",
      .en = "Whether somebody looks that it is there; without, being taken counts as public, and "
            "that is shown everywhere."},
     reach<Channel, &Channel::read_back>},
    {{.key = "can_look",
      .zh = "能否向平台查询某稿是否已发；false 时结果不明的一律待人工处理。",
      .en = "Whether the platform can be asked if something is there; without, what is ambiguous "
            "waits for a person."},
     reach<Channel, &Channel::can_look>},
    {{.key = "circuit_failures",
      .min = 1,
      .max = 1000,
      .zh = "连续失败多少次后渠道转为“连续失败”，逐件试探。",
      .en = "Failures in a row before the channel is failing and tried one at a time."},
     reach<Channel, &Channel::circuit_failures>},
    {{.key = "probe_ms",
      .min = 100,
      .max = limits::probe_ms_max,
      .zh = "渠道停顿期间两次试探的间隔，毫秒。",
      .en = "Between probes of a channel that sleeps, milliseconds."},
     reach<Channel, &Channel::probe_ms>},
    {{.key = "takedown_ms_max",
      .min = 1000,
      .max = 366 * day_ms,
      .zh = "撤稿须在多久内落实，毫秒；逾期告警。",
      .en = "Within which a withdrawal must be confirmed here, milliseconds; then it is overdue."},
     reach<Channel, &Channel::takedown_ms_max>},
    {{.key = "must_confirm_every_s",
      .max = limits::display_lease_s_max,
      .zh = "显示有效期，秒：终端群的屏失联多久后停显；0 为不停显。",
      .en = "Display lease, seconds: how long a screen of a fleet shows without contact; 0: for "
            "ever."},
     reach<Channel, &Channel::must_confirm_every_s>},
    {{.key = "portal_url",
      .form = forms::web_address,
      .zh = "终端群各屏的二维码指向的门户网站网址；留空则不显示二维码。",
      .en = "Of a fleet: the portal, where QR codes on its screens lead; empty: no QR codes."},
     reach<Channel, &Channel::portal_url>},
};

// A complaint about a setting that is there; otherwise about its channel.
Error about(const TomlFile& file,
            const Listed<Channel>& channel,
            std::string_view key,
            std::string reason,
            std::vector<std::string> args) {
  const TomlValue* value = channel.table->find(key);
  return complaint(
      file, value != nullptr ? *value : *channel.table, std::move(reason), std::move(args));
}

const Listed<Channel>* find_channel(const std::vector<Listed<Channel>>& channels,
                                    std::string_view id) {
  const auto at = std::ranges::find_if(
      channels, [&](const Listed<Channel>& one) { return one.settings.id == id; });
  return at == channels.end() ? nullptr : &*at;
}

// A gate that opens for nothing, or for which nothing waits.
Status check_gate(const TomlFile& file,
                  const std::vector<Listed<Channel>>& channels,
                  const Listed<Channel>& channel) {
  const Channel& policy = channel.settings;
  if (policy.gate.channel.empty()) {
    for (const std::string_view key : {"gate_timeout_ms", "gate_after", "gate_urgent_skips"}) {
      if (channel.table->find(key) != nullptr) {
        return fail(about(file, channel, key, "settings_needs_gate", {std::string(key)}));
      }
    }
    return {};
  }
  const Listed<Channel>* gate = find_channel(channels, policy.gate.channel);
  if (gate == nullptr) {
    std::vector<std::string> known;
    known.reserve(channels.size());
    for (const Listed<Channel>& one : channels) {
      known.push_back(one.settings.id);
    }
    return check_references(file, *channel.table, "gate", known);
  }
  if (gate == &channel) {
    return fail(about(file, channel, "gate", "settings_gate_itself", {policy.id}));
  }
  // A device says "shown", which is not "public": nobody knows which device citizens see.
  if (gate->settings.fleet) {
    return fail(about(
        file, channel, "gate", "settings_gate_never_opens", {policy.id, policy.gate.channel}));
  }
  return {};
}

// The gates of known channels form no circle.
Status check_circle(const TomlFile& file,
                    const std::vector<Listed<Channel>>& channels,
                    const Listed<Channel>& channel) {
  std::string path = channel.settings.id;
  const Listed<Channel>* at = &channel;
  for (size_t steps = 0; steps < channels.size() && !at->settings.gate.channel.empty(); ++steps) {
    at = find_channel(channels, at->settings.gate.channel);
    path += " → " + at->settings.id;
    if (at == &channel) {
      return fail(about(file, channel, "gate", "settings_gate_circle", {path}));
    }
  }
  return {};
}

Status check_times(const TomlFile& file, const Listed<Channel>& channel) {
  const Channel& policy = channel.settings;
  if (policy.lease_ms < policy.call_ms_max + limits::lease_margin_ms) {
    const bool by_lease = channel.table->find("lease_ms") != nullptr;
    return fail(about(file,
                      channel,
                      by_lease ? "lease_ms" : "call_ms_max",
                      "settings_lease_too_short",
                      {std::to_string(policy.lease_ms),
                       std::to_string(policy.call_ms_max),
                       std::to_string(policy.call_ms_max + limits::lease_margin_ms)}));
  }
  if (policy.backoff_first_ms > policy.backoff_ms_max) {
    const bool by_first = channel.table->find("backoff_first_ms") != nullptr;
    return fail(
        about(file,
              channel,
              by_first ? "backoff_first_ms" : "backoff_ms_max",
              "settings_backoff_reversed",
              {std::to_string(policy.backoff_first_ms), std::to_string(policy.backoff_ms_max)}));
  }
  return {};
}

Status check_ways(const TomlFile& file, const Listed<Channel>& channel) {
  const Channel& policy = channel.settings;
  if (policy.mode == Mode::manual && policy.exclusive) {
    return fail(about(file, channel, "exclusive", "settings_manual_exclusive", {policy.id}));
  }
  if (policy.fleet && policy.order == Order::strict) {
    return fail(about(file, channel, "order", "settings_fleet_strict", {policy.id}));
  }
  if (policy.fleet && !policy.gate.channel.empty()) {
    return fail(about(file, channel, "gate", "settings_fleet_gate", {policy.id}));
  }
  if (policy.must_confirm_every_s != 0 &&
      (!policy.fleet || policy.must_confirm_every_s < limits::display_lease_s_min)) {
    return fail(about(file,
                      channel,
                      "must_confirm_every_s",
                      "settings_display_lease",
                      {policy.id, std::to_string(limits::display_lease_s_min)}));
  }
  if (!policy.portal_url.empty() && !policy.fleet) {
    return fail(about(file, channel, "portal_url", "settings_portal_of_fleet", {policy.id}));
  }
  if (policy.fleet && policy.filter.imports) {
    return fail(about(file, channel, "imports", "settings_fleet_imports", {policy.id}));
  }
  if (policy.fleet && policy.exclusive) {
    return fail(about(file, channel, "exclusive", "settings_fleet_exclusive", {policy.id}));
  }
  for (const auto& [key, chosen] : {std::pair{"on_remove", policy.on_withdrawal.remove},
                                    std::pair{"on_erase", policy.on_withdrawal.erase}}) {
    if (chosen == OnWithdrawal::take_down) {
      return fail(about(file, channel, key, "settings_takes_down_anyway", {key}));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Listed<Channel>>> read_channels(const TomlFile& file) {
  constexpr std::string_view name = "channel";
  TRY(check_names(file, {&name, 1}));
  return read_list<Channel>(file, name, rows);
}

Status check_channels(const TomlFile& file, const std::vector<Listed<Channel>>& channels) {
  for (const Listed<Channel>& channel : channels) {
    TRY(check_times(file, channel));
    TRY(check_ways(file, channel));
    TRY(check_gate(file, channels, channel));
  }
  for (const Listed<Channel>& channel : channels) {
    TRY(check_circle(file, channels, channel));
  }
  return {};
}

std::string channel_settings_help(bool chinese) {
  return "channels.toml [[channel]]\n" + help_settings<Channel>(rows, chinese);
}

}  // namespace gulou
