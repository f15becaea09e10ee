#include "study/options.h"

#include <set>

#include "base/config_paths.h"

namespace flanmoe {
namespace {

bool are_rates(const std::vector<double>& rates) {
  const std::set<double> different(rates.begin(), rates.end());
  return different.size() == rates.size() && (different.empty() || *different.begin() > 0.0);
}

}  // namespace

void ArmOptions::fields(FieldVisitor& v) {
  v.field("label", label, "name in the report");
  v.field("router", router, "routing in the report; none for dense arms");
  v.field("twin", twin, "a sparse arm's dense twin: the name of another arm");
  v.field("twin_of", twin_of, "a dense arm: the sparse arm whose FLOPs it is widened to");
  v.field("upcycled_from", upcycled_from,
          "a sparse arm that begins its pre-training with the experts copied from another, dense arm's model");
  v.field("routing", routing,
          "a preset of configs/model whose experts and routing the arm takes, before its own differences");
  v.choice("timed_experts", timed_experts,
           "how cost_steps times its experts: by their grouped products, or by a plain loop over experts");
  differences.fields(v);
}

ConfigNode default_evaluations() {
  return parse_config(
      "unlimited: {label: \"no expert ever full\", moe: {capacity_factor_eval: 0}, where_possible: true}",
      "the default evaluations");
}

void StudyOptions::fields(FieldVisitor& v) {
  v.field("title", title, "headline of the report");
  v.choice("kind", kind, "the built-in world, or files of `data`");
  v.field("note", note, "a remark shown in the report");
  v.field("seeds", seeds, "training seeds");
  v.require(!seeds.empty() && std::set<int64_t>(seeds.begin(), seeds.end()).size() == seeds.size(), "seeds",
            "one or more different numbers");
  v.field("jobs", jobs, "cells side by side, one thread each; 0 = as many as cores");
  v.require_within(jobs, 0, 10'000, "jobs");
  v.section("world", world, "the built-in world (kind world)");
  v.field("world_by_seed", world_by_seed,
          "each training seed has a world of its own, whose seed is world.seed + the training seed");
  v.field("data", data, "the data folder (kind real)");
  v.field("tokenizer", tokenizer,
          "vocabulary: a SentencePiece model, or a model folder with its own; empty = {data}/spiece.model");
  v.field("num_sentinels", num_sentinels, "sentinel ids for span corruption");
  v.require_within(num_sentinels, 1, 100'000, "num_sentinels");
  v.section("model", recipe.model, "what all arms share");
  v.field("arms", arms,
          "name -> {label, router, twin, twin_of, upcycled_from, routing, model, corpus, pretrain, mixture, ...}");
  v.field("arms_only", arms_only, "the arms that are run, of those under `arms`; all when empty");
  v.field("axes", axes, "of a grid: name -> {label, arms, values: {name: {model, pretrain, mixture, instruct, ...}}}");
  v.field("line", line,
          "dense arms of several widths: sparse arms are compared with the line through those that are run");
  v.field("comparisons", comparisons,
          "id -> {question, measure, parts: [{label, measure, arm, over, below}], joint, primary, margin, expected, "
          "paper}; none = the "
          "paper's shapes");
  v.section("protocol", protocol, "what is fixed before the first run");
  v.field("decided_by", decided_by,
          "the study, by name, to which questions are left that are undecided after the last look");
  v.section("corpus", recipe.corpus, "pre-training text");
  v.section("pretrain", recipe.pretrain, "pre-training");
  v.section("mixture", recipe.mixture, "instruction mixture");
  v.section("instruct", recipe.instruct, "instruction tuning");
  v.field("finetune_sets", finetune_sets, "task files, one finetuning each");
  v.section("finetune_mixture", recipe.finetune_mixture, "how a finetune set becomes batches");
  v.section("finetune", recipe.finetune, "finetuning");
  v.section("average", recipe.average, "checkpoints that a phase averages");
  v.section("replicate", recipe.replicate, "which draws of chance a phase takes");
  v.field("finetune_rates", finetune_rates,
          "learning rates of which every finetuning takes the one that is best on its set's validation split; none = "
          "finetune.optimizer.learning_rate");
  v.require(are_rates(finetune_rates), "finetune_rates", "different numbers above 0");
  v.field("finetune_course", finetune_course,
          "rows of the training and test split that every checkpoint which a finetuning keeps is asked; 0 = none");
  v.require_within(finetune_course, 0, 1'000'000, "finetune_course");
  v.section("heldout", heldout, "held-out evaluation");
  v.section("validation", validation, "held-in evaluation");
  v.section("curve", curve, "asked while training (pretrain.eval_every, instruct.eval_every)");
  v.section("finetune_eval", finetune_eval, "evaluation of a finetune set");
  v.field("evaluations", evaluations,
          "name -> {label, moe, shots, source_length, over, where_possible}: settings of evaluation under which models "
          "are asked once more; {} = none; unlimited alone when left out");
  v.field("routing_texts", routing_texts, "texts that the routing analysis reads");
  v.require_within(routing_texts, 1, 1'000'000, "routing_texts");
  v.field("cost_steps", cost_steps, "timed steps per arm; 0 = no timing");
  v.require_within(cost_steps, 0, 1'000'000, "cost_steps");
  v.field("cost_order", cost_order,
          "arms from the fastest on, as expected: whether the timed steps say so; not asked when empty");
}

void load_study_options(const ConfigNode& config, StudyOptions& options) {
  std::vector<std::string> paths = {
      "data", "tokenizer", "finetune_sets", "heldout.tasks", "validation.tasks", "curve.tasks", "finetune_eval.tasks"};
  for (const char* owner : {"", "arms.*.", "axes.*.values.*."}) {
    for (const char* path :
         {"corpus.files", "corpus.first_files", "mixture.tasks", "mixture.cache", "finetune_mixture.tasks", "finetune_mixture.cache"})
      paths.push_back(std::string(owner) + path);
  }
  load_options(with_absolute_paths(config, paths, {"arms.*.routing", "decided_by"}), options);
}

}  // namespace flanmoe
