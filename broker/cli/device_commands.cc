#include "broker/cli/device_commands.h"

#include "common/text/catalogue.h"

#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace gulou::cli {
namespace {

using Run = std::function<Exit(const Shell&)>;

class Commands {
 public:
  Commands(CLI::App& noun, Language language, DeviceGiven& given, Run& run)
      : noun_(noun), language_(language), given_(given), run_(run) {}

  void add_all() {
    CLI::App* enrol = add("enrol", [&given = given_](const Shell& shell) {
      return enrol_device(shell, given.place);
    });
    option(*enrol, "--channel", given_.place.channel, "help_device_channel")->required();
    add_place(*enrol);
    add_code(*enrol);
    CLI::App* list = add("list", [&given = given_](const Shell& shell) {
      return list_devices(shell, given.filter);
    });
    option(*list, "--silent", given_.filter.silent, "help_device_silent");
    list->add_flag("--faulty", given_.filter.faulty, help("help_device_faulty"));
    option(*list, "--area", given_.filter.area, "help_device_area");
    option(*list, "--channel", given_.filter.channel, "help_device_channel");
    option(*list, "--state", given_.filter.state, "help_device_state");
    add_device(*add("show", [&given = given_](const Shell& shell) {
      return show_device(shell, given.end.device);
    }));
    CLI::App* move = add("move", [&given = given_](const Shell& shell) {
      return move_device(shell, given.end.device, given.place);
    });
    add_device(*move);
    add_place(*move);
    CLI::App* replace = add("replace", [&given = given_](const Shell& shell) {
      return replace_device(shell, given.end.device, given.place);
    });
    add_device(*replace);
    add_code(*replace);
    add_end("revoke");
    option(*add_end("retire"), "--dark-by", given_.end.dark_by, "help_device_dark_by");
  }

 private:
  std::string help(std::string_view key) const { return std::string(word(language_, key)); }

  CLI::App* add(const std::string& name, Run run) {
    CLI::App* command = noun_.add_subcommand(name, help("help_device_" + name));
    command->fallthrough();
    command->callback([&chosen = run_, run = std::move(run)] { chosen = run; });
    return command;
  }

  template <class Value>
  CLI::Option* option(CLI::App& command,
                      const std::string& name,
                      Value& value,
                      std::string_view key) {
    return command.add_option(name, value, help(key));
  }

  void add_device(CLI::App& command) {
    option(command, "device", given_.end.device, "help_device_name")->required();
  }

  CLI::App* add_end(const std::string& verb) {
    CLI::App* end = add(verb, [&given = given_, verb](const Shell& shell) {
      return end_device(shell, verb, given.end);
    });
    add_device(*end);
    option(*end, "--reason", given_.end.reason, "help_reason")->required();
    end->add_flag("--yes", given_.end.yes, help("help_yes"));
    return end;
  }

  void add_place(CLI::App& command) {
    DevicePlace& place = given_.place;
    option(command, "--name", place.name, "help_device_name");
    option(command, "--area", place.area, "help_device_area");
    option(command, "--place", place.place, "help_device_place");
    option(command, "--contact", place.contact, "help_device_contact");
    option(command, "--phone", place.phone, "help_device_phone");
    option(command, "--kind", place.kind, "help_device_kind");
    option(command, "--off", place.off_hours, "help_device_off");
    option(command, "--also-area", place.areas, "help_device_areas");
    option(command, "--group", place.groups, "help_device_groups");
    option(command, "--column", place.columns, "help_device_columns");
    option(command, "--show-kind", place.kinds, "help_device_kinds");
    option(command, "--tag", place.tags, "help_device_tags");
    command.add_flag("--drill", place.drill, help("help_device_drill"));
  }

  void add_code(CLI::App& command) {
    option(command, "--address", given_.place.address, "help_device_address");
    option(command, "--hours", given_.place.hours, "help_device_hours");
  }

  CLI::App& noun_;
  Language language_;
  DeviceGiven& given_;
  Run& run_;
};

}  // namespace

void add_device_commands(CLI::App& noun, Language language, DeviceGiven& given, Run& run) {
  Commands(noun, language, given, run).add_all();
}

}  // namespace gulou::cli
