// Metrics against rouge-score 0.1.2, SQuAD's evaluation and sacreBLEU: metrics.json of the golden folder.
#include <cmath>

#include "base/json.h"
#include "eval/metrics/bleu.h"
#include "eval/metrics/metrics.h"
#include "golden_folder.h"

namespace flanmoe {
namespace {

constexpr double kTolerance = 1e-12;

class golden_metrics : public GoldenTest {
 protected:
  void SetUp() override {
    GoldenTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const std::filesystem::path file = golden_folder() / "metrics.json";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
    json_ = read_json(file);
    ASSERT_FALSE(json_.at("cases").empty());
  }

  // The metric `name` of every case is what the file says under `key`.
  void expect_metric(const std::string& name, const std::string& key) const {
    const Metric metric = metric_named(name);
    for (const Json& one : json_.at("cases")) {
      const auto references = one.at("references").get<std::vector<std::string>>();
      EXPECT_NEAR(metric(one.at("prediction"), references), one.at(key).get<double>(), kTolerance)
          << key << " of " << one.dump();
    }
  }

  Json json_;
};

TEST_F(golden_metrics, rouge_1) { expect_metric("rouge_1", "rouge1"); }

TEST_F(golden_metrics, rouge_l) { expect_metric("rouge_l", "rougeL"); }

TEST_F(golden_metrics, exact_match) { expect_metric("exact_match", "exact_match"); }

TEST_F(golden_metrics, token_f1) { expect_metric("token_f1", "token_f1"); }

TEST_F(golden_metrics, corpus_bleu) {
  std::vector<std::string> predictions;
  std::vector<std::vector<std::string>> references;
  for (const Json& one : json_.at("cases")) {
    predictions.push_back(one.at("prediction"));
    references.push_back(one.at("references"));
  }
  const double expected = json_.at("corpus_bleu");
  EXPECT_NEAR(corpus_bleu(predictions, references), expected, kTolerance * std::max(1.0, expected));
}

}  // namespace
}  // namespace flanmoe
