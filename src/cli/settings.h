// The key=value settings of commands: one table for completion, `flanmoe settings` and the page docs/settings.md.
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

// The fields of an options struct, `prefix` in front of each key. Several may belong to one command.
struct CommandSettings {
  const char* command;  // "train", "data make"
  const char* prefix;   // "model." for init
  std::string (*describe)();
};
const std::vector<CommandSettings>& command_settings();

// One setting, as the help of its field says it.
struct Setting {
  std::string key, type, initial, help;
};
std::vector<Setting> settings_of(const CommandSettings& settings);

}  // namespace flanmoe
