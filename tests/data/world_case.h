// One small world per process: made at the first use, gone with the process. Its tasks come with all their rows.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "data/render.h"
#include "data/task.h"
#include "data/world/rows.h"
#include "data/world/world.h"
#include "testing/check.h"

namespace flanmoe::cases {

using Strings = std::vector<std::string>;

struct WorldTask {
  TaskSpec spec;
  std::map<std::string, std::vector<TaskRow>> rows;  // per split
};

inline std::vector<WorldTask> tasks_of(const fs::path& folder, const fs::path& world_folder) {
  std::vector<WorldTask> tasks;
  for (const TaskSpec& spec : load_tasks(folder, world_folder)) {
    WorldTask task{spec, {}};
    for (const auto& [split, file] : spec.splits) task.rows[split] = load_rows(spec, split);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

// The smallest a world can be.
inline WorldOptions tiny_options(int64_t seed = 1) {
  WorldOptions options;
  options.seed = seed;
  options.num_facts = 120;
  options.num_phrasings = 2;
  options.vocab_pieces = 300;
  options.examples_per_task = 8;
  options.eval_items_per_task = 4;
  options.finetune_examples = 8;
  return options;
}

struct SmallWorld {
  WorldOptions options;
  fs::path folder;
  world::World drawn;  // the facts the files tell
  std::vector<WorldTask> mixture, heldout, validation, finetune;

  static WorldOptions small_options() {
    WorldOptions options = tiny_options();
    options.num_facts = 400;
    options.num_phrasings = 4;
    options.vocab_pieces = 1600;
    options.examples_per_task = 24;
    options.eval_items_per_task = 12;
    options.finetune_examples = 20;
    return options;
  }
  SmallWorld()
      : options(small_options()),
        folder(fs::temp_directory_path() / ("flanmoe-world-" + std::to_string(::getpid()))),
        drawn(world::draw_world(options)) {
    fs::remove_all(folder);
    make_world(options, folder);
    mixture = tasks_of(folder / "tasks", folder);
    heldout = tasks_of(folder / "heldout", folder);
    validation = tasks_of(folder / "validation", folder);
    finetune = tasks_of(folder / "finetune", folder);
  }
  ~SmallWorld() { fs::remove_all(folder); }
};

inline const SmallWorld& small_world() {
  static const SmallWorld world;
  return world;
}

inline std::vector<PromptTemplate> all_templates(const TaskSpec& task) {
  std::vector<PromptTemplate> all = task.templates;
  all.insert(all.end(), task.cot_templates.begin(), task.cot_templates.end());
  return all;
}

// Everything a model can read of a row: prompts and targets in every form, all fields, options, answers.
inline std::string all_text(const TaskSpec& task, const TaskRow& row) {
  std::string text;
  for (const PromptTemplate& prompt : all_templates(task)) {
    const RenderedExample example = render(prompt, task, row);
    text += example.input + "\n" + example.target + "\n";
  }
  for (const auto& [name, value] : row.fields) text += value + "\n";
  for (const auto& list : {row.options, row.answers}) {
    for (const std::string& value : list) text += value + "\n";
  }
  return text + row.rationale;
}

inline std::set<std::string> prompts_of(const TaskSpec& task, const std::vector<TaskRow>& rows) {
  std::set<std::string> prompts;
  for (const TaskRow& row : rows) {
    for (const PromptTemplate& prompt : all_templates(task)) prompts.insert(render(prompt, task, row).input);
  }
  return prompts;
}

// Documents of a corpus file of the world.
struct WorldDocument {
  std::string text;
  std::vector<std::pair<size_t, size_t>> spans;
};
inline std::vector<WorldDocument> documents_of(const fs::path& file) {
  std::vector<WorldDocument> documents;
  for (const std::string& line : read_lines(file)) {
    const Json row = Json::parse(line);
    documents.push_back({row.at("text"), row.at("spans").get<std::vector<std::pair<size_t, size_t>>>()});
  }
  return documents;
}

// Sentences with the byte at which each begins; a sentence ends with ". " or with the text.
inline std::vector<std::pair<std::string, size_t>> sentences_of(const std::string& text) {
  std::vector<std::pair<std::string, size_t>> result;
  for (size_t begin = 0; begin < text.size();) {
    const size_t stop = text.find(". ", begin);
    const size_t end = stop == std::string::npos ? text.size() : stop + 1;
    result.emplace_back(text.substr(begin, end - begin), begin);
    begin = end + 1;
  }
  return result;
}

}  // namespace flanmoe::cases
