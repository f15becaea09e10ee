// The built-in world: a deterministic generator (seed -> text). Everything is invented here; nothing is downloaded.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/config.h"

namespace flanmoe {

struct WorldOptions {
  int64_t seed = 1;  // not part of a run's
  int64_t num_facts = 3000;
  int64_t num_phrasings = 4;
  int64_t num_readings = 400;
  int64_t name_stems = 0;
  int64_t vocab_pieces = 1600;
  int64_t examples_per_task = 400;
  int64_t eval_items_per_task = 100;
  int64_t finetune_examples = 600;
  double label_noise = 0.0;
  double instructed_share = 0.5;
  void fields(FieldVisitor& visitor);
};

// Raised whenever the same options come to mean other texts; stands in world.json as "format".
constexpr int64_t kWorldFormat = 4;

// Writes the whole world into `folder` (which must not exist): corpus/*.jsonl, spiece.model,
// tasks/{muffin,t0_sf,niv2,cot}/*.yaml, heldout/{exam,hard,reasoning,qa}/*.yaml, validation/*.yaml (held-in),
// finetune/*.yaml, rows/*.jsonl, world.json (options, counts, checksums). Same options, same bytes. Complete or absent.
void make_world(const WorldOptions& options, const std::filesystem::path& folder);

// UserError unless `folder` holds a world of this version: without a world.json, and with one of another format, naming
// the file, both formats and what to do.
void require_world(const std::filesystem::path& folder);

}  // namespace flanmoe
