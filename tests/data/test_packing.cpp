// Rows of several examples: nothing lost, nothing twice, in order, segments that name what belongs together.
#include "base/error.h"
#include "data/packing.h"
#include "data_case.h"

namespace flanmoe {
namespace {

TokenPair pair_of(int32_t number, int64_t source, int64_t target) {
  TokenPair pair{TokenIds(static_cast<size_t>(source), 1000 + number),
                 TokenIds(static_cast<size_t>(target), 5000 + number)};
  pair.source.back() = pair.target.back() = kEosId;
  return pair;
}

// (ids, segments) of a row -> ids per segment; fails when segments are not 1, 2, ... in one piece each with padding
// behind.
std::vector<cases::Row> cut(const cases::Row& ids, const cases::Row& segments) {
  std::vector<cases::Row> pieces;
  for (size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(ids[i] == 0, segments[i] == 0);
    if (segments[i] == 0) continue;
    if (i == 0 || segments[i] != segments[i - 1]) {
      EXPECT_EQ(segments[i], static_cast<int64_t>(pieces.size()) + 1);
      pieces.emplace_back();
    }
    pieces.back().push_back(ids[i]);
  }
  return pieces;
}

TEST(PadBatch, PadsToTheLongest) {
  const TokenBatch batch = pad_batch({{{7, 8, 1}, {9, 1}}, {{5, 1}, {4, 3, 2, 1}}});
  EXPECT_TRUE(at::equal(batch.source_ids, at::tensor({7, 8, 1, 5, 1, 0}, at::kLong).reshape({2, 3})));
  EXPECT_TRUE(at::equal(batch.target_ids, at::tensor({9, 1, 0, 0, 4, 3, 2, 1}, at::kLong).reshape({2, 4})));
  EXPECT_FALSE(batch.source_segments.defined());
  EXPECT_FALSE(batch.target_segments.defined());
  EXPECT_EQ(batch.num_examples, 2);
  EXPECT_EQ(batch.num_source_tokens, 5);
  EXPECT_EQ(batch.num_target_tokens, 6);
}

TEST(PackBatch, ByHand) {
  // Sources 4 + 5 fit ten, the third does not; the fourth fits beside the third by its source, but not by its target.
  const TokenBatch batch = pack_batch({pair_of(1, 4, 2), pair_of(2, 5, 1), pair_of(3, 6, 3), pair_of(4, 2, 2)}, 10, 4);
  ASSERT_EQ(batch.source_ids.size(0), 3);
  EXPECT_EQ(cases::without_padding(cases::row_of(batch.source_ids, 0)),
            (cases::Row{1001, 1001, 1001, 1, 1002, 1002, 1002, 1002, 1}));
  EXPECT_EQ(cases::without_padding(cases::row_of(batch.source_segments, 0)), (cases::Row{1, 1, 1, 1, 2, 2, 2, 2, 2}));
  EXPECT_EQ(cases::without_padding(cases::row_of(batch.target_ids, 0)), (cases::Row{5001, 1, 1}));
  EXPECT_EQ(cases::without_padding(cases::row_of(batch.target_segments, 0)), (cases::Row{1, 1, 2}));
  EXPECT_EQ(cases::without_padding(cases::row_of(batch.target_ids, 1)), (cases::Row{5003, 5003, 1}));
  EXPECT_EQ(cases::without_padding(cases::row_of(batch.target_ids, 2)), (cases::Row{5004, 1}));
  EXPECT_EQ(batch.num_examples, 4);
  EXPECT_EQ(batch.num_source_tokens, 17);
  EXPECT_EQ(batch.num_target_tokens, 8);
}

TEST(PackBatch, FillsExactly) {
  const TokenBatch batch = pack_batch({pair_of(1, 6, 2), pair_of(2, 4, 2)}, 10, 4);
  EXPECT_EQ(batch.source_ids.size(0), 1);
}

TEST(PackBatch, LosesNothingAndOverlapsNothing) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    RandomStream stream(seed, "pairs");
    const int64_t source_length = stream.between(4, 40), target_length = stream.between(3, 20);
    std::vector<TokenPair> pairs;
    for (int32_t i = 0; i < 30; ++i) {
      pairs.push_back(pair_of(i, stream.between(1, source_length), stream.between(1, target_length)));
    }
    const TokenBatch batch = pack_batch(pairs, source_length, target_length);
    EXPECT_LE(batch.source_ids.size(1), source_length);
    EXPECT_LE(batch.target_ids.size(1), target_length);
    EXPECT_EQ(batch.source_ids.sizes(), batch.source_segments.sizes());
    EXPECT_EQ(batch.target_ids.sizes(), batch.target_segments.sizes());
    EXPECT_EQ(batch.num_examples, 30);
    std::vector<std::pair<cases::Row, cases::Row>> found;
    for (int64_t row = 0; row < batch.source_ids.size(0); ++row) {
      const auto sources = cut(cases::row_of(batch.source_ids, row), cases::row_of(batch.source_segments, row));
      const auto targets = cut(cases::row_of(batch.target_ids, row), cases::row_of(batch.target_segments, row));
      ASSERT_EQ(sources.size(), targets.size());
      EXPECT_FALSE(sources.empty());
      for (size_t s = 0; s < sources.size(); ++s) found.emplace_back(sources[s], targets[s]);
    }
    std::vector<std::pair<cases::Row, cases::Row>> expected;
    int64_t source_tokens = 0, target_tokens = 0;
    for (const TokenPair& pair : pairs) {
      expected.emplace_back(cases::Row(pair.source.begin(), pair.source.end()),
                            cases::Row(pair.target.begin(), pair.target.end()));
      source_tokens += static_cast<int64_t>(pair.source.size());
      target_tokens += static_cast<int64_t>(pair.target.size());
    }
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(found, expected) << seed;
    EXPECT_EQ(batch.num_source_tokens, source_tokens);
    EXPECT_EQ(batch.num_target_tokens, target_tokens);
  }
}

}  // namespace
}  // namespace flanmoe
