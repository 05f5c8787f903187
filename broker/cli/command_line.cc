#include "broker/cli/command_line.h"

#include "broker/cli/approve.h"
#include "broker/cli/device_commands.h"
#include "broker/cli/drill.h"
#include "broker/cli/init.h"
#include "broker/cli/key.h"
#include "broker/cli/nouns.h"
#include "broker/cli/publish.h"
#include "broker/cli/receipt.h"
#include "broker/cli/replay.h"
#include "broker/cli/withdraw.h"
#include "common/text/catalogue.h"

#include <map>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>

namespace gulou::cli {
namespace {

constexpr int64_t wait_seconds_default = 60;

struct Given {
  std::string home;
  std::string url;
  std::string lang;
  bool json = false;
  InitOptions init;
  std::string ports;
  PublishOptions publish;
  ApproveOptions approve;
  SheetOptions sheet;
  Page page;
  DeliveryFilter deliveries;
  bool parked = false;
  bool all = true;  // nothing else can be waited for yet
  Cancel cancel;
  Resolution resolution;
  WithdrawOptions withdraw;
  TakedownFilter takedowns;
  ChannelDecision channel;
  GateOpening gate;
  ReplayOptions replay;
  ConfirmationDecision confirmation;
  bool open = false;
  NewKey key;
  Revocation revocation;
  LossAcceptance loss;
  std::vector<std::string> names;               // files or releases of `evidence`
  std::map<std::string, std::string> evidence;  // its options
  std::string text;  // the selector, id, kind, file or search text of a command
  std::string reason;
  uint64_t limit = 0;
  AdapterCheck adapter;
  int64_t seconds = wait_seconds_default;
  Preview preview;
  DeviceGiven device;
  DrillOptions drill;
  BoardQuestion board;
};

using Run = std::function<Exit(const Shell&)>;

class CommandLine {
 public:
  CommandLine(Language language, Given& given, Run& run)
      : language_(language), given_(given), run_(run), app_(help("help_gulou"), "gulou") {
    app_.require_subcommand(1);
    app_.fallthrough();
    add_global();
    add_publishing();
    add_boards();
    add_approving();
    add_sheet();
    add_looking();
    add_deliveries();
    add_withdrawing();
    add_channel_decisions();
    add_replays();
    add_confirmations();
    add_keeping();
    add_access();
    CLI::App& device = add_noun("device", "help_device");
    add_device_commands(device, language_, given_.device, run_);
  }

  CLI::App& app() { return app_; }

 private:
  std::string help(std::string_view key) const { return std::string(word(language_, key)); }

  // A command that does something; `within` is the program or a noun.
  CLI::App* add(CLI::App& within, const std::string& name, std::string_view key, Run run) {
    CLI::App* command = within.add_subcommand(name, help(key));
    command->fallthrough();
    command->callback([this, run = std::move(run)] { run_ = run; });
    return command;
  }

  CLI::App& add_noun(const std::string& name, std::string_view key) {
    CLI::App* noun = app_.add_subcommand(name, help(key));
    noun->require_subcommand(1);
    noun->fallthrough();
    return *noun;
  }

  void add_global() {
    app_.add_option("--home", given_.home, help("help_home"));
    app_.add_option("--url", given_.url, help("help_url"));
    app_.add_option("--lang", given_.lang, help("help_lang"));
    app_.add_flag("--json", given_.json, help("help_json"));
    app_.set_help_flag("-h,--help", help("help_help"));
  }

