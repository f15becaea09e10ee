// Which tasks a mixture holds.
#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/nearest_name.h"
#include "base/random.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/name_pattern.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

using Specs = std::vector<TaskSpec>;
using Property = std::string TaskSpec::*;

std::vector<ListedTask> all_listed(const MixtureOptions& options, const std::filesystem::path& data_folder) {
  std::vector<ListedTask> tasks;
  std::set<std::string> names;
  for (const std::string& path : options.tasks) {
    for (ListedTask& task : list_tasks(resolve_path(path, data_folder), data_folder)) {
      if (!names.insert(task.spec.name).second)
        fail_input("{}: a second task '{}' in the mixture; names are unique", path, task.spec.name);
      tasks.push_back(std::move(task));
    }
  }
  return tasks;
}

std::vector<std::string> values_of(const Specs& specs, Property property) {
  std::set<std::string> values;
  for (const TaskSpec& spec : specs) values.insert(spec.*property);
  return {values.begin(), values.end()};
}

// A pattern that matches nothing is a slip of the pen: what it should have left out would be trained on.
void check_patterns(const Specs& specs, Property property, const char* option,
                    const std::vector<std::string>& patterns) {
  const std::vector<std::string> values = values_of(specs, property);
  for (const std::string& pattern : patterns) {
    const std::vector<bool> wanted = wanted_names(values, {pattern});
    if (std::find(wanted.begin(), wanted.end(), true) != wanted.end()) continue;
    const std::string nearest = nearest_match(pattern, values);
    fail_input("'{}' holds '{}', which none of the mixture's {} tasks matches{}", option, pattern, specs.size(),
               nearest.empty() ? fmt::format("; there is '{}' and others", values.front())
                               : fmt::format("; did you mean '{}'?", nearest));
  }
}

void check_groups(const Specs& specs, const MixtureOptions& options) {
  const std::vector<std::string> known = values_of(specs, &TaskSpec::group);
  for (const std::string& group : options.groups) {
    if (std::find(known.begin(), known.end(), group) != known.end()) continue;
    fail_input("'groups' names '{}', but no task of the mixture is of that group; {}its groups are {}", group,
               did_you_mean(group, known), fmt::join(known, ", "));
  }
}

[[noreturn]] void fail_empty(const MixtureOptions& options) {
  fail_input("the mixture is empty: {} hold no task that 'include', 'exclude', 'clusters' and 'sources' leave",
             fmt::join(options.tasks, ", "));
}

Specs specs_of(const std::vector<ListedTask>& tasks) {
  Specs specs;
  for (const ListedTask& task : tasks) specs.push_back(task.spec);
  return specs;
}

bool keeps(const std::string& value, const std::vector<std::string>& patterns) {
  return patterns.empty() || matches_any(value, patterns);
}

// Those that their names and sources leave; of no other are data files looked at.
Specs chosen_by_name(const std::vector<ListedTask>& tasks, const MixtureOptions& options) {
  std::vector<std::string> names;
  for (const ListedTask& task : tasks) names.push_back(task.spec.name);
  const std::vector<bool> included = wanted_names(names, options.include);
  Specs specs;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const bool leaves = (options.include.empty() || included[i]) && !matches_any(names[i], options.exclude) &&
                        keeps(tasks[i].spec.source, options.sources);
    if (leaves) specs.push_back(opened_task(tasks[i]));
  }
  if (specs.empty()) fail_empty(options);
  return specs;
}

// `all`: every task of the mixture; the clusters of some are known once they are opened.
Specs chosen_by_cluster(Specs specs, Specs all, const MixtureOptions& options) {
  if (options.clusters.empty()) return specs;
  for (TaskSpec& task : all) {
    const auto opened =
        std::find_if(specs.begin(), specs.end(), [&task](const TaskSpec& spec) { return spec.name == task.name; });
    if (opened != specs.end()) task.cluster = opened->cluster;
  }
  check_patterns(all, &TaskSpec::cluster, "clusters", options.clusters);
  std::erase_if(specs, [&](const TaskSpec& spec) { return !keeps(spec.cluster, options.clusters); });
  if (specs.empty()) fail_empty(options);
  return specs;
}

// The place of a name in the seeded order depends on no other name: a subset of fewer tasks is part of one of more.
Specs first_tasks(Specs specs, const MixtureOptions& options) {
  const auto wanted = static_cast<size_t>(options.num_tasks);
  if (wanted == 0) return specs;
  if (wanted > specs.size()) fail_input("'num_tasks' is {}, but the mixture has {} tasks", wanted, specs.size());
  const auto place = [&options](const TaskSpec& spec) {
    return std::pair(stream_key(static_cast<uint64_t>(options.subset_seed), spec.name), spec.name);
  };
  std::vector<std::pair<uint64_t, std::string>> places;
  for (const TaskSpec& spec : specs) places.push_back(place(spec));
  std::sort(places.begin(), places.end());
  std::erase_if(specs, [&](const TaskSpec& spec) { return place(spec) > places[wanted - 1]; });
  return specs;
}

// Finetuning sets may be trained on among themselves; evaluation tasks never.
void check_held(const Specs& specs) {
  const bool finetuning =
      std::all_of(specs.begin(), specs.end(), [](const TaskSpec& spec) { return spec.held == Held::kNever; });
  for (const TaskSpec& spec : specs) {
    if (spec.held == Held::kIn || finetuning) continue;
    const char* reason = spec.held == Held::kOut ? "it is for evaluation only (held: out)"
                                                 : "it is for finetuning (held: never), which the other tasks are not";
    fail_input("{}: task '{}' may not be trained on in this mixture: {}; leave it out with 'exclude'", spec.file,
               spec.name, reason);
  }
}

}  // namespace

std::vector<TaskSpec> mixture_specs(const MixtureOptions& options, const std::filesystem::path& data_folder) {
  check_mixture_options(options);
  const std::vector<ListedTask> listed = all_listed(options, data_folder);
  const Specs all = specs_of(listed);
  check_patterns(all, &TaskSpec::name, "include", options.include);
  check_patterns(all, &TaskSpec::name, "exclude", options.exclude);
  check_patterns(all, &TaskSpec::source, "sources", options.sources);
  check_groups(all, options);
  Specs specs = first_tasks(chosen_by_cluster(chosen_by_name(listed, options), all, options), options);
  check_held(specs);
  return specs;
}

}  // namespace flanmoe
