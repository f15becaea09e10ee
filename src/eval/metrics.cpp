#include "eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/config.h"
#include "base/error.h"
#include "eval/extract.h"
#include "eval/rouge.h"
#include "eval/squad.h"

namespace flanmoe {
namespace {

// The answer is an option's own text. Unlike in exact_match, 3.5 is not 35.
double accuracy(const std::string& prediction, const std::vector<std::string>& answers) {
  const std::string said = normalised_answer(prediction);
  return std::any_of(answers.begin(), answers.end(),
                     [&said](const std::string& answer) { return normalised_answer(answer) == said; });
}

// Equal to a millionth: 0.333333 answers 0.3333333 (reference/flan B11).
bool same_number(const std::string& a, const std::string& b) {
  const double x = std::strtod(a.c_str(), nullptr), y = std::strtod(b.c_str(), nullptr);
  return std::abs(x - y) <= 1e-6 * std::max(std::abs(x), std::abs(y));
}

double number_match(const std::string& prediction, const std::vector<std::string>& answers) {
  const std::string said = extract_number(prediction);
  if (said.empty()) return 0.0;
  return std::any_of(answers.begin(), answers.end(), [&said](const std::string& answer) {
    const std::string wanted = extract_number(answer);
    return !wanted.empty() && same_number(wanted, said);
  });
}

struct NamedMetric {
  const char* name;
  Metric metric;
};
constexpr NamedMetric kMetrics[] = {
    {"accuracy", accuracy},  // ranked or extracted options
    {"exact_match", exact_match}, {"number_match", number_match}, {"token_f1", token_f1},
    {"rouge_1", rouge_1},         {"rouge_l", rouge_l},
};

}  // namespace

Metric metric_named(const std::string& name) {
  std::vector<std::string> names;
  for (const NamedMetric& named : kMetrics) {
    if (name == named.name) return named.metric;
    names.push_back(named.name);
  }
  const std::string nearest = nearest_name(name, names);
  fail_input("unknown metric '{}', {}expected one of {}", name,
             nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest), fmt::join(names, ", "));
}

}  // namespace flanmoe
