// Texts for the analysis of routing: rows as training reads them.
#include "analysis/routing_texts.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace flanmoe {
namespace {

// Three rows a batch; row r of batch s reads {10 s + r + 2, ..., eos}, r + 1 tokens before the end.
class Rows : public BatchSource {
 public:
  TokenBatch batch(uint64_t step) const override {
    std::vector<TokenIds> sources, targets;
    for (int32_t row = 0; row < 3; ++row) {
      sources.push_back(TokenIds(static_cast<size_t>(row) + 1, static_cast<int32_t>(10 * step) + row + 2));
      targets.push_back({static_cast<int32_t>(step) + 50});
      sources.back().push_back(kEosId);
      targets.back().push_back(kEosId);
    }
    TokenBatch batch;
    batch.source_ids = pad_ids(sources);
    batch.target_ids = pad_ids(targets);
    return batch;
  }
  std::string describe() const override { return "rows"; }
};

TEST(TextsOfBatches, AreTheFirstRowsWithoutPadding) {
  const std::vector<TextIds> texts = texts_of_batches(Rows(), 5);
  ASSERT_EQ(texts.size(), 5u);
  EXPECT_EQ(texts[0].source, (TokenIds{2, kEosId}));
  EXPECT_EQ(texts[2].source, (TokenIds{4, 4, 4, kEosId}));
  EXPECT_EQ(texts[4].source, (TokenIds{13, 13, kEosId}));
  EXPECT_EQ(texts[4].target, (TokenIds{51, kEosId}));
}

}  // namespace
}  // namespace flanmoe
