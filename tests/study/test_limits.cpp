// Every whole number that a user can set has an upper limit, so that a slip of the hand is told at once instead of
// filling the memory; what is no size (seeds) has none.
#include <gtest/gtest.h>

#include "data/world/world.h"
#include "decode/options.h"
#include "eval/options.h"
#include "run/options.h"
#include "study/options.h"
#include "testing/limits.h"

namespace flanmoe {
namespace {

using Keys = std::vector<std::string>;

TEST(Limits, EveryWholeNumberButSeedsHasOne) {
  EXPECT_EQ(keys_without_limit<RunOptions>(), (Keys{"seed", "mixture.subset_seed"}));
  EXPECT_EQ(keys_without_limit<GenerateOptions>(), (Keys{"seed"}));
  EXPECT_EQ(keys_without_limit<EvalOptions>(), Keys{});
  EXPECT_EQ(keys_without_limit<WorldOptions>(), (Keys{"seed"}));
  EXPECT_EQ(keys_without_limit<StudyOptions>(),
            (Keys{"world.seed", "mixture.subset_seed", "finetune_mixture.subset_seed"}));
}

TEST(Limits, OfBatchesAreAskedOfTheProduct) {
  CorpusOptions corpus;
  EXPECT_THROW(load_options(parse_config("{source_length: 1000000, rows_per_batch: 1000000}", "x.yaml"), corpus),
               UserError);
  MixtureOptions mixture;
  EXPECT_THROW(load_options(parse_config("{source_length: 100000, examples_per_batch: 10000}", "x.yaml"), mixture),
               UserError);
}

}  // namespace
}  // namespace flanmoe
