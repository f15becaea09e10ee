#include "study/recipe.h"

#include "base/error.h"

namespace flanmoe {

namespace {

template <class T>
const T& of_phase(Phase phase, const T& pretrain, const T& instruct, const T& finetune) {
  return phase == Phase::kPretrain ? pretrain : phase == Phase::kInstruct ? instruct : finetune;
}

void number_fields(FieldVisitor& v, PhaseNumbers& numbers, const char* meaning) {
  for (auto [name, number] :
       {std::pair{"pretrain", &numbers.pretrain}, {"instruct", &numbers.instruct}, {"finetune", &numbers.finetune}}) {
    v.field(name, *number, meaning);
    v.require_within(*number, 0, 1000, name);
  }
}

}  // namespace

int64_t PhaseNumbers::of(Phase phase) const { return of_phase(phase, pretrain, instruct, finetune); }

void AverageOptions::fields(FieldVisitor& v) {
  number_fields(v, *this, "its model is the mean of so many of its last checkpoints; 0 and 1 = of the last alone");
}

void ReplicateOptions::fields(FieldVisitor& v) {
  number_fields(v, *this, "which draw of data order, dropout and router noise it takes; 0 = the seed's own");
}

const TrainOptions& Recipe::training(Phase phase) const { return of_phase(phase, pretrain, instruct, finetune); }

void Recipe::check_average() const {
  for (const std::string& name : all_names<Phase>()) {
    const Phase phase = *value_named<Phase>(name);
    if (average.of(phase) <= training(phase).keep_checkpoints) continue;
    fail_input("'average.{0}' is {1}, but '{0}.keep_checkpoints' is {2}, expected as many or more", name,
               average.of(phase), training(phase).keep_checkpoints);
  }
}

void RecipeDifferences::fields(FieldVisitor& v) {
  v.field("model", model, "differences to the study's model");
  v.field("corpus", corpus, "differences to the study's pre-training text");
  v.field("pretrain", pretrain, "differences to the study's pre-training");
  v.field("mixture", mixture, "differences to the study's instruction mixture");
  v.field("instruct", instruct, "differences to the study's instruction tuning");
  v.field("finetune_mixture", finetune_mixture, "differences to how a finetune set becomes batches");
  v.field("finetune", finetune, "differences to the study's finetuning");
  v.field("average", average, "differences to how many checkpoints the study averages");
  v.field("replicate", replicate, "differences to which draws the study's phases take");
}

Recipe RecipeDifferences::applied_to(Recipe recipe) const {
  load_options(model, recipe.model);
  load_options(corpus, recipe.corpus);
  load_options(pretrain, recipe.pretrain);
  load_options(mixture, recipe.mixture);
  load_options(instruct, recipe.instruct);
  load_options(finetune_mixture, recipe.finetune_mixture);
  load_options(finetune, recipe.finetune);
  load_options(average, recipe.average);
  load_options(replicate, recipe.replicate);
  return recipe;
}

std::optional<Phase> RecipeDifferences::first_phase() const {
  const auto named = [this](const char* phase) {
    return (average.is_map() && average.has(phase)) || (replicate.is_map() && replicate.has(phase));
  };
  if (!model.empty() || !corpus.empty() || !pretrain.empty() || named("pretrain")) return Phase::kPretrain;
  if (!mixture.empty() || !instruct.empty() || named("instruct")) return Phase::kInstruct;
  if (!finetune_mixture.empty() || !finetune.empty() || named("finetune")) return Phase::kFinetune;
  return std::nullopt;
}

}  // namespace flanmoe
