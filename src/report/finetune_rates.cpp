// Which learning rate each finetuning took, of those that were tried.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

using Counts = std::map<double, int64_t>;  // of finetunings, by the rate that they took

struct Taken {
  std::vector<std::pair<std::string, std::string>> ways;  // set and way, in their order
  std::map<std::string, std::map<std::pair<std::string, std::string>, Counts>> by_arm;
  Counts all;
  int64_t num_outermost = 0, num_finetunings = 0;  // that took the smallest or the largest of their rates
};

Taken rates_taken(const View& view) {
  Taken taken;
  for (const Json& row : view.json.value("finetunings", Json::array())) {
    std::set<double> tried;
    for (const Json& one : row.value("rates", Json::array())) tried.insert(one.at("rate").get<double>());
    const auto rate = number_at(row, "rate");
    if (!rate || tried.size() < 2) continue;
    const std::pair<std::string, std::string> way(text_at(row, "set"), text_at(row, "way"));
    if (std::find(taken.ways.begin(), taken.ways.end(), way) == taken.ways.end()) taken.ways.push_back(way);
    ++taken.by_arm[view.arm(text_at(row, "arm")).name][way][*rate];
    ++taken.all[*rate];
    ++taken.num_finetunings;
    if (*rate == *tried.begin() || *rate == *tried.rbegin()) ++taken.num_outermost;
  }
  return taken;
}

std::string counts_cell(const Counts& counts) {
  std::vector<std::string> shown;
  for (const auto& [rate, count] : counts) shown.push_back(fmt::format("{:g} <small>×{}</small>", rate, count));
  return shown.empty() ? "–" : fmt::format("{}", fmt::join(shown, "<br>"));
}

std::string sentence(const Taken& taken) {
  std::vector<std::string> shown;
  for (const auto& [rate, count] : taken.all) shown.push_back(fmt::format("{} took {:g}", count, rate));
  std::string text = fmt::format("Of {} finetunings {}.", taken.num_finetunings, fmt::join(shown, ", "));
  if (taken.num_outermost > 0) {
    text += fmt::format(" In {} it was the smallest or the largest of those tried: a better one may lie beyond.",
                        taken.num_outermost);
  }
  return "<p>" + text + "</p>\n";
}

}  // namespace

std::string finetune_rates(const View& view) {
  const Taken taken = rates_taken(view);
  if (taken.ways.empty()) return "";
  std::vector<const Arm*> arms;
  std::vector<std::string> heads = {"set and start"};
  for (const Arm& arm : view.arms) {
    if (!taken.by_arm.contains(arm.name)) continue;
    arms.push_back(&arm);
    heads.push_back(view.label(arm.name));
  }
  Table table(heads);
  std::string last_set;
  for (const auto& way : taken.ways) {
    if (way.first != last_set) table.group(words(way.first));
    last_set = way.first;
    std::vector<std::string> cells = {escape(way.second)};
    for (const Arm* arm : arms) {
      const auto& by_way = taken.by_arm.at(arm->name);
      cells.push_back(by_way.contains(way) ? counts_cell(by_way.at(way)) : "–");
    }
    table.row(cells);
  }
  return "<h3>Which learning rate was taken</h3>\n" + sentence(taken) +
         figure(table.str(),
                "Every finetuning was run at each of the rates and kept the model that was best on the set&#39;s "
                "validation split. ×: how many seeds took the rate. Direct: from the pre-trained model; instructed: "
                "instruction-tuned first.");
}

}  // namespace flanmoe::report
