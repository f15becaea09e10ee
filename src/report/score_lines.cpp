#include "report/score_lines.h"

#include <algorithm>
#include <array>
#include <map>

namespace flanmoe::report {
namespace {

constexpr const char* kChance = "chance";
constexpr const char* kMajority = "most frequent answer";

struct Means {
  double chance = 0.0, majority = 0.0, normalised_majority = 0.0, count = 0.0;
  bool has_majority = true;  // of every task
};

// Of the tasks of one stage by suite and prompting, as every arm was asked them.
std::map<std::pair<std::string, std::string>, Means> means_by_suite(const View& view, const std::string& stage) {
  std::map<std::pair<std::string, std::string>, Means> suites;
  for (const Json& task : view.json["tasks"]) {
    if (task.at("stage") != stage || task.at("arm") != view.arms.front().name) continue;
    const auto chance = number_at(task, "chance"), majority = number_at(task, "majority");
    if (!chance) continue;
    Means& means = suites[{task.at("suite"), task.at("prompting")}];
    means.chance += *chance;
    means.count += 1.0;
    means.has_majority &= majority.has_value();
    means.majority += majority.value_or(0.0);
    means.normalised_majority += 100.0 * (majority.value_or(0.0) - *chance) / (100.0 - *chance);
  }
  return suites;
}

// "suite/SUITE/PROMPTING/STAGE", whose suite may hold slashes.
void add_suite_lines(RowChart& chart, const View& view, const std::string& id) {
  const size_t first = id.find('/'), last = id.rfind('/'), middle = id.rfind('/', last - 1);
  chart.least = 0.0;
  chart.most = 100.0;
  const auto suites = means_by_suite(view, id.substr(last + 1));
  const auto found = suites.find({id.substr(first + 1, middle - first - 1), id.substr(middle + 1, last - middle - 1)});
  if (found == suites.end()) return;
  const Means& means = found->second;
  chart.lines.push_back({means.chance / means.count, kChance});
  if (means.has_majority) chart.lines.push_back({means.majority / means.count, kMajority});
}

// The normalised average of the held-out suites; direct prompts alone where `direct`.
void add_average_line(RowChart& chart, const View& view, const std::string& stage, bool direct) {
  const Json& names = view.json["suites"];
  double sum = 0.0, count = 0.0;
  for (const auto& [key, means] : means_by_suite(view, stage)) {
    const bool is_held_out = std::find(names.begin(), names.end(), Json(key.first)) != names.end();
    if (!is_held_out || (direct && key.second != "direct")) continue;
    if (!means.has_majority) return;
    sum += means.normalised_majority / means.count;
    count += 1.0;
  }
  if (count > 0.0) chart.lines.push_back({sum / count, kMajority});
}

}  // namespace

void add_score_lines(RowChart& chart, const View& view, const std::string& id) {
  if (id.starts_with("suite/")) return add_suite_lines(chart, view, id);
  constexpr std::array<std::string_view, 7> kNormalised = {"heldout/",      "heldout-direct/", "heldout-cluster/",
                                                           "heldout-item/", "unlimited/",      "validation/",
                                                           "finetune/mean/"};
  const bool is_normalised = std::any_of(kNormalised.begin(), kNormalised.end(),
                                         [&id](std::string_view begin) { return id.starts_with(begin); });
  if (!is_normalised) return;
  chart.most = 100.0;
  chart.lines.push_back({0.0, kChance});
  const bool direct = id.starts_with("heldout-direct/") || id.starts_with("unlimited/");
  if (direct || id.starts_with("heldout/")) add_average_line(chart, view, id.substr(id.rfind('/') + 1), direct);
}

}  // namespace flanmoe::report
