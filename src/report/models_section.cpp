// What was trained: the arithmetic of every arm as it is counted and as it was done, and how the recipe differs from
// the paper's.
#include <fmt/format.h>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

// "25.1 k (95%)" of the nominal number.
std::string executed_cell(const Arm& arm, const char* when) {
  const auto executed = number_at(arm.json.value("executed_flops_per_token", Json()), when),
             nominal = number_at(arm.json, "flops_per_token");
  if (!executed || !nominal || *nominal <= 0.0) return "–";
  return fmt::format("{} <small>{}</small>", metric(executed), percent(*executed / *nominal, 0));
}

std::string flops_table(const View& view) {
  Table table({"arm", "FLOPs per token", "done in pre-training", "done in tuning", "done in evaluation"});
  bool any = false;
  for (const Arm& arm : view.arms) {
    any |= arm.json.value("executed_flops_per_token", Json()).is_object();
    table.row({view.label(arm.name), metric(number_at(arm.json, "flops_per_token")), executed_cell(arm, "pretrain"),
               executed_cell(arm, "instruct"), executed_cell(arm, "evaluation")});
  }
  if (!any) return "";
  return "<h3>Arithmetic, counted and done</h3>\n" +
         figure(
             table.str(),
             "FLOPs of the forward pass per token: two per weight that a token meets, with every chosen expert. A "
             "choice that finds its expert full is dropped and computes nothing, so that less is done; under Expert "
             "Choice more, where the least room of an expert exceeds its share. Done: with the choices that were "
             "kept, in the last logged step of pre-training and of instruction tuning, and on held-out prompts after "
             "tuning, many of them at a time; first seed. A score asks one question at a time, with room of its "
             "own.");
}

}  // namespace

std::string models_section(const View& view) {
  return section("models", "What was trained", flops_table(view) + recipe_differences(view));
}

}  // namespace flanmoe::report
