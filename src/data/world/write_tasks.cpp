#include "data/world/write_tasks.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/render.h"
#include "data/task.h"

namespace flanmoe::world {
namespace {

constexpr int64_t kTriesPerRow = 20;
const std::string kDirectTarget = "{answer}";
const std::string kCotTarget = "{rationale} So the answer is {answer}.";

std::string row_text(const WorldRow& row) {
  std::string text;
  for (const auto& [name, value] : row.fields) text += value + " ";
  return text;
}

// Distinct rows, as many as wanted if the task has them.
std::vector<WorldRow> distinct_rows(const WorldTask& task, int64_t wanted, uint64_t seed) {
  RandomStream stream(seed, "world/task " + task.name);
  std::vector<WorldRow> rows;
  std::set<std::string> seen;
  for (int64_t tries = 0; tries < wanted * kTriesPerRow && static_cast<int64_t>(rows.size()) < wanted; ++tries) {
    WorldRow row = task.make(stream);
    if (seen.insert(row_text(row)).second) rows.push_back(std::move(row));
  }
  return rows;
}

// The rows whose answers are wrong come first in an order of the rows, and what is wrong is the row's own draw.
void add_noise(std::vector<WorldRow>& rows, double share, const std::string& name, uint64_t seed) {
  std::vector<size_t> order;
  for (size_t i = 0; i < rows.size(); ++i) order.push_back(i);
  RandomStream(seed, "world/noise " + name).shuffle(order);
  order.resize(static_cast<size_t>(share * static_cast<double>(rows.size()) + 0.5));
  for (const size_t i : order) {
    WorldRow& row = rows[i];
    Words others;
    for (const std::string& option : row.options) {
      if (option != row.answers[0]) others.push_back(option);
    }
    row.answers = {RandomStream(seed, "world/wrong answer " + name, i).pick(others)};
  }
}

// What a model reads of the row: the prompt forms take turns, so that the vocabulary knows all of them.
std::string seen_text(const WorldTask& task, const WorldRow& row, size_t turn) {
  const size_t num_direct = task.templates.size(), form = turn % (num_direct + task.cot_templates.size());
  const bool cot = form >= num_direct;
  const PromptTemplate prompt{cot ? task.cot_templates[form - num_direct] : task.templates[form],
                              cot ? kCotTarget : kDirectTarget};
  TaskSpec spec;
  spec.name = task.name;
  spec.definition = task.definition;
  const RenderedExample text = render(prompt, spec, {"", row.fields, row.options, row.answers, row.rationale, ""});
  return text.input + " " + text.target;
}

Json row_json(const WorldRow& row, int64_t id) {
  Json json = {{"id", std::to_string(id)}, {"fields", row.fields}};
  if (!row.options.empty()) json["options"] = row.options;
  json["answers"] = row.answers;
  if (!row.rationale.empty()) json["rationale"] = row.rationale;
  if (!row.cluster_id.empty()) json["cluster_id"] = row.cluster_id;
  return json;
}

std::string quoted(const std::string& text) { return Json(text).dump(); }

std::string templates_yaml(const std::string& key, const Words& inputs, const std::string& target) {
  if (inputs.empty()) return "";
  std::string yaml = key + ":\n";
  for (const std::string& input : inputs)
    yaml += "  - {input: " + quoted(input) + ", target: " + quoted(target) + "}\n";
  return yaml;
}

std::string task_yaml(const WorldTask& task, const Words& splits, const std::string& rows_folder) {
  std::string yaml =
      fmt::format("name: {}\ngroup: {}\ncluster: {}\nsuite: {}\nformat: jsonl\nmetric: {}\nchance: {:.6g}\n", task.name,
                  task.group, task.cluster, quoted(task.suite), task.metric, task.chance);
  if (task.held_out != HeldOutBy::kNothing)
    yaml += fmt::format("held_out: {}\n", task.held_out == HeldOutBy::kCluster ? "cluster" : "item");
  if (!task.definition.empty()) yaml += "definition: " + quoted(task.definition) + "\n";
  yaml += "splits:\n";
  for (const std::string& split : splits)
    yaml += fmt::format("  {}: {}/{}.{}.jsonl\n", split, rows_folder, task.name, split);
  yaml += templates_yaml("templates", task.templates, kDirectTarget);
  yaml += templates_yaml("cot_templates", task.cot_templates, kCotTarget);
  return yaml;
}

std::string up_to_root(const std::string& folder) {
  std::string up = "..";
  for (char c : folder) up += c == '/' ? "/.." : "";
  return up;
}

}  // namespace

Words write_task(const WorldTask& task, const std::vector<SplitSize>& sizes, const std::filesystem::path& root,
                 const std::string& folder, uint64_t seed) {
  int64_t wanted = 0;
  for (const SplitSize& size : sizes) wanted += size.num_rows;
  const std::vector<WorldRow> rows = distinct_rows(task, wanted, seed);
  const auto found = static_cast<int64_t>(rows.size());
  if (task.suite == "finetune" && found < wanted) {
    fail_input("finetune set '{}' has only {} different rows; 'finetune_examples' and what is held back ask for {}",
               task.name, found, wanted);
  }
  Words splits, texts;
  int64_t next = 0, so_far = 0;
  for (const SplitSize& size : sizes) {
    so_far += size.num_rows;
    // Its share of what there is, at least one row, and one is left for each split that follows.
    const auto following = static_cast<int64_t>(sizes.size() - splits.size()) - 1;
    const int64_t end = std::max(next + 1, std::min(found * so_far / wanted, found - following));
    FLANMOE_ASSERT(end <= found);  // every task has as many distinct rows as splits
    std::vector<WorldRow> part(rows.begin() + next, rows.begin() + end);
    if (size.label_noise > 0.0) add_noise(part, size.label_noise, task.name, seed);
    std::string lines;
    for (const WorldRow& row : part) {
      lines += row_json(row, next).dump() + "\n";
      texts.push_back(seen_text(task, row, static_cast<size_t>(next++)));
    }
    write_atomically(root / "rows" / fmt::format("{}.{}.jsonl", task.name, size.split), lines);
    splits.push_back(size.split);
  }
  make_folders(root / folder);
  write_atomically(root / folder / (task.name + ".yaml"), task_yaml(task, splits, up_to_root(folder) + "/rows"));
  return texts;
}

void write_validation(const WorldTask& task, const std::filesystem::path& root) {
  WorldTask asked = task;
  asked.suite = "validation";
  asked.templates = {task.templates.front()};
  std::string yaml = task_yaml(asked, {"test"}, "../rows");
  const std::string from = task.name + ".test.jsonl";
  yaml.replace(yaml.find(from), from.size(), task.name + ".validation.jsonl");
  make_folders(root / "validation");
  write_atomically(root / "validation" / (task.name + ".yaml"), yaml);
}

}  // namespace flanmoe::world
