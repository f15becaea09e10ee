// Where batches come from. A batch is a pure function of (options, seed, step): the position of a loader is the step
// number, so exact resume needs no state and data order does not depend on the number of ranks.
#pragma once

#include <cstdint>
#include <string>

#include "tensor/batch.h"

namespace flanmoe {

constexpr int64_t kMostBatchTokens = 100'000'000;  // that options may ask for

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual TokenBatch batch(uint64_t step) const = 0;  // safe from several threads
  virtual std::string describe() const = 0;           // one line for logs: "1,204 documents, 85,120 tokens per epoch"
};

}  // namespace flanmoe
