// What a mixture gives in practice: shares, styles, lengths, what is cut.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/mixture/mixture.h"

namespace flanmoe {

// Of the draws of one task or group. Tokens and what follows need a tokenizer.
struct DrawCounts {
  int64_t draws = 0;
  int64_t few_shot = 0, exemplars = 0;             // draws with exemplars; exemplars drawn
  int64_t cot = 0, inverted = 0;                   // draws
  int64_t source_tokens = 0, target_tokens = 0;    // as trained on, eos included
  int64_t source_cut = 0, target_cut = 0;          // draws
  int64_t exemplars_dropped = 0, none_fitted = 0;  // exemplars without room; draws that lost them all
  int64_t unknown = 0;                             // tokens that are <unk>
  DrawCounts& operator+=(const DrawCounts& other);
};

struct TaskStats {
  std::string task, group;
  int64_t num_rows = 0, used_rows = 0;  // in the file; under the cap
  double rate = 0.0;                    // configured share of examples
  DrawCounts counts;
};

struct MixtureStats {
  int64_t draws = 0;
  std::vector<TaskStats> tasks, groups;   // in the order of the mixture
  std::map<std::string, int64_t> styles;  // draws by style, before exemplars are left out
  bool has_tokens = false;
  // Shares of the places of packed rows that hold a token, over whole batches; 0 without tokens.
  double source_fill = 0.0, target_fill = 0.0;
};

// Over the draws [0, draws). `tokenizer` may be null; `progress` is told how many draws are done, now and then.
MixtureStats mixture_stats(const MixtureStream& stream, const Tokenizer* tokenizer, int64_t draws,
                           const std::function<void(int64_t)>& progress = {});

}  // namespace flanmoe