  void add_publishing() {
    auto* make = add(app_, "init", "help_init", [this](const Shell& shell) {
      given_.init.free_ports = given_.ports == "auto";
      return init(shell, given_.init);
    });
    make->add_option("--ports", given_.ports, help("help_ports"))->check(CLI::IsMember({"auto"}));

    auto* walk = add(app_, "drill", "help_drill", [this](const Shell& shell) {
      return drill(shell, given_.drill);
    });
    walk->add_flag("--yes", given_.drill.yes, help("help_drill_yes"));
    walk->add_option("--fakes", given_.drill.fakes, help("help_drill_fakes"));

    PublishOptions& options = given_.publish;
    auto* send = add(app_, "publish", "help_publish", [&options](const Shell& shell) {
      return publish(shell, options);
    });
    send->add_option("files", options.paths, help("help_files"))->required();
    send->add_option("--kind", options.kind, help("help_kind"));
    send->add_option("--column", options.column, help("help_column"));
    send->add_option("--defaults", options.defaults, help("help_defaults"));
    send->add_flag("--import", options.import, help("help_import"));
    send->add_flag("--check", options.mode.check, help("help_check"));
    send->add_flag("--dry-run", options.mode.dry_run, help("help_dry_run"));
    send->add_flag("--revise", options.mode.revise, help("help_revise"));
    send->add_option("--change-note", options.mode.change_note, help("help_change_note"));

    auto* clean = add(app_, "normalise", "help_normalise", [this](const Shell& shell) {
      return normalise_file(shell, given_.text);
    });
    clean->add_option("file", given_.text, help("help_html_file"))->required();

    auto* look = add(app_, "preview", "help_preview", [this](const Shell& shell) {
      return preview_file(shell, given_.preview);
    });
    look->add_option("release", given_.preview.file, help("help_preview_what"))->required();
    look->add_option("--as", given_.preview.as, help("help_as"))
        ->check(CLI::IsMember({"landscape", "portrait", "touch", "board"}));
    look->add_option("--minutes", given_.preview.minutes, help("help_minutes"))
        ->check(CLI::Range(1, 24 * 60));

    CLI::App& kind = add_noun("kind", "help_kinds");
    add(kind, "list", "help_kind_list", list_kinds);
    auto* shown = add(kind, "show", "help_kind_show", [this](const Shell& shell) {
      return show_kind(shell, given_.text);
    });
    shown->add_option("kind", given_.text, help("help_kind"))->required();
  }

  void add_boards() {
    CLI::App& board = add_noun("board", "help_board");
    BoardQuestion& question = given_.board;
    for (const std::string verb : {"run", "list", "link", "revoke"}) {
      auto* command = add(board, verb, "help_board_" + verb, [&question, verb](const Shell& shell) {
        question.verb = verb;
        return ask_board(shell, question);
      });
      command->add_option("--area", question.area, help("help_area"));
      command->add_option("--board", question.board, help("help_board_id"));
      if (verb == "run") {
        command->add_option("--out", question.out, help("help_board_out"));
      }
    }
  }

  void add_approving() {
    ApproveOptions& options = given_.approve;
    auto* sign = add(app_, "approve", "help_approve", [&options](const Shell& shell) {
      return approve(shell, options);
    });
    sign->add_option("file", options.path, help("help_approve_file"));
    sign->add_option("--paper", options.paper, help("help_paper"));
    sign->add_flag("--phone", options.phone, help("help_phone"));
    sign->add_option("--new-key", options.new_key, help("help_new_key"));
    sign->add_option("--key", options.key, help("help_signing_key"));
    sign->add_option("--role", options.role, help("help_role"));
    sign->add_option("--name", options.name, help("help_person"));
    sign->add_option("--unit", options.unit, help("help_person_unit"));
    sign->add_option("--opinion", options.opinion, help("help_opinion"));
    sign->add_option("--result", options.result, help("help_result"));
    sign->add_option("--basis", options.basis, help("help_basis"));
    sign->add_option("--at", options.at, help("help_at"));
    sign->add_option("--allow", options.allows, help("help_allow"));
    sign->add_option("--waive", options.waives, help("help_waive"));
    sign->add_option("--kind", options.kind, help("help_kind"));
    sign->add_option("--column", options.column, help("help_column"));
    sign->add_option("--defaults", options.defaults, help("help_defaults"));
  }

  void add_sheet() {
    CLI::App& approval = add_noun("approval", "help_approval");
    auto* sheet = add(approval, "sheet", "help_sheet", [this](const Shell& shell) {
      return approval_sheet(shell, given_.sheet);
    });
    sheet->add_option("file", given_.sheet.path, help("help_approve_file"))->required();
    sheet->add_option("--out", given_.sheet.out, help("help_sheet_out"));
    sheet->add_option("--kind", given_.sheet.kind, help("help_kind"));
    sheet->add_option("--column", given_.sheet.column, help("help_column"));
  }

