// What the arms cost, measured, and what limiting the experts' room costs in score.
#include <fmt/format.h>

#include <map>
#include <vector>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

Json cost_of(const View& view, const std::string& arm) {
  const Json& timing = view.json["timing"];
  if (!timing.is_object()) return nullptr;
  for (const Json& cost : timing.value("cost", Json::array())) {
    if (json_string(cost, "arm", view.where) == arm) return cost;
  }
  return nullptr;
}

std::string overhead(const Json& cost, const char* key) {
  const auto value = number_at(cost, key);
  return value ? with_sign(100.0 * *value, 0) + "%" : "–";
}

std::string size_table(const View& view) {
  Table table({"arm", "twin", "parameters", "active", "FLOPs per token", "on disk", "peak memory"}, 2);
  for (const Arm& arm : view.arms) {
    table.row({view.label(arm.name), arm.twin.empty() ? "–" : escape(view.arm(arm.twin).label),
               metric(number_at(arm.json, "total_parameters")), metric(number_at(arm.json, "active_parameters")),
               metric(number_at(arm.json, "flops_per_token")), bytes(number_at(arm.json, "disk_bytes")),
               bytes(number_at(cost_of(view, arm.name), "peak_memory_bytes"))});
  }
  return figure(table.str(),
                "Active parameters are those that one token meets: all but the experts, and the experts it is sent "
                "to. FLOPs per token are of the forward pass, two per weight that a token meets. Peak memory is of "
                "the training process.");
}

std::string speed_table(const View& view) {
  if (!view.json["timing"].is_object() || view.json["timing"].value("cost", Json::array()).empty()) return "";
  Table table({"arm", "training", "overhead", "evaluation", "overhead", "decoding", "overhead"});
  for (const Arm& arm : view.arms) {
    const Json cost = cost_of(view, arm.name);
    table.row({view.label(arm.name), grouped(number_at(cost, "train_tokens_per_second")),
               overhead(cost, "train_overhead"), grouped(number_at(cost, "eval_tokens_per_second")),
               overhead(cost, "eval_overhead"), grouped(number_at(cost, "decode_tokens_per_second")),
               overhead(cost, "decode_overhead")});
  }
  return "<h3>Speed</h3>\n" + figure(table.str(),
                                     "Tokens per second on the machine named below: source and target tokens, "
                                     "padding not counted, warm-up left out. <b>Overhead</b> = the sparse arm's time "
                                     "/ its dense twin's time − 1, same batch, same tokens: what routing costs "
                                     "beyond the arithmetic that both do.");
}

std::string order_kind(const std::string& answer) {
  return answer == "agrees" ? "yes" : answer == "disagrees" ? "no" : "noisy";
}

// Every arm's time over that of the first one, by round.
std::string overhead_table(const View& view, const Json& orders) {
  Table table({"time over " + escape(view.arm(json_string(orders.at(0).at("steps").at(0), "faster", view.where)).label),
               "training", "evaluation", "decoding"});
  std::map<std::string, std::vector<std::string>> cells;
  for (const Json& order : orders) {
    for (const Json& row : order.at("overheads"))
      cells[json_string(row, "arm", view.where)].push_back(
          interval_html(interval_at(row, "interval", view.where), 1, true));
  }
  for (const Arm& arm : view.arms) {
    if (!cells.contains(arm.name)) continue;
    std::vector<std::string> row = {view.label(arm.name)};
    row.insert(row.end(), cells.at(arm.name).begin(), cells.at(arm.name).end());
    table.row(row);
  }
  return figure(table.str(), "Percent more time for the same tokens, and its interval over the rounds.");
}

std::string order_part(const View& view) {
  if (!view.json["timing"].is_object()) return "";
  const Json orders = view.json["timing"].value("cost_order", Json::array());
  if (orders.empty()) return "";
  std::string lines;
  for (const Json& order : orders) {
    const std::string answer = json_string(order, "answer", view.where);
    lines += fmt::format("<p>{} {}.</p>\n", badge(order_kind(answer), answer),
                         escape(json_string(order, "text", view.where)));
  }
  return "<h3>The expected order</h3>\n" + lines + overhead_table(view, orders);
}

}  // namespace

std::string cost_section(const View& view) {
  if (view.arms.empty()) return "";
  return section("cost", "What it costs", size_table(view) + speed_table(view) + order_part(view));
}

std::string capacity_section(const View& view) {
  Table table({"arm", "with its capacity", "without a limit", "change"});
  std::optional<Interval> any;
  for (const Json& row : view.json["capacity"]) {
    const auto limited = interval_at(row, "default", view.where + ": capacity"),
               unlimited = interval_at(row, "unlimited", view.where + ": capacity");
    const auto change = limited && unlimited ? std::optional(unlimited->mean - limited->mean) : std::nullopt;
    table.row({view.label(json_string(row, "arm", view.where + ": capacity")), interval_html(limited),
               interval_html(unlimited), with_sign(change)});
    any = limited ? limited : unlimited ? unlimited : any;
  }
  if (!any) return "";
  return section(
      "capacity", "Room for the experts",
      "<p>An expert takes only as many tokens as its capacity allows; the others are dropped and pass the layer "
      "unchanged. Here the instruction-tuned models answer once with their capacity and once with room for all.</p>\n" +
          figure(table.str(),
                 fmt::format("Held-out normalised average with direct prompts, points above chance; in brackets the "
                             "interval ({}).",
                             escape(any->basis))));
}

}  // namespace flanmoe::report
