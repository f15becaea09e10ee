// From a batch to what the stacks read: shifts, runs of keys, groups and the rows of a decoder-only model, by hand.
#include "model/batch_layout.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "model/attention.h"

namespace flanmoe {
namespace {

using Row = std::vector<int64_t>;

at::Tensor rows(const std::vector<Row>& all) {
  std::vector<at::Tensor> tensors;
  for (const Row& row : all) tensors.push_back(at::tensor(row, at::kLong));
  return at::stack(tensors);
}

Row row_of(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kLong).contiguous().view({-1});
  return {flat.const_data_ptr<int64_t>(), flat.const_data_ptr<int64_t>() + flat.numel()};
}

// 1 where a mask allows; every value must be 0 or kMasked.
Row allowed(const at::Tensor& mask) {
  EXPECT_EQ(mask.scalar_type(), at::kFloat);
  EXPECT_TRUE(((mask == 0.0) | (mask == kMasked)).all().item<bool>());
  return row_of(mask == 0.0);
}

// Two examples in the first row, one and padding in the second.
const at::Tensor kIds = rows({{5, 6, 1, 7, 1, 0, 0}, {8, 9, 10, 11, 1, 0, 0}});
const at::Tensor kSegments = rows({{1, 1, 1, 2, 2, 0, 0}, {1, 1, 1, 1, 1, 0, 0}});

TEST(Segments, AreAsGivenOrOnePerRow) {
  EXPECT_TRUE(at::equal(segments_of(kIds, kSegments), kSegments));
  EXPECT_EQ(row_of(segments_of(kIds, {})[0]), (Row{1, 1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(segments_of(kIds, {}).scalar_type(), at::kLong);
  // A 0 before the last token is one itself; a row may have none.
  EXPECT_EQ(row_of(segments_of(rows({{0, 5, 0, 1, 0}, {0, 0, 0, 0, 0}}), {})), (Row{1, 1, 1, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(ShiftRight, InsideEachSegment) {
  const at::Tensor shifted = shift_right(kIds, kSegments);
  EXPECT_EQ(row_of(shifted[0]), (Row{0, 5, 6, 0, 7, 1, 0}));  // the first padding gets the last id
  EXPECT_EQ(row_of(shifted[1]), (Row{0, 8, 9, 10, 11, 1, 0}));
  EXPECT_EQ(row_of(shift_right(rows({{4}}), rows({{1}}))), (Row{0}));
}

TEST(ShiftRight, LeavesWhatItWasGiven) {
  const at::Tensor before = kIds.clone();
  shift_right(kIds, kSegments);
  EXPECT_TRUE(at::equal(kIds, before));
}

// The runs of a row, begin and end in turns.
Row run_of(const at::Tensor& runs, int64_t row = 0) { return row_of(runs[row].reshape({1, -1})); }

TEST(SegmentRuns, OfRowsHidePaddingAlone) {
  const at::Tensor segments = rows({{1, 1, 1}, {1, 1, 0}}), runs = segment_runs(segments, segments, false);
  ASSERT_EQ(runs.sizes(), (at::IntArrayRef{2, 3, 2}));
  EXPECT_EQ(run_of(runs, 0), (Row{0, 3, 0, 3, 0, 3}));
  EXPECT_EQ(run_of(runs, 1), (Row{0, 2, 0, 2, 0, 2}));
}

TEST(SegmentRuns, OfPackedRowsKeepExamplesApart) {
  const at::Tensor queries = rows({{1, 2, 2, 3, 0}}), keys = rows({{1, 1, 2, 0, 0}});
  EXPECT_EQ(run_of(segment_runs(queries, keys, true)), (Row{0, 2, 2, 3, 2, 3, 3, 3, 0, 0}));
}

TEST(SegmentRuns, OtherRowsAreRefused) {
  for (const at::Tensor& segments : {rows({{1, 0, 1}}), rows({{2, 2, 1}}), rows({{0, 1, 1}})}) {
    EXPECT_THROW(segment_runs(segments, segments, true), c10::Error);
    EXPECT_THROW(segment_runs(segments, segments, false), c10::Error);
  }
}

TEST(CausalRuns, SeeThePastAndThemselves) {
  const at::Tensor runs = causal_runs(rows({{1, 1, 1}, {1, 1, 0}}), false);
  for (const int64_t row : {0, 1}) EXPECT_EQ(run_of(runs, row), (Row{0, 1, 0, 2, 0, 3}));
}

TEST(CausalRuns, OfPackedRowsSeeNoOtherExample) {
  EXPECT_EQ(run_of(causal_runs(rows({{1, 1, 2, 2, 0}}), true)), (Row{0, 1, 0, 2, 2, 3, 2, 4, 0, 0}));
}

TEST(PaddingMask, HidesPadding) {
  const at::Tensor mask = padding_mask(kSegments);
  ASSERT_EQ(mask.sizes(), (at::IntArrayRef{2, 1, 1, 7}));
  EXPECT_EQ(allowed(mask[0]), (Row{1, 1, 1, 1, 1, 0, 0}));
}

// A model with experts, groups of four tokens in training.
ModelOptions with_experts() {
  ModelOptions options;
  options.moe.num_experts = 3;
  options.moe.group_size = 4;
  return options;
}

ForwardOptions training() {
  ForwardOptions call;
  call.training = true;
  return call;
}

using Bounds = GroupBounds;

TEST(TokenPlaces, AreThoseOfRealTokens) {
  for (const bool is_training : {false, true}) {
    const MoeTokenPlaces places = token_places(kSegments, with_experts(), is_training ? training() : ForwardOptions());
    EXPECT_EQ(row_of(places.positions), (Row{0, 1, 2, 3, 4, 7, 8, 9, 10, 11}));
    EXPECT_EQ(places.groups.host.front(), 0);
    EXPECT_EQ(places.groups.host.back(), 10);
  }
}

TEST(TokenPlaces, TrainingCutsToTheGroupSize) {
  const MoeTokenPlaces places = token_places(kSegments, with_experts(), training());
  EXPECT_EQ(places.groups, cut_groups(10, 4));
  ModelOptions whole = with_experts();
  whole.moe.group_size = 0;
  EXPECT_EQ(token_places(kSegments, whole, training()).groups, (Bounds{0, 10}));
}

TEST(TokenPlaces, EvaluationGivesEveryExampleAGroup) {
  EXPECT_EQ(token_places(kSegments, with_experts(), {}).groups, (Bounds{0, 3, 5, 10}));
  // The same number of a segment in two rows is two examples.
  EXPECT_EQ(token_places(rows({{1, 1}, {1, 1}}), with_experts(), {}).groups, (Bounds{0, 2, 4}));
}

TEST(TokenPlaces, EvaluationMayGroupTheBatch) {
  ModelOptions options = with_experts();
  options.moe.eval_group = EvalGroup::kBatch;
  EXPECT_EQ(token_places(kSegments, options, {}).groups, (Bounds{0, 10}));
  ForwardOptions call;
  call.eval_group = EvalGroup::kSequence;  // in place of the model's
  EXPECT_EQ(token_places(kSegments, options, call).groups, (Bounds{0, 3, 5, 10}));
}

TEST(TokenPlaces, HuggingFacesAreAllPositionsARowEach) {
  ModelOptions options = with_experts();
  options.moe.expert_capacity = 2;
  for (const bool is_training : {false, true}) {
    const MoeTokenPlaces places = token_places(kSegments, options, is_training ? training() : ForwardOptions());
    EXPECT_TRUE(at::equal(places.positions, at::arange(14, at::kLong)));
    EXPECT_EQ(places.groups, (Bounds{0, 7, 14}));
  }
}

TEST(TokenPlaces, PaddingAloneHasNoGroup) {
  const MoeTokenPlaces places = token_places(rows({{0, 0}}), with_experts(), {});
  EXPECT_EQ(places.positions.numel(), 0);
  EXPECT_EQ(places.groups, (Bounds{0}));
}

TokenBatch batch_of(const at::Tensor& source, const at::Tensor& target, const at::Tensor& source_segments = {},
                    const at::Tensor& target_segments = {}) {
  TokenBatch batch;
  batch.source_ids = source;
  batch.target_ids = target;
  batch.source_segments = source_segments;
  batch.target_segments = target_segments;
  return batch;
}

// The example of docs/routing.md 14.
TEST(PrefixRows, AreSourceAndTargetShifted) {
  const PrefixRows prefix = prefix_rows(batch_of(rows({{7, 8, 5, 1}}), rows({{3, 9, 1}})));
  EXPECT_EQ(row_of(prefix.ids), (Row{0, 7, 8, 5, 1, 3, 9}));
  EXPECT_EQ(row_of(prefix.segments), (Row{1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(row_of(prefix.target_places), (Row{4, 5, 6}));
  // The prefix is seen whole by all of it, then each target the past.
  EXPECT_EQ(run_of(prefix_runs(prefix)), (Row{0, 5, 0, 5, 0, 5, 0, 5, 0, 5, 0, 6, 0, 7}));
}

TEST(PrefixRows, OfPackedRowsKeepExamplesApart) {
  const PrefixRows prefix = prefix_rows(
      batch_of(rows({{7, 1, 8, 1, 0}}), rows({{3, 1, 9, 1}}), rows({{1, 1, 2, 2, 0}}), rows({{1, 1, 2, 2}})));
  EXPECT_EQ(row_of(prefix.ids), (Row{0, 7, 1, 3, 0, 8, 1, 9, 0}));
  EXPECT_EQ(row_of(prefix.segments), (Row{1, 1, 1, 1, 2, 2, 2, 2, 0}));
  EXPECT_EQ(row_of(prefix.target_places), (Row{2, 3, 6, 7}));
  EXPECT_EQ(run_of(prefix_runs(prefix)), (Row{0, 3, 0, 3, 0, 3, 0, 4, 4, 7, 4, 7, 4, 7, 4, 8, 0, 0}));
}

TEST(PrefixRows, ShorterRowsArePadded) {
  const PrefixRows prefix = prefix_rows(batch_of(rows({{7, 8, 1}, {5, 1, 0}}), rows({{3, 1}, {1, 0}})));
  EXPECT_EQ(row_of(prefix.ids[1]), (Row{0, 5, 1, 0, 0}));
  EXPECT_EQ(row_of(prefix.segments[1]), (Row{1, 1, 1, 0, 0}));
  EXPECT_EQ(row_of(prefix.target_places), (Row{3, 4, 7, 0}));  // flat; 0 at padding
}

}  // namespace
}  // namespace flanmoe
