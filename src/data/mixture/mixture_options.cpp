#include "data/mixture/mixture_options.h"

#include <algorithm>

#include "base/error.h"
#include "data/batch_source.h"

namespace flanmoe {
namespace {

bool fits_groups(size_t size, const MixtureOptions& options) { return size == 0 || size == options.groups.size(); }

constexpr const char* kPerGroup = "none, or one entry for each of 'groups'";

}  // namespace

void StyleWeights::fields(FieldVisitor& v) {
  const auto weight = [&v](const char* name, double& value, const char* help) {
    v.field(name, value, help);
    v.require(value >= 0.0, name, "0 or more");
  };
  weight("zs_opt", zs_opt, "no exemplars, options shown");
  weight("zs_noopt", zs_noopt, "no exemplars, options hidden");
  weight("fs_opt", fs_opt, "exemplars, options shown");
  weight("fs_noopt", fs_noopt, "exemplars, options hidden");
}

void MixtureOptions::fields(FieldVisitor& v) {
  const auto share = [&v](const char* name, double& value, const char* help) {
    v.field(name, value, help);
    v.require(value >= 0.0 && value <= 1.0, name, "a number in [0, 1]");
  };
  v.field("tasks", tasks, "task files or folders; {data}/... and {home}/... allowed");
  v.field("include", include, "names of tasks to keep, * and ? allowed; empty = all");
  v.field("exclude", exclude, "names of tasks left out; * and ? allowed");
  v.field("clusters", clusters, "keep tasks of these clusters only; * and ? allowed");
  v.field("sources", sources, "keep tasks of these sources only; * and ? allowed");
  v.field("num_tasks", num_tasks, "keep the first so many tasks of a seeded order, so that 10 are among 20; 0 = all");
  v.require_within(num_tasks, 0, 1'000'000'000, "num_tasks");
  v.field("subset_seed", subset_seed, "of that order, and of the rows that a cap keeps");
  v.field(
      "max_rows", max_rows,
      "train on the first so many rows of each task, which must have them (exemplars come from these, too; those of "
      "held_out_share are set aside before); 0 = all");
  v.require_within(max_rows, 0, 1'000'000'000, "max_rows");
  v.field("groups", groups, "groups with their own proportion and cap");
  v.field("proportions", proportions, "share of examples per group; empty = by the sizes of its tasks");
  v.require(fits_groups(proportions.size(), *this), "proportions", kPerGroup);
  v.require(std::none_of(proportions.begin(), proportions.end(), [](double entry) { return entry < 0.0; }),
            "proportions", "numbers of 0 or more");
  v.field("caps", caps, "most rows used of a task of the group; empty = 30000");
  v.require(fits_groups(caps.size(), *this), "caps", kPerGroup);
  v.require(std::none_of(caps.begin(), caps.end(), [](int64_t cap) { return cap < 1; }), "caps",
            "numbers of 1 or more");
  v.field("temperature", temperature, "a task weighs size^(1/temperature), after the cap");
  v.require(temperature > 0.0, "temperature", "a number above 0");
  v.field("rates", rates,
          "name of tasks (* and ? allowed) -> weight inside its group in place of the size; the first that matches");
  share("few_shot_share", few_shot_share, "share of examples with exemplars in front");
  v.section("styles", styles, "weights of the styles, in place of few_shot_share when one is above 0");
  v.field("max_shots", max_shots, "most exemplars: an example that has some has 1 to so many");
  v.require_within(max_shots, 0, 10'000, "max_shots");
  v.require(max_shots > 0 || styles.fs_opt + styles.fs_noopt == 0.0, "max_shots",
            "1 or more where 'styles' asks for exemplars");
  v.field("few_shot_length", few_shot_length, "tokens that exemplars and query may fill; 0 = source_length");
  v.require_within(few_shot_length, 0, 1'000'000, "few_shot_length");
  v.field("separators", separators, "behind an exemplar, one drawn per example; empty = two line ends");
  share("cot_share", cot_share, "share of chain-of-thought prompts where a task has them");
  v.field("cot_few_shot_share", cot_few_shot_share, -1.0, "share of these with exemplars; -1 = as other examples");
  v.require(!cot_few_shot_share || (*cot_few_shot_share >= 0.0 && *cot_few_shot_share <= 1.0), "cot_few_shot_share",
            "a number in [0, 1], or -1");
  share("inversion_share", inversion_share, "share of inverted prompts where a task has them");
  v.choice("answers", answers, "which of several accepted answers is the target");
  v.choice("on_bad_row", on_bad_row, "what a malformed training row does; skip warns");
  v.field("source_length", source_length,
          "tokens of a source, eos included; longer ones lose exemplars, the last first, then their end");
  v.require_within(source_length, 2, 1'000'000, "source_length");
  v.require(few_shot_length <= source_length, "few_shot_length", "at most 'source_length'");
  v.field("target_length", target_length, "tokens of a target, eos included; longer ones are cut");
  v.require_within(target_length, 2, 1'000'000, "target_length");
  v.field("examples_per_batch", examples_per_batch, "examples per batch");
  v.require_within(examples_per_batch, 1, 1'000'000, "examples_per_batch");
  v.require(examples_per_batch * (source_length + target_length) <= kMostBatchTokens, "examples_per_batch",
            "at most 100 million tokens in a batch");
  v.field("pack", pack, "several examples per row");
  v.field("length_window", length_window, "batches whose examples are sorted by length together; 1 = off");
  v.require_within(length_window, 1, 1'000'000, "length_window");
  v.require(length_window == 1 || !pack, "length_window", "1 beside 'pack'");
  v.field("cache", cache, "folder of the examples as token ids; built when missing or stale; empty = none");
  v.field("held_out_share", held_out_share,
          "share of each task's training rows kept out of training, for validation's loss");
  v.require(held_out_share >= 0.0 && held_out_share < 1.0, "held_out_share", "a number in [0, 1)");
}

void check_mixture_options(const MixtureOptions& options) {
  if (!fits_groups(options.proportions.size(), options) || !fits_groups(options.caps.size(), options))
    fail_input("'proportions' has {} entries and 'caps' {}, expected {}, {}", options.proportions.size(),
               options.caps.size(), kPerGroup, fmt::join(options.groups, ", "));
  if (options.tasks.empty()) fail_input("'tasks' is empty: name task files or folders");
  if (options.max_shots == 0 && options.styles.fs_opt + options.styles.fs_noopt > 0.0) {
    fail_input("'styles' asks for exemplars (fs_opt {}, fs_noopt {}), but 'max_shots' is 0; expected 1 or more",
               options.styles.fs_opt, options.styles.fs_noopt);
  }
  if (options.pack && options.length_window > 1)
    fail_input("'length_window' is {} and 'pack' is true; expected one of them", options.length_window);
  if (options.few_shot_length > options.source_length) {
    fail_input("'few_shot_length' is {}, expected at most 'source_length', which is {}", options.few_shot_length,
               options.source_length);
  }
}

}  // namespace flanmoe
