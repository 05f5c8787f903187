#include "common/settings/notify_settings.h"

#include "common/base/time.h"
#include "common/settings/forms.h"
#include "common/settings/lists.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr std::string_view causes[] = {"chain_failed",
                                       "data_loss_suspected",
                                       "cloned_key",
                                       "disk_full",
                                       "takedown_overdue",
                                       "takedown_waits",
                                       "confirmation_erase",
                                       "confirmation_replay_duplicate",
                                       "confirmation_personal_data",
                                       "delivery_ambiguous",
                                       "delivery_parked",
                                       "delivery_failing",
                                       "channel_needs_authorisation",
                                       "channel_misconfigured",
                                       "channel_failing",
                                       "channel_throttled",
                                       "channel_paused",
                                       "channel_unserved",
                                       "gate_overdue",
                                       "interpretation_overdue",
                                       "devices_silent",
                                       "devices_clock",
                                       "devices_disk",
                                       "devices_font",
                                       "devices_page",
                                       "notify_failed"};
constexpr std::string_view language_words[] = {"zh", "en"};
constexpr std::string_view kind_words[] = {"webhook", "smtp", "command"};

bool is_weekday(std::string_view text) {
  constexpr std::string_view days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  return std::ranges::find(days, text) != std::end(days);
}

bool is_date_or_range(std::string_view text) {
  const size_t slash = text.find('/');
  return slash == std::string_view::npos
             ? is_date(text)
             : is_date(text.substr(0, slash)) && is_date(text.substr(slash + 1)) &&
                   text.substr(0, slash) <= text.substr(slash + 1);
}

bool is_clock(std::string_view text) {
  return clock_minutes(text) >= 0;
}

bool is_by(std::string_view text) {
  return text == "duty" || text == "channel" || text == "unit";
}

bool is_mail(std::string_view text) {
  const size_t at = text.find('@');
  return at != 0 && at != std::string_view::npos && at + 1 < text.size() && text.size() <= 254 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; }) &&
         text.find_first_of("<>,;:\"\\()[]") == std::string_view::npos;
}

bool is_phone(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         text.find_first_not_of("0123456789+-") == std::string_view::npos;
}

bool is_variable(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string_view::npos;
}

constexpr SettingForm mail{"NAME@HOST", is_mail};
constexpr SettingForm clock_form{"HH:MM", is_clock};
constexpr SettingForm dates{"YYYY-MM-DD | YYYY-MM-DD/YYYY-MM-DD", is_date_or_range};

constexpr uint64_t day_ms = 24ULL * 3600 * 1000;

constexpr SettingRow<NotifySettings> general_rows[] = {
    {{.key = "language", .zh = "通知所用语言：zh 或 en。", .en = "Language of messages."},
     choose<NotifySettings, language_words, &NotifySettings::english>},
    {{.key = "repeat_ms",
      .min = 60'000,
      .max = 366 * day_ms,
      .zh = "问题未解决时多久再通知一次，毫秒。",
      .en = "While it lasts, a person is told again after this, milliseconds."},
     reach<NotifySettings, &NotifySettings::repeat_ms>},
    {{.key = "after_ms",
      .max = 30 * day_ms,
      .zh = "问题持续多久才通知，毫秒；恢复也须持续这么久。",
      .en = "How long it must last before anybody is told, and be over before that is said."},
     reach<NotifySettings, &NotifySettings::after_ms>},
    {{.key = "quiet_from",
      .form = clock_form,
      .zh = "免打扰开始时间(北京时间)：其间只发紧急通知；留空为不设。",
      .en = "Quiet hours begin (time in China): only what is urgent is sent; empty: none."},
     reach<NotifySettings, &NotifySettings::quiet_from>},
    {{.key = "quiet_to", .form = clock_form, .zh = "免打扰结束时间。", .en = "Quiet hours end."},
     reach<NotifySettings, &NotifySettings::quiet_to>},
    {{.key = "duty_begins",
      .form = clock_form,
      .zh = "值班交接时间：此前仍算前一天的班。",
      .en = "When the duty of a day begins; before, that of the day before goes on."},
     reach<NotifySettings, &NotifySettings::duty_begins>},
};

