#include "study/recipe.h"

namespace flanmoe {

void RecipeDifferences::fields(FieldVisitor& v) {
  v.field("model", model, "differences to the study's model");
  v.field("corpus", corpus, "differences to the study's pre-training text");
  v.field("pretrain", pretrain, "differences to the study's pre-training");
  v.field("mixture", mixture, "differences to the study's instruction mixture");
  v.field("instruct", instruct, "differences to the study's instruction tuning");
  v.field("finetune_mixture", finetune_mixture, "differences to how a finetune set becomes batches");
  v.field("finetune", finetune, "differences to the study's finetuning");
}

Recipe RecipeDifferences::applied_to(Recipe recipe) const {
  load_options(model, recipe.model);
  load_options(corpus, recipe.corpus);
  load_options(pretrain, recipe.pretrain);
  load_options(mixture, recipe.mixture);
  load_options(instruct, recipe.instruct);
  load_options(finetune_mixture, recipe.finetune_mixture);
  load_options(finetune, recipe.finetune);
  return recipe;
}

std::optional<Phase> RecipeDifferences::first_phase() const {
  if (!model.empty() || !corpus.empty() || !pretrain.empty()) return Phase::kPretrain;
  if (!mixture.empty() || !instruct.empty()) return Phase::kInstruct;
  if (!finetune_mixture.empty() || !finetune.empty()) return Phase::kFinetune;
  return std::nullopt;
}

}  // namespace flanmoe
