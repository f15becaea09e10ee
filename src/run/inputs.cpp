#include "run/inputs.h"

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text_file.h"
#include "data/mixture/mixture.h"
#include "data/split_files.h"
#include "data/task_paths.h"
#include "eval/evaluation.h"

namespace flanmoe {
namespace {

const char* const kTask = "task";
const char* const kValidation = "validation task";

// Inputs by name. Each file is read once: many tasks may share one.
class Inputs {
 public:
  void add(const std::string& name, const std::filesystem::path& file) {
    Json& facts = known_[file.string()];
    if (facts.is_null())
      facts = {{"file", file.string()}, {"bytes", fs::file_size(file)}, {"checksum", checksum_file(file)}};
    json_[name] = facts;
  }
  // What a task file says, files that it shares with others among it (tasks/templates/).
  void add_task(const std::string& role, const TaskSpec& task) {
    const std::string name = fmt::format("{} '{}'", role, task.name);
    add(name, task.file);
    std::string text = task.definition;
    std::vector<PromptTemplate> prompts = task.templates;
    prompts.insert(prompts.end(), task.cot_templates.begin(), task.cot_templates.end());
    prompts.insert(prompts.end(), {task.eval.direct, task.eval.cot});
    for (const PromptTemplate& prompt : prompts)
      text += fmt::format("\n{}\n{}\n{}", prompt.input, prompt.target, prompt.inverted);
    json_[name + ", prompts"] = {{"file", task.file}, {"bytes", text.size()}, {"checksum", checksum_text(text)}};
  }
  void add_rows(const std::string& role, const TaskSpec& task, const std::string& split) {
    int64_t number = 0;
    for (const std::filesystem::path& file : files_of_split(task, split))
      add(fmt::format("{} '{}', {} rows, file {}", role, task.name, split, ++number), packed_or_plain(file));
  }
  void add_texts(const std::string& key, const std::vector<std::string>& files, const std::filesystem::path& data) {
    int64_t number = 0;
    for (const std::string& file : files)
      add(fmt::format("'{}', file {}", key, ++number), packed_or_plain(resolve_path(file, data)));
  }
  Json take() { return std::move(json_); }

 private:
  Json json_ = Json::object();
  std::map<std::string, Json> known_;
};

void add_validation(Inputs& inputs, const RunOptions& options) {
  if (!options.train.validates()) return;
  inputs.add_texts("validation.files", options.validation.files, options.data);
  if (options.validation.tasks.empty()) return;
  EvalRequest request = request_of(options.validation, options.data);
  request.globs = options.validation.include;
  for (const TaskRun& run : plan_evaluation(request).runs) {
    inputs.add_task(kValidation, run.task);
    inputs.add_rows(kValidation, run.task, run.split());
    if (run.shots() > 0) inputs.add_rows(kValidation, run.task, run.exemplar_split());
  }
}

std::string shown(const Json& inputs, const std::string& name, const std::string& where) {
  if (!inputs.contains(name)) return "nothing";
  const Json& input = inputs.at(name);
  return fmt::format("{} ({} bytes, checksum {})", printable(json_string(input, "file", where)),
                     json_int(input, "bytes", where), json_string(input, "checksum", where));
}

bool is_same(const Json& there, const Json& here, const std::string& name, const std::string& where) {
  return there.contains(name) && here.contains(name) &&
         json_int(there.at(name), "bytes", where) == json_int(here.at(name), "bytes", where) &&
         json_string(there.at(name), "checksum", where) == json_string(here.at(name), "checksum", where);
}

bool has_begun(const std::filesystem::path& folder) {
  return fs::is_directory(folder / "checkpoints") && !fs::is_empty(folder / "checkpoints");
}

}  // namespace

Json inputs_of(const RunOptions& options, const Tokenizer& tokenizer) {
  Inputs inputs;
  inputs.add("the vocabulary", tokenizer.model_file());
  if (options.mode == Phase::kPretrain) {
    inputs.add_texts("corpus.files", options.corpus.files, options.data);
    inputs.add_texts("corpus.first_files", options.corpus.first_files, options.data);
  } else {
    const bool reads_loss_split = options.train.validates() && options.mixture.held_out_share == 0.0;
    for (const TaskSpec& task : mixture_specs(options.mixture, options.data)) {
      inputs.add_task(kTask, task);
      inputs.add_rows(kTask, task, "train");
      if (reads_loss_split) inputs.add_rows(kTask, task, options.validation.loss_split);
    }
  }
  add_validation(inputs, options);
  return inputs.take();
}

std::string other_input(const Json& there, const Json& here, const std::string& where) {
  for (const Json* one : {&there, &here}) {
    for (const auto& [name, facts] : one->items()) {
      if (!is_same(there, here, name, where)) return name;
    }
  }
  return "";
}

bool compares_inputs(const std::filesystem::path& folder) {
  return fs::exists(folder / "inputs.json") && has_begun(folder);
}

void keep_inputs(const Json& inputs, const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "inputs.json", checkpoints = folder / "checkpoints";
  const bool is_kept = fs::exists(file);
  if (!is_kept && has_begun(folder)) {
    log_warn(
        "{}: the run was begun by a version that kept no record of its inputs, so that nobody knows whether these "
        "are the same; from now on it has one ({})",
        folder.string(), file.filename().string());
  }
  if (!compares_inputs(folder)) return write_json(file, inputs);
  const Json there = read_json(file);
  const std::string name = other_input(there, inputs, file.string());
  if (name.empty()) return;
  fail_input(
      "{}: {} is no longer what the run began with: it was {}, and is {}. Put it back, or begin another run in "
      "another folder (init={}/step-N takes over the weights)",
      folder.string(), name, shown(there, name, file.string()), shown(inputs, name, "now"), checkpoints.string());
}

}  // namespace flanmoe
