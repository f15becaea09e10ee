#include "eval/files/config_json.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "data/split_files.h"
#include "tensor/platform.h"

namespace flanmoe {
namespace {

Json scalar_json(const std::string& text) {
  const Json value = Json::parse(text, nullptr, false);
  return value.is_number() || value.is_boolean() ? value : Json(text);
}

// The checksum of a split's files; "" when the task has no such split.
std::string split_hash(const TaskSpec& task, const std::string& split) {
  const std::vector<std::filesystem::path> files = files_of_split(task, split);
  if (files.size() == 1) return checksum_file(files.front());
  std::string text;
  for (const auto& file : files) text += checksum_file(file) + "\n";
  return text.empty() ? "" : checksum_text(text);
}

// What is asked; a task file may take it from others (tasks/templates/).
std::string prompts_hash(const TaskRun& run) {
  const EvalForm& form = run.task.eval;
  return checksum_text(fmt::format("{}\n{}\n{}\n{}\n{}", form.header, form.separator, run.prompt().input,
                                   run.prompt().target, run.task.definition));
}

Json run_json(const TaskRun& run) {
  Json json = {{"task", run.task.name},
               {"suite", run.suite},
               {"prompting", name_of(run.prompting)},
               {"version", run.task.version},
               {"split", run.split()},
               {"shots", run.shots()},
               {"max_new_tokens", run.max_new_tokens()},
               {"task_file", checksum_file(run.task.file)},
               {"prompts", prompts_hash(run)},
               {"rows", split_hash(run.task, run.split())}};
  if (run.shots() > 0) json["exemplars"] = split_hash(run.task, run.exemplar_split());
  return json;
}

}  // namespace

std::string as_utf8(const std::string& text) {
  return parse_json(json_line(text, "a text"), "a text").get<std::string>();
}

Json settings_json(const std::string& dumped) {
  Json json;
  for (const auto& [key, value] : parse_config(dumped, "options").items()) {
    if (value.is_scalar()) {
      json[key] = scalar_json(value.scalar());
      continue;
    }
    json[key] = Json::array();
    for (const ConfigNode& entry : value.list()) json[key].push_back(entry.scalar());
  }
  return json;
}

Json config_json(const EvalSetup& setup, const EvalRequest& request, const EvalPlan& plan) {
  Json suites = Json::object(), tasks = Json::object();
  for (const Suite& suite : request.suites)
    suites[suite.name.empty() ? "tasks" : suite.name] = settings_json(dump_options(suite.options));
  for (const TaskRun& run : plan.runs) tasks[run.name()] = run_json(run);
  Json config = {{"version", setup.version},
                 {"model", setup.model},
                 {"model_hash", setup.model_hash},
                 {"tokenizer_hash", setup.tokenizer_hash},
                 {"answers", setup.answers},
                 {"data", request.data.string()},
                 {"suites", suites},
                 {"task_names", request.globs},
                 {"on_bad_row", name_of(request.on_bad_row)},
                 {"skip_missing", request.skip_missing},
                 {"tasks", tasks},
                 {"platform", platform_json()}};
  if (!setup.routing.empty()) config["routing"] = setup.routing;
  return parse_json(json_line(config, "config.json"), "config.json");  // names of files may be no UTF-8
}

std::string model_hash(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() == ".safetensors" || file.filename() == "config.json") files.push_back(file);
  }
  std::sort(files.begin(), files.end());
  std::string text;
  for (const auto& file : files) text += file.filename().string() + " " + checksum_file(file) + "\n";
  return checksum_text(text);
}

}  // namespace flanmoe
