// tests/study/recompute_results.py, which has code of its own, finds every verdict of a results.json in its records.
#include <cstdlib>

#include "base/random.h"
#include "study/cells_by_hand.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class RecomputeResults : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    if (std::system("python3 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no python3";
  }

  Json study(const std::string& more) const {
    StudyOptions options;
    load_options(
        parse_config("model: {d_model: 32, d_kv: 8, num_heads: 4, d_ff: 64, num_layers: 2, num_decoder_layers: "
                     "2}\n"
                     "finetune_sets: [\"{data}/finetune/one.yaml\", \"{data}/finetune/two.yaml\"]\n"
                     "seeds: [4, 2, 9, 7, 5]\nprotocol: {looks: [3, 5]}\n"
                     "arms:\n"
                     "  dense: {twin_of: switch}\n"
                     "  wide: {twin_of: gshard}\n"
                     "  switch: {twin: dense, model: {moe: {num_experts: 8}}}\n"
                     "  gshard: {twin: wide, model: {moe: {num_experts: 8, k: 2}}}\n"
                     "line: [dense, wide]\n" +
                         more,
                     "study.yaml"),
        options);
    cases::HandScores scores;
    scores.standard_error = 1.0;
    RandomStream random(3, "scores");
    for (const char* arm : {"dense", "wide", "switch", "gshard"}) {
      const double level = arm[0] == 's' || arm[0] == 'g' ? 60.0 : 40.0;
      for (size_t s = 0; s < options.seeds.size(); ++s) {
        scores.pretrained[arm].push_back(30.0 + 5.0 * random.uniform());
        scores.instructed[arm].push_back(level + 8.0 * random.uniform());
      }
    }
    return cases::results_by_hand(options, scores, folder_ / "study");
  }

  int recompute(const Json& results) {
    write_json(folder_ / "results.json", results);
    const fs::path said = folder_ / "said";
    const std::string command = "python3 -B '" + std::string(FLANMOE_SOURCE_DIR) +
                                "/tests/study/recompute_results.py' '" + (folder_ / "results.json").string() + "' > '" +
                                said.string() + "' 2>&1";
    const int status = std::system(command.c_str());
    said_ = content_of(said);
    return status;
  }

  std::string said_;
};

TEST_F(RecomputeResults, FindsEveryVerdict) {
  const Json shapes = study("");
  EXPECT_EQ(recompute(shapes), 0) << said_;
  EXPECT_NE(said_.find("shape-2: yes"), std::string::npos) << said_;
  const Json own = study(
      "comparisons:\n"
      "  joint: {measure: gain/heldout, joint: true, parts: [{arm: switch, over: line}, {arm: gshard, over: wide}]}\n"
      "  alone: {measure: loss/pretrain, primary: false, margin: 0.1, parts: [{arm: gshard, over: switch, "
      "at_equal_flops: true}]}\n"
      "  crossover: {measure: curve/instruct@64, joint: true, parts: [{arm: gshard, over: line, below: true, measure: "
      "curve/instruct@4}, {arm: gshard, over: line}]}\n"
      "instruct: {steps: 64, eval_at: [4]}\n");
  EXPECT_EQ(recompute(own), 0) << said_;
}

TEST_F(RecomputeResults, NamesWhatDiffers) {
  Json results = study("");
  results["verdicts"][1]["answer"] = "equal";
  EXPECT_NE(recompute(results), 0);
  EXPECT_NE(said_.find("shape-2: answer: recomputed 'yes', there 'equal'"), std::string::npos) << said_;
}

}  // namespace
}  // namespace flanmoe