  void add_looking() {
    CLI::App& release = add_noun("release", "help_release");
    auto* list = add(release, "list", "help_release_list", [this](const Shell& shell) {
      return list_releases(shell, given_.page);
    });
    list->add_option("--limit", given_.page.limit, help("help_limit"));
    list->add_option("--before", given_.page.before, help("help_before"));
    auto* shown = add(release, "show", "help_release_show", [this](const Shell& shell) {
      return show_release(shell, given_.text);
    });
    shown->add_option("release", given_.text, help("help_selector"))->required();

    auto* found = add(app_, "find", "help_find", [this](const Shell& shell) {
      return find_releases(shell, given_.text, given_.limit);
    });
    found->add_option("text", given_.text, help("help_find_text"))->required();
    found->add_option("--limit", given_.limit, help("help_limit"));

    CLI::App& channel = add_noun("channel", "help_channel");
    channel_ = &channel;
    add(channel, "list", "help_channel_list", list_channels);
    auto* one = add(channel, "show", "help_channel_show", [this](const Shell& shell) {
      return show_channel(shell, given_.text);
    });
    one->add_option("channel", given_.text, help("help_channel_id"))->required();
  }

  void add_deliveries() {
    CLI::App& delivery = add_noun("delivery", "help_delivery");
    DeliveryFilter& filter = given_.deliveries;
    auto* list = add(delivery, "list", "help_delivery_list", [this](const Shell& shell) {
      if (given_.parked) {
        given_.deliveries.state = "parked";
      }
      return list_deliveries(shell, given_.deliveries);
    });
    const std::vector<std::string> states{"parked", "waiting", "confirming", "leased"};
    list->add_option("--state", filter.state, help("help_state"))->check(CLI::IsMember(states));
    list->add_flag("--parked", given_.parked, help("help_parked"));
    list->add_flag_callback(
        "--waiting", [&filter] { filter.state = "waiting"; }, help("help_waiting"));
    list->add_option("--channel", filter.channel, help("help_channel_id"));
    list->add_option("--after", filter.after, help("help_after"));
    list->add_option("--limit", filter.limit, help("help_limit"));

    auto* shown = add(delivery, "show", "help_delivery_show", [this](const Shell& shell) {
      return show_delivery(shell, given_.text);
    });
    shown->add_option("delivery", given_.text, help("help_delivery_id"))->required();
    auto* again = add(delivery, "retry", "help_delivery_retry", [this](const Shell& shell) {
      return retry_delivery(shell, given_.text, given_.reason);
    });
    again->add_option("delivery", given_.text, help("help_delivery_id"))->required();
    again->add_option("--reason", given_.reason, help("help_reason"));
    Cancel& cancel = given_.cancel;
    auto* end = add(delivery, "cancel", "help_delivery_cancel", [&cancel](const Shell& shell) {
      return cancel_delivery(shell, cancel);
    });
    end->add_option("delivery", cancel.id, help("help_delivery_id"))->required();
    end->add_option("--reason", cancel.reason, help("help_reason"));
    end->add_flag("--yes", cancel.yes, help("help_yes"));
    Resolution& resolution = given_.resolution;
    auto* by_hand =
        add(delivery, "resolve", "help_delivery_resolve", [&resolution](const Shell& shell) {
          return resolve_delivery(shell, resolution);
        });
    by_hand->add_option("delivery", resolution.id, help("help_delivery_id"))->required();
    by_hand->add_option("--published", resolution.published, help("help_published"));
    by_hand->add_flag("--removed", resolution.removed, help("help_removed"));
    by_hand->add_flag("--not-published", resolution.not_published, help("help_not_published"));
    by_hand->add_option("--reason", resolution.reason, help("help_reason"))->required();
    by_hand->add_option("--proof", resolution.proof, help("help_proof"));
  }