constexpr SettingRow<NotifyWay> way_rows[] = {
    {{.key = "id",
      .required = true,
      .form = forms::short_id,
      .zh = "通知方式的代码。",
      .en = "Code of the way."},
     reach<NotifyWay, &NotifyWay::id>},
    {{.key = "kind",
      .required = true,
      .zh = "webhook 机器人等网络接口，smtp 电子邮件，command 本机命令。",
      .en = "webhook: an HTTP call, such as a robot; smtp: mail; command: a program here."},
     choose<NotifyWay, kind_words, &NotifyWay::kind>},
    {{.key = "url",
      .zh = "webhook、smtp：地址，如 smtps://mail.example.gov.cn:465。",
      .en = "webhook, smtp: the address."},
     reach<NotifyWay, &NotifyWay::url>},
    {{.key = "url_file",
      .zh = "webhook：存放地址的文件(权限 0600)，地址含密钥时用它代替 url。",
      .en = "webhook: a file of mode 0600 with the address, where that holds a key."},
     reach<NotifyWay, &NotifyWay::url_file>},
    {{.key = "content_type",
      .form = forms::line,
      .zh = "webhook：请求的内容类型。",
      .en = "webhook: content type of the request."},
     reach<NotifyWay, &NotifyWay::content_type>},
    {{.key = "body",
      .zh =
          "webhook：请求内容的模板。可用 text、sentence、command、who、since、times、state、cause、"
          "channel、name、mail、phone，写作 {{text}}，按 JSON 转义。",
      .en = "webhook: template of the request: {{text}} and so on, escaped for JSON."},
     reach<NotifyWay, &NotifyWay::body>},
    {{.key = "answer_field",
      .zh = "webhook：应答(JSON)中表示结果的字段；应答没有该字段时只看状态码。",
      .en = "webhook: member of the answer that tells the result, if the answer has it."},
     reach<NotifyWay, &NotifyWay::answer_field>},
    {{.key = "answer_good",
      .zh = "webhook：该字段为此值时表示已接受。",
      .en = "webhook: its value when the message was taken."},
     reach<NotifyWay, &NotifyWay::answer_good>},
    {{.key = "sign_secret_file",
      .zh = "webhook：钉钉机器人的加签密钥文件(权限 0600)。",
      .en = "webhook: file of mode 0600 with the signing secret of a DingTalk robot."},
     reach<NotifyWay, &NotifyWay::sign_secret_file>},
    {{.key = "from", .form = mail, .zh = "smtp：发件人。", .en = "smtp: the sender."},
     reach<NotifyWay, &NotifyWay::from>},
    {{.key = "user",
      .form = forms::line,
      .zh = "smtp：登录名；留空则不登录。",
      .en = "smtp: login; empty: none."},
     reach<NotifyWay, &NotifyWay::user>},
    {{.key = "password_file",
      .zh = "smtp：存放密码的文件(权限 0600)。",
      .en = "smtp: a file of mode 0600 with the password."},
     reach<NotifyWay, &NotifyWay::password_file>},
    {{.key = "password_variable",
      .form = {"[A-Z0-9_]{1,64}", is_variable},
      .zh = "smtp：存放密码的环境变量。",
      .en = "smtp: the environment variable with the password."},
     reach<NotifyWay, &NotifyWay::password_variable>},
    {{.key = "command",
      .repeats = true,
      .zh = "command：程序的完整路径及参数，通知内容由标准输入给出，正常退出即为已通知。",
      .en = "command: full path and arguments; the message is its standard input, exit code 0 is "
            "success."},
     reach<NotifyWay, &NotifyWay::command>},
    {{.key = "timeout_ms",
      .min = 100,
      .max = limits::notice_call_ms_max,
      .zh = "一次通知最长多久，毫秒。",
      .en = "Longest time for one message, milliseconds."},
     reach<NotifyWay, &NotifyWay::timeout_ms>},
};

constexpr SettingRow<NotifyPerson> person_rows[] = {
    {{.key = "name", .required = true, .form = forms::line, .zh = "姓名。", .en = "Name."},
     reach<NotifyPerson, &NotifyPerson::name>},
    {{.key = "ways",
      .required = true,
      .form = forms::short_id,
      .zh = "通知方式，前一种不通时用后一种。",
      .en = "Ways to tell this person: the next one when one fails."},
     reach<NotifyPerson, &NotifyPerson::ways>},
    {{.key = "mail", .form = mail, .zh = "邮箱。", .en = "Mail address."},
     reach<NotifyPerson, &NotifyPerson::mail>},
    {{.key = "phone",
      .form = {"[0-9+-]{1,32}", is_phone},
      .zh = "手机号，模板可用。",
      .en = "Phone number, for templates."},
     reach<NotifyPerson, &NotifyPerson::phone>},
    {{.key = "channels",
      .form = forms::short_id,
      .zh = "负责的渠道。",
      .en = "Channels this person answers for."},
     reach<NotifyPerson, &NotifyPerson::channels>},
    {{.key = "columns",
      .form = forms::short_id,
      .zh = "负责的栏目。",
      .en = "The same of columns."},
     reach<NotifyPerson, &NotifyPerson::columns>},
    {{.key = "units",
      .form = forms::short_id,
      .zh = "所在单位，其负责的栏目都归此人。",
      .en = "Units, with all columns they are responsible for."},
     reach<NotifyPerson, &NotifyPerson::units>},
};

