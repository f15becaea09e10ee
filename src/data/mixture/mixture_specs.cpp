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

std::vector<TaskSpec> all_specs(const MixtureOptions& options, const std::filesystem::path& data_folder) {
  Specs specs;
  std::set<std::string> names;
  for (const std::string& path : options.tasks) {
    for (TaskSpec& spec : load_tasks(resolve_path(path, data_folder), data_folder)) {
      if (!names.insert(spec.name).second)
        fail_input("{}: a second task '{}' in the mixture; names are unique", path, spec.name);
      specs.push_back(std::move(spec));
    }
  }
  return specs;
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
    const auto matches = [&pattern](const std::string& value) { return matches_pattern(value, pattern); };
    if (std::any_of(values.begin(), values.end(), matches)) continue;
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

Specs chosen(Specs specs, const MixtureOptions& options) {
  const auto keeps = [](const std::string& value, const std::vector<std::string>& patterns) {
    return patterns.empty() || matches_any(value, patterns);
  };
  std::erase_if(specs, [&](const TaskSpec& spec) {
    return !keeps(spec.name, options.include) || matches_any(spec.name, options.exclude) ||
           !keeps(spec.cluster, options.clusters) || !keeps(spec.source, options.sources);
  });
  if (specs.empty())
    fail_input("the mixture is empty: {} hold no task that 'include', 'exclude', 'clusters' and 'sources' leave",
               fmt::join(options.tasks, ", "));
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
  Specs specs = all_specs(options, data_folder);
  check_patterns(specs, &TaskSpec::name, "include", options.include);
  check_patterns(specs, &TaskSpec::name, "exclude", options.exclude);
  check_patterns(specs, &TaskSpec::cluster, "clusters", options.clusters);
  check_patterns(specs, &TaskSpec::source, "sources", options.sources);
  check_groups(specs, options);
  specs = first_tasks(chosen(std::move(specs), options), options);
  check_held(specs);
  return specs;
}

}  // namespace flanmoe
