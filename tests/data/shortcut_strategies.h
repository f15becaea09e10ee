// Cheap ways to answer a row without reading it, and how often each is right. What they get is what a task gives away.
#pragma once

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/render.h"
#include "data/world/rows.h"

namespace flanmoe::cases {

inline bool is_of_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

inline world::Words words_of(const std::string& text) {
  world::Words found;
  for (size_t i = 0, end = 0; i < text.size(); i = std::max(end, i + 1)) {
    for (end = i; end < text.size() && is_of_word(text[end]);) ++end;
    if (end > i) found.push_back(text.substr(i, end - i));
  }
  return found;
}

// What a strategy sees: the prompt without its option list, and the options.
struct AskedRow {
  std::string text;
  world::Words options;
  size_t answer = 0;
  world::Fields fields;
  world::Words words = words_of(text);
};

inline AskedRow asked_row(const world::WorldTask& task, const world::WorldRow& row) {
  std::string input = task.templates.front();
  if (const size_t at = input.find("{options}"); at != std::string::npos) input.erase(at, 9);
  TaskSpec spec;
  spec.name = task.name;
  spec.definition = task.definition;
  const std::string text = render({input}, spec, {"", row.fields, row.options, row.answers, "", ""}).input;
  const auto found = std::find(row.options.begin(), row.options.end(), row.answers[0]);
  return {text, row.options, static_cast<size_t>(found - row.options.begin()), row.fields};
}

// Where `phrase` stands in the text as whole words.
inline std::vector<size_t> mentions(const std::string& text, const std::string& phrase) {
  std::vector<size_t> places;
  for (size_t at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
    const size_t end = at + phrase.size();
    if ((at == 0 || !is_of_word(text[at - 1])) && (end == text.size() || !is_of_word(text[end]))) places.push_back(at);
  }
  return places;
}

// The option of the highest value, the first of equal ones.
inline size_t best_option(const AskedRow& row, const std::function<double(const std::string&)>& value) {
  size_t best = 0;
  double highest = value(row.options[0]);
  for (size_t i = 1; i < row.options.size(); ++i) {
    const double v = value(row.options[i]);
    if (v > highest) best = i, highest = v;
  }
  return best;
}

using Strategy = std::function<size_t(const AskedRow&)>;

// Those that know nothing but the row.
inline std::map<std::string, Strategy> simple_strategies(size_t num_options) {
  std::map<std::string, Strategy> all;
  for (size_t place = 0; place < num_options; ++place)
    all["option " + std::to_string(place + 1)] = [=](const AskedRow&) { return place; };
  const auto add = [&all](const std::string& name, std::function<double(const AskedRow&, const std::string&)> value) {
    all[name] = [=](const AskedRow& row) {
      return best_option(row, [&](const std::string& option) { return value(row, option); });
    };
  };
  add("first mentioned", [](const AskedRow& row, const std::string& option) {
    const auto places = mentions(row.text, option);
    return places.empty() ? -1e9 : -static_cast<double>(places.front());
  });
  add("last mentioned", [](const AskedRow& row, const std::string& option) {
    const auto places = mentions(row.text, option);
    return places.empty() ? -1.0 : static_cast<double>(places.back());
  });
  const auto count = [](const AskedRow& row, const std::string& option) {
    return static_cast<double>(mentions(row.text, option).size());
  };
  add("mentioned most", count);
  add("mentioned least", [=](const AskedRow& row, const std::string& option) { return -count(row, option); });
  add("mentioned", [=](const AskedRow& row, const std::string& option) { return std::min(1.0, count(row, option)); });
  const auto length = [](const std::string& option) { return static_cast<double>(option.size()); };
  add("longest", [=](const AskedRow&, const std::string& option) { return length(option); });
  add("shortest", [=](const AskedRow&, const std::string& option) { return -length(option); });
  // Where options are numbers: the n-th of them by size. Else by the alphabet.
  for (size_t rank = 0; rank < num_options; ++rank) {
    all["number " + std::to_string(rank + 1)] = [=](const AskedRow& row) {
      world::Words sorted = row.options;
      std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
        const bool digits = is_of_word(a[0]) && std::isdigit(a[0]) != 0 && std::isdigit(b[0]) != 0;
        return digits && a.size() != b.size() ? a.size() < b.size() : a < b;
      });
      return static_cast<size_t>(std::find(row.options.begin(), row.options.end(), sorted[rank]) - row.options.begin());
    };
  }
  return all;
}

// Naive Bayes over the words of the text, with the answers as classes; without words it knows how frequent each is.
class NaiveBayes {
 public:
  explicit NaiveBayes(const std::vector<AskedRow>& rows) {
    for (const AskedRow& row : rows) {
      Class& known = classes_[row.options[row.answer]];
      ++known.num_rows;
      for (const std::string& word : row.words) {
        ++known.words[word];
        ++known.num_words;
        vocabulary_[word] = true;
      }
    }
  }
  double frequency(const std::string& option) const {
    const auto found = classes_.find(option);
    return found == classes_.end() ? 0.0 : found->second.num_rows;
  }
  size_t answer(const AskedRow& row) const {
    return best_option(row, [&](const std::string& option) { return score(option, row.words); });
  }

 private:
  struct Class {
    double num_rows = 0.0, num_words = 0.0;
    std::map<std::string, double> words;
  };
  double score(const std::string& option, const world::Words& words) const {
    constexpr double kSeenBefore = 0.1;  // of every word
    const auto found = classes_.find(option);
    if (found == classes_.end()) return -1e9;
    const Class& known = found->second;
    const double total = known.num_words + kSeenBefore * static_cast<double>(vocabulary_.size());
    double sum = std::log(known.num_rows);
    for (const std::string& word : words) {
      if (!vocabulary_.contains(word)) continue;
      const auto count = known.words.find(word);
      sum += std::log(((count == known.words.end() ? 0.0 : count->second) + kSeenBefore) / total);
    }
    return sum;
  }
  std::map<std::string, Class> classes_;
  std::map<std::string, bool> vocabulary_;
};

// Strategies that have learnt from other rows of the task.
inline Strategy most_frequent_answer(const std::vector<AskedRow>& rows) {
  return [learnt = NaiveBayes(rows)](const AskedRow& row) {
    return best_option(row, [&](const std::string& option) { return learnt.frequency(option); });
  };
}
inline Strategy naive_bayes(const std::vector<AskedRow>& rows) {
  return [learnt = NaiveBayes(rows)](const AskedRow& row) { return learnt.answer(row); };
}

inline double percent_right(const Strategy& strategy, const std::vector<AskedRow>& rows) {
  double right = 0.0;
  for (const AskedRow& row : rows) right += strategy(row) == row.answer ? 1.0 : 0.0;
  return 100.0 * right / static_cast<double>(rows.size());
}

}  // namespace flanmoe::cases
