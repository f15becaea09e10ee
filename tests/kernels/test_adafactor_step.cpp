// A step of Adafactor: fast form against torch's operations in double, and what holds of zeros, threads and resuming.
#include "kernels/adafactor_step.h"

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

struct Shape {
  std::vector<int64_t> sizes;
  bool factored;
};

// The last but one is worked on by all threads at once, in blocks.
const std::vector<Shape> kShapes = {{{1}, false},       {{7}, false},          {{3, 5}, false},     {{3, 5}, true},
                                    {{1, 1}, true},     {{9, 8}, true},        {{1600, 64}, false}, {{1600, 64}, true},
                                    {{3, 1030}, true},  {{16, 64, 256}, true}, {{3, 4, 6}, true},   {{70001}, false},
                                    {{801, 700}, true}, {{530000}, false}};

AdafactorParameter fresh(const Shape& shape, uint64_t key) {
  const at::Tensor value = random_normal(shape.sizes, 0.7, key);
  AdafactorParameter p{value, at::Tensor(), {}, {}, {}};
  if (shape.factored) {
    p.v_row = at::zeros_like(value.select(-1, 0));
    p.v_column = at::zeros_like(value.select(-2, 0));
  } else {
    p.v = at::zeros_like(value);
  }
  return p;
}

std::vector<AdafactorParameter> fresh() {
  std::vector<AdafactorParameter> all;
  for (const Shape& shape : kShapes) all.push_back(fresh(shape, all.size()));
  return all;
}

std::vector<at::Tensor> tensors_of(const AdafactorParameter& p) {
  std::vector<at::Tensor> all = {p.value};
  for (const at::Tensor* moment : {&p.v_row, &p.v_column, &p.v}) {
    if (moment->defined()) all.push_back(*moment);
  }
  return all;
}

AdafactorParameter moved(const AdafactorParameter& p, at::DeviceType device, at::ScalarType dtype) {
  const auto put = [&](const at::Tensor& x) { return x.defined() ? x.to(device, dtype, false, true) : x; };
  return {put(p.value), put(p.gradient), put(p.v_row), put(p.v_column), put(p.v)};
}

// Experts see gradients of very unlike sizes; one of them none.
void draw_gradient(AdafactorParameter& p, int64_t step, double deviation = 0.3) {
  const auto key = 100 * static_cast<uint64_t>(step) + static_cast<uint64_t>(p.value.numel());
  at::Tensor gradient = random_normal(p.value.sizes(), deviation * std::pow(3.0, step), key);
  if (p.value.dim() == 3 && p.value.size(0) > 2) {
    gradient[0].mul_(1e-6);
    gradient[2].zero_();
  }
  p.gradient = gradient.to(p.value.device(), p.value.scalar_type());
}

AdafactorRule rule_of(int64_t step, double gradient_scale = 1.0) {
  return {0.05, 1.0 - std::pow(static_cast<double>(step + 1), -0.8), gradient_scale};
}

class AdafactorStepOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, AdafactorStepOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(AdafactorStepOn, EqualsTheReferenceOverSteps) {
  const double tolerance = GetParam().dtype == at::kFloat ? 1e-6 : 1e-12;
  const bool has_blocks = GetParam().device == at::kCPU && GetParam().dtype == at::kFloat;
  for (const double scale : {1.0, 0.3}) {
    for (const Shape& shape : kShapes) {
      if (c10::multiply_integers(shape.sizes) > 20000 && !has_blocks) continue;  // expressions: nothing new in them
      AdafactorParameter oracle = moved(fresh(shape, 5), at::kCPU, at::kDouble),
                         mine = moved(fresh(shape, 5), GetParam().device, GetParam().dtype);
      for (int64_t step = 0; step < 3; ++step) {
        draw_gradient(oracle, step);
        draw_gradient(mine, step);
        adafactor_step_reference(oracle, rule_of(step, scale));
        adafactor_step(mine, rule_of(step, scale));
        const auto expected = tensors_of(oracle), found = tensors_of(mine);
        for (size_t i = 0; i < found.size(); ++i) {
          EXPECT_LT(largest_relative(found[i], expected[i]), tolerance)
              << ::testing::PrintToString(shape.sizes) << (shape.factored ? " factored" : "") << " step " << step
              << " tensor " << i << " scale " << scale;
        }
      }
    }
  }
}

