// What attention adds to the scores of its pairs: a position bias and a mask. Legend: B rows, H heads, Lq queries, Lk
// keys.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "model/weights.h"

namespace flanmoe {

// Some queries of some rows.
struct QueryPart {
  int64_t row, num_rows, query, num_queries;
};

// Made whole once, for all layers of a stack, or part by part where the whole would take memory quadratic in the
// length.
class ScoreBias {
 public:
  using MakePart = std::function<at::Tensor(const QueryPart&)>;
  ScoreBias() = default;
  ScoreBias(at::Tensor whole) : whole_(std::move(whole)) {}  // [B or 1, H or 1, Lq or 1, Lk]
  explicit ScoreBias(MakePart make_part) : make_part_(std::move(make_part)) {}

  at::Tensor part(const QueryPart& part) const;  // [num_rows or 1, H or 1, num_queries or 1, Lk]

 private:
  at::Tensor whole_;
  MakePart make_part_;
};

// T5's position bias of `length` positions (docs/routing.md 12) and the mask over them, which `mask` gives for any
// part. Whole, and with a gradient to the table, where gradients are asked for, on other devices than the CPU, and for
// short rows. The parts are the whole's numbers to the bit.
ScoreBias self_bias(const at::Tensor& table, int64_t num_rows, int64_t length, bool bidirectional, int64_t max_distance,
                    const ScoreBias::MakePart& mask);

}  // namespace flanmoe
