// What the runs of an arm are made of, phase by phase, and what an arm, or a value of an axis, changes in it.
#pragma once

#include <optional>

#include "base/config.h"
#include "data/corpus.h"
#include "data/mixture/mixture_options.h"
#include "model/options.h"
#include "run/options.h"
#include "train/options.h"

namespace flanmoe {

struct Recipe {
  ModelOptions model;
  CorpusOptions corpus;
  TrainOptions pretrain;
  MixtureOptions mixture;
  TrainOptions instruct;
  MixtureOptions finetune_mixture;  // its `tasks` are filled with one set at a time
  TrainOptions finetune;
};

struct RecipeDifferences {
  ConfigNode model, corpus, pretrain, mixture, instruct, finetune_mixture, finetune;
  void fields(FieldVisitor& visitor);

  // The recipe with them. UserError for a key that is none, as load_options says it.
  Recipe applied_to(Recipe recipe) const;
  // The first phase whose run they change; none when they are empty.
  std::optional<Phase> first_phase() const;
};

}  // namespace flanmoe
