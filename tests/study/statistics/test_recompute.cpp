// tests/study/statistics/recompute.py, which has code of its own, says of random studies what judge says.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/json.h"
#include "base/random.h"
#include "study/statistics/judge.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Scores = std::vector<std::vector<double>>;  // [seed][task]

struct Measured {
  std::vector<std::string> suites;  // of each task
  std::vector<int64_t> suite_of_task;
  std::map<std::string, Scores> scores;  // by arm
  std::map<std::string, std::vector<double>> standard_errors;
};

// Three arms; seeds, suites, tasks and sizes of the effects at random.
Measured draw_measure(RandomStream& random) {
  Measured measured;
  const int64_t num_tasks = random.between(1, 9), num_suites = random.between(1, 3), num_seeds = random.between(1, 10);
  for (int64_t t = 0; t < num_tasks; ++t) {
    measured.suite_of_task.push_back(random.between(0, num_suites - 1));
    measured.suites.push_back("suite " + std::to_string(measured.suite_of_task.back()));
  }
  const double scale = random.chance(0.5) ? 1.0 : 10.0, seed_part = random.uniform(), task_part = random.uniform();
  for (const std::string arm : {"a", "b", "c"}) {
    const double level = 60.0 + (random.chance(0.5) ? 0.0 : 3.0 * scale * random.uniform());
    std::vector<double> tasks;
    for (int64_t t = 0; t < num_tasks; ++t) tasks.push_back(scale * task_part * random.uniform());
    for (int64_t s = 0; s < num_seeds; ++s) {
      const double seed = scale * seed_part * random.uniform();
      std::vector<double> row;
      for (const double task : tasks) row.push_back(level + seed + task + 0.3 * scale * random.uniform());
      measured.scores[arm].push_back(row);
      measured.standard_errors[arm].push_back(0.2 * scale * random.uniform());
    }
  }
  return measured;
}

using Coefficients = std::map<std::string, double>;

Contrast contrast_of(const Measured& measured, const Coefficients& coefficients) {
  Contrast contrast{"part", {}, measured.suite_of_task};
  for (const auto& [arm, coefficient] : coefficients) {
    const Scores& scores = measured.scores.at(arm);
    contrast.differences.resize(scores.size(), std::vector<double>(measured.suites.size(), 0.0));
    contrast.item_variances.resize(scores.size(), 0.0);
    for (size_t s = 0; s < scores.size(); ++s) {
      contrast.item_variances[s] += std::pow(coefficient * measured.standard_errors.at(arm)[s], 2);
      for (size_t t = 0; t < scores[s].size(); ++t) contrast.differences[s][t] += coefficient * scores[s][t];
    }
  }
  return contrast;
}

Json judgement_json(const Judgement& judgement) {
  Json parts = Json::array();
  const double level =
      judgement.decision == Decision::kEqual ? 2.0 * judgement.equality_level : judgement.difference_level;
  for (const Estimate& part : judgement.parts)
    parts.push_back(
        {{"mean", part.mean}, {"half_width", part.num_seeds == 1 ? Json() : Json(half_width(part, level))}});
  return {{"decision", name_of(judgement.decision)},
          {"look", judgement.look},
          {"difference_p", judgement.difference_p},
          {"equality_p", judgement.equality_p},
          {"difference_level", judgement.difference_level},
          {"equality_level", judgement.equality_level},
          {"parts", parts}};
}

// A study with what judge says of it; counts the decisions.
Json draw_study(RandomStream& random, const LookPlan& plan, std::map<std::string, int>& decisions) {
  Json study = {{"looks", plan.looks}, {"alpha", plan.alpha}, {"measures", Json::object()}};
  std::vector<Question> questions;
  study["questions"] = Json::array();
  for (size_t q = 0; q < plan.difference_levels.size(); ++q) {
    const std::string name = "measure " + std::to_string(q);
    const Measured measured = draw_measure(random);
    study["measures"][name] = {
        {"suites", measured.suites}, {"scores", measured.scores}, {"standard_errors", measured.standard_errors}};
    std::vector<Coefficients> parts = {{{"a", 1.0}, {"b", -0.5}, {"c", -0.5}}};
    if (random.chance(0.3)) parts = {{{"a", 1.0}, {"b", -1.0}}, {{"a", 1.0}, {"c", -1.0}}};
    Question question{"question " + std::to_string(q), 0.5 + 2.0 * random.uniform(), {}};
    Json part_rows = Json::array();
    for (const Coefficients& coefficients : parts) {
      question.parts.push_back(contrast_of(measured, coefficients));
      part_rows.push_back({{"measure", name}, {"coefficients", coefficients}});
    }
    study["questions"].push_back({{"id", question.id}, {"margin", question.margin}, {"parts", part_rows}});
    questions.push_back(question);
  }
  const std::vector<Judgement> judgements = judge(questions, plan);
  for (size_t q = 0; q < judgements.size(); ++q) {
    study["questions"][q]["judgement"] = judgement_json(judgements[q]);
    ++decisions[name_of(judgements[q].decision)];
  }
  return study;
}

class Recompute : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    if (std::system("python3 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no python3";
  }

  // Status of the script; what it says goes into `said_`.
  int recompute(const std::vector<Json>& studies) {
    std::string command = "python3 -B '" + std::string(FLANMOE_SOURCE_DIR) + "/tests/study/statistics/recompute.py'";
    for (size_t i = 0; i < studies.size(); ++i) {
      const std::filesystem::path file = folder_ / ("study-" + std::to_string(i) + ".json");
      write_json(file, studies[i]);
      command += " '" + file.string() + "'";
    }
    const std::filesystem::path said = folder_ / "said";
    const int status = std::system((command + " > '" + said.string() + "' 2>&1").c_str());
    said_ = content_of(said);
    return status;
  }

  std::string said_;
};

TEST_F(Recompute, AgreesWithJudge) {
  RandomStream random(1, "recompute");
  const LookPlan plan = plan_looks({3, 6, 9}, 4);
  std::map<std::string, int> decisions;
  std::vector<Json> studies;
  for (int i = 0; i < 25; ++i) studies.push_back(draw_study(random, plan, decisions));
  EXPECT_EQ(recompute(studies), 0) << said_;
  for (const std::string& decision : all_names<Decision>()) EXPECT_GT(decisions[decision], 4) << decision;
}

TEST_F(Recompute, NamesWhatDiffers) {
  RandomStream random(2, "recompute");
  std::map<std::string, int> decisions;
  Json study = draw_study(random, plan_looks({4, 8}, 2), decisions);
  ASSERT_EQ(recompute({study}), 0) << said_;
  Json& judgement = study["questions"][1]["judgement"];
  judgement["parts"][0]["mean"] = judgement["parts"][0]["mean"].get<double>() + 0.01;
  EXPECT_NE(recompute({study}), 0);
  EXPECT_NE(said_.find("question 1: parts 1: mean: recomputed"), std::string::npos) << said_;
}

}  // namespace
}  // namespace flanmoe
