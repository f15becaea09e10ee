// Every task's score, and what is needed to run the study again.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

struct TaskRow {
  std::vector<std::string> key;  // stage, suite, task, prompting
  Json any;                      // num_items and chance, the same for all arms
  std::map<std::string, Json> by_arm;
};

// In the order of results.json, one row per stage, suite, task and prompting.
std::vector<TaskRow> task_rows(const View& view) {
  std::vector<TaskRow> rows;
  std::map<std::vector<std::string>, size_t> known;
  for (const Json& task : view.json["tasks"]) {
    const std::string where = view.where + ": tasks";
    std::vector<std::string> key;
    for (const char* part : {"stage", "suite", "task", "prompting"}) key.push_back(json_string(task, part, where));
    const auto [place, is_new] = known.emplace(key, rows.size());
    if (is_new) rows.push_back({key, task, {}});
    rows[place->second].by_arm[view.arm(json_string(task, "arm", where)).name] = task;
  }
  return rows;
}

std::string tasks_table(const View& view, const std::vector<TaskRow>& rows, const std::string& stage) {
  std::vector<std::string> heads = {"suite", "task", "prompt", "items", "chance", "majority"};
  for (const Arm& arm : view.arms) heads.push_back(view.label(arm.name));
  Table table(heads, 3);
  for (const TaskRow& row : rows) {
    if (row.key[0] != stage) continue;
    std::vector<std::string> cells = {escape(row.key[1]),
                                      escape(row.key[2]),
                                      escape(row.key[3]),
                                      grouped(number_at(row.any, "num_items")),
                                      fixed(number_at(row.any, "chance")),
                                      fixed(number_at(row.any, "majority"))};
    for (const Arm& arm : view.arms) {
      const auto found = row.by_arm.find(arm.name);
      const Json score = found == row.by_arm.end() ? Json() : found->second;
      const auto error = number_at(score, "standard_error");
      cells.push_back(fixed(number_at(score, "score")) +
                      (error ? fmt::format(" <small>± {}</small>", fixed(error)) : ""));
    }
    table.row(cells);
  }
  return table.str();
}

std::string machine_table(const Json& timing) {
  const Json machine = timing.is_object() ? timing.value("machine", Json::object()) : Json::object();
  if (machine.empty()) return "";
  Table table({"machine", ""}, 2);
  for (const auto& [name, value] : machine.items()) {
    table.row({escape(name), escape(value.is_string() ? value.get<std::string>() : value.dump())});
  }
  if (const auto seconds = number_at(timing, "cell_seconds")) {
    table.row({"computing time, all runs together", fmt::format("{} min", fixed(*seconds / 60.0))});
  }
  for (const Json& taken : timing.value("reused", Json::array())) {
    table.row({"training taken from " + escape(json_string(taken, "study", "timing.reused")),
               fmt::format("{} runs, {} min", grouped(number_at(taken, "cells")),
                           fixed(number_at(taken, "train_seconds").value_or(0.0) / 60.0))});
  }
  return table.str();
}

}  // namespace

std::string tasks_section(const View& view) {
  const std::vector<TaskRow> rows = task_rows(view);
  std::vector<std::string> stages;
  for (const TaskRow& row : rows) {
    if (std::find(stages.begin(), stages.end(), row.key[0]) == stages.end()) stages.push_back(row.key[0]);
  }
  if (stages.empty()) return "";
  std::string body =
      "<p>Score in percent, mean over seeds, ± one standard error over items; chance is what guessing scores, majority "
      "what "
      "always giving the most frequent answer scores.</p>\n";
  for (const std::string& stage : stages) body += details("Stage: " + stage, tasks_table(view, rows, stage));
  return section("tasks", "All tasks", body);
}

std::string config_section(const View& view) {
  const std::string command = json_string(view.json, "command", view.where);
  std::string body;
  if (!command.empty())
    body += fmt::format("<p>This page was made by:</p>\n<pre class=\"command\">{}</pre>\n", escape(command));
  body += machine_table(view.json["timing"]);
  if (const std::string config = json_string(view.json, "config", view.where); !config.empty()) {
    body += details("The resolved configuration", fmt::format("<pre>{}</pre>\n", escape(config)));
  }
  return section("configuration", "Configuration", body);
}

}  // namespace flanmoe::report
