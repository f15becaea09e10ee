#include "eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "base/config.h"
#include "base/error.h"
#include "eval/extract.h"
#include "eval/rouge.h"

namespace flanmoe {
namespace {

double exact_match(const std::string& prediction, const std::vector<std::string>& answers) {
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

std::map<std::string, int64_t> word_counts(const std::string& text) {
  std::map<std::string, int64_t> counts;
  std::istringstream words(normalised_answer(text));
  for (std::string word; words >> word;) ++counts[word];
  return counts;
}

double token_f1(const std::string& prediction, const std::vector<std::string>& answers) {
  const auto said = word_counts(prediction);
  double best = 0.0;
  for (const std::string& answer : answers) {
    const auto wanted = word_counts(answer);
    if (said.empty() && wanted.empty()) best = 1.0;
    int64_t num_said = 0, num_wanted = 0, common = 0;
    for (const auto& [word, count] : said) num_said += count;
    for (const auto& [word, count] : wanted) {
      num_wanted += count;
      if (const auto found = said.find(word); found != said.end()) common += std::min(count, found->second);
    }
    if (common > 0)
      best = std::max(best, 2.0 * static_cast<double>(common) / static_cast<double>(num_said + num_wanted));
  }
  return best;
}

struct NamedMetric {
  const char* name;
  Metric metric;
};
constexpr NamedMetric kMetrics[] = {
    {"accuracy", exact_match},  // ranked or extracted options: the option's text is the answer's
    {"exact_match", exact_match}, {"number_match", number_match}, {"token_f1", token_f1}, {"rouge_l", rouge_l},
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
