// The tasks of a world: how many of which kind, and that every row fits its task file.
#include "data/render.h"
#include "world_case.h"

namespace flanmoe {
namespace {

using cases::small_world;
using cases::WorldTask;

std::vector<WorldTask> suite(const std::string& name) {
  std::vector<WorldTask> tasks;
  for (const WorldTask& task : small_world().heldout) {
    if (task.spec.suite == name) tasks.push_back(task);
  }
  return tasks;
}

std::vector<WorldTask> all_tasks() {
  std::vector<WorldTask> all;
  const auto& w = small_world();
  for (const auto* tasks : {&w.mixture, &w.heldout, &w.validation, &w.finetune}) {
    all.insert(all.end(), tasks->begin(), tasks->end());
  }
  return all;
}

TEST(WorldTasks, TheMixtureIsWide) {
  std::set<std::string> groups, clusters, names;
  for (const WorldTask& task : small_world().mixture) {
    groups.insert(task.spec.group);
    clusters.insert(task.spec.cluster);
    EXPECT_TRUE(names.insert(task.spec.name).second) << task.spec.name;
    EXPECT_EQ(task.spec.suite, "") << task.spec.name;
    EXPECT_GE(task.spec.templates.size(), 2u) << task.spec.name;
    EXPECT_TRUE(task.rows.contains("train") && task.rows.contains("validation")) << task.spec.name;
    EXPECT_LE(task.rows.at("train").size(), 24u);
    EXPECT_LE(task.rows.at("validation").size(), 12u);
    std::set<std::string> inputs;
    for (const PromptTemplate& prompt : cases::all_templates(task.spec)) inputs.insert(prompt.input);
    EXPECT_EQ(inputs.size(), cases::all_templates(task.spec).size()) << task.spec.name;
  }
  EXPECT_GE(names.size(), 120u);
  EXPECT_GE(clusters.size(), 12u);
  EXPECT_EQ(groups, (std::set<std::string>{"cot", "muffin", "niv2", "t0_sf"}));
}

TEST(WorldTasks, TheSuitesAreThere) {
  EXPECT_GE(suite("exam").size(), 8u);
  EXPECT_GE(suite("hard").size(), 8u);
  EXPECT_GE(suite("reasoning").size(), 3u);
  EXPECT_GE(suite("qa").size(), 3u);
  size_t named = 0;
  for (const char* name : {"exam", "hard", "reasoning", "qa"}) named += suite(name).size();
  EXPECT_EQ(named, small_world().heldout.size());
  std::set<std::string> finetune, heldout;
  for (const WorldTask& task : small_world().finetune) {
    finetune.insert(task.spec.name);
    EXPECT_EQ(task.rows.size(), 3u) << task.spec.name;
    EXPECT_EQ(task.rows.at("train").size(), 20u) << task.spec.name;
    EXPECT_EQ(task.rows.at("validation").size(), 12u) << task.spec.name;
    EXPECT_EQ(task.rows.at("test").size(), 36u) << task.spec.name;
  }
  // Two of each of the paper's four kinds.
  EXPECT_EQ(finetune, (std::set<std::string>{"caption_similarity", "evidence_of_trials", "evidence_yes_no_maybe",
                                             "negation_of_scope", "negation_passages", "search_snippets",
                                             "sentence_similarity", "stranger_snippets"}));
  for (const WorldTask& task : small_world().heldout) {
    EXPECT_EQ(task.spec.group, "heldout") << task.spec.name;
    EXPECT_TRUE(heldout.insert(task.spec.name).second) << task.spec.name;
    EXPECT_TRUE(task.rows.contains("test") && task.rows.contains("dev")) << task.spec.name;
  }
}

TEST(WorldTasks, ChainsOfThoughtAreToldInEveryRow) {
  size_t with_chains = 0;
  for (const WorldTask& task : all_tasks()) {
    const bool chains = !task.spec.cot_templates.empty();
    with_chains += chains ? 1 : 0;
    if (task.spec.group == "cot" || task.spec.suite == "reasoning") {
      EXPECT_TRUE(chains) << task.spec.name;
    }
    for (const auto& [split, rows] : task.rows) {
      for (const TaskRow& row : rows) {
        if (!chains) continue;
        EXPECT_FALSE(row.rationale.empty()) << task.spec.name;
        for (const PromptTemplate& prompt : task.spec.cot_templates) {
          EXPECT_EQ(render(prompt, task.spec, row).target, row.rationale + " So the answer is " + row.answers[0] + ".");
        }
      }
    }
  }
  EXPECT_GE(with_chains, 12u);
}

TEST(WorldTasks, EveryRowRendersWithEveryTemplate) {
  for (const WorldTask& task : all_tasks()) {
    for (const auto& [split, rows] : task.rows) {
      for (const TaskRow& row : rows) {
        for (const PromptTemplate& prompt : cases::all_templates(task.spec)) {
          const RenderedExample text = render(prompt, task.spec, row);
          EXPECT_EQ((text.input + text.target).find_first_of("{}"), std::string::npos) << text.input;
          EXPECT_EQ((text.input + text.target).find("  "), std::string::npos) << "two spaces: " << text.input;
          EXPECT_FALSE(text.target.empty());
          EXPECT_NE(text.target.find(row.answers[0]), std::string::npos) << text.target;
          for (const std::string& option : row.options) {
            const bool shown = text.input.find(" - " + option) != std::string::npos;
            EXPECT_TRUE(shown || !prompt.shows_options) << text.input;
          }
        }
      }
    }
  }
}

TEST(WorldTasks, AnswersAreAmongDistinctOptionsAndChanceIsOneOverTheirNumber) {
  for (const WorldTask& task : all_tasks()) {
    const TaskSpec& spec = task.spec;
    for (const auto& [split, rows] : task.rows) {
      std::set<std::string> ids;
      for (const TaskRow& row : rows) {
        EXPECT_TRUE(ids.insert(row.id).second) << spec.name;
        ASSERT_EQ(row.answers.size(), 1u) << spec.name;
        if (spec.metric != "accuracy") {
          EXPECT_TRUE(row.options.empty()) << spec.name;
          continue;
        }
        EXPECT_GE(row.answer_index(), 0) << spec.name;
        EXPECT_EQ(std::set<std::string>(row.options.begin(), row.options.end()).size(), row.options.size());
        ASSERT_GE(row.options.size(), 2u) << spec.name;
        EXPECT_NEAR(spec.chance, 100.0 / static_cast<double>(row.options.size()), 1e-3) << spec.name;
      }
    }
    if (spec.metric != "accuracy") {
      EXPECT_EQ(spec.chance, 0.0) << spec.name;
    }
  }
}

// Guessing a fixed place or a fixed answer must not pay.
TEST(WorldTasks, TheRightPlaceIsSpreadOverTheOptions) {
  std::map<size_t, std::map<int64_t, double>> places;  // per number of options
  std::map<size_t, double> totals;
  for (const WorldTask& task : all_tasks()) {
    for (const auto& [split, rows] : task.rows) {
      for (const TaskRow& row : rows) {
        if (row.options.empty()) continue;
        places[row.options.size()][row.answer_index()] += 1.0;
        totals[row.options.size()] += 1.0;
      }
    }
  }
  for (const auto& [size, counts] : places) {
    EXPECT_EQ(counts.size(), size);
    for (const auto& [place, count] : counts) {
      EXPECT_NEAR(count / totals[size], 1.0 / static_cast<double>(size), 0.12) << place << " of " << size;
    }
  }
}

TEST(WorldTasks, SplitsShareNoRow) {
  for (const WorldTask& task : all_tasks()) {
    std::set<std::map<std::string, std::string>> seen;
    for (const auto& [split, rows] : task.rows) {
      for (const TaskRow& row : rows) EXPECT_TRUE(seen.insert(row.fields).second) << task.spec.name << " " << split;
    }
  }
}

TEST(WorldTasks, ValidationStandsForEveryClusterWithRowsThatAreNotTrainedOn) {
  std::map<std::string, const WorldTask*> trained;
  std::map<std::string, int> clusters;
  for (const WorldTask& task : small_world().mixture) {
    trained[task.spec.name] = &task;
    clusters[task.spec.cluster] = 0;
  }
  for (const WorldTask& task : small_world().validation) {
    ASSERT_TRUE(trained.contains(task.spec.name)) << task.spec.name;
    ++clusters[task.spec.cluster];
    EXPECT_EQ(task.spec.suite, "validation");
    const WorldTask& same = *trained[task.spec.name];
    EXPECT_EQ(task.spec.splits.at("test"), same.spec.splits.at("validation"));
    const auto seen = cases::prompts_of(same.spec, same.rows.at("train"));
    for (const std::string& prompt : cases::prompts_of(task.spec, task.rows.at("test"))) {
      EXPECT_FALSE(seen.contains(prompt)) << prompt;
    }
  }
  for (const auto& [cluster, count] : clusters) EXPECT_GE(count, 1) << cluster;
}

}  // namespace
}  // namespace flanmoe
