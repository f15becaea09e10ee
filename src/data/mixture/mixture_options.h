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
  std::vector<std::string> tasks;
  std::vector<std::string> include, exclude, clusters, sources;
  int64_t num_tasks = 0;
  int64_t subset_seed = 1;
  int64_t max_rows = 0;

  std::vector<std::string> groups;  // parallel to the two below
  std::vector<double> proportions;
  std::vector<int64_t> caps;
  double temperature = 1.0;
  ConfigNode rates;

  double few_shot_share = 0.25;
  StyleWeights styles;
  int64_t max_shots = 3;
  int64_t few_shot_length = 0;
  std::vector<std::string> separators;
  double cot_share = 0.5;
  std::optional<double> cot_few_shot_share;
  double inversion_share = 0.0;
  OnBadRow on_bad_row = OnBadRow::kStop;
  TargetAnswer answers = TargetAnswer::kFirst;

  int64_t source_length = 128, target_length = 32;
  int64_t examples_per_batch = 64;
  bool pack = false;
  int64_t length_window = 1;  // data/mixture/length_buckets.h
  std::string cache;          // data/mixture/cached_mixture.h
  double held_out_share = 0.0;
  void fields(FieldVisitor& visitor);
};
// UserError when the options contradict each other, whatever the files hold.
void check_mixture_options(const MixtureOptions& options);

}  // namespace flanmoe
