#include "eval/metrics/number_match.h"

#include <algorithm>
#include <cmath>

#include "eval/answers/answer_text.h"
#include "eval/answers/numbers.h"

namespace flanmoe {
namespace {

std::vector<std::string> numbers_of_list(const std::string& answer) {
  std::vector<std::string> numbers;
  for (size_t begin = 0; begin <= answer.size();) {
    const size_t end = std::min(answer.find(';', begin), answer.size());
    numbers.push_back(answer_number(answer.substr(begin, end - begin)));
    begin = end + 1;
  }
  return numbers;
}

bool same_text(const std::string& a, const std::string& b) { return a == b; }

// "-12" of "-0012.00"; "" for what is not written in figures alone, such as "1e20".
std::string whole_figures(const std::string& plain) {
  const bool is_negative = plain.starts_with('-');
  std::string figures = plain.substr(is_negative ? 1 : 0);
  const size_t point = figures.find('.');
  if (point != std::string::npos && figures.find_first_not_of('0', point + 1) == std::string::npos)
    figures.resize(point);
  if (figures.find_first_not_of("0123456789") != std::string::npos) return "";
  figures.erase(0, std::min(figures.find_first_not_of('0'), figures.size()));
  return (is_negative ? "-" : "") + figures;
}

// Equal to a millionth: 0.333333 answers 0.3333333 (docs/tasks.md, "Metrics"). Whole numbers are equal or not.
bool same_value(const std::string& a, const std::string& b) {
  const auto x = number_value(a), y = number_value(b);
  if (!x || !y) return a == b;
  if (!std::isfinite(*x) || !std::isfinite(*y)) return false;  // no number that a computer holds
  if (std::trunc(*x) == *x && std::trunc(*y) == *y) {
    constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it one double stands for several whole numbers
    if (*x != *y || std::abs(*x) < kExact) return *x == *y;
    const std::string figures = whole_figures(a), others = whole_figures(b);
    return figures == others || figures.empty() || others.empty();
  }
  return std::abs(*x - *y) <= 1e-6 * std::max(std::abs(*x), std::abs(*y));
}

template <class Same>
double best_match(const std::string& prediction, const std::vector<std::string>& answers, const Same& same) {
  const std::vector<std::string> said = numbers_of_list(prediction);
  if (std::find(said.begin(), said.end(), "") != said.end()) return 0.0;
  return std::any_of(answers.begin(), answers.end(), [&](const std::string& answer) {
    const std::vector<std::string> wanted = numbers_of_list(answer);
    return std::find(wanted.begin(), wanted.end(), "") == wanted.end() &&
           std::equal(said.begin(), said.end(), wanted.begin(), wanted.end(), same);
  });
}

}  // namespace

std::string answer_number(const std::string& answer) {
  const std::string text = number_signs(answer);
  const std::vector<WrittenNumber> numbers = numbers_in(text);
  if (numbers.empty()) return "";
  const bool leads =
      text.find_first_not_of(' ') == numbers.front().begin && text.compare(numbers.front().end, 2, " (") == 0;
  return (leads ? numbers.front() : numbers.back()).plain;
}

std::optional<double> answer_value(const std::string& answer) { return number_value(answer_number(answer)); }

double number_match(const std::string& prediction, const std::vector<std::string>& answers) {
  return best_match(prediction, answers, same_value);
}

double number_string_match(const std::string& prediction, const std::vector<std::string>& answers) {
  return best_match(prediction, answers, same_text);
}

}  // namespace flanmoe
