// The axes of a grid: every arm at every value, cells with an equal past are one, mistakes are named.
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "study/arms.h"
#include "study/axes.h"
#include "study/cells.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

const std::string kStudy = R"(
model: {d_model: 16, d_kv: 4, num_heads: 2, d_ff: 24, num_layers: 2, num_decoder_layers: 2}
instruct: {steps: 12}
arms:
  dense: {label: Dense, twin_of: switch}
  switch: {label: Switch, twin: dense, model: {moe: {num_experts: 4}}}
)";

StudyOptions study(const std::string& more) {
  StudyOptions options;
  load_study_options(parse_config(kStudy + more, "grid.yaml"), options);
  return options;
}

std::vector<std::string> names_of_cells(const StudyOptions& options) {
  std::vector<std::string> names;
  for (const Cell& cell : study_cells(options, resolve_arms(options, 100))) names.push_back(cell.key.name());
  return names;
}

using Names = std::vector<std::string>;

TEST(Axes, AnAxisOfTuningSharesThePretraining) {
  const StudyOptions options =
      study("axes: {tasks: {label: Tasks, values: {8: {mixture: {num_tasks: 8}}, all: {label: all tasks}}}}\n");
  EXPECT_EQ(names_of_cells(options), (Names{"dense/seed-1/pretrain", "switch/seed-1/pretrain",
                                            "dense+tasks=8/seed-1/instruct", "dense+tasks=all/seed-1/instruct",
                                            "switch+tasks=8/seed-1/instruct", "switch+tasks=all/seed-1/instruct"}));
  const auto arms = resolve_arms(options, 100);
  ASSERT_EQ(arms.size(), 4u);
  EXPECT_EQ(arms[2].name, "switch+tasks=8");
  EXPECT_EQ(arms[2].base, "switch");
  EXPECT_EQ(arms[2].label, "Switch, 8");
  EXPECT_EQ(arms[3].label, "Switch, all tasks");
  EXPECT_EQ(arms[2].twin, "dense+tasks=8");
  EXPECT_EQ(arms[2].at, (std::map<std::string, std::string>{{"tasks", "8"}}));
  EXPECT_EQ(arms[2].recipe.mixture.num_tasks, 8);
  EXPECT_EQ(arms[3].recipe.mixture.num_tasks, 0);
}

// What a cell is made from is the same for all arms that share it.
TEST(Axes, ArmsThatShareACellHaveOneRecipeUpToIt) {
  const StudyOptions options = study(
      "finetune_sets: [\"{data}/finetune/a.yaml\"]\n"
      "axes:\n"
      "  experts: {arms: [switch], values: {4: {}, 8: {model: {moe: {num_experts: 8}}}}}\n"
      "  tasks: {values: {8: {mixture: {num_tasks: 8}}, 16: {mixture: {num_tasks: 16}}}}\n"
      "  rows: {values: {few: {finetune: {steps: 3}}, many: {finetune: {steps: 5}}}}\n");
  StudyOptions plain = options;
  const auto refused = message_of<UserError>([&] { resolve_arms(plain, 100); });
  EXPECT_NE(refused.find("'twin_of' is 'switch'"), std::string::npos) << refused;  // which of them is not said
  StudyOptions own = study(
      "finetune_sets: [\"{data}/finetune/a.yaml\"]\n"
      "axes:\n"
      "  tasks: {values: {8: {mixture: {num_tasks: 8}}, 16: {mixture: {num_tasks: 16}}}}\n"
      "  rows: {values: {few: {finetune: {steps: 3}}, many: {finetune: {steps: 5}}}}\n");
  const auto arms = resolve_arms(own, 100);
  EXPECT_EQ(arms.size(), 8u);
  std::map<CellKey, std::string> made_from;
  for (const ArmOptions& arm : arms) {
    const auto keep = [&](const CellKey& key, const std::string& recipe) {
      const auto [found, is_new] = made_from.emplace(key, recipe);
      EXPECT_TRUE(is_new || found->second == recipe) << key.name();
    };
    const std::string model = dump_options(arm.recipe.model) + dump_options(arm.recipe.pretrain),
                      tuned = model + dump_options(arm.recipe.mixture) + dump_options(arm.recipe.instruct),
                      finetune = dump_options(arm.recipe.finetune);
    keep(cell_of(arm, 1, Phase::kPretrain), model);
    keep(cell_of(arm, 1, Phase::kInstruct), tuned);
    keep(finetune_cell_of(arm, 1, "a", true), tuned + finetune);
    keep(finetune_cell_of(arm, 1, "a", false), model + finetune);
  }
  EXPECT_EQ(made_from.size(), 2u * (1 + 2 + 4 + 2));  // direct finetuning knows nothing of the tasks
  const auto cells = study_cells(own, arms);
  EXPECT_EQ(cells.size(), made_from.size());
  for (const Cell& cell : cells) EXPECT_NO_THROW(arm_of_cell(arms, cell.key)) << cell.key.name();
}

