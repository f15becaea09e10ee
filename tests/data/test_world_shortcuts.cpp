// No task of a world is solved by a strategy that does not read it (docs/world.md).
#include <chrono>

#include "data/world/tasks.h"
#include "shortcut_strategies.h"
#include "world_case.h"

namespace flanmoe {
namespace {

using cases::AskedRow;
using cases::Strategy;
using Task = world::WorldTask;

constexpr double kMargin = 5.0;  // points over chance
constexpr size_t kAsked = 2000, kLearnt = 4000;
constexpr int kLearners = 2;

const world::World& drawn_world() {
  static const world::World drawn = world::draw_world(WorldOptions{});
  return drawn;
}

std::vector<Task> heldout_tasks() {
  std::vector<Task> tasks;
  for (const auto suite : {world::exam_tasks, world::hard_tasks, world::reasoning_tasks, world::qa_tasks}) {
    for (Task& task : suite(drawn_world())) tasks.push_back(std::move(task));
  }
  return tasks;
}

// Tasks over kinds, sizes and order of words, which are facts of the language.
const std::set<std::string> kOfWords = {"hard_odd_one_out", "hard_size_of_three", "bigger_or_smaller",
                                        "larger_or_smaller"};

bool is_of_facts(const Task& task, const AskedRow& row) {
  return row.fields.contains("entity") || kOfWords.contains(task.name);
}

// Which half of the world's facts a row is about: of one entity, or of words; nothing when it is about both.
std::optional<bool> half_of(const AskedRow& row) {
  const auto is_in_half = [](const std::string& name) { return hash_text(name) % 2 == 0; };
  if (const auto entity = row.fields.find("entity"); entity != row.fields.end()) return is_in_half(entity->second);
  const bool half = is_in_half(row.options[0]);
  const bool all_there = std::all_of(row.options.begin(), row.options.end(),
                                     [&](const std::string& option) { return is_in_half(option) == half; });
  return all_there ? std::optional(half) : std::nullopt;
}

std::vector<AskedRow> draw_rows(const Task& task, size_t count, RandomStream& stream) {
  std::vector<AskedRow> rows;
  while (rows.size() < count) rows.push_back(cases::asked_row(task, task.make(stream)));
  return rows;
}

std::vector<AskedRow> draw_half(const Task& task, bool half, size_t count, RandomStream& stream) {
  std::vector<AskedRow> rows;
  while (rows.size() < count) {
    const AskedRow row = cases::asked_row(task, task.make(stream));
    if (half_of(row) == half) rows.push_back(row);
  }
  return rows;
}

// Percent right of every strategy. What words tell is learnt from rows that have no fact in common with those asked.
std::map<std::string, double> played(const Task& task) {
  RandomStream stream(7, "shortcuts " + task.name);
  const std::vector<AskedRow> asked = draw_rows(task, kAsked, stream), learnt = draw_rows(task, kLearnt, stream);
  const bool of_facts = is_of_facts(task, asked[0]);
  const std::vector<AskedRow> unknown = of_facts ? draw_half(task, false, kAsked, stream) : std::vector<AskedRow>();
  std::map<std::string, double> percents;
  for (const auto& [name, strategy] : cases::simple_strategies(asked[0].options.size()))
    percents[name] = cases::percent_right(strategy, asked);
  percents["most frequent answer"] = cases::percent_right(cases::most_frequent_answer(learnt), asked);
  // Of several learners, or a task of few different rows would be won and lost by luck.
  double& bayes = percents["naive Bayes"];
  for (int i = 0; i < kLearners; ++i) {
    const std::vector<AskedRow> known =
        of_facts ? draw_half(task, true, kLearnt, stream) : draw_rows(task, kLearnt, stream);
    bayes += cases::percent_right(cases::naive_bayes(known), of_facts ? unknown : asked) / kLearners;
  }
  return percents;
}

std::pair<std::string, double> best_strategy(const Task& task) {
  std::pair<std::string, double> best = {"", -1.0};
  for (const auto& [name, percent] : played(task)) {
    if (percent > best.second) best = {name, percent};
  }
  return best;
}

void expect_no_shortcut(const Task& task) {
  if (task.metric != "accuracy") return;
  const auto [name, percent] = best_strategy(task);
  std::printf("%-34s chance %5.1f  best %5.1f  %s\n", task.name.c_str(), task.chance, percent, name.c_str());
  EXPECT_LE(percent, task.chance + kMargin) << task.name << ": " << name;
}

// The chance level of a task is that of guessing: no task has a shortcut that had to stay.
void expect_chance_of_guessing(const Task& task) {
  RandomStream stream(8, task.name);
  const size_t num_options = task.make(stream).options.size();
  EXPECT_NEAR(task.chance, num_options == 0 ? 0.0 : 100.0 / static_cast<double>(num_options), 1e-9) << task.name;
}

TEST(WorldShortcuts, NoneInHeldoutTasks) {
  const std::vector<Task> tasks = heldout_tasks();
  EXPECT_GE(tasks.size(), 35u);
  for (const Task& task : tasks) {
    expect_chance_of_guessing(task);
    expect_no_shortcut(task);
  }
}

TEST(WorldShortcuts, NoneInFinetuneSets) {
  for (const Task& task : world::finetune_sets(drawn_world())) {
    expect_chance_of_guessing(task);
    expect_no_shortcut(task);
  }
}

TEST(WorldShortcuts, NoneInTasksOfOrder) {
  size_t num_tasks = 0;
  for (const Task& task : world::instruction_tasks(drawn_world())) {
    expect_chance_of_guessing(task);
    if (task.cluster != "ordering" && task.cluster != "cot_ordering") continue;
    expect_no_shortcut(task);
    ++num_tasks;
  }
  EXPECT_EQ(num_tasks, 7u);
}

// Not asserted: the words of some tasks of the mixture are what they ask for.
TEST(WorldShortcuts, OfTheMixtureAreShown) {
  for (const Task& task : world::instruction_tasks(drawn_world())) {
    if (task.metric != "accuracy") continue;
    RandomStream stream(9, task.name);
    const std::vector<AskedRow> asked = draw_rows(task, 300, stream), learnt = draw_rows(task, 600, stream);
    std::pair<std::string, double> best = {"naive Bayes", cases::percent_right(cases::naive_bayes(learnt), asked)};
    for (const auto& [name, strategy] : cases::simple_strategies(asked[0].options.size())) {
      const double percent = cases::percent_right(strategy, asked);
      if (percent > best.second) best = {name, percent};
    }
    if (best.second > task.chance + 4 * kMargin) {
      std::printf("%-34s chance %5.1f  best %5.1f  %s\n", task.name.c_str(), task.chance, best.second,
                  best.first.c_str());
    }
  }
}

// The strategies do find what there is to find.
TEST(WorldShortcuts, AreFoundWhereTheyAre) {
  const auto won = [](const std::string& name, const Strategy& strategy, const AskedRow& row, size_t expected) {
    EXPECT_EQ(strategy(row), expected) << name;
  };
  const AskedRow row{"Mira met Tobo and Mira, not Ria.", {"Ria", "Tobo", "Mira", "Wenna"}, 0, {}};
  auto strategies = cases::simple_strategies(4);
  won("option 2", strategies.at("option 2"), row, 1);
  won("first mentioned", strategies.at("first mentioned"), row, 2);
  won("last mentioned", strategies.at("last mentioned"), row, 0);
  won("mentioned most", strategies.at("mentioned most"), row, 2);
  won("mentioned least", strategies.at("mentioned least"), row, 3);
  won("longest", strategies.at("longest"), row, 3);
  won("shortest", strategies.at("shortest"), row, 0);
  const AskedRow numbers{"9", {"10", "9", "2", "11"}, 0, {}};
  won("number 1", strategies.at("number 1"), numbers, 2);
  won("number 3", strategies.at("number 3"), numbers, 0);
  // "each" means yes three times in four.
  std::vector<AskedRow> rows;
  for (int i = 0; i < 40; ++i)
    rows.push_back({i % 2 == 0 ? "each" : "none", {"yes", "no"}, i % 8 < 6 ? i % 2u : 1 - i % 2u, {}});
  EXPECT_EQ(cases::percent_right(cases::naive_bayes(rows), rows), 75.0);
  rows.push_back({"", {"yes", "no"}, 1, {}});
  EXPECT_EQ(cases::most_frequent_answer(rows)(rows[0]), 1u);
}

}  // namespace
}  // namespace flanmoe
