// flanmoe data list: tasks, where they belong and how many rows they have.
#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/data_choice.h"
#include "cli/data_commands.h"
#include "cli/text_table.h"
#include "data/mixture/mixture.h"
#include "data/split_files.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

struct ListArguments {
  std::vector<std::string> words;
  std::string data = ".";
  bool json = false;
};

std::vector<TaskSpec> chosen_tasks(const ListArguments& arguments) {
  std::vector<TaskSpec> tasks;
  for (const std::string& word : arguments.words) {
    DataChoice choice = choose_data(word, arguments.data);
    if (choice.mixture) choice.tasks = mixture_specs(*choice.mixture, arguments.data);
    tasks.insert(tasks.end(), choice.tasks.begin(), choice.tasks.end());
  }
  if (!arguments.words.empty()) return tasks;
  std::vector<std::string> faults;
  tasks = shipped_tasks(arguments.data, faults);
  for (const std::string& fault : faults) log_warn("left out: {}", fault);
  return tasks;
}

// Whether the data folder holds a split's rows.
bool is_there(const TaskSpec& task, const std::string& split) {
  try {
    return fs::exists(files_of_split(task, split).front());
  } catch (const MissingFile&) {
    return false;
  }
}

// Rows of a split; none when its file is not there, or cannot be read, which is told: the list goes on.
std::optional<int64_t> num_rows(const TaskSpec& task, const std::string& split) {
  if (!is_there(task, split)) return {};
  try {
    return static_cast<int64_t>(load_rows(task, split).size());
  } catch (const UserError& error) {
    log_warn("task '{}', split '{}': {}", task.name, split, error.what());
    return {};
  }
}

Json as_json(const TaskSpec& task) {
  Json splits = Json::object();
  for (const auto& [split, written] : task.splits) {
    const auto rows = num_rows(task, split);
    splits[split] = rows ? Json(*rows) : Json();
  }
  return {{"task", task.name},          {"group", task.group},     {"cluster", task.cluster}, {"suite", task.suite},
          {"held", name_of(task.held)}, {"license", task.license}, {"source", task.source},   {"version", task.version},
          {"format", task.format},      {"metric", task.metric},   {"file", task.file},       {"splits", splits}};
}

std::string split_text(const TaskSpec& task) {
  std::vector<std::string> parts;
  for (const auto& [split, written] : task.splits) {
    const auto rows = num_rows(task, split);
    parts.push_back(rows ? fmt::format("{} {}", split, *rows) : split + " absent");
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

int run(const ListArguments& arguments) {
  const std::vector<TaskSpec> tasks = chosen_tasks(arguments);
  if (arguments.json) {
    Json list = Json::array();
    for (const TaskSpec& task : tasks) list.push_back(as_json(task));
    std::cout << json_page({{"tasks", list}}, "standard output");
    return kExitDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const TaskSpec& task : tasks) {
    rows.push_back({task.name, task.group, task.cluster, name_of(task.held), split_text(task),
                    task.license.empty() ? "-" : task.license});
  }
  std::cout << text_table({{"task"}, {"group"}, {"cluster"}, {"held"}, {"rows"}, {"licence"}}, rows, output_width());
  std::cout << fmt::format("{} tasks\n", tasks.size());
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data_list(CLI::App& parser) {
  auto arguments = std::make_shared<ListArguments>();
  parser.add_option("tasks", arguments->words,
                    "task files or folders, mixtures, or names of tasks (* and ? allowed); none = all that ship");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser.add_flag("--json", arguments->json, "as JSON on stdout; a split that is not there has null rows");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
