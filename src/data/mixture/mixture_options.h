// The settings of a mixture for instruction tuning and finetuning; docs/data.md describes them for users.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/names.h"
#include "data/readers/bad_rows.h"

namespace flanmoe {

// How often an example has exemplars in front (fs) or none (zs), and whether its prompt shows the list of options.
// Weights; a task that cannot do both with options weighs the sum of the two.
struct StyleWeights {
  double zs_opt = 0.0, zs_noopt = 0.0, fs_opt = 0.0, fs_noopt = 0.0;
  double total() const { return zs_opt + zs_noopt + fs_opt + fs_noopt; }
  void fields(FieldVisitor& visitor);
};

// Which of several accepted answers is the target.
enum class TargetAnswer { kFirst, kRandom };
constexpr std::array<Named<TargetAnswer>, 2> names_of(TargetAnswer) {
  return {{{TargetAnswer::kFirst, "first"}, {TargetAnswer::kRandom, "random"}}};
}

struct MixtureOptions {
  std::vector<std::string> tasks;  // task files or folders; {data}/ and {home}/ allowed
  // Which of their tasks: patterns with * and ?; empty = all.
  std::vector<std::string> include, exclude;  // by name
  std::vector<std::string> clusters, sources;
  int64_t num_tasks = 0;    // only the first so many in a seeded order of names, so that 10 are among 20; 0 = all
  int64_t subset_seed = 1;  // of that order, and of the rows that a cap keeps

  std::vector<std::string> groups;  // names with their own proportion and cap; parallel to the two below
  std::vector<double> proportions;  // share of examples per group; empty = by the sizes of its tasks
  std::vector<int64_t> caps;        // most rows used of a task of the group; empty = 30,000
  double temperature = 1.0;         // a task weighs size^(1/temperature), after the cap
  ConfigNode rates;                 // pattern of names -> weight in place of that; the first that matches

  double few_shot_share = 0.25;              // share of examples with exemplars in front
  StyleWeights styles;                       // in place of few_shot_share when one is above 0
  int64_t max_shots = 3;                     // 1..max_shots exemplars
  int64_t few_shot_length = 0;               // tokens that exemplars and query may fill together; 0 = source_length
  std::vector<std::string> separators;       // behind an exemplar, one drawn per example; empty = two line ends
  double cot_share = 0.5;                    // for tasks with chain-of-thought templates: share that uses them
  std::optional<double> cot_few_shot_share;  // share of chains of thought with exemplars; absent = as other examples
  double inversion_share = 0.0;              // for tasks with inverted templates: share that uses them
  OnBadRow on_bad_row = OnBadRow::kStop;     // malformed training rows
  TargetAnswer answers = TargetAnswer::kFirst;

  // Tokens, eos included. Exemplars that do not fit are left out, the last first; a longer query is cut at its end.
  int64_t source_length = 128, target_length = 32;
  int64_t examples_per_batch = 64;
  bool pack = false;
  int64_t length_window = 1;  // batches sorted by length together (data/mixture/length_buckets.h); 1 = off
  std::string cache;          // folder of a token cache (data/mixture/cached_mixture.h); "" = none
  void fields(FieldVisitor& visitor);
};
// UserError when the options contradict each other, whatever the files hold.
void check_mixture_options(const MixtureOptions& options);

}  // namespace flanmoe
