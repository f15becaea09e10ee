// One token at a time with a cache gives the logits of the whole pass.
#include "decode/incremental.h"
#include "tensor/batch.h"

#include "whole.h"

namespace flanmoe {
namespace {

using whole::Tokens;

class Incremental : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, Incremental, ::testing::ValuesIn(tiny::arms()),
                         [](const auto& arm) { return arm.param; });

at::Tensor ids_of(const std::vector<Tokens>& prefixes, size_t step) {
  at::Tensor ids = at::zeros({static_cast<int64_t>(prefixes.size())}, at::kLong);
  for (size_t b = 0; b < prefixes.size(); ++b) ids[static_cast<int64_t>(b)] = prefixes[b][step];
  return ids;
}

void expect_logits(const T5Model& model, const DecodeState& state, const std::vector<Tokens>& sources,
                   const std::vector<Tokens>& answers, size_t length) {
  const at::Tensor logits = next_logits(model, state);
  ASSERT_EQ(logits.size(0), static_cast<int64_t>(sources.size()));
  for (size_t b = 0; b < sources.size(); ++b) {
    const Tokens prefix(answers[b].begin(), answers[b].begin() + static_cast<int64_t>(length));
    const at::Tensor expected = whole::next_logits(model, sources[b], prefix);
    EXPECT_LT(tiny::largest_difference(logits[static_cast<int64_t>(b)], expected),
              1e-5 * (1.0 + expected.abs().max().item<double>()))
        << "row " << b << " after " << length << " tokens";
  }
}

TEST_P(Incremental, LogitsEqualTheWholePass) {
  const T5Model model = tiny::stirred(tiny::roomy_options(GetParam()));
  const std::vector<Tokens>& sources = whole::sources();
  std::vector<Tokens> answers;
  for (size_t b = 0; b < sources.size(); ++b) answers.push_back(whole::random_source(12, 50 + b));
  DecodeState state = start_decoding(model, sources);
  expect_logits(model, state, sources, answers, 0);
  for (size_t step = 0; step < 11; ++step) {
    state = advance(model, std::move(state), ids_of(answers, step));
    expect_logits(model, state, sources, answers, step + 1);
  }
}

TEST_P(Incremental, SelectedRowsGoOnAsTheyWould) {
  const T5Model model = tiny::stirred(tiny::roomy_options(GetParam()));
  const std::vector<Tokens>& all = whole::sources();
  std::vector<Tokens> answers;
  for (size_t b = 0; b < all.size(); ++b) answers.push_back(whole::random_source(6, 80 + b));
  DecodeState state = advance(model, start_decoding(model, all), ids_of(answers, 0));
  const std::vector<int64_t> rows = {4, 0, 0, 6};  // reordered, repeated, dropped
  state = select_rows(state, at::tensor(rows, at::kLong));
  std::vector<Tokens> sources, kept;
  for (const int64_t row : rows) {
    sources.push_back(all[static_cast<size_t>(row)]);
    kept.push_back(answers[static_cast<size_t>(row)]);
  }
  kept[2][1] = kept[2][1] == 5 ? 6 : 5;  // the twins go separate ways
  expect_logits(model, state, sources, kept, 1);
  for (size_t step = 1; step < 4; ++step) {
    state = advance(model, std::move(state), ids_of(kept, step));
    expect_logits(model, state, sources, kept, step + 1);
  }
}

// A batch that is running takes in rows that come later, longer or shorter ones.
TEST_P(Incremental, JoinedRowsGoOnAsTheyWould) {
  const T5Model model = tiny::stirred(tiny::roomy_options(GetParam()));
  const std::vector<Tokens> early = {whole::random_source(9, 1), whole::random_source(4, 2)},
                            late = {whole::random_source(12, 3)};
  const std::vector<Tokens> early_answers = {whole::random_source(9, 51), whole::random_source(9, 52)},
                            late_answers = {whole::random_source(9, 53)};
  DecodeState running = start_decoding(model, early);
  for (size_t step = 0; step < 3; ++step) running = advance(model, std::move(running), ids_of(early_answers, step));
  const DecodeState fresh = start_decoding(model, late);
  for (const bool running_first : {true, false}) {
    DecodeState joined = running_first ? join_rows(running, fresh) : join_rows(fresh, running);
    ASSERT_EQ(joined.num_rows(), 3);
    for (size_t step = 0; step < 4; ++step) {
      const at::Tensor index = running_first ? at::tensor({0, 1}, at::kLong) : at::tensor({1, 2}, at::kLong);
      const at::Tensor other = running_first ? at::tensor({2}, at::kLong) : at::tensor({0}, at::kLong);
      expect_logits(model, select_rows(joined, index), early, early_answers, 3 + step);
      expect_logits(model, select_rows(joined, other), late, late_answers, step);
      at::Tensor ids = at::zeros({3}, at::kLong);
      ids.index_copy_(0, index, ids_of(early_answers, 3 + step));
      ids.index_copy_(0, other, ids_of(late_answers, step));
      joined = advance(model, std::move(joined), ids);
    }
  }
}

TEST_P(Incremental, StatesAreValues) {
  const T5Model model = tiny::stirred(tiny::roomy_options(GetParam()));
  const std::vector<Tokens> sources = {whole::random_source(5, 1), whole::random_source(3, 2)};
  const DecodeState start = start_decoding(model, sources);
  const at::Tensor before = next_logits(model, start);
  const at::Tensor one = at::full({2}, 7, at::kLong), other = at::full({2}, 11, at::kLong);
  const DecodeState first = advance(model, start, one);
  const at::Tensor first_logits = next_logits(model, first);
  advance(model, start, other);
  EXPECT_TRUE(next_logits(model, start).equal(before));
  EXPECT_TRUE(next_logits(model, first).equal(first_logits));
  EXPECT_TRUE(next_logits(model, advance(model, start, one)).equal(first_logits));
}

TEST(PadIds, FillsWithZeroToTheLongest) {
  EXPECT_TRUE(pad_ids({{5, 1}, {1}, {7, 8, 1}})
                  .equal(at::tensor(std::vector<int64_t>{5, 1, 0, 1, 0, 0, 7, 8, 1}, at::kLong).view({3, 3})));
  EXPECT_TRUE(pad_ids({{}, {}}).equal(at::zeros({2, 1}, at::kLong)));
  EXPECT_TRUE(pad_ids({{}, {3}}).equal(at::tensor(std::vector<int64_t>{0, 3}, at::kLong).view({2, 1})));
}

}  // namespace
}  // namespace flanmoe