constexpr SettingRow<DutyTurn> duty_rows[] = {
    {{.key = "person",
      .required = true,
      .form = forms::line,
      .zh = "值班人。",
      .en = "Who is on duty."},
     reach<DutyTurn, &DutyTurn::person>},
    {{.key = "weekdays",
      .form = {"mon | tue | wed | thu | fri | sat | sun", is_weekday},
      .zh = "星期几。",
      .en = "Days of the week."},
     reach<DutyTurn, &DutyTurn::weekdays>},
    {{.key = "dates",
      .form = dates,
      .zh = "日期或起止日期；当天有按日期排的班时，不再按星期。",
      .en = "Dates or ranges; a day that has one takes nobody by weekday."},
     reach<DutyTurn, &DutyTurn::dates>},
};

constexpr SettingRow<NotifyRule> rule_rows[] = {
    {{.key = "causes", .zh = "哪些问题；留空为全部。", .en = "Causes; empty: all."},
     reach<NotifyRule, &NotifyRule::causes>},
    {{.key = "channels", .zh = "哪些渠道；留空为全部。", .en = "Channels; empty: all."},
     reach<NotifyRule, &NotifyRule::channels>},
    {{.key = "people", .zh = "通知这些人。", .en = "Tell these people."},
     reach<NotifyRule, &NotifyRule::people>},
    {{.key = "by",
      .form = {"duty | channel | unit", is_by},
      .zh = "并通知：duty 当日值班人，channel 渠道负责人，unit 所涉栏目的负责人。",
      .en = "And: whoever is on duty, answers for the channel, for the columns concerned."},
     reach<NotifyRule, &NotifyRule::by>},
    {{.key = "repeat_ms",
      .min = 60'000,
      .max = 366 * day_ms,
      .zh = "多久再通知一次；不写则同上。",
      .en = "Told again after this; absent: as above."},
     reach<NotifyRule, &NotifyRule::repeat_ms>},
    {{.key = "after_ms",
      .max = 30 * day_ms,
      .zh = "持续多久才通知；不写则同上。",
      .en = "How long it must last; absent: as above."},
     reach<NotifyRule, &NotifyRule::after_ms>},
    {{.key = "urgent",
      .zh = "是否不受免打扰限制；数据核验未通过、磁盘已满、撤稿逾期总是如此。",
      .en = "Whether it ignores quiet hours; what threatens the data and takedowns always do."},
     reach<NotifyRule, &NotifyRule::urgent>},
};

// What each kind of way may say besides id, kind and timeout_ms, and what it must.
struct KindKeys {
  NotifyKind kind;
  std::vector<std::string_view> may;
  std::vector<std::string_view> must;
};

const KindKeys& keys_of(NotifyKind kind) {
  static const KindKeys all[] = {
      {NotifyKind::webhook,
       {"url",
        "url_file",
        "content_type",
        "body",
        "answer_field",
        "answer_good",
        "sign_secret_file"},
       {"body"}},
      {NotifyKind::smtp,
       {"url", "from", "user", "password_file", "password_variable"},
       {"url", "from"}},
      {NotifyKind::command, {"command"}, {"command"}},
  };
  return *std::ranges::find(all, kind, &KindKeys::kind);
}

template <size_t N>
bool starts_with_one_of(std::string_view text, const std::string_view (&schemes)[N]) {
  return text.find_first_of(" \t\n\"<>") == std::string_view::npos &&
         std::ranges::any_of(schemes, [&](std::string_view scheme) {
           return text.starts_with(scheme) && text.size() > scheme.size();
         });
}

Status check_way_url(const TomlFile& file, const Listed<NotifyWay>& way) {
  constexpr std::string_view web[] = {"http://", "https://"};
  constexpr std::string_view mails[] = {"smtp://", "smtps://"};
  const NotifyWay& given = way.settings;
  if (given.kind == NotifyKind::webhook && given.url.empty() == given.url_file.empty()) {
    return fail(complaint(file,
                          given.url.empty() ? *way.table : *way.table->find("url_file"),
                          given.url.empty() ? "settings_missing" : "settings_either",
                          given.url.empty() ? std::vector<std::string>{"url | url_file"}
                                            : std::vector<std::string>{"url", "url_file"}));
  }
  const bool fits = given.kind == NotifyKind::smtp ? starts_with_one_of(given.url, mails)
                                                   : starts_with_one_of(given.url, web);
  if (!given.url.empty() && !fits) {
    return fail(complaint(
        file,
        *way.table->find("url"),
        "settings_bad_value",
        {"url", given.url, given.kind == NotifyKind::smtp ? "smtp:// | smtps://" : "http[s]://"}));
  }
  return {};
}