// docs/routing.md 17
TEST(AdafactorStep, GivesTheReferencesNumbers) {
  AdafactorParameter p{at::tensor({0.5f, -0.25f, 0.1f, 1.0f, 0.2f, -0.4f}).view({2, 3}),
                       at::Tensor(),
                       at::zeros({2}),
                       at::zeros({3}),
                       {}};
  const at::Tensor first = at::tensor({0.497826613, -0.241038897, 0.095389551, 0.994919937, 0.2, -0.395509816}),
                   second =
                       at::tensor({0.491890595, -0.246359951, 0.097488250, 0.999277080, 0.194792336, -0.400644758});
  p.gradient = at::tensor({0.01f, -0.02f, 0.03f, 0.04f, 0.0f, -0.05f}).view({2, 3});
  adafactor_step(p, {0.01, 0.0});
  EXPECT_LT(largest_relative(p.value, first.view({2, 3})), 1e-6);
  p.gradient = at::tensor({0.02f, 0.01f, -0.01f, -0.03f, 0.02f, 0.05f}).view({2, 3});
  adafactor_step(p, {0.01, 1.0 - std::pow(2.0, -0.8)});
  EXPECT_LT(largest_relative(p.value, second.view({2, 3})), 1e-6);
}

// A gradient ten times as large as all before is cut: the update's root mean square is that of the value times the
// rate.
TEST(AdafactorStep, CutsTheUpdate) {
  for (const Shape& shape : {Shape{{40, 30}, true}, Shape{{40, 30}, false}}) {
    AdafactorParameter p = fresh(shape, 1);
    draw_gradient(p, 0);
    adafactor_step(p, {0.0, 0.0});
    const at::Tensor before = p.value.clone();
    p.gradient = p.gradient * 10.0;
    adafactor_step(p, {0.05, 0.99});
    const double moved_by = (p.value - before).square().mean().sqrt().item<double>(),
                 size = before.square().mean().sqrt().item<double>();
    EXPECT_NEAR(moved_by / (0.05 * size), 1.0, 1e-5) << shape.factored;
  }
}

// Where a number of the gradient is minus zero the whole step is taken: the bits are the same.
TEST(AdafactorStep, AnExpertWithoutGradientKeepsItsValueToTheBit) {
  const Shape shape{{2, 37, 21}, true};
  AdafactorParameter skipped = fresh(shape, 1), taken = fresh(shape, 1);
  skipped.value[1][3][4] = taken.value[1][3][4] = 0.0;
  for (int64_t step = 0; step < 3; ++step) {
    for (auto* p : {&skipped, &taken}) {
      draw_gradient(*p, step);
      if (step == 1) p->gradient[1].zero_();
    }
    if (step == 1) taken.gradient[1][5][20] = -0.0f;
    const at::Tensor before = skipped.value[1].clone(), row = skipped.v_row[1].clone();
    adafactor_step(skipped, rule_of(step));
    adafactor_step(taken, rule_of(step));
    if (step == 1) {
      EXPECT_TRUE(same_bits(skipped.value[1], before));
      EXPECT_LT(largest_relative(skipped.v_row[1], row * rule_of(step).decay), 1e-6);
    }
    const auto one = tensors_of(skipped), other = tensors_of(taken);
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same_bits(one[i], other[i])) << i << " step " << step;
  }
}

TEST(AdafactorStep, StaysFiniteWhereGradientsAreZero) {
  for (const Shape& shape : {Shape{{2, 9, 12}, true}, Shape{{21, 14}, true}, Shape{{21, 14}, false}}) {
    AdafactorParameter p = fresh(shape, 1);
    for (int64_t step = 0; step < 3; ++step) {
      draw_gradient(p, 0);
      p.gradient.select(-2, 4).zero_();
      p.gradient.select(-1, 7).zero_();
      if (step == 1) p.gradient.zero_();
      adafactor_step(p, rule_of(step));
      for (const at::Tensor& x : tensors_of(p)) EXPECT_TRUE(x.isfinite().all().item<bool>()) << step;
    }
  }
}

