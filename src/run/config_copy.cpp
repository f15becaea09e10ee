#include "run/config_copy.h"

#include <algorithm>
#include <cstdlib>

#include "base/config.h"
#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

// Every value of a tree behind its full key, in the order of the file.
void collect(const ConfigNode& node, const std::string& key, Values& values) {
  if (node.is_map() && !node.empty()) {
    for (const auto& [name, value] : node.items()) collect(value, key.empty() ? name : key + "." + name, values);
    return;
  }
  std::string text = node.to_yaml();
  while (text.ends_with('\n')) text.pop_back();
  values.emplace_back(key, text);
}

Values values_of(const std::string& yaml) {
  Values values;
  collect(parse_config(yaml, "configuration"), "", values);
  return values;
}

std::string value_at(const Values& values, const std::string& key) {
  const auto found =
      std::find_if(values.begin(), values.end(), [&key](const auto& value) { return value.first == key; });
  return found == values.end() ? "" : found->second;
}

// What the file says today. A study's file is none of a run, nor the other way round.
std::string read_today(const std::filesystem::path& file, const std::string& what,
                       const std::function<std::string(const std::filesystem::path&)>& today) {
  try {
    return today(file);
  } catch (const UserError& error) {
    fail_input(
        "{}: its config.yaml is not read as that of a {}: {}. Where the folder holds something else, choose another",
        file.parent_path().string(), what, error.what());
  }
}

// More steps are another run: the schedule of the learning rate ends with the last step.
std::string way_on(const std::vector<ConfigDifference>& differences) {
  for (const ConfigDifference& difference : differences) {
    if (difference.key != "train.steps") continue;
    if (std::atoll(difference.now.c_str()) <= std::atoll(difference.before.c_str())) return "";
    return fmt::format(
        "\nThe learning rate has come to the end of its schedule at step {0}. For more steps begin another run from "
        "what this one made: init=FOLDER/checkpoints/step-{0} --out OTHER",
        difference.before);
  }
  return "";
}

}  // namespace

std::vector<ConfigDifference> config_differences(const std::string& before, const std::string& now) {
  const Values old_values = values_of(before), new_values = values_of(now);
  std::vector<ConfigDifference> differences;
  for (const auto& [key, value] : old_values) {
    if (const std::string other = value_at(new_values, key); other != value) differences.push_back({key, value, other});
  }
  for (const auto& [key, value] : new_values) {
    if (value_at(old_values, key).empty()) differences.push_back({key, "", value});
  }
  return differences;
}

void keep_config(const std::string& text, const std::filesystem::path& folder, const std::string& what,
                 const std::function<std::string(const std::filesystem::path&)>& today) {
  const std::filesystem::path file = folder / "config.yaml";
  if (!fs::exists(file)) return write_atomically(file, text);
  const std::vector<ConfigDifference> differences = config_differences(read_today(file, what, today), text);
  if (differences.empty()) return;
  std::string lines;
  for (const ConfigDifference& difference : differences) {
    lines += fmt::format("\n  there: {0}: {1}\n  asked: {0}: {2}", difference.key,
                         difference.before.empty() ? "(not there)" : difference.before,
                         difference.now.empty() ? "(not there)" : difference.now);
  }
  fail_input("{}: this folder holds a {} of another configuration; choose another folder or remove it. Difference:{}{}",
             folder.string(), what, lines, way_on(differences));
}

}  // namespace flanmoe