Status check_way(const TomlFile& file, const Listed<NotifyWay>& way) {
  const KindKeys& keys = keys_of(way.settings.kind);
  for (const auto& [key, value] : *way.table->table()) {
    if (key != "id" && key != "kind" && key != "timeout_ms" &&
        std::ranges::find(keys.may, key) == keys.may.end()) {
      const std::string kind(kind_words[static_cast<size_t>(way.settings.kind)]);
      return fail(complaint(file, value, "settings_of_another_kind", {key, kind}));
    }
  }
  for (const std::string_view key : keys.must) {
    const TomlValue* value = way.table->find(key);
    const bool empty = value == nullptr || (value->text() != nullptr && value->text()->empty()) ||
                       (value->list() != nullptr && value->list()->empty());
    if (empty) {
      return fail(complaint(
          file, value != nullptr ? *value : *way.table, "settings_missing", {std::string(key)}));
    }
  }
  const NotifyWay& given = way.settings;
  if (!given.command.empty() && given.command.front().front() != '/') {
    return fail(complaint(file,
                          way.table->find("command")->list()->front(),
                          "settings_bad_value",
                          {"command", given.command.front(), "/PATH"}));
  }
  if (!given.password_file.empty() && !given.password_variable.empty()) {
    return fail(complaint(file,
                          *way.table->find("password_variable"),
                          "settings_either",
                          {"password_file", "password_variable"}));
  }
  const bool password = !given.password_file.empty() || !given.password_variable.empty();
  if (password == given.user.empty()) {
    return fail(
        complaint(file, *way.table, "settings_missing", {password ? "user" : "password_file"}));
  }
  return check_way_url(file, way);
}

// What names refer to.
struct Known {
  std::vector<std::string> ways;
  std::vector<std::string> people;
  std::vector<std::string> channels;
  std::vector<std::string> columns;
  std::vector<std::string> units;
  std::vector<std::string> causes{std::begin(gulou::causes), std::end(gulou::causes)};
};

Status check_person(const TomlFile& file,
                    const Listed<NotifyPerson>& person,
                    const NotifySettings& settings,
                    const Known& known) {
  TRY(check_references(file, *person.table, "ways", known.ways));
  TRY(check_references(file, *person.table, "channels", known.channels));
  TRY(check_references(file, *person.table, "columns", known.columns));
  TRY(check_references(file, *person.table, "units", known.units));
  if (person.settings.ways.empty()) {
    return fail(complaint(file, *person.table->find("ways"), "settings_missing", {"ways"}));
  }
  for (const std::string& id : person.settings.ways) {
    if (settings.way(id)->kind == NotifyKind::smtp && person.settings.mail.empty()) {
      return fail(complaint(file, *person.table, "settings_missing", {"mail"}));
    }
  }
  return {};
}

Status check_rule(const TomlFile& file, const Listed<NotifyRule>& rule, const Known& known) {
  TRY(check_references(file, *rule.table, "causes", known.causes));
  TRY(check_references(file, *rule.table, "channels", known.channels));
  TRY(check_references(file, *rule.table, "people", known.people));
  if (rule.settings.people.empty() && rule.settings.by.empty()) {
    return fail(complaint(file, *rule.table, "settings_missing", {"people | by"}));
  }
  return {};
}

Status check_duty(const TomlFile& file, const Listed<DutyTurn>& turn, const Known& known) {
  TRY(check_references(file, *turn.table, "person", known.people));
  if (turn.settings.weekdays.empty() && turn.settings.dates.empty()) {
    return fail(complaint(file, *turn.table, "settings_missing", {"weekdays | dates"}));
  }
  return {};
}

Status check_general(const TomlFile& file, const NotifySettings& settings) {
  if (settings.quiet_from.empty() != settings.quiet_to.empty()) {
    const bool lacks_end = settings.quiet_to.empty();
    return fail(complaint(file,
                          *file.root.find(lacks_end ? "quiet_from" : "quiet_to"),
                          "settings_missing",
                          {lacks_end ? "quiet_to" : "quiet_from"}));
  }
  if (!settings.quiet_from.empty() && settings.quiet_from == settings.quiet_to) {
    return fail(complaint(file, *file.root.find("quiet_to"), "settings_never_ends", {"quiet_to"}));
  }
  return {};
}