  void add_withdrawing() {
    WithdrawOptions& options = given_.withdraw;
    auto* back = add(app_, "withdraw", "help_withdraw", [&options](const Shell& shell) {
      return withdraw(shell, options);
    });
    back->add_option("releases", options.selectors, help("help_selector"))->required();
    const std::vector<std::string> kinds{"mark_invalid", "replace", "remove", "erase"};
    back->add_option("--kind", options.kind, help("help_withdrawal_kind"))
        ->required()
        ->check(CLI::IsMember(kinds));
    back->add_option("--reason", options.reason, help("help_internal_reason"))->required();
    back->add_option("--public-note", options.public_note, help("help_public_note"));
    back->add_option("--successor", options.successor, help("help_successor"));
    back->add_flag("--yes", options.yes, help("help_yes"));
    back->add_flag("--detach", options.detach, help("help_detach"));

    CLI::App& takedown = add_noun("takedown", "help_takedown");
    TakedownFilter& filter = given_.takedowns;
    auto* list = add(takedown, "list", "help_takedown_list", [&filter](const Shell& shell) {
      return list_takedowns(shell, filter);
    });
    list->add_flag("--open", filter.open, help("help_takedown_open"));
    list->add_option("--limit", filter.limit, help("help_limit"));
    list->add_option("--before", filter.before, help("help_before"));
    auto* shown = add(takedown, "show", "help_takedown_show", [this](const Shell& shell) {
      return show_takedown(shell, given_.text);
    });
    shown->add_option("withdrawal", given_.text, help("help_takedown_seq"))->required();
  }

  void add_channel_decisions() {
    ChannelDecision& decision = given_.channel;
    for (const std::string verb : {"pause", "resume", "retire"}) {
      auto* command =
          add(*channel_, verb, "help_channel_" + verb, [&decision, verb](const Shell& shell) {
            decision.verb = verb;
            return decide_channel(shell, decision);
          });
      auto* channel = command->add_option("channel", decision.channel, help("help_channel_id"));
      command->add_option("--reason", decision.reason, help("help_reason"))->required();
      if (verb == "retire") {
        channel->required();
        command->add_flag("--yes", decision.yes, help("help_yes"));
      } else {
        command->add_flag("--all", decision.all, help("help_channel_every"));
      }
    }
    ReplayOptions& replay = given_.replay;
    auto* fill = add(*channel_, "backfill", "help_channel_backfill", [&replay](const Shell& shell) {
      replay.backfill = true;
      return start_replay(shell, replay);
    });
    fill->add_option("channel", replay.channel, help("help_channel_id"))->required();
    add_job_options(*fill);

    CLI::App& gate = add_noun("gate", "help_gate");
    GateOpening& opening = given_.gate;
    auto* open = add(gate, "open", "help_gate_open", [&opening](const Shell& shell) {
      return open_gate(shell, opening);
    });
    open->add_option("release", opening.release, help("help_selector"))->required();
    open->add_option("--channel", opening.channel, help("help_channel_id"))->required();
    open->add_option("--reason", opening.reason, help("help_reason"))->required();
  }

  void add_job_options(CLI::App& command) {
    ReplayOptions& replay = given_.replay;
    command.add_option("--reason", replay.reason, help("help_reason"))->required();
    command.add_option("--per-minute", replay.per_minute, help("help_per_minute"));
    command.add_flag("--allow-duplicate", replay.allow_duplicate, help("help_allow_duplicate"));
    command.add_flag("--yes", replay.yes, help("help_yes"));
  }

  void add_confirmations() {
    CLI::App& noun = add_noun("confirmation", "help_confirmation");
    ConfirmationDecision& decision = given_.confirmation;
    const auto decide = [&decision](bool gives) {
      return [&decision, gives](const Shell& shell) {
        decision.gives = gives;
        return decide_confirmation(shell, decision);
      };
    };
    auto* list = add(noun, "list", "help_confirmation_list", [this](const Shell& shell) {
      return list_confirmations(shell, given_.open);
    });
    list->add_flag("--open", given_.open, help("help_confirmation_open"));
    auto* shown = add(noun, "show", "help_confirmation_show", [&decision](const Shell& shell) {
      return show_confirmation(shell, decision.no);
    });
    auto* give = add(noun, "give", "help_confirmation_give", decide(true));
    auto* refused = add(noun, "refuse", "help_confirmation_refuse", decide(false));
    for (CLI::App* one : {shown, give, refused}) {
      one->add_option("confirmation", decision.no, help("help_confirmation_no"))->required();
    }
    give->add_option("--reason", decision.reason, help("help_reason"));
    give->add_flag("--yes", decision.yes, help("help_yes"));
    refused->add_option("--reason", decision.reason, help("help_reason"))->required();
  }

