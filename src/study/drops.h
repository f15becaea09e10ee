// Which tokens go without an expert, on pre-training's text and on prompts (the paper's analysis of token dropping):
// dropped ones, and under expert choice those that no expert took. Read from cells' routing (analysis/routing_json.h):
// at the capacity of evaluation, 64 rows at a time competing for room, in the sparse layers of the encoder.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "study/cell_result.h"

namespace flanmoe {

// Percent of the tokens, mean over layers; none where there is no such layer.
std::optional<double> drop_share(const Json& routing);

// How far the drops by token class are from those on the corpus: |share - share on the corpus| in percentage points,
// mean over classes weighted by their tokens in the corpus, then over layers. Classes that either text lacks are left
// out.
std::optional<double> drop_distance(const Json& routing, const Json& corpus);

// A number of an arm and seed, none where nothing was analysed.
struct DropMeasure {
  std::string id, label;
  std::function<std::optional<double>(const ArmOptions& arm, int64_t seed)> value;
};
// Shares on the corpus and at each stage, and each stage's distance; `results` must outlive them.
std::vector<DropMeasure> drop_measures(const CellResults& results);

// Of an arm: {"arm", "stack", "layer", "class", "corpus", "pretrained", "instructed"}, percent by stage and class,
// means over the seeds whose text holds the class; both stacks.
Json drops_json(const StudyOptions& options, const ArmOptions& arm, const CellResults& results);

}  // namespace flanmoe
