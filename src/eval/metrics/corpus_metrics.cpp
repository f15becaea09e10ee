#include "eval/metrics/corpus_metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/config.h"
#include "base/error.h"
#include "base/nearest_name.h"
#include "eval/answers/extract.h"
#include "eval/metrics/bleu.h"
#include "eval/metrics/correlation.h"
#include "eval/metrics/number_match.h"
#include "eval/scoring/bootstrap.h"

namespace flanmoe {
namespace {

std::vector<size_t> all_items(size_t count) {
  std::vector<size_t> items(count);
  for (size_t i = 0; i < count; ++i) items[i] = i;
  return items;
}

std::vector<std::string> cluster_ids(const std::vector<CorpusItem>& items) {
  std::vector<std::string> ids;
  for (const CorpusItem& item : items) ids.push_back(item.cluster_id);
  return ids;
}

CorpusValue value_of(const Statistic& statistic, const std::vector<std::string>& clusters, uint64_t seed,
                     const std::string& undefined) {
  CorpusValue result;
  result.num_units = static_cast<int64_t>(clusters.size());
  result.value = statistic(all_items(clusters.size()));
  if (!result.value) {
    result.undefined = undefined;
  } else {
    result.standard_error = bootstrap_error(clusters_of(clusters), statistic, seed);
  }
  return result;
}

using Correlation = std::optional<double> (*)(const std::vector<double>&, const std::vector<double>&);

CorpusValue correlated(const std::vector<CorpusItem>& items, uint64_t seed, Correlation correlation) {
  std::vector<double> said, wanted;
  for (const CorpusItem& item : items) {
    const auto answer = answer_value(item.answers.front());
    if (!answer || !std::isfinite(*answer))
      fail_input("a correlation needs numbers, but an answer is '{}'", item.answers.front());
    const double number = answer_value(item.prediction).value_or(0.0);
    said.push_back(std::isfinite(number) ? number : 0.0);
    wanted.push_back(*answer);
  }
  const Statistic statistic = [&](const std::vector<size_t>& drawn) {
    std::vector<double> x, y;
    for (const size_t item : drawn) {
      x.push_back(said[item]);
      y.push_back(wanted[item]);
    }
    return correlation(x, y);
  };
  return value_of(statistic, cluster_ids(items), seed,
                  items.size() < 2 ? "fewer than two items" : "all predictions or all answers are equal");
}

CorpusValue corpus_pearson(const std::vector<CorpusItem>& items, uint64_t seed) {
  return correlated(items, seed, pearson);
}
CorpusValue corpus_spearman(const std::vector<CorpusItem>& items, uint64_t seed) {
  return correlated(items, seed, spearman);
}

// Classes as numbers; -1 is no class.
struct Labels {
  std::vector<int64_t> said, wanted;
  size_t num_classes = 0;
};

Labels labels_of(const std::vector<CorpusItem>& items) {
  std::map<std::string, int64_t> classes;
  for (const CorpusItem& item : items) {
    if (item.options.empty()) classes.emplace(option_key(item.answers.front()), 0);
    for (const std::string& option : item.options) classes.emplace(option_key(option), 0);
  }
  Labels labels{{}, {}, classes.size()};
  int64_t number = 0;
  for (auto& [name, place] : classes) place = number++;
  const auto class_of = [&classes](const std::string& text) {
    const auto found = classes.find(option_key(text));
    return text.empty() || found == classes.end() ? int64_t{-1} : found->second;
  };
  for (const CorpusItem& item : items) {
    const int64_t said = class_of(item.prediction);
    const bool right = said >= 0 && std::any_of(item.answers.begin(), item.answers.end(),
                                                [&](const std::string& answer) { return class_of(answer) == said; });
    labels.said.push_back(said);
    labels.wanted.push_back(right ? said : class_of(item.answers.front()));
  }
  return labels;
}

// Mean of 2 hits / (said + wanted) over the classes that are said or wanted.
std::optional<double> mean_f1(const Labels& labels, const std::vector<size_t>& items, int64_t* num_classes) {
  std::vector<double> hits(labels.num_classes), seen(labels.num_classes);
  for (const size_t item : items) {
    const int64_t said = labels.said[item], wanted = labels.wanted[item];
    if (said >= 0) ++seen[static_cast<size_t>(said)];
    if (wanted >= 0) ++seen[static_cast<size_t>(wanted)];
    if (said >= 0 && said == wanted) ++hits[static_cast<size_t>(said)];
  }
  double sum = 0.0;
  int64_t count = 0;
  for (size_t c = 0; c < labels.num_classes; ++c) {
    if (seen[c] == 0.0) continue;
    sum += 2.0 * hits[c] / seen[c];
    ++count;
  }
  if (num_classes != nullptr) *num_classes = count;
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

CorpusValue macro_f1(const std::vector<CorpusItem>& items, uint64_t seed) {
  const Labels labels = labels_of(items);
  const Statistic statistic = [&labels](const std::vector<size_t>& drawn) { return mean_f1(labels, drawn, nullptr); };
  CorpusValue result = value_of(statistic, cluster_ids(items), seed, "no class is asked or said");
  mean_f1(labels, all_items(items.size()), &result.num_units);
  return result;
}

constexpr size_t kEdits = 4;  // original, paraphrase, scope, affirmative

CorpusValue consistency(const std::vector<CorpusItem>& items, uint64_t seed) {
  struct Group {
    std::set<std::string> members;
    bool right = true;
    std::string cluster_id;
  };
  std::map<std::string, Group> groups;
  for (const CorpusItem& item : items) {
    Group& group = groups[item.group];
    group.members.insert(item.member);
    group.right = group.right && item.score == 1.0;
    group.cluster_id = item.cluster_id;
  }
  std::vector<double> right;
  std::vector<std::string> clusters;
  for (const auto& [name, group] : groups) {
    if (name.empty() || group.members.size() != kEdits) continue;
    right.push_back(group.right ? 1.0 : 0.0);
    clusters.push_back(group.cluster_id);
  }
  const Statistic statistic = [&right](const std::vector<size_t>& drawn) -> std::optional<double> {
    if (drawn.empty()) return std::nullopt;
    double sum = 0.0;
    for (const size_t group : drawn) sum += right[group];
    return sum / static_cast<double>(drawn.size());
  };
  return value_of(statistic, clusters, seed, "no group holds all four edits");
}

CorpusValue corpus_bleu_of(const std::vector<CorpusItem>& items, uint64_t seed) {
  std::vector<BleuCounts> counts;
  for (const CorpusItem& item : items) counts.push_back(bleu_counts(item.prediction, item.answers));
  const Statistic statistic = [&counts](const std::vector<size_t>& drawn) -> std::optional<double> {
    BleuCounts sum;
    for (const size_t item : drawn) sum.add(counts[item]);
    return bleu_of(sum) / 100.0;
  };
  return value_of(statistic, cluster_ids(items), seed, "");
}

struct NamedCorpusMetric {
  const char* name;
  CorpusMetric metric;
  const char* item_metric;
  bool correlation = false;
};
constexpr NamedCorpusMetric kMetrics[] = {
    {"pearson", corpus_pearson, "number_match", true},
    {"spearman", corpus_spearman, "number_match", true},
    {"macro_f1", macro_f1, "accuracy"},
    {"consistency", consistency, "accuracy"},
    {"bleu", corpus_bleu_of, "bleu"},
};

const NamedCorpusMetric* find_named(const std::string& name) {
  const auto* found = std::find_if(std::begin(kMetrics), std::end(kMetrics),
                                   [&name](const NamedCorpusMetric& metric) { return name == metric.name; });
  return found == std::end(kMetrics) ? nullptr : found;
}

const NamedCorpusMetric& named(const std::string& name) {
  if (const NamedCorpusMetric* found = find_named(name)) return *found;
  std::vector<std::string> names;
  for (const NamedCorpusMetric& metric : kMetrics) names.emplace_back(metric.name);
  fail_input("unknown metric of a whole task '{}', {}expected one of {}", name, did_you_mean(name, names),
             fmt::join(names, ", "));
}

}  // namespace

CorpusMetric corpus_metric_named(const std::string& name) { return named(name).metric; }
bool is_corpus_metric(const std::string& name) { return find_named(name) != nullptr; }
bool is_correlation(const std::string& name) {
  const NamedCorpusMetric* found = find_named(name);
  return found != nullptr && found->correlation;
}
std::string item_metric_of(const std::string& name) { return named(name).item_metric; }

}  // namespace flanmoe