  void add_replays() {
    CLI::App& noun = add_noun("replay", "help_replay");
    ReplayOptions& replay = given_.replay;
    auto* start = add(noun, "start", "help_replay_start", [&replay](const Shell& shell) {
      return start_replay(shell, replay);
    });
    start->add_option("--channel", replay.channel, help("help_channel_id"))->required();
    start->add_option("--release", replay.release, help("help_selector"));
    start->add_option("--from", replay.from, help("help_replay_from"));
    start->add_option("--to", replay.to, help("help_replay_to"));
    start->add_option("--accepted-from", replay.accepted_from, help("help_accepted_from"));
    start->add_option("--accepted-to", replay.accepted_to, help("help_accepted_to"));
    start->add_option("--state", replay.states, help("help_replay_state"));
    start->add_option("--code", replay.reasons, help("help_replay_code"));
    start->add_option("--outcome", replay.outcomes, help("help_replay_outcome"));
    start->add_option("--kind", replay.kinds, help("help_kind"));
    start->add_option("--column", replay.columns, help("help_column"));
    add_job_options(*start);
    add(noun, "list", "help_replay_list", list_replays);
    auto* shown = add(noun, "show", "help_replay_show", [this](const Shell& shell) {
      return show_replay(shell, given_.text);
    });
    shown->add_option("job", given_.text, help("help_replay_job"))->required();
    auto* end = add(noun, "cancel", "help_replay_cancel", [this](const Shell& shell) {
      return cancel_replay(shell, given_.text, given_.reason);
    });
    end->add_option("job", given_.text, help("help_replay_job"))->required();
    end->add_option("--reason", given_.reason, help("help_reason"))->required();
  }

  void add_evidence_option(CLI::App& command, const std::string& name, std::string_view key) {
    command.add_option("--" + name, given_.evidence[name], help(key));
  }

  std::vector<std::string> with_options(std::vector<std::string> words) const {
    words.insert(words.end(), given_.names.begin(), given_.names.end());
    for (const auto& [name, value] : given_.evidence) {
      if (!value.empty()) {
        words.insert(words.end(), {"--" + name, value});
      }
    }
    return words;
  }

  void add_evidence() {
    CLI::App& noun = add_noun("evidence", "help_evidence");
    const auto verb = [&](const std::string& name) {
      return add(noun, name, "help_evidence_" + name, [this, name](const Shell& shell) {
        return run_broker(shell, with_options({"evidence", name}));
      });
    };
    auto* check = verb("verify");
    check->add_option("file", given_.names, help("help_evidence_file"))->required();
    add_evidence_option(*check, "keys", "help_evidence_keys");
    add_evidence_option(*check, "checkpoint", "help_checkpoint_file");
    add_evidence_option(*verb("checkpoint"), "out", "help_out");
    auto* write = add(noun, "export", "help_evidence_export", [this](const Shell& shell) {
      return export_evidence(
          shell, given_.names, given_.evidence, with_options({"evidence", "export"}));
    });
    write->add_option("releases", given_.names, help("help_selector"));
    add_evidence_option(*write, "out", "help_out");
    add_evidence_option(*write, "column", "help_column");
    add_evidence_option(*write, "from", "help_from_date");
    add_evidence_option(*write, "to", "help_to_date");
    add_evidence_option(*write, "sample", "help_evidence_sample");
    add_evidence_option(*write, "seed", "help_evidence_seed");
  }

  void add_keeping() {
    add(app_, "status", "help_status", status);
    add(app_, "doctor", "help_doctor", doctor);
    auto* wait = add(app_, "wait", "help_wait", [this](const Shell& shell) {
      return wait_for_all(shell, given_.seconds);
    });
    wait->add_flag("--all", given_.all, help("help_wait_all"));
    wait->add_option("--timeout", given_.seconds, help("help_timeout"))
        ->check(CLI::Range(int64_t{0}, int64_t{7} * 24 * 3600));
    CLI::App& notify = add_noun("notify", "help_notify");
    auto* test = add(notify, "test", "help_notify_test", [this](const Shell& shell) {
      return test_notify(shell, given_.text);
    });
    test->add_option("--to", given_.text, help("help_notify_to"));
    CLI::App& adapter = add_noun("adapter", "help_adapter");
    auto* conformance = add(adapter, "check", "help_adapter_check", [this](const Shell& shell) {
      return check_adapter(shell, given_.adapter);
    });
    conformance->add_option("command", given_.adapter.command, help("help_adapter_command"))
        ->required();
    conformance->add_option("--look", given_.adapter.look, help("help_adapter_look"));
    conformance->add_option("--seconds", given_.adapter.seconds, help("help_adapter_seconds"))
        ->check(CLI::Range(int64_t{1}, int64_t{3600}));
    CLI::App& chain = add_noun("journal", "help_journal");
    auto* check = add(chain, "verify", "help_journal_verify", [this](const Shell& shell) {
      return run_broker(shell, with_options({"journal", "verify"}));
    });
    add_evidence_option(*check, "checkpoint", "help_checkpoint_file");
    add(chain, "rebuild", "help_journal_rebuild", [](const Shell& shell) {
      return run_broker(shell, {"journal", "rebuild"});
    });
    auto* accept = add(chain, "accept-loss", "help_accept_loss", [this](const Shell& shell) {
      return accept_loss(shell, given_.loss);
    });
    accept->add_option("--reason", given_.loss.reason, help("help_reason"))->required();
    accept->add_flag("--yes", given_.loss.yes, help("help_yes"));
    CLI::App& receipt = add_noun("receipt", "help_receipt");
    auto* held = add(receipt, "check", "help_receipt_check", [this](const Shell& shell) {
      return check_receipt(shell, given_.text);
    });
    held->add_option("file", given_.text, help("help_receipt_file"))->required();
    add_evidence();
    add(app_, "version", "help_version", version);
  }

