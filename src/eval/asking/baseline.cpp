#include "eval/asking/baseline.h"

#include <algorithm>
#include <unordered_map>

#include "base/random.h"

namespace flanmoe {
namespace {

bool has_same_options(const std::vector<TaskRow>& rows, const std::vector<std::string>& options) {
  return std::all_of(rows.begin(), rows.end(), [&](const TaskRow& row) {
    return row.options.size() == options.size() &&
           std::is_permutation(row.options.begin(), row.options.end(), options.begin());
  });
}

// How often each is counted, in the order in which they are named first.
struct Counts {
  std::vector<std::string> names;
  std::unordered_map<std::string, int64_t> count;

  void add(const std::string& name, int64_t times) {
    if (const auto [place, fresh] = count.emplace(name, times); fresh) {
      names.push_back(name);
    } else {
      place->second += times;
    }
  }
  std::string most_frequent() const {
    const auto best = std::max_element(names.begin(), names.end(), [this](const std::string& a, const std::string& b) {
      return count.at(a) < count.at(b);
    });
    return best == names.end() ? "" : *best;
  }
};

std::string most_frequent_answer(const std::vector<TaskRow>& known, const std::vector<std::string>& options) {
  Counts counts;
  for (const std::string& option : options) counts.add(option, 0);
  for (const TaskRow& row : known) counts.add(row.answers.front(), 1);
  return counts.most_frequent();
}

std::vector<int64_t> counts_of_places(const std::vector<TaskRow>& known) {
  std::vector<int64_t> counts;
  for (const TaskRow& row : known) {
    const int64_t place = row.answer_index();
    if (place < 0) continue;
    counts.resize(std::max(counts.size(), static_cast<size_t>(place) + 1));
    ++counts[static_cast<size_t>(place)];
  }
  return counts;
}

std::string option_at_frequent_place(const TaskRow& row, const std::vector<int64_t>& counts) {
  const auto end = counts.begin() + static_cast<std::ptrdiff_t>(std::min(counts.size(), row.options.size()));
  if (counts.begin() == end) return row.options.front();
  return row.options[static_cast<size_t>(std::max_element(counts.begin(), end) - counts.begin())];
}

}  // namespace

std::vector<double> chance_scores(const std::vector<TaskRow>& rows) {
  std::vector<double> scores;
  for (const TaskRow& row : rows) {
    const auto right = std::count_if(row.options.begin(), row.options.end(), [&row](const std::string& option) {
      return std::find(row.answers.begin(), row.answers.end(), option) != row.answers.end();
    });
    const auto count = static_cast<double>(row.options.size());
    scores.push_back(row.options.empty() ? 0.0 : static_cast<double>(right) / count);
  }
  return scores;
}

std::vector<std::string> majority_predictions(const std::vector<TaskRow>& rows, const std::vector<TaskRow>& known) {
  if (rows.empty()) return {};
  const std::vector<std::string>& options = rows.front().options;
  const bool by_text = options.empty() || (has_same_options(rows, options) && has_same_options(known, options));
  if (by_text) return std::vector<std::string>(rows.size(), most_frequent_answer(known, options));
  const std::vector<int64_t> counts = counts_of_places(known);
  std::vector<std::string> predictions;
  for (const TaskRow& row : rows) {
    predictions.push_back(row.options.empty() ? most_frequent_answer(known, {})
                                              : option_at_frequent_place(row, counts));
  }
  return predictions;
}

std::vector<std::string> random_predictions(const std::vector<TaskRow>& rows, const std::vector<TaskRow>& training,
                                            uint64_t seed, const std::string& task) {
  RandomStream random(seed, "random baseline of " + task);
  std::vector<std::string> predictions;
  for (const TaskRow& row : rows) {
    if (!row.options.empty()) {
      predictions.push_back(random.pick(row.options));
    } else {
      predictions.push_back(training.empty() ? "" : random.pick(training).answers.front());
    }
  }
  return predictions;
}

}  // namespace flanmoe
