// A step of AdamW: fast form against torch's operations in double, and what holds of zeros, threads and resuming.
#include "kernels/adamw_step.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tensor/random.h"
#include "testing/device_case.h"
#include "update_case.h"

namespace flanmoe {
namespace {

using cases::largest_relative;
using cases::same_bits;

const std::vector<std::vector<int64_t>> kShapes = {{7}, {8}, {3, 5}, {0, 4}, {1600, 64}, {3, 50, 7}, {5, 3, 2}};

std::vector<AdamWParameter> fresh() {
  std::vector<AdamWParameter> all;
  uint64_t key = 0;
  for (const auto& shape : kShapes) {
    const at::Tensor value = random_normal(shape, 0.7, ++key);
    all.push_back({value, at::Tensor(), at::zeros_like(value), at::zeros_like(value)});
  }
  return all;
}

AdamWParameter moved(const AdamWParameter& p, at::DeviceType device, at::ScalarType dtype) {
  const auto put = [&](const at::Tensor& x) { return x.defined() ? x.to(device, dtype, false, true) : x; };
  return {put(p.value), put(p.gradient), put(p.m), put(p.v)};
}

std::vector<AdamWParameter> moved(const std::vector<AdamWParameter>& all, at::DeviceType device, at::ScalarType dtype) {
  std::vector<AdamWParameter> there;
  for (const AdamWParameter& p : all) there.push_back(moved(p, device, dtype));
  return there;
}

void draw_gradients(std::vector<AdamWParameter>& all, int64_t step) {
  for (size_t i = 0; i < all.size(); ++i) {
    const at::Tensor gradient = random_normal(all[i].value.sizes(), 0.3, 100 * static_cast<uint64_t>(step) + i);
    all[i].gradient = gradient.to(all[i].value.device(), all[i].value.scalar_type());
  }
}

AdamWRule rule_of(int64_t step, double gradient_scale = 1.0) {
  AdamWRule rule{0.02 / static_cast<double>(step + 1), 0.8, 0.95, 1e-6, 0.1};
  rule.gradient_scale = gradient_scale;
  rule.step = step;
  return rule;
}

// Behind the first step the corrected moments are g and g^2: value -= rate (g / (|g| + epsilon) + decay value).
TEST(AdamWStep, WorkedByHand) {
  AdamWParameter p{at::tensor({0.5f, -2.0f}), at::tensor({4.0f, -1.0f}), at::zeros({2}), at::zeros({2})};
  AdamWRule rule{0.1, 0.9, 0.99, 1.0, 0.5};
  rule.gradient_scale = 0.25;  // gradients 1 and -0.25
  adamw_step(p, rule);
  EXPECT_NEAR(p.value[0].item<double>(), 0.5 - 0.1 * (1.0 / 2.0 + 0.5 * 0.5), 1e-6);
  EXPECT_NEAR(p.value[1].item<double>(), -2.0 - 0.1 * (-0.25 / 1.25 - 0.5 * 2.0), 1e-6);
  EXPECT_NEAR(p.m[1].item<double>(), -0.025, 1e-8);
  EXPECT_NEAR(p.v[1].item<double>(), 0.000625, 1e-9);
}

class AdamWStepOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, AdamWStepOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(AdamWStepOn, EqualsTheReferenceOverSteps) {
  const double tolerance = GetParam().dtype == at::kFloat ? 1e-6 : 1e-13;
  for (const double scale : {1.0, 0.3}) {
    std::vector<AdamWParameter> oracle = moved(fresh(), at::kCPU, at::kDouble),
                                mine = moved(fresh(), GetParam().device, GetParam().dtype);
    for (int64_t step = 0; step < 3; ++step) {
      draw_gradients(oracle, step);
      draw_gradients(mine, step);
      for (const AdamWParameter& p : oracle) adamw_step_reference(p, rule_of(step, scale));
      adamw_step(mine, rule_of(step, scale));
      for (size_t i = 0; i < mine.size(); ++i) {
        const std::string what = ::testing::PrintToString(kShapes[i]) + " step " + std::to_string(step);
        EXPECT_LT(largest_relative(mine[i].value, oracle[i].value), tolerance) << what;
        EXPECT_LT(largest_relative(mine[i].m, oracle[i].m), tolerance) << what;
        EXPECT_LT(largest_relative(mine[i].v, oracle[i].v), tolerance) << what;
      }
    }
  }
}

// An expert without tokens: momentum and decay go on.
TEST(AdamWStep, MovesAWeightWithoutGradient) {
  AdamWParameter p{at::ones({2, 3}), at::zeros({2, 3}), at::ones({2, 3}), at::ones({2, 3})};
  p.gradient[0].fill_(0.5);
  adamw_step(p, rule_of(3));
  EXPECT_LT(p.value[1].max().item<double>(), 0.999);
  EXPECT_LT(largest_relative(p.m[1], at::full({3}, 0.8)), 1e-6);
  EXPECT_LT(largest_relative(p.v[1], at::full({3}, 0.95)), 1e-6);
}

TEST(AdamWStep, SameBitsForAnyNumberOfThreadsAndTogetherOrAlone) {
  const auto stepped = cases::by_threads([] {
    std::vector<AdamWParameter> all = fresh();
    std::vector<at::Tensor> values;
    for (int64_t step = 0; step < 2; ++step) {
      draw_gradients(all, step);
      adamw_step(all, rule_of(step, 0.3));
    }
    for (const AdamWParameter& p : all) values.push_back(p.value.reshape({-1}));
    return at::cat(values);
  });
  EXPECT_TRUE(same_bits(stepped[0], stepped[1]));
  EXPECT_TRUE(same_bits(stepped[0], stepped[2]));
  std::vector<AdamWParameter> all = fresh();
  std::vector<at::Tensor> values;
  for (int64_t step = 0; step < 2; ++step) {
    draw_gradients(all, step);
    for (const AdamWParameter& p : all) adamw_step(p, rule_of(step, 0.3));
  }
  for (const AdamWParameter& p : all) values.push_back(p.value.reshape({-1}));
  EXPECT_TRUE(same_bits(stepped[0], at::cat(values)));
}

TEST(AdamWStep, GoesOnFromCopiesOfItsMoments) {
  std::vector<AdamWParameter> straight = fresh();
  for (int64_t step = 0; step < 2; ++step) {
    draw_gradients(straight, step);
    adamw_step(straight, rule_of(step));
  }
  std::vector<AdamWParameter> resumed = moved(straight, at::kCPU, at::kFloat);
  for (auto* all : {&straight, &resumed}) {
    draw_gradients(*all, 2);
    adamw_step(*all, rule_of(2));
  }
  for (size_t i = 0; i < straight.size(); ++i) EXPECT_TRUE(same_bits(straight[i].value, resumed[i].value)) << i;
}

// The numbers beside it stay; a gradient may be a view of any kind.
TEST(AdamWStep, WritesNothingBeside) {
  for (const int64_t length : {1, 7, 8, 9, 23}) {
    at::Tensor wide = at::ones({4, 40});
    const auto part = [&](int64_t row) { return wide[row].slice(0, 8, 8 + length); };
    AdamWParameter p{part(0), random_normal({length, 2}, 1.0, 1).select(1, 0), part(2), part(3)};
    adamw_step(p, rule_of(1));
    EXPECT_EQ((wide != 1.0f).sum().item<int64_t>(), 3 * length);
  }
}

TEST(AdamWStep, RefusesWhatDoesNotFit) {
  const at::Tensor x = at::zeros({2, 3});
  for (const AdamWParameter& p : {AdamWParameter{x, at::zeros({3, 2}), x.clone(), x.clone()},
                                  AdamWParameter{x, x.clone(), x.clone(), at::zeros({2, 3}, at::kDouble)}}) {
    try {
      adamw_step(p, rule_of(0));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const c10::Error& error) {
      EXPECT_NE(std::string(error.what()).find("adamw_step: [2, 3] Float on cpu expected, got ["), std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace flanmoe
