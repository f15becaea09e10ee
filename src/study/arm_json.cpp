#include "study/arm_json.h"

#include "model/counts.h"
#include "study/sparse_layers.h"

namespace flanmoe {
namespace {

Json number_or_null(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

// Of the first seed: at the last logged step of each training, and on the texts of the routing analysis after tuning.
Json executed_flops_json(const ArmOptions& arm, const StudyOptions& options, const CellResults& results) {
  const ModelOptions& model = arm.recipe.model;
  if (model.moe.num_experts == 0) return nullptr;
  const int64_t seed = options.seeds.front();
  const CellResult &pretrained = results.at(cell_of(arm, seed, Phase::kPretrain)),
                   &instructed = results.at(cell_of(arm, seed, Phase::kInstruct));
  return {{"pretrain", number_or_null(executed_in_training(pretrained, model))},
          {"instruct", number_or_null(executed_in_training(instructed, model))},
          {"evaluation", number_or_null(executed_in_evaluation(instructed, model))}};
}

// With what the model itself says where a run says nothing.
Json training_json(const TrainOptions& training, const ModelOptions& model) {
  return {{"steps", training.steps},
          {"optimizer", name_of(training.optimizer.name)},
          {"learning_rate", training.optimizer.learning_rate},
          {"schedule", name_of(training.optimizer.schedule)},
          {"dropout", training.dropout.value_or(model.dropout)},
          {"expert_dropout", training.expert_dropout.value_or(model.moe.expert_dropout)},
          {"balance_loss", training.balance_loss.value_or(model.moe.balance_loss)},
          {"z_loss", training.z_loss.value_or(model.moe.z_loss)}};
}

Json mixture_json(const MixtureOptions& mixture) {
  return {{"examples_per_step", mixture.examples_per_batch},
          {"source_length", mixture.source_length},
          {"target_length", mixture.target_length},
          {"few_shot_share", mixture.few_shot_share},
          {"max_shots", mixture.max_shots}};
}

Json recipe_json(const Recipe& recipe, const StudyOptions& options) {
  const ModelOptions& model = recipe.model;
  Json pretrain = training_json(recipe.pretrain, model), instruct = training_json(recipe.instruct, model),
       finetune = training_json(recipe.finetune, model);
  pretrain.update(
      {{"objective", name_of(recipe.corpus.objective)}, {"examples_per_step", recipe.corpus.rows_per_batch}});
  instruct.update(mixture_json(recipe.mixture));
  finetune.update(mixture_json(recipe.finetune_mixture));
  Json json = {{"d_model", model.d_model},
               {"num_layers", model.num_layers_of(false) + model.num_layers_of(true)},
               {"num_sparse_layers", model.sparse_layers(false).size() + model.sparse_layers(true).size()},
               {"pretrain", pretrain},
               {"instruct", instruct}};
  json["finetune"] = options.finetune_sets.empty() ? Json() : finetune;
  json["heldout_shots"] = options.heldout.shots ? Json(*options.heldout.shots) : Json();
  return json;
}

}  // namespace

Json arm_json(const ArmOptions& arm, const StudyOptions& options, const CellResults& results) {
  const ModelCounts counts = count_model(arm.recipe.model);
  const CellResult& cell = results.at(cell_of(arm, options.seeds.front(), Phase::kPretrain));
  return {{"name", arm.name},
          {"label", arm.label},
          {"router", arm.router},
          {"sparse", arm.recipe.model.moe.num_experts > 0},
          {"twin", arm.twin},
          {"base", arm.base},
          {"base_label", arm.base_label},
          {"at", arm.at},
          {"num_experts", arm.recipe.model.moe.num_experts},
          {"k", arm.recipe.model.moe.num_experts > 0 ? arm.recipe.model.moe.k : 0},
          {"d_ff", arm.recipe.model.d_ff},
          {"total_parameters", counts.total_parameters},
          {"active_parameters", counts.active_parameters},
          {"flops_per_token", counts.flops_per_token},
          {"executed_flops_per_token", executed_flops_json(arm, options, results)},
          {"recipe", recipe_json(arm.recipe, options)},
          {"disk_bytes", cell.disk_bytes}};
}

}  // namespace flanmoe
