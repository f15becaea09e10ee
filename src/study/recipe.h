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

// A number for each phase.
struct PhaseNumbers {
  int64_t pretrain = 0, instruct = 0, finetune = 0;
  int64_t of(Phase phase) const;
};

// Of how many of a phase's last checkpoints its model is the mean (model/average.h); 0 and 1 = the last one alone.
struct AverageOptions : PhaseNumbers {
  void fields(FieldVisitor& visitor);
};

// Which draw of data order, dropout and router noise a phase takes, 0 the first: runs that differ in it alone tell what
// this phase's chance is worth. Fresh weights are those of pre-training's.
struct ReplicateOptions : PhaseNumbers {
  void fields(FieldVisitor& visitor);
};

struct Recipe {
  ModelOptions model;
  CorpusOptions corpus;
  TrainOptions pretrain;
  MixtureOptions mixture;
  TrainOptions instruct;
  MixtureOptions finetune_mixture;  // its `tasks` are filled with one set at a time
  TrainOptions finetune;
  AverageOptions average;
  ReplicateOptions replicate;

  const TrainOptions& training(Phase phase) const;
  // UserError when a phase keeps fewer checkpoints than are averaged.
  void check_average() const;
};

struct RecipeDifferences {
  ConfigNode model, corpus, pretrain, mixture, instruct, finetune_mixture, finetune, average, replicate;
  void fields(FieldVisitor& visitor);

  // The recipe with them. UserError for a key that is none, as load_options says it.
  Recipe applied_to(Recipe recipe) const;
  // The first phase whose run they change; none when they are empty.
  std::optional<Phase> first_phase() const;
};

}  // namespace flanmoe
