// Random tensors from named streams.
#include "tensor/random.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace flanmoe {
namespace {

constexpr int64_t kMany = 200000;

TEST(RandomTensors, SameStreamSameBitsOtherStreamOtherBits) {
  const uint64_t key = stream_key(7, "init/a"), other_name = stream_key(7, "init/b"),
                 other_seed = stream_key(8, "init/a"), other_step = stream_key(7, "init/a", 1);
  const auto check = [&](auto draw) {
    EXPECT_TRUE(draw(key).equal(draw(key)));
    for (const uint64_t other : {other_name, other_seed, other_step}) EXPECT_FALSE(draw(key).equal(draw(other)));
  };
  check([](uint64_t k) { return random_uniform({5, 7}, -1.0, 1.0, k); });
  check([](uint64_t k) { return random_normal({5, 7}, 1.0, k); });
  check([](uint64_t k) { return random_truncated_normal({5, 7}, 1.0, k); });
  check([](uint64_t k) { return flanmoe::dropout(at::ones({9, 9}), 0.5, k); });
}

TEST(RandomTensors, ShapeOnlyCutsTheStream) {
  const at::Tensor flat = random_normal({24}, 1.0, 3);
  EXPECT_TRUE(random_normal({2, 3, 4}, 1.0, 3).view({24}).equal(flat));
  EXPECT_TRUE(random_normal({10}, 1.0, 3).equal(flat.narrow(0, 0, 10)));
  EXPECT_EQ(random_normal({0, 4}, 1.0, 3).sizes(), at::IntArrayRef({0, 4}));
  EXPECT_EQ(random_normal({}, 1.0, 3).dim(), 0);
}

// The oracle draws word by word; the loops on the CPU must hold the same bits for any number of threads.
TEST(RandomTensors, ExpressionsAndLoopsDrawTheSame) {
  for (const uint64_t key : {uint64_t{0}, stream_key(3, "a"), ~uint64_t{0}}) {
    const at::Tensor words = random_words_reference(1000, key, at::kCPU);
    for (int64_t i = 0; i < 1000; ++i) {
      ASSERT_EQ(static_cast<uint64_t>(words[i].item<int64_t>()), random_word(key, static_cast<uint64_t>(i)));
    }
    const at::Tensor unit = random_unit(1000, key, at::kCPU);
    for (int64_t i = 0; i < 1000; ++i) {
      ASSERT_EQ(unit[i].item<double>(), unit_interval(random_word(key, static_cast<uint64_t>(i))));
    }
  }
  for (const int64_t count : {0, 1, 3, 4, 5, 100003}) {
    for (const double rate : {0.1, 0.5, 0.999}) {
      const at::Tensor mask = flanmoe::dropout(at::ones({count}), rate, 9);
      EXPECT_TRUE(mask.equal(dropout_mask_reference({count}, rate, 9, at::kCPU))) << count << " " << rate;
    }
  }
}

// Part of a tensor can be drawn by itself: what a shard or a thread does.
TEST(RandomTensors, ElementsDoNotDependOnTheirNumber) {
  EXPECT_TRUE(random_uniform({50000}, -1.0, 1.0, 5).narrow(0, 0, 7).equal(random_uniform({7}, -1.0, 1.0, 5)));
  EXPECT_TRUE(random_normal({50000}, 1.0, 5).narrow(0, 0, 7).equal(random_normal({7}, 1.0, 5)));
  EXPECT_TRUE(random_truncated_normal({50000}, 1.0, 5).narrow(0, 0, 7).equal(random_truncated_normal({7}, 1.0, 5)));
}

TEST(RandomTensors, AreFloat32OnTheCpu) {
  for (const at::Tensor& t :
       {random_uniform({3}, 0, 1, 1), random_normal({3}, 1, 1), random_truncated_normal({3}, 1, 1)}) {
    EXPECT_EQ(t.scalar_type(), at::kFloat);
    EXPECT_TRUE(t.is_cpu());
    EXPECT_TRUE(t.is_contiguous());
    EXPECT_FALSE(t.requires_grad());
  }
}

TEST(RandomTensors, Moments) {
  const at::Tensor uniform = random_uniform({kMany}, -1.0, 3.0, 1).to(at::kDouble);
  EXPECT_GE(uniform.min().item<double>(), -1.0);
  EXPECT_LE(uniform.max().item<double>(), 3.0);
  EXPECT_NEAR(uniform.mean().item<double>(), 1.0, 0.02);
  EXPECT_NEAR(uniform.std().item<double>(), 4.0 / std::sqrt(12.0), 0.01);

  const at::Tensor normal = random_normal({kMany}, 2.0, 1).to(at::kDouble);
  EXPECT_NEAR(normal.mean().item<double>(), 0.0, 0.03);
  EXPECT_NEAR(normal.std().item<double>(), 2.0, 0.02);
  EXPECT_NEAR(((normal / 2.0).pow(4)).mean().item<double>(), 3.0, 0.1);

  // the deviation is that of the result; the cut is at two deviations of the normal before it: 2 / 0.87962566
  const at::Tensor cut = random_truncated_normal({kMany}, 0.5, 1).to(at::kDouble);
  EXPECT_NEAR(cut.mean().item<double>(), 0.0, 0.01);
  EXPECT_NEAR(cut.std().item<double>(), 0.5, 0.005);
  EXPECT_LE(cut.abs().max().item<double>(), 0.5 * 2.0 / 0.87962566 + 1e-6);
  EXPECT_GT(cut.abs().max().item<double>(), 0.5 * 2.0 / 0.87962566 - 0.02);
}

TEST(RandomTensors, DeviationZeroIsZero) { EXPECT_EQ(random_normal({9}, 0.0, 1).abs().sum().item<float>(), 0.0f); }

TEST(Dropout, KeepsAShareAndScalesIt) {
  const at::Tensor out = flanmoe::dropout(at::ones({kMany}), 0.3, 5);
  const at::Tensor kept = out.ne(0.0);
  EXPECT_NEAR(kept.to(at::kDouble).mean().item<double>(), 0.7, 0.01);
  const float scale = 1.0f / 0.7f;
  EXPECT_NEAR(out.max().item<float>(), scale, 1e-6);
  EXPECT_NEAR(out.masked_select(kept).min().item<float>(), scale, 1e-6);
}

TEST(Dropout, KeepsTheMean) {
  for (const double rate : {0.1, 0.25, 0.9}) {
    const at::Tensor x = random_uniform({10 * kMany}, 1.0, 2.0, 11);
    const double mean = flanmoe::dropout(x, rate, 6).to(at::kDouble).mean().item<double>();
    const double deviation =
        std::sqrt((7.0 / 3.0 / (1.0 - rate) - 2.25) / (10.0 * kMany));  // E x^2 = 7 / 3, E x = 3 / 2
    EXPECT_NEAR(mean, 1.5, 5.0 * deviation) << rate;
  }
}

// Places draw on their own, whether near or far.
TEST(Dropout, PlacesAreIndependent) {
  const at::Tensor kept = flanmoe::dropout(at::ones({kMany}), 0.5, 7).ne(0.0).to(at::kDouble);
  for (const int64_t lag : {1, 2, 3, 4, 5, 64}) {
    const at::Tensor both = kept.narrow(0, 0, kMany - lag) * kept.narrow(0, lag, kMany - lag);
    EXPECT_NEAR(both.mean().item<double>(), 0.25, 0.006) << lag;
  }
}

TEST(Dropout, RateZeroIsTheIdentity) {
  const at::Tensor x = random_normal({4, 5}, 1.0, 1);
  EXPECT_TRUE(flanmoe::dropout(x, 0.0, 5).equal(x));
}

TEST(Dropout, GradientGoesWhereTheValueWent) {
  const at::Tensor x = at::full({1000}, 2.0).requires_grad_(true);
  const at::Tensor out = flanmoe::dropout(x, 0.5, 5);
  out.sum().backward();
  EXPECT_TRUE((x.grad() * 2.0).equal(out.detach()));
}

TEST(Dropout, DoesNotDependOnHowTheTensorLiesInMemory) {
  const at::Tensor x = random_normal({6, 5}, 1.0, 1);
  EXPECT_TRUE(flanmoe::dropout(x.t(), 0.5, 5).equal(flanmoe::dropout(x.t().contiguous(), 0.5, 5)));
}

}  // namespace
}  // namespace flanmoe
