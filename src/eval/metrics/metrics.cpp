#include "eval/metrics/metrics.h"

#include <algorithm>

#include "base/config.h"
#include "base/error.h"
#include "base/nearest_name.h"
#include "eval/answers/extract.h"
#include "eval/metrics/bleu.h"
#include "eval/metrics/number_match.h"
#include "eval/metrics/rouge.h"
#include "eval/metrics/squad.h"

namespace flanmoe {
namespace {

// The answer is an option's own text. Unlike in exact_match, 3.5 is not 35.
double accuracy(const std::string& prediction, const std::vector<std::string>& answers) {
  const std::string said = option_key(prediction);
  return std::any_of(answers.begin(), answers.end(),
                     [&said](const std::string& answer) { return option_key(answer) == said; });
}

struct NamedMetric {
  const char* name;
  Metric metric;
  bool asks_for_option = false;
};
constexpr NamedMetric kMetrics[] = {
    {"accuracy", accuracy, true},
    {"exact_match", exact_match, true},
    {"niv2_exact_match", niv2_exact_match},
    {"number_match", number_match},
    {"number_string_match", number_string_match},
    {"token_f1", token_f1},
    {"rouge_1", rouge_1},
    {"rouge_l", rouge_l},
    {"bleu", bleu},
};

}  // namespace

Metric metric_named(const std::string& name) {
  std::vector<std::string> names;
  for (const NamedMetric& named : kMetrics) {
    if (name == named.name) return named.metric;
    names.push_back(named.name);
  }
  fail_input("unknown metric '{}', {}expected one of {}", name, did_you_mean(name, names), fmt::join(names, ", "));
}

bool asks_for_option(const std::string& name) {
  return std::any_of(std::begin(kMetrics), std::end(kMetrics),
                     [&name](const NamedMetric& named) { return name == named.name && named.asks_for_option; });
}

}  // namespace flanmoe