TEST(Axes, AnAxisThatTunesAndFinetunesReachesDirectFinetuningToo) {
  const StudyOptions options = study(
      "finetune_sets: [\"{data}/finetune/a.yaml\"]\n"
      "axes: {rate: {arms: [switch], values: {low: {instruct: {steps: 3}, finetune: {steps: 3}}, high: {}}}}\n");
  const Names names = names_of_cells(options);
  EXPECT_EQ(std::count(names.begin(), names.end(), "switch+rate=low/seed-1/finetune-a-direct"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "switch/seed-1/pretrain"), 1);
}

TEST(Axes, SeedsHaveWorldsOfTheirOwnWhenAsked) {
  StudyOptions options = study("seeds: [1, 2]\nworld: {seed: 100}\n");
  const StudyFolder folder{"/x"};
  EXPECT_EQ(data_folder(options, folder, 1), data_folder(options, folder, 2));
  EXPECT_EQ(world_options_of(options, 2).seed, 100);
  options.world_by_seed = true;
  EXPECT_NE(data_folder(options, folder, 1), data_folder(options, folder, 2));
  EXPECT_EQ(world_options_of(options, 2).seed, 102);
}

void expect_refused(const std::string& axes, const Names& parts) {
  const std::string message = message_of<UserError>([&] { resolve_arms(study("axes: " + axes + "\n"), 100); });
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
}

TEST(Axes, MistakesAreNamed) {
  expect_refused("{tasks: {values: {a: {mixture: {num_taks: 8}}, b: {}}}}", {"num_taks", "num_tasks"});
  expect_refused("{tasks: {values: {a: {mixtur: {num_tasks: 8}}, b: {}}}}", {"mixtur", "mixture"});
  expect_refused("{tasks: {arms: [swich], values: {a: {instruct: {steps: 1}}, b: {}}}}",
                 {"'tasks'", "'swich'", "'switch'"});
  expect_refused("{tasks: {values: {a: {instruct: {steps: 1}}}}}", {"grid.yaml:", "'tasks'", "1 values", "two"});
  expect_refused("{tasks: {values: {a: {}, b: {}}}}", {"grid.yaml:", "'tasks'", "changes anything"});
  expect_refused("{tasks: {values: {a: {instruct: {steps: 12}}, b: {}}}}",
                 {"'dense'", "'dense+tasks=a'", "'dense+tasks=b'", "the same"});
  expect_refused("{\"a/b\": {values: {a: {instruct: {steps: 1}}, b: {}}}}", {"'a/b'", "letters"});
  expect_refused("{tasks: {values: {\"..\": {instruct: {steps: 1}}, b: {}}}}", {"'..'", "'tasks'"});
  expect_refused("{heads: {arms: [switch], values: {a: {model: {num_heads: 0}}, b: {}}}}", {"num_heads", "0"});
  expect_refused("{freeze: {arms: [switch], values: {a: {instruct: {freeze: [gates]}}, b: {}}}}",
                 {"'switch+freeze=a'", "'gates'", "'gate'"});
  expect_refused("{experts: {arms: [switch], values: {a: {model: {moe: {k: 9}}}, b: {}}}}",
                 {"'switch+experts=a'", "k"});
}

}  // namespace
}  // namespace flanmoe
