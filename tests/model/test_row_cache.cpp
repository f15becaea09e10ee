// Copies of a row's cache go their own ways, as values do.
#include "model/row_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tensor/random.h"

namespace flanmoe {
namespace {

constexpr int64_t kHeads = 3, kWidth = 6;
constexpr size_t kLayers = 2;

std::vector<AttentionCache> layers_of(int64_t length) {
  std::vector<AttentionCache> layers(kLayers);
  for (size_t i = 0; length > 0 && i < kLayers; ++i) {
    layers[i].keys = random_normal({1, kHeads, length, kWidth / kHeads}, 1.0, 2 * i);
    layers[i].values = random_normal({1, kHeads, length, kWidth / kHeads}, 1.0, 2 * i + 1);
  }
  return layers;
}

// Appends a position whose numbers are all `mark`, values 100 more.
void append(RowCache& cache, float mark) {
  cache.append();
  for (size_t i = 0; i < kLayers; ++i) {
    std::ranges::fill(cache.last_key(i), mark);
    std::ranges::fill(cache.last_value(i), mark + 100.0f);
  }
}

// The first number of each position's key and value in the last layer.
std::vector<float> marks(const RowCache& cache) {
  std::vector<float> result;
  for (int64_t j = 0; j < cache.length(); ++j) {
    result.push_back(cache.keys(kLayers - 1)[static_cast<size_t>(j * kWidth)]);
    EXPECT_EQ(cache.values(kLayers - 1)[static_cast<size_t>(j * kWidth)], result.back() + 100.0f);
  }
  return result;
}

TEST(RowCache, KeepsWhatTheBatchHad) {
  for (const int64_t length : {1, 5, 200}) {
    const auto layers = layers_of(length);
    const RowCache cache(layers, kHeads, kWidth);
    EXPECT_EQ(cache.length(), length);
    for (size_t i = 0; i < kLayers; ++i) {
      EXPECT_TRUE(cache.as_batch(i).keys.equal(layers[i].keys));
      EXPECT_TRUE(cache.as_batch(i).values.equal(layers[i].values));
    }
  }
}

TEST(RowCache, GrowsAndKeepsWhatItHad) {
  RowCache cache(layers_of(0), kHeads, kWidth);
  std::vector<float> expected;
  for (int i = 0; i < 300; ++i) {
    append(cache, static_cast<float>(i));
    expected.push_back(static_cast<float>(i));
  }
  EXPECT_EQ(marks(cache), expected);
  EXPECT_EQ(cache.as_batch(0).keys.sizes(), (std::vector<int64_t>{1, kHeads, 300, kWidth / kHeads}));
}

TEST(RowCache, CopiesPart) {
  RowCache one(layers_of(0), kHeads, kWidth);
  append(one, 1.0f);
  RowCache two = one, three = one;
  append(two, 2.0f);
  append(one, 3.0f);
  append(three, 4.0f);
  append(two, 5.0f);
  append(one, 6.0f);
  EXPECT_EQ(marks(one), (std::vector<float>{1.0f, 3.0f, 6.0f}));
  EXPECT_EQ(marks(two), (std::vector<float>{1.0f, 2.0f, 5.0f}));
  EXPECT_EQ(marks(three), (std::vector<float>{1.0f, 4.0f}));
}

TEST(RowMemory, IsFoldedWhenThatHalvesWhatIsRead) {
  AttentionWeights weights;
  weights.q = random_normal({kWidth, 40}, 1.0, 1);
  weights.o = random_normal({40, kWidth}, 1.0, 2);
  const auto memory_of = [&](int64_t length) {
    return AttentionCache{random_normal({1, kHeads, length, kWidth / kHeads}, 1.0, 3),
                          random_normal({1, kHeads, length, kWidth / kHeads}, 1.0, 4)};
  };
  EXPECT_FALSE(row_memory(memory_of(7), weights).folded_keys.defined());
  const AttentionCache cache = memory_of(6);
  const RowMemory memory = row_memory(cache, weights);
  ASSERT_TRUE(memory.folded_keys.defined());
  const at::Tensor x = random_normal({40}, 1.0, 5), p = random_normal({kHeads, 6}, 1.0, 6);
  for (int64_t h = 0; h < kHeads; ++h) {
    const at::Tensor q = weights.q.weight.slice(0, 2 * h, 2 * h + 2), o = weights.o.weight.slice(1, 2 * h, 2 * h + 2);
    const at::Tensor scores = at::mv(cache.keys[0][h], at::mv(q, x));
    EXPECT_LT((at::mv(memory.folded_keys, x).slice(0, 6 * h, 6 * h + 6) - scores).abs().max().item<double>(), 1e-4);
    const at::Tensor mixed = at::mv(o, at::mv(cache.values[0][h].t(), p[h]));
    const at::Tensor folded = at::mv(memory.folded_values.slice(0, 6 * h, 6 * h + 6).t(), p[h]);
    EXPECT_LT((folded - mixed).abs().max().item<double>(), 1e-4);
  }
}

}  // namespace
}  // namespace flanmoe
