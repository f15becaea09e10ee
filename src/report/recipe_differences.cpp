// The recipe of this study beside the paper's. What the paper says is here only where its authors, or others who quote
// it, have it in public; its full text was not at hand.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "report/html.h"
#include "report/sections.h"

namespace flanmoe::report {
namespace {

constexpr const char* kUnknown = "not confirmed";

using Values = std::vector<std::string>;

std::string shown(const Json& value) {
  if (value.is_string()) {
    std::string words = value.get<std::string>();
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
  }
  return value.is_number() ? fmt::format("{:g}", value.get<double>()) : "";
}

// `form` with the numbers at these places of an arm's recipe in place of each {}: "{} of {}"; "" where one is missing.
std::string filled(std::string form, const Json& recipe, const Values& places) {
  for (const std::string& place : places) {
    const Json::json_pointer at(place);
    const std::string value = recipe.contains(at) ? shown(recipe.at(at)) : "";
    if (value.empty()) return "";
    form.replace(form.find("{}"), 2, value);
  }
  return form;
}

struct RecipeRow {
  const char* item;
  const char* form;
  Values places;
  const char* paper;
  bool sparse_only = false;
};

const std::vector<RecipeRow>& rows() {
  static const std::vector<RecipeRow> kRows = {
      {"Model",
       "width {}, {} layers in all",
       {"/d_model", "/num_layers"},
       "T5 from small to XXL (width 512 to 4096), and ST-MoE of 32 GFLOPs per token"},
      {"Experts", "{}", {"/num_experts"}, "64 in ST-MoE-32B; of the others not confirmed", true},
      {"Sparse layers", "{} of {}", {"/num_sparse_layers", "/num_layers"}, "every other layer", true},
      {"Pre-training objective", "{}", {"/pretrain/objective"}, "span corruption, as T5"},
      {"Pre-training, steps × rows", "{} × {}", {"/pretrain/steps", "/pretrain/examples_per_step"}, kUnknown},
      {"Instruction tuning, steps × examples",
       "{} × {}",
       {"/instruct/steps", "/instruct/examples_per_step"},
       "100,000 or 200,000 (sources differ) × 32 packed sequences"},
      {"Optimiser in tuning", "{}", {"/instruct/optimizer"}, "not confirmed; Flan-T5: Adafactor"},
      {"Learning rate in tuning",
       "{}, {}",
       {"/instruct/learning_rate", "/instruct/schedule"},
       "0.0001; its schedule not confirmed, Flan-T5: constant"},
      {"Dropout in tuning", "{}", {"/instruct/dropout"}, "0.05"},
      {"Expert dropout in tuning", "{}", {"/instruct/expert_dropout"}, "0.2", true},
      {"Balance loss, z-loss in tuning",
       "{}, {}",
       {"/instruct/balance_loss", "/instruct/z_loss"},
       "as in pre-training",
       true},
      {"Tokens of source, target in tuning",
       "{}, {}",
       {"/instruct/source_length", "/instruct/target_length"},
       "2048, 512"},
      {"Exemplars in tuning",
       "in {} of the examples, at most {}",
       {"/instruct/few_shot_share", "/instruct/max_shots"},
       "with and without, as the Flan collection has them; how many not confirmed"},
      {"Exemplars when asked", "{}", {"/heldout_shots"}, "with and without; how many not confirmed"},
      {"Finetuning, steps × examples", "{} × {}", {"/finetune/steps", "/finetune/examples_per_step"}, kUnknown},
      {"Learning rate in finetuning", "{}, {}", {"/finetune/learning_rate", "/finetune/schedule"}, kUnknown},
      {"Dropout in finetuning", "{}", {"/finetune/dropout"}, kUnknown},
      {"Expert dropout in finetuning", "{}", {"/finetune/expert_dropout"}, kUnknown, true},
  };
  return kRows;
}

// The distinct values over the arms, in their order.
Values values_of(const View& view, const RecipeRow& row) {
  Values values;
  for (const Arm& arm : view.arms) {
    if (row.sparse_only && !arm.sparse) continue;
    Json recipe = arm.json.value("recipe", Json::object());
    recipe["num_experts"] = arm.json.value("num_experts", Json());
    const std::string value = filled(row.form, recipe, row.places);
    if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

}  // namespace

std::string recipe_differences(const View& view) {
  const bool any =
      std::any_of(view.arms.begin(), view.arms.end(), [](const Arm& arm) { return arm.json.contains("recipe"); });
  if (!any) return "";
  Table table({"", "this study", "the paper"}, 3);
  for (const RecipeRow& row : rows()) {
    const Values values = values_of(view, row);
    if (!values.empty()) table.row({row.item, escape(fmt::format("{}", fmt::join(values, "; "))), row.paper});
  }
  return "<h3>The recipe beside the paper&#39;s</h3>\n" +
         figure(
             "<div class=\"prose\">" + table.str() + "</div>\n",
             "Values that differ from arm to arm are all named. The paper&#39;s are those that its authors, or others "
             "who quote it, have in public; where no such source was found they are called not confirmed.");
}

}  // namespace flanmoe::report
