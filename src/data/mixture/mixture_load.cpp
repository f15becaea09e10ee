// Rows, rates and prompts of a mixture's tasks.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/name_pattern.h"
#include "data/readers/bad_rows.h"
#include "data/render.h"

namespace flanmoe {
namespace {

constexpr int64_t kDefaultCap = 30'000;  // FLAN's cap per task

// Place of a task's group among the options', -1 when it is not named there.
int64_t group_index(const MixtureOptions& options, const std::string& group) {
  const auto found = std::find(options.groups.begin(), options.groups.end(), group);
  return found == options.groups.end() ? -1 : found - options.groups.begin();
}

int64_t cap_of(const TaskSpec& task, const MixtureOptions& options) {
  const int64_t group = group_index(options, task.group);
  return task.max_examples > 0                 ? task.max_examples
         : group >= 0 && !options.caps.empty() ? options.caps[static_cast<size_t>(group)]
                                               : kDefaultCap;
}

// What 'max_rows' leaves of a task's training rows.
std::vector<TaskRow> first_rows(std::vector<TaskRow> rows, const TaskSpec& task, const MixtureOptions& options) {
  const auto wanted = static_cast<size_t>(options.max_rows);
  if (wanted == 0) return rows;
  if (wanted > rows.size()) {
    fail_input("{}: 'max_rows' is {}, but task '{}' has {} training rows{}; expected at most so many", task.file,
               wanted, task.name, rows.size(), options.held_out_share > 0.0 ? " besides those that are held out" : "");
  }
  rows.resize(wanted);
  return rows;
}

// A larger cap keeps the rows of a smaller one.
std::vector<TaskRow> capped_rows(std::vector<TaskRow> rows, int64_t cap, uint64_t seed) {
  if (static_cast<int64_t>(rows.size()) <= cap) return rows;
  std::vector<size_t> places = RandomStream(seed).sample(rows.size(), static_cast<size_t>(cap));
  std::sort(places.begin(), places.end());
  std::vector<TaskRow> kept;
  for (const size_t place : places) kept.push_back(std::move(rows[place]));
  return kept;
}

PromptPool pool_of(const std::vector<PromptTemplate>& templates, const TaskSpec& task, const char* kind) {
  PromptPool pool;
  for (size_t i = 0; i < templates.size(); ++i) {
    if (templates[i].inverted) {
      pool.inverted.push_back(i);
      continue;
    }
    pool.plain.push_back(i);
    (templates[i].shows_options ? pool.with_options : pool.without_options).push_back(i);
  }
  if (pool.plain.empty() && !pool.inverted.empty())
    fail_input("{}: all {} of task '{}' are inverted; expected one that asks for the answer", task.file, kind,
               task.name);
  return pool;
}

// What would stop a run in the middle: a field that rows do not have, a marker for an answer that is no option.
void check_prompts(const std::vector<PromptTemplate>& templates, const MixtureTask& task) {
  for (const PromptTemplate& prompt : templates) {
    render(prompt, task.task, task.rows.front());
    if (!prompt.answers_by_marker) continue;
    for (const TaskRow& row : task.rows) {
      if (row.answer_index() < 0) render(prompt, task.task, row);  // says which row
    }
  }
}

// Training rows without those that are held out, or these alone.
std::vector<TaskRow> part_of(std::vector<TaskRow> rows, const TaskSpec& spec, double share, bool held_out) {
  constexpr uint64_t kSeed = 0;  // of every run
  const uint64_t key = stream_key(kSeed, "held_out_rows of " + spec.name);
  std::array<std::vector<TaskRow>, 2> parts;  // trained on, held out
  std::vector<bool> is_held_out;
  for (size_t i = 0; i < rows.size(); ++i) is_held_out.push_back(unit_interval(random_word(key, i)) < share);
  const bool all = std::all_of(is_held_out.begin(), is_held_out.end(), [](bool held) { return held; });
  for (size_t i = 0; i < rows.size(); ++i) parts[is_held_out[i] && !all ? 1 : 0].push_back(std::move(rows[i]));
  return parts[held_out ? 1 : 0];
}

MixtureTask loaded_task(const TaskSpec& spec, const MixtureOptions& options, const MixtureRows& which,
                        BadRows& bad_rows) {
  MixtureTask task;
  task.task = spec;
  task.rows = load_rows(spec, which.split, bad_rows);
  task.num_rows = static_cast<int64_t>(task.rows.size());
  if (which.split == "train" && options.held_out_share > 0.0)
    task.rows = part_of(std::move(task.rows), spec, options.held_out_share, which.held_out);
  if (which.split == "train" && !which.held_out) task.rows = first_rows(std::move(task.rows), spec, options);
  if (task.rows.empty()) return task;
  const uint64_t seed = stream_key(static_cast<uint64_t>(options.subset_seed), "rows of " + spec.name);
  task.rows = capped_rows(std::move(task.rows), cap_of(spec, options), seed);
  task.direct = pool_of(spec.templates, spec, "'templates'");
  task.cot = pool_of(spec.cot_templates, spec, "'cot_templates'");
  for (size_t i = 0; i < task.rows.size(); ++i) {
    if (!task.rows[i].rationale.empty()) task.reasoned.push_back(i);
  }
  check_prompts(spec.templates, task);
  check_prompts(spec.cot_templates, task);
  return task;
}

// A pattern of 'rates' and what it gives.
struct WrittenRate {
  std::string pattern;
  double rate;
};

std::vector<WrittenRate> written_rates(const ConfigNode& rates, const std::vector<std::string>& names) {
  std::vector<WrittenRate> written;
  for (const auto& [pattern, value] : rates.items()) {
    const std::string text = value.scalar();
    char* end = nullptr;
    const double rate = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(rate >= 0.0) || std::isinf(rate))
      fail_input("{}: the rate of '{}' is '{}', expected a number of 0 or more", value.place(), pattern, text);
    if (std::none_of(names.begin(), names.end(), [&](const auto& name) { return matches_pattern(name, pattern); })) {
      const std::string nearest = nearest_match(pattern, names);
      fail_input("{}: 'rates' names '{}', which no task of the mixture matches{}", value.place(), pattern,
                 nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
    }
    written.push_back({pattern, rate});
  }
  return written;
}

double weight_of(const MixtureTask& task, const MixtureOptions& options, const std::vector<WrittenRate>& written) {
  for (const WrittenRate& rate : written) {
    if (matches_pattern(task.task.name, rate.pattern)) return rate.rate;
  }
  return std::pow(static_cast<double>(task.rows.size()), 1.0 / options.temperature);
}

// Shares of the groups: their proportions, or the sums of their tasks' weights.
std::map<std::string, double> group_shares(const std::map<std::string, double>& weights,
                                           const MixtureOptions& options) {
  std::map<std::string, double> shares;
  double total = 0.0;
  for (const auto& [group, weight] : weights) {
    const int64_t index = group_index(options, group);
    if (!options.proportions.empty() && index < 0) {
      fail_input("'proportions' are given, but the mixture's group '{}' is not among 'groups' ({})", group,
                 fmt::join(options.groups, ", "));
    }
    if (weight <= 0.0) fail_input("'rates' gives 0 to every task of group '{}'; leave them out with 'exclude'", group);
    shares[group] = options.proportions.empty() ? weight : options.proportions[static_cast<size_t>(index)];
    total += shares[group];
  }
  if (total <= 0.0) fail_input("'proportions' gives 0 to every group of the mixture");
  for (auto& [group, share] : shares) share /= total;
  return shares;
}

// `names` are those of all tasks, also of those that have no such rows.
void fill_rates(std::vector<MixtureTask>& tasks, const MixtureOptions& options, const std::vector<std::string>& names) {
  const std::vector<WrittenRate> written = written_rates(options.rates, names);
  std::map<std::string, double> weights;
  for (const MixtureTask& task : tasks) weights[task.task.group] += weight_of(task, options, written);
  const std::map<std::string, double> shares = group_shares(weights, options);
  double sum = 0.0;
  for (MixtureTask& task : tasks) {
    const std::string& group = task.task.group;
    task.rate = shares.at(group) * weight_of(task, options, written) / weights.at(group);
    sum += task.rate;
    task.cumulative = sum;
  }
}

}  // namespace

std::vector<MixtureTask> load_mixture(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                      const MixtureRows& rows) {
  std::vector<MixtureTask> tasks;
  std::vector<std::string> names;
  BadRows bad_rows(options.on_bad_row);
  for (const TaskSpec& spec : mixture_specs(options, data_folder)) {
    names.push_back(spec.name);
    if (rows.split != "train" && !spec.splits.contains(rows.split)) continue;
    MixtureTask task = loaded_task(spec, options, rows, bad_rows);
    if (!task.rows.empty()) tasks.push_back(std::move(task));
  }
  for (const std::string& line : bad_rows.report()) log_warn("{}", line);
  if (tasks.empty()) {
    fail_input("no task of the mixture has rows {}",
               rows.held_out ? fmt::format("that 'mixture.held_out_share'={} holds out", options.held_out_share)
                             : fmt::format("of split '{}'", rows.split));
  }
  fill_rates(tasks, options, names);
  return tasks;
}

}  // namespace flanmoe
