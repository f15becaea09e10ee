// What a cell leaves behind: result.json, written and read here alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/results.h"
#include "study/cells.h"
#include "study/log_odds.h"

namespace flanmoe {

struct CellResult {
  CellKey key;
  int64_t steps = 0, num_tokens = 0;
  Json curve = Json::array();  // the lines of metrics.jsonl without what was timed
  // Scores without items. Pre-training and instruction tuning: held-out and held-in tasks; finetuning: its own set.
  std::optional<EvalResult> heldout, validation, finetune;
  std::map<std::string, EvalResult> evaluated;  // held-out tasks, direct prompts, by study/evaluations.h
  std::optional<double> held_out_loss;          // pre-training that holds text out: the loss on it
  std::map<std::string, LogOdds> log_odds;      // of the held-out tasks that were ranked
  Json course = Json::array();  // finetuning: {"step", "train", "test"} of each kept checkpoint, normalised scores
  Json rates = Json::array();   // finetuning: {"rate", "validation"} of each that was tried, normalised scores
  double rate = 0.0;            // finetuning: the learning rate of its model
  Json routing;                 // analysis/routing_json.h; null where there is none
  Json corpus_routing;          // pre-training: the layers alone, on its own text
  std::string model;            // the checkpoint, relative to the study's folder
  int64_t disk_bytes = 0;
  double train_seconds = 0.0, tokens_per_second = 0.0;
  double wall_seconds = 0.0;  // of the process that ended it, evaluation included
  int64_t peak_memory_bytes = 0;
  Json platform;               // tensor/platform.h
  std::string commit, binary;  // that made it: of the sources ("" = not known), checksum of the program
  // Where its training was taken from, which the seconds and the memory above leave out: {"study", "cell",
  // "train_seconds", "peak_memory_bytes", "commit", "binary", "platform"}, as that cell says. Null: it was trained
  // here.
  Json reused;

  int64_t training_memory_bytes() const;  // peak of the process that trained it
};

void write_cell_result(const CellResult& result, const StudyFolder& folder);
// UserError naming the file and what is wrong with it.
CellResult read_cell_result(const CellKey& key, const StudyFolder& folder);

using CellResults = std::map<CellKey, CellResult>;
CellResults read_cell_results(const std::vector<Cell>& cells, const StudyFolder& folder);

}  // namespace flanmoe