// As large as a norm can be that is no longer cut to nothing, and as small as squares can be in float32.
TEST(AdafactorStep, DoesNotMindTheSizeOfTheGradient) {
  for (const bool factored : {false, true}) {
    AdafactorParameter usual = fresh({{17, 33}, factored}, 1), huge = fresh({{17, 33}, factored}, 1),
                       minute = fresh({{17, 33}, factored}, 1);
    draw_gradient(usual, 0);
    huge.gradient = usual.gradient * 0x1p50;
    minute.gradient = usual.gradient * 0x1p-20;
    adafactor_step(usual, {0.05, 0.0, 0x1p-20});
    adafactor_step(huge, {0.05, 0.0, 0x1p-70});
    adafactor_step(minute, {0.05, 0.0});
    EXPECT_LT(largest_relative(huge.value, usual.value), 1e-6);
    EXPECT_LT(largest_relative(minute.value, usual.value), 1e-6);
  }
}

TEST(AdafactorStep, AStackOfExpertsIsSeparateMatrices) {
  AdafactorParameter stack = fresh({{4, 13, 9}, true}, 1);
  draw_gradient(stack, 0);
  std::vector<AdafactorParameter> alone;
  for (int64_t e = 0; e < 4; ++e) {
    alone.push_back({stack.value[e].clone(), stack.gradient[e], stack.v_row[e].clone(), stack.v_column[e].clone(), {}});
  }
  adafactor_step(stack, rule_of(1));
  adafactor_step(alone, rule_of(1));
  for (int64_t e = 0; e < 4; ++e) {
    EXPECT_TRUE(same_bits(stack.value[e], alone[static_cast<size_t>(e)].value)) << e;
  }
}

at::Tensor stepped() {
  std::vector<AdafactorParameter> all = fresh();
  std::vector<at::Tensor> parts;
  for (int64_t step = 0; step < 2; ++step) {
    for (AdafactorParameter& p : all) draw_gradient(p, step);
    adafactor_step(all, rule_of(step, 0.3));
  }
  for (const AdafactorParameter& p : all) {
    for (const at::Tensor& x : tensors_of(p)) parts.push_back(x.reshape({-1}));
  }
  return at::cat(parts);
}

TEST(AdafactorStep, SameBitsForAnyNumberOfThreads) {
  const auto all = cases::by_threads(stepped);
  EXPECT_TRUE(same_bits(all[0], all[1]));
  EXPECT_TRUE(same_bits(all[0], all[2]));
}

TEST(AdafactorStep, GoesOnFromCopiesOfItsMoments) {
  for (const Shape& shape : kShapes) {
    AdafactorParameter straight = fresh(shape, 3);
    for (int64_t step = 0; step < 2; ++step) {
      draw_gradient(straight, step);
      adafactor_step(straight, rule_of(step));
    }
    AdafactorParameter resumed = moved(straight, at::kCPU, at::kFloat);
    for (auto* p : {&straight, &resumed}) {
      draw_gradient(*p, 2);
      adafactor_step(*p, rule_of(2));
    }
    EXPECT_TRUE(same_bits(straight.value, resumed.value)) << ::testing::PrintToString(shape.sizes);
  }
}

// The numbers beside it stay; a gradient may be a view of any kind.
TEST(AdafactorStep, WritesNothingBeside) {
  for (const bool factored : {false, true}) {
    for (const int64_t length : {1, 7, 8, 9, 23}) {
      at::Tensor wide = at::ones({3, 40});
      const auto part = [&](int64_t row) { return wide[row].slice(0, 8, 8 + length); };
      AdafactorParameter p{part(0).view({1, length}), random_normal({length, 1}, 1.0, 1).t(), {}, {}, {}};
      if (factored) {
        p.v_row = at::ones({1});
        p.v_column = part(1);
      } else {
        p.v = part(1).view({1, length});
      }
      adafactor_step(p, {0.05, 0.9});
      EXPECT_EQ((wide != 1.0f).sum().item<int64_t>(), 2 * length);
    }
  }
}

TEST(AdafactorStep, RefusesWhatDoesNotFit) {
  const at::Tensor x = at::zeros({2, 3});
  const auto message = [](const AdafactorParameter& p) -> std::string {
    try {
      adafactor_step(p, {0.05, 0.9});
    } catch (const c10::Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message({x, at::zeros({3, 2}), {}, {}, x.clone()}).find("[2, 3] Float on cpu expected, got [3, 2] Float"),
            std::string::npos);
  EXPECT_NE(
      message({x, x.clone(), at::zeros({3}), at::zeros({2}), {}}).find("[2] Float on cpu expected, got [3] Float"),
      std::string::npos);
  EXPECT_NE(message({x[0], x[0].clone(), at::zeros({3}), at::zeros({2}), {}})
                .find("a factored value [O, I] or [E, O, I] expected, got [3]"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
