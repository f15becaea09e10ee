#include "data/task.h"

#include <algorithm>

#include "base/config_data.h"
#include "base/error.h"
#include "base/files.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

struct TemplateFields {
  PromptTemplate& prompt;
  void fields(FieldVisitor& v) {
    v.field("input", prompt.input, "the prompt");
    v.field("target", prompt.target, "the answer's form");
  }
};

// A task as its file writes it.
struct TaskFile {
  TaskSpec spec;
  ConfigNode splits, templates, cot_templates;

  void fields(FieldVisitor& v) {
    v.field("name", spec.name, "unique in a mixture or suite");
    v.field("group", spec.group, "muffin, t0_sf, niv2, cot, heldout, finetune");
    v.field("cluster", spec.cluster, "kind of task");
    v.field("suite", spec.suite, "evaluation suite");
    v.field("format", spec.format, "reader of its rows");
    v.field("splits", splits, "split -> file");
    v.field("templates", templates, "direct prompts");
    v.field("cot_templates", cot_templates, "chain-of-thought prompts");
    v.choice("metric", spec.metric, {"accuracy", "exact_match", "number_match", "token_f1"}, "judge");
    v.field("chance", spec.chance, "percent that guessing gives");
    v.require(spec.chance >= 0.0 && spec.chance < 100.0, "chance", "a percentage below 100");
    v.field("definition", spec.definition, "instruction text");
    v.field("max_examples", spec.max_examples, "cap for mixing");
  }
};

std::vector<PromptTemplate> templates_of(const ConfigNode& node) {
  std::vector<PromptTemplate> templates;
  if (node.empty()) return templates;
  if (!node.is_list()) fail_input("{}: templates are a list of {{input, target}}", node.place());
  for (const ConfigNode& entry : node.list()) {
    PromptTemplate prompt;
    TemplateFields fields{prompt};
    load_options(entry, fields);
    if (prompt.input.empty()) fail_input("{}: a template without 'input'", entry.place());
    prompt.shows_options = prompt.input.find("{options}") != std::string::npos;
    templates.push_back(prompt);
  }
  return templates;
}

std::string split_file(const std::string& written, const std::filesystem::path& task_file, const std::filesystem::path& data_folder) {
  constexpr std::string_view kData = "{data}/";
  const auto path = written.starts_with(kData) ? data_folder / written.substr(kData.size()) : task_file.parent_path() / written;
  return path.lexically_normal().string();
}

TaskSpec parse_task(const ConfigNode& node, const std::filesystem::path& file, const std::filesystem::path& data_folder) {
  TaskFile task;
  load_options(node, task);
  task.spec.templates = templates_of(task.templates);
  task.spec.cot_templates = templates_of(task.cot_templates);
  const std::string where = node.place();
  if (task.spec.name.empty()) fail_input("{}: a task without 'name'", where);
  if (task.spec.templates.empty()) fail_input("{}: task '{}' has no 'templates'", where, task.spec.name);
  reader_for(task.spec.format, where);
  for (const auto& [split, path] : task.splits.items()) {
    if (!path.is_scalar()) fail_input("{}: split '{}' is no file name", path.place(), split);
    task.spec.splits[split] = split_file(path.scalar(), file, data_folder);
  }
  if (task.spec.splits.empty()) fail_input("{}: task '{}' has no 'splits'", where, task.spec.name);
  return task.spec;
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

std::vector<std::filesystem::path> task_files(const std::filesystem::path& path) {
  if (fs::is_regular_file(path)) return {path};
  if (!fs::is_directory(path)) fail_input("{}: no such task file or folder", path.string());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) fail_input("{}: holds no task file (*.yaml)", path.string());
  return files;
}

}  // namespace

int64_t TaskRow::answer_index() const {
  if (answers.empty()) return -1;
  const auto found = std::find(options.begin(), options.end(), answers.front());
  return found == options.end() ? -1 : found - options.begin();
}

std::vector<TaskSpec> load_tasks(const std::filesystem::path& path, const std::filesystem::path& data_folder) {
  std::vector<TaskSpec> tasks;
  for (const auto& file : task_files(path)) {
    for (const ConfigNode& node : task_nodes(load_config(file))) tasks.push_back(parse_task(node, file, data_folder));
  }
  return tasks;
}

std::vector<TaskRow> load_rows(const TaskSpec& task, const std::string& split) {
  const auto found = task.splits.find(split);
  if (found == task.splits.end()) {
    std::vector<std::string> names;
    for (const auto& [name, file] : task.splits) names.push_back(name);
    fail_input("task '{}' has no split '{}'; it has {}", task.name, split, fmt::join(names, ", "));
  }
  std::vector<TaskRow> rows = reader_for(task.format, task.name)(found->second);
  if (rows.empty()) fail_input("{}: no rows; task '{}' needs at least one in split '{}'", found->second, task.name, split);
  return rows;
}

}  // namespace flanmoe
