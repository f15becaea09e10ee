#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "data/source.h"

namespace flanmoe {
namespace {

constexpr int64_t kDefaultCap = 30'000;  // FLAN's cap per task

// A task with its training rows and its share of the mixture.
struct LoadedTask {
  TaskSpec spec;
  std::vector<TaskRow> rows;
  double rate = 0.0, cumulative = 0.0;
};

bool is_excluded(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&name](const std::string& pattern) {
    return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
  });
}

// Place of a task's group among the options', -1 when it is not named there.
int64_t group_index(const MixtureOptions& options, const std::string& group) {
  const auto found = std::find(options.groups.begin(), options.groups.end(), group);
  return found == options.groups.end() ? -1 : found - options.groups.begin();
}

double capped_size(const LoadedTask& task, const MixtureOptions& options) {
  const int64_t group = group_index(options, task.spec.group);
  const int64_t cap = task.spec.max_examples > 0            ? task.spec.max_examples
                      : group >= 0 && !options.caps.empty() ? options.caps[group]
                                                            : kDefaultCap;
  return static_cast<double>(std::min<int64_t>(cap, static_cast<int64_t>(task.rows.size())));
}

// Inside a group tasks weigh their capped size; a group's share is its proportion, or the sum of its sizes.
void fill_rates(std::vector<LoadedTask>& tasks, const MixtureOptions& options) {
  std::map<std::string, double> group_size, group_weight;
  for (const LoadedTask& task : tasks) group_size[task.spec.group] += capped_size(task, options);
  double total = 0.0;
  for (const auto& [group, size] : group_size) {
    const int64_t index = group_index(options, group);
    if (!options.proportions.empty() && index < 0) {
      fail_input("'proportions' are given, but the mixture's group '{}' is not among 'groups' ({})", group,
                 fmt::join(options.groups, ", "));
    }
    group_weight[group] = options.proportions.empty() ? size : options.proportions[index];
    total += group_weight[group];
  }
  if (total <= 0.0) fail_input("'proportions' gives 0 to every group of the mixture");
  double sum = 0.0;
  for (LoadedTask& task : tasks) {
    task.rate = group_weight[task.spec.group] / total * capped_size(task, options) / group_size[task.spec.group];
    sum += task.rate;
    task.cumulative = sum;
  }
}

void check_options(const MixtureOptions& options) {
  const auto fits = [&options](size_t size) { return size == 0 || size == options.groups.size(); };
  if (!fits(options.proportions.size()) || !fits(options.caps.size())) {
    fail_input("'proportions' has {} entries and 'caps' {}, 'groups' {}; expected one each per group, or none",
               options.proportions.size(), options.caps.size(), options.groups.size());
  }
  for (const double proportion : options.proportions) {
    if (!(proportion >= 0.0)) fail_input("'proportions' holds {}, expected 0 or more", proportion);
  }
  for (const int64_t cap : options.caps) {
    if (cap < 1) fail_input("'caps' holds {}, expected 1 or more", cap);
  }
  if (options.tasks.empty()) fail_input("'tasks' is empty: name task files or folders");
}

std::vector<LoadedTask> load_mixture(const MixtureOptions& options, const std::filesystem::path& data_folder) {
  check_options(options);
  std::vector<LoadedTask> tasks;
  std::set<std::string> names;
  for (const std::string& path : options.tasks) {
    for (const TaskSpec& spec : load_tasks(path, data_folder)) {
      if (is_excluded(spec.name, options.exclude)) continue;
      if (!names.insert(spec.name).second) {
        fail_input("{}: a second task '{}' in the mixture; names are unique", path, spec.name);
      }
      tasks.push_back({spec, load_rows(spec, "train")});
    }
  }
  if (tasks.empty())
    fail_input("the mixture is empty: {} hold no task that is not excluded", fmt::join(options.tasks, ", "));
  fill_rates(tasks, options);
  return tasks;
}

const LoadedTask& draw_task(const std::vector<LoadedTask>& tasks, RandomStream& stream) {
  const double place = stream.uniform() * tasks.back().cumulative;
  const auto found = std::upper_bound(tasks.begin(), tasks.end(), place,
                                      [](double value, const LoadedTask& task) { return value < task.cumulative; });
  return found == tasks.end() ? tasks.back() : *found;
}

// What an example is made of; pointers into the loaded tasks.
struct Draw {
  const LoadedTask* task;
  const TaskRow* row;
  bool cot;
  const PromptTemplate* prompt;
  std::vector<const TaskRow*> exemplars;
};

// Exemplars: other rows of the same task, with a rationale if the prompt shows one.
std::vector<const TaskRow*> draw_exemplars(const Draw& draw, int64_t max_shots, RandomStream& stream) {
  std::vector<const TaskRow*> others, exemplars;
  for (const TaskRow& row : draw.task->rows) {
    if (&row != draw.row && (!draw.cot || !row.rationale.empty())) others.push_back(&row);
  }
  const auto available = static_cast<int64_t>(others.size());
  const int64_t count = std::min(stream.between(1, max_shots), available);
  for (size_t i : stream.sample(others.size(), static_cast<size_t>(count))) exemplars.push_back(others[i]);
  return exemplars;
}

