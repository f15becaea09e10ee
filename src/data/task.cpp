#include "data/task.h"

#include <algorithm>

#include "base/config_data.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text_file.h"
#include "data/readers/bad_rows.h"
#include "data/readers/readers.h"
#include "data/task_file.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

std::string with_each(const std::string& text, const std::string& each) {
  constexpr std::string_view kEach = "{each}";
  std::string result = text;
  for (size_t at = result.find(kEach); at != std::string::npos; at = result.find(kEach, at + each.size())) {
    result.replace(at, kEach.size(), each);
  }
  return result;
}

// Guessing among a row's options; a row without options is never guessed.
double chance_of_rows(const std::vector<TaskRow>& rows) {
  double sum = 0.0;
  for (const TaskRow& row : rows) sum += row.options.empty() ? 0.0 : 100.0 / static_cast<double>(row.options.size());
  return sum / static_cast<double>(rows.size());
}

// What the data files know: definition and category, and how many options there are.
void ask_files(TaskSpec& spec, bool chance_of_options) {
  for (const auto& [split, file] : spec.splits) {
    const FileNotes notes = notes_of(spec.format, file);
    if (spec.definition.empty()) spec.definition = notes.definition;
    if (spec.cluster.empty()) spec.cluster = notes.cluster;
    if (!spec.definition.empty() && !spec.cluster.empty()) break;
  }
  if (!chance_of_options) return;
  const std::string split = spec.splits.contains("test") ? "test" : spec.splits.begin()->first;
  if (!fs::exists(packed_or_plain(spec.splits.at(split))))
    throw MissingFile(fmt::format("task '{}': {}: no such file", spec.name, spec.splits.at(split)));
  BadRows skipped(OnBadRow::kSkip);  // whoever reads the rows to use them says what becomes of bad ones
  spec.chance = chance_of_rows(load_rows(spec, split, skipped));
  if (spec.chance >= 100.0)
    fail_input("task '{}': its rows have one option each, so 'chance_of_options' is 100", spec.name);
}

struct TaskPlace {
  std::string where;  // file and line
  std::filesystem::path file, data_folder;
};

// The task of one file that `each` matches; `each` is empty when there is no pattern.
ListedTask task_of(const TaskFile& task, const std::string& each, const TaskPlace& place) {
  ListedTask listed{task.spec, task.chance_of_options, ""};
  TaskSpec& spec = listed.spec;
  spec.name = with_each(spec.name, each);
  spec.file = place.file.string();
  for (const auto& [split, path] : task.splits.items()) {
    if (!path.is_scalar()) fail_input("{}: split '{}' is no file name", path.place(), split);
    spec.splits[split] =
        resolve_path(with_each(path.scalar(), each), place.data_folder, place.file.parent_path()).string();
  }
  if (spec.splits.empty()) fail_input("{}: task '{}' has no 'splits'", place.where, spec.name);
  return listed;
}

// One task, or with `each` one per matching file.
std::vector<ListedTask> parse_tasks(const ConfigNode& node, const std::filesystem::path& file,
                                    const std::filesystem::path& data_folder) {
  const TaskFile task = parse_task_file(node);
  const TaskPlace place{node.place(), file, data_folder};
  if (task.each.empty()) return {task_of(task, "", place)};
  const std::string each_place = node.at("each").place();
  if (task.spec.name.find("{each}") == std::string::npos) {
    fail_input("{}: 'each' makes many tasks, all named '{}'; expected {{each}} in 'name'", each_place, task.spec.name);
  }
  if (task.each.find('*') == std::string::npos)
    fail_input("{}: 'each' is '{}', expected one * in it", each_place, task.each);
  std::vector<ListedTask> tasks;
  try {
    for (const FileMatch& match :
         matching_files(resolve_path(task.each, data_folder, file.parent_path()), each_place)) {
      expect_utf8(match.star, fmt::format("{}: the name of {}", each_place, printable(match.file.string())));
      tasks.push_back(task_of(task, match.star, place));
    }
  } catch (const MissingFile& missing) {
    tasks.push_back(task_of(task, "*", place));
    tasks.back().missing = missing.what();
  }
  return tasks;
}

// A file's tasks: itself, or each of its list `tasks` over the keys beside it.
std::vector<ConfigNode> task_nodes(const ConfigNode& config) {
  if (!config.has("tasks")) return {config};
  ConfigData::Items kept;
  for (const auto& [key, value] : config.items()) {
    if (key != "tasks") kept.emplace_back(key, value);
  }
  const ConfigNode defaults = detail::make_map(kept);
  std::vector<ConfigNode> nodes;
  for (const ConfigNode& task : config.at("tasks").list()) nodes.push_back(defaults.merged(task));
  return nodes;
}

}  // namespace

std::vector<std::filesystem::path> task_files(const std::filesystem::path& path) {
  if (fs::is_regular_file(path)) return {path};
  if (!fs::is_directory(path)) fail_input("{}: no such task file or folder", path.string());
  std::vector<std::filesystem::path> files = files_below(path, ".yaml");
  if (files.empty()) fail_input("{}: holds no task file (*.yaml)", path.string());
  return files;
}

std::vector<ListedTask> list_tasks(const std::filesystem::path& path, const std::filesystem::path& data_folder) {
  std::vector<ListedTask> tasks;
  for (const auto& file : task_files(path)) {
    for (const ConfigNode& node : task_nodes(load_config(file))) {
      for (ListedTask& task : parse_tasks(node, file, data_folder)) tasks.push_back(std::move(task));
    }
  }
  return tasks;
}

TaskSpec opened_task(const ListedTask& listed) {
  if (!listed.missing.empty()) throw MissingFile(listed.missing);
  TaskSpec spec = listed.spec;
  ask_files(spec, listed.chance_of_options);
  return spec;
}

std::vector<TaskSpec> load_tasks(const std::filesystem::path& path, const std::filesystem::path& data_folder) {
  std::vector<TaskSpec> tasks;
  for (const ListedTask& listed : list_tasks(path, data_folder)) tasks.push_back(opened_task(listed));
  return tasks;
}

std::vector<TaskRow> load_rows(const TaskSpec& task, const std::string& split, BadRows& bad_rows) {
  const auto found = task.splits.find(split);
  if (found == task.splits.end()) {
    std::vector<std::string> names;
    for (const auto& [name, file] : task.splits) names.push_back(name);
    fail_input("task '{}' has no split '{}'; it has {}", task.name, split, fmt::join(names, ", "));
  }
  const auto format = task.formats.find(split);
  const std::string& reader = format == task.formats.end() ? task.format : format->second;
  const std::map<std::string, std::string> no_columns;
  std::vector<TaskRow> rows;
  for (const FileMatch& match : matching_files(found->second, fmt::format("task '{}', split '{}'", task.name, split))) {
    read_rows(
        reader, match.file.string(), reader == task.format ? task.columns : no_columns, bad_rows,
        [&rows](TaskRow row) { rows.push_back(std::move(row)); }, task.options);
  }
  if (!rows.empty()) return rows;
  const std::vector<std::string> reasons = bad_rows.reasons(found->second);
  fail_input("{}: no rows; task '{}' needs at least one in split '{}'{}", found->second, task.name, split,
             reasons.empty() ? "" : "; first bad row: " + reasons.front());
}

std::vector<TaskRow> load_rows(const TaskSpec& task, const std::string& split) {
  BadRows stop_at_first;
  return load_rows(task, split, stop_at_first);
}

}  // namespace flanmoe