  void add_access() {
    add(app_, "reload", "help_reload", reload);
    CLI::App& key = add_noun("key", "help_key");
    NewKey& wanted = given_.key;
    auto* make = add(key, "new", "help_key_new", [&wanted](const Shell& shell) {
      return new_key(shell, wanted);
    });
    make->add_option("name", wanted.name, help("help_principal"))->required();
    make->add_flag("--token", wanted.token, help("help_key_token"));
    make->add_option("--out", wanted.out, help("help_key_out"));
    make->add_option("--role", wanted.role, help("help_key_role"));
    make->add_option("--unit", wanted.units, help("help_key_unit"));
    make->add_option("--column", wanted.columns, help("help_key_column"));
    make->add_option("--kind", wanted.kinds, help("help_key_kind"));
    make->add_option("--channel", wanted.channels, help("help_key_channel"));
    make->add_option("--rights", wanted.rights, help("help_key_rights"));
    make->add_option("--rate", wanted.rate_per_minute, help("help_key_rate"));
    make->add_option("--until", wanted.valid_until, help("help_key_until"));
    add(key, "list", "help_key_list", list_keys);
    Revocation& revocation = given_.revocation;
    auto* revoke = add(key, "revoke", "help_key_revoke", [&revocation](const Shell& shell) {
      return revoke_key(shell, revocation);
    });
    revoke->add_option("name", revocation.name, help("help_principal"))->required();
    revoke->add_flag("--previous", revocation.previous, help("help_key_previous"));
    revoke->add_flag("--yes", revocation.yes, help("help_yes"));
    CLI::App& principal = add_noun("principal", "help_principals");
    add(principal, "list", "help_principal_list", list_principals);
    add(principal, "check", "help_principal_check", check_principals);
  }

  Language language_;
  Given& given_;
  Run& run_;
  CLI::App app_;
  CLI::App* channel_ = nullptr;  // the noun
};

Shell shell_of(const Given& given, Language language, const Surroundings& around) {
  Shell shell;
  shell.language = language;
  shell.json = given.json;
  shell.terminal = around.terminal;
  shell.home = home_of(given.home, around);
  shell.url = given.url;
  while (shell.url.ends_with('/')) {
    shell.url.pop_back();
  }
  shell.token = around.variable("GULOU_TOKEN");
  shell.program = around.program;
  shell.out = around.out;
  shell.err = around.err;
  shell.read_line = around.read_line;
  return shell;
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, const Surroundings& around) {
  const Language language = language_of(arguments, around);
  Given given;
  Run run;
  CommandLine line(language, given, run);
  try {
    // CLI11 reads them from the back.
    line.app().parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* shown = &line.app();
    while (!shown->get_subcommands().empty()) {
      shown = shown->get_subcommands().front();
    }
    around.out(shown->help());
    return static_cast<int>(Exit::done);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> why{error.what()};
    around.err(sentence(language, "usage_wrong", {}, why) + "\n");
    return static_cast<int>(Exit::usage);
  }
  return static_cast<int>(run(shell_of(given, language, around)));
}

}  // namespace gulou::cli