// The n-th example of a mixture: a pure function of (tasks, options, seed, n).
Draw draw_example(const std::vector<LoadedTask>& tasks, const MixtureOptions& options, uint64_t seed, uint64_t index) {
  RandomStream stream(seed, "mixture", index);
  const LoadedTask& task = draw_task(tasks, stream);
  const TaskRow& row = stream.pick(task.rows);
  const bool cot = !task.spec.cot_templates.empty() && !row.rationale.empty() && stream.chance(options.cot_share);
  Draw draw{&task, &row, cot, &stream.pick(cot ? task.spec.cot_templates : task.spec.templates), {}};
  if (task.rows.size() > 1 && options.max_shots > 0 && stream.chance(options.few_shot_share)) {
    draw.exemplars = draw_exemplars(draw, options.max_shots, stream);
  }
  return draw;
}

RenderedExample text_of(const Draw& draw) {
  return render_few_shot(*draw.prompt, draw.task->spec, draw.exemplars, *draw.row);
}

MixtureExample named_example(const Draw& draw) {
  const std::string shots = draw.exemplars.empty() ? "zero-shot" : fmt::format("{}-shot", draw.exemplars.size());
  return {draw.task->spec.name, draw.cot ? shots + ", cot" : shots, text_of(draw)};
}

TokenIds trimmed(TokenIds ids, int64_t length) {
  if (static_cast<int64_t>(ids.size()) > length - 1) ids.resize(length - 1);
  ids.push_back(kEosId);
  return ids;
}

// While the prompt is too long its last exemplars go: a cut would lose the query, which stands at the end.
TokenPair tokens_of(Draw draw, const MixtureOptions& options, const Tokenizer& tokenizer) {
  const RenderedExample text = text_of(draw);
  TokenIds source = tokenizer.encode(text.input);
  while (static_cast<int64_t>(source.size()) > options.source_length - 1 && !draw.exemplars.empty()) {
    draw.exemplars.pop_back();
    source = tokenizer.encode(text_of(draw).input);
  }
  return {trimmed(std::move(source), options.source_length),
          trimmed(tokenizer.encode(text.target), options.target_length)};
}

}  // namespace

void MixtureOptions::fields(FieldVisitor& v) {
  v.field("tasks", tasks, "task files or folders");
  v.field("exclude", exclude, "task names left out; a trailing * is a wildcard");
  v.field("groups", groups, "groups with their own proportion and cap");
  v.field("proportions", proportions, "share of examples per group; empty = by capped sizes");
  v.field("caps", caps, "examples counted per task of the group; empty = 30000");
  v.field("few_shot_share", few_shot_share, "share of examples with exemplars in front");
  v.require(few_shot_share >= 0.0 && few_shot_share <= 1.0, "few_shot_share", "a number in [0, 1]");
  v.field("max_shots", max_shots, "most exemplars");
  v.require(max_shots >= 0, "max_shots", "0 or more");
  v.field("cot_share", cot_share, "share of chain-of-thought prompts where a task has them");
  v.require(cot_share >= 0.0 && cot_share <= 1.0, "cot_share", "a number in [0, 1]");
  v.field("source_length", source_length, "tokens of a source, eos included; longer ones are cut");
  v.require(source_length >= 2, "source_length", "2 or more");
  v.field("target_length", target_length, "tokens of a target, eos included");
  v.require(target_length >= 2, "target_length", "2 or more");
  v.field("examples_per_batch", examples_per_batch, "examples per batch");
  v.require(examples_per_batch >= 1, "examples_per_batch", "1 or more");
  v.field("pack", pack, "several examples per row");
  v.field("length_window", length_window, "batches whose examples are sorted by length together; 1 = off");
  v.require(length_window >= 1, "length_window", "1 or more");
  v.require(length_window == 1 || !pack, "length_window", "1 where examples are packed (pack=true)");
  v.field("cache", cache, "folder of the examples as token ids; built when missing or stale; empty = none");
}

NumberedExamples mixture_examples(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                  const Tokenizer& tokenizer, uint64_t seed) {
  const auto tasks = std::make_shared<const std::vector<LoadedTask>>(load_mixture(options, data_folder));
  NumberedExamples examples;
  size_t num_rows = 0;
  for (const LoadedTask& task : *tasks) {
    num_rows += task.rows.size();
    examples.one_pass += static_cast<int64_t>(capped_size(task, options));
  }
  examples.description = fmt::format("{} tasks, {} rows", tasks->size(), num_rows);
  examples.example = [=](uint64_t index) {
    return tokens_of(draw_example(*tasks, options, seed, index), options, tokenizer);
  };
  return examples;
}

std::unique_ptr<BatchSource> make_mixture_source(const MixtureOptions& options,
                                                 const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                                                 uint64_t seed) {
  NumberedExamples examples = mixture_examples(options, data_folder, tokenizer, seed);
  return make_example_source(std::move(examples.example), options, seed, examples.description);
}

std::vector<MixtureEntry> mixture_table(const MixtureOptions& options, const std::filesystem::path& data_folder) {
  std::vector<MixtureEntry> table;
  for (const LoadedTask& task : load_mixture(options, data_folder)) {
    table.push_back({task.spec, static_cast<int64_t>(task.rows.size()), task.rate});
  }
  return table;
}

std::vector<MixtureExample> sample_mixture(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                           uint64_t seed, int64_t count) {
  const std::vector<LoadedTask> tasks = load_mixture(options, data_folder);
  std::vector<MixtureExample> examples;
  for (int64_t i = 0; i < count; ++i)
    examples.push_back(named_example(draw_example(tasks, options, seed, static_cast<uint64_t>(i))));
  return examples;
}

}  // namespace flanmoe
