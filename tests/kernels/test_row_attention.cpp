// One query attends to the keys of its row: as plain loops have it.
#include "kernels/row_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "spans.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

struct Case {
  Case(int64_t num_keys, int64_t heads, int64_t width, double spread)
      : num_heads(heads),
        q(random_normal({heads * width}, spread, 1)),
        keys(random_normal({num_keys, heads * width}, 1.0, 2)),
        values(random_normal({num_keys, heads * width}, 1.0, 3)),
        bias(random_normal({heads, num_keys}, spread, 4)) {}

  template <class Attend>
  at::Tensor run(Attend attend, bool biased) const {
    at::Tensor out = at::full({q.size(0)}, NAN);
    attend(numbers(q), numbers(keys), numbers(values), biased ? numbers(bias) : std::span<const float>(), num_heads,
           room(out));
    return out;
  }

  int64_t num_heads;
  at::Tensor q, keys, values, bias;
};

TEST(RowAttention, EqualsTheReference) {
  for (const bool biased : {false, true}) {
    for (const auto& [num_keys, heads, width] : std::vector<std::array<int64_t, 3>>{
             {1, 1, 1}, {2, 3, 5}, {7, 1, 8}, {33, 5, 16}, {64, 12, 64}, {700, 3, 40}}) {
      for (const double spread : {0.1, 1.0, 30.0}) {
        const Case one(num_keys, heads, width, spread);
        const at::Tensor gap = one.run(row_attention, biased) - one.run(row_attention_reference, biased);
        EXPECT_LT(gap.abs().max().item<double>(), 2e-5 * (1.0 + spread)) << num_keys << " " << heads << " " << width;
      }
    }
  }
}

TEST(RowAttention, SameBitsWithAnyNumberOfThreads) {
  const Case one(500, 7, 64, 1.0);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor alone = one.run(row_attention, true);
  at::set_num_threads(3);
  const at::Tensor three = one.run(row_attention, true);
  at::set_num_threads(threads);
  EXPECT_TRUE(alone.equal(three));
}

TEST(RowAttention, RefusesWhatDoesNotFit) {
  const Case one(4, 2, 3, 1.0);
  at::Tensor out = at::empty({6}), five = at::empty({5});
  const auto attend = [&](const at::Tensor& values, const at::Tensor& bias, int64_t heads, at::Tensor& result) {
    row_attention(numbers(one.q), numbers(one.keys), numbers(values), numbers(bias), heads, room(result));
  };
  EXPECT_NO_THROW(attend(one.values, one.bias, 2, out));
  EXPECT_THROW(attend(one.values[0], one.bias, 2, out), c10::Error);
  EXPECT_THROW(attend(one.values, one.bias[0], 2, out), c10::Error);
  EXPECT_THROW(attend(one.values, one.bias, 4, out), c10::Error);
  EXPECT_THROW(attend(one.values, one.bias, 2, five), c10::Error);
  EXPECT_THROW(attend(one.values, one.bias, 0, out), c10::Error);
  EXPECT_THROW(row_attention({}, {}, {}, {}, 2, {}), c10::Error);
  EXPECT_THROW(row_softmax({}), c10::Error);
}

TEST(RowSoftmax, SumsToOneWhateverTheSize) {
  for (const float large : {0.0f, 80.0f, 1e30f}) {
    at::Tensor scores = random_normal({9}, 1.0, 5);
    scores[4] += large;
    row_softmax(room(scores));
    EXPECT_NEAR(scores.sum().item<double>(), 1.0, 1e-6);
    EXPECT_GE(scores.min().item<double>(), 0.0);
  }
}

}  // namespace
}  // namespace flanmoe