void resolve(std::string& path, const std::string& dir) {
  if (!path.empty() && path.front() != '/') {
    path = dir + "/" + path;
  }
}

Known known_of(const CountySettings& county) {
  Known known;
  for (const Channel& channel : county.channels) {
    known.channels.push_back(channel.id);
  }
  for (const auto& [id, column] : county.columns) {
    known.columns.push_back(id);
  }
  for (const auto& [id, unit] : county.units) {
    known.units.push_back(id);
  }
  return known;
}

Status read_ways(const TomlFile& file,
                 const std::string& dir,
                 Known& known,
                 NotifySettings& settings) {
  auto ways = TRY(read_list<NotifyWay>(file, "way", way_rows));
  for (Listed<NotifyWay>& way : ways) {
    TRY(check_way(file, way));
    known.ways.push_back(way.settings.id);
    resolve(way.settings.url_file, dir);
    resolve(way.settings.sign_secret_file, dir);
    resolve(way.settings.password_file, dir);
    settings.ways.push_back(std::move(way.settings));
  }
  return {};
}

Status read_rules(const TomlFile& file, const Known& known, NotifySettings& settings) {
  auto rules = TRY(read_tables<NotifyRule>(file, "rule", rule_rows));
  for (Listed<NotifyRule>& rule : rules) {
    TRY(check_rule(file, rule, known));
    if (rule.table->find("repeat_ms") == nullptr) {
      rule.settings.repeat_ms = settings.repeat_ms;
    }
    if (rule.table->find("after_ms") == nullptr) {
      rule.settings.after_ms = settings.after_ms;
    }
    settings.rules.push_back(std::move(rule.settings));
  }
  return {};
}

}  // namespace

const NotifyWay* NotifySettings::way(std::string_view id) const {
  const auto at = std::ranges::find(ways, id, &NotifyWay::id);
  return at == ways.end() ? nullptr : &*at;
}

const NotifyPerson* NotifySettings::person(std::string_view name) const {
  const auto at = std::ranges::find(people, name, &NotifyPerson::name);
  return at == people.end() ? nullptr : &*at;
}

std::span<const std::string_view> notify_causes() {
  return causes;
}

Result<NotifySettings> load_notify(const std::string& path, const CountySettings& county) {
  NotifySettings settings;
  const auto loaded = load_toml(path);
  if (!loaded && loaded.error().code == ErrorCode::not_found) {
    return settings;
  }
  const TomlFile file = TRY(Result<TomlFile>(loaded));
  const size_t slash = path.rfind('/');
  const std::string dir = slash == std::string::npos ? "." : path.substr(0, slash);
  constexpr std::string_view sections[] = {"way", "person", "duty", "rule"};
  TRY(read_settings<NotifySettings>(file, file.root, general_rows, sections, settings));
  TRY(check_general(file, settings));
  Known known = known_of(county);
  TRY(read_ways(file, dir, known, settings));
  const auto people = TRY(read_list<NotifyPerson>(file, "person", person_rows));
  for (const Listed<NotifyPerson>& person : people) {
    TRY(check_person(file, person, settings, known));
    known.people.push_back(person.settings.name);
    settings.people.push_back(person.settings);
  }
  const auto turns = TRY(read_tables<DutyTurn>(file, "duty", duty_rows));
  for (const Listed<DutyTurn>& turn : turns) {
    TRY(check_duty(file, turn, known));
    settings.duty.push_back(turn.settings);
  }
  TRY(read_rules(file, known, settings));
  return settings;
}

int clock_minutes(std::string_view text) {
  const auto digits = [&text](size_t at) {
    const int tens = text[at] - '0';
    const int ones = text[at + 1] - '0';
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 99;
  };
  if (text.size() != 5 || text[2] != ':' || digits(0) > 23 || digits(3) > 59) {
    return -1;
  }
  return digits(0) * 60 + digits(3);
}

std::string notify_settings_help(bool chinese) {
  return "notify.toml\n" + help_settings<NotifySettings>(general_rows, chinese) +
         "notify.toml [[way]]\n" + help_settings<NotifyWay>(way_rows, chinese) +
         "notify.toml [[person]]\n" + help_settings<NotifyPerson>(person_rows, chinese) +
         "notify.toml [[duty]]\n" + help_settings<DutyTurn>(duty_rows, chinese) +
         "notify.toml [[rule]]\n" + help_settings<NotifyRule>(rule_rows, chinese);
}

}  // namespace gulou
