// AdamW and Adafactor against plain loops in double.
#include "model/parameter.h"
#include "testing/check.h"
#include "testing/pretend_device.h"
#include "train_case.h"

namespace flanmoe {
namespace {

using Values = std::vector<double>;

Values doubles(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous().flatten();
  return Values(flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel());
}

Parameter parameter(const std::string& name, at::IntArrayRef shape, bool per_expert = false, double deviation = 0.7) {
  return {name,
          random_normal(shape, deviation, hash_text(name)).set_requires_grad(true),
          {per_expert ? WeightPart::kExpert : WeightPart::kFeedForward}};
}

at::Tensor gradient_of(const Parameter& p, int64_t step) {
  return random_normal(p.value.sizes(), 0.3, hash_text(p.name) + static_cast<uint64_t>(step) + 1);
}

double largest_relative(const at::Tensor& mine, const Values& expected) {
  const Values values = doubles(mine);
  double largest = 0.0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(values[i] - expected[i]) / (std::abs(expected[i]) + 1e-2));
  }
  return largest;
}

TEST(AdamW, EqualsPlainLoops) {
  OptimizerOptions options;
  options.beta1 = 0.8;
  options.beta2 = 0.95;
  options.epsilon = 1e-6;
  options.weight_decay = 0.1;
  const std::vector<Parameter> parameters = {parameter("a", {7, 3}), parameter("b", {5}),
                                             parameter("c", {3, 4, 5}, true)};
  std::vector<Values> value, m, v;
  for (const Parameter& p : parameters) {
    value.push_back(doubles(p.value));
    m.emplace_back(p.value.numel(), 0.0);
    v.emplace_back(p.value.numel(), 0.0);
  }
  const auto optimizer = make_adamw(parameters, options);
  for (int64_t step = 0; step < 6; ++step) {
    const double rate = 0.05 / static_cast<double>(step + 1);
    std::vector<at::Tensor> gradients;
    for (const Parameter& p : parameters) gradients.push_back(gradient_of(p, step));
    if (step == 3) gradients[1] = at::Tensor();  // frozen for this step
    optimizer->update(parameters, gradients, rate, step);
    for (size_t p = 0; p < parameters.size(); ++p) {
      const Values g = gradients[p].defined() ? doubles(gradients[p]) : Values();
      for (size_t i = 0; i < g.size(); ++i) {
        m[p][i] = 0.8 * m[p][i] + 0.2 * g[i];
        v[p][i] = 0.95 * v[p][i] + 0.05 * g[i] * g[i];
        const double m_hat = m[p][i] / (1.0 - std::pow(0.8, step + 1)),
                     v_hat = v[p][i] / (1.0 - std::pow(0.95, step + 1));
        value[p][i] -= rate * (m_hat / (std::sqrt(v_hat) + 1e-6) + 0.1 * value[p][i]);
      }
      EXPECT_LT(largest_relative(parameters[p].value, value[p]), 1e-5) << parameters[p].name << " step " << step;
    }
  }
}

// Both optimisers on another device, where AdamW is a tensor expression: what they do on the CPU.
TEST(Optimizers, DoOnAnotherDeviceWhatTheyDoOnTheCpu) {
  const std::vector<Parameter> here = {parameter("a", {7, 3}), parameter("b", {5}), parameter("c", {3, 4, 5}, true),
                                       parameter("large", {130, 128})};
  for (const OptimizerName name : {OptimizerName::kAdamw, OptimizerName::kAdafactor}) {
    OptimizerOptions options;
    options.name = name;
    options.weight_decay = 0.1;
    std::vector<Parameter> on_cpu, there;
    for (const Parameter& p : here) {
      on_cpu.push_back({p.name, p.value.detach().clone().requires_grad_(true), p.place});
      there.push_back({p.name, p.value.detach().to(pretend_device()).requires_grad_(true), p.place});
    }
    const auto mine = make_optimizer(there, options), oracle = make_optimizer(on_cpu, options);
    for (int64_t step = 0; step < 4; ++step) {
      std::vector<at::Tensor> gradients, moved;
      for (const Parameter& p : here) {
        gradients.push_back(gradient_of(p, step));
        moved.push_back(gradients.back().to(pretend_device()));
      }
      const DeviceTraffic before = device_traffic();
      mine->update(there, moved, 0.05, step);
      EXPECT_EQ(device_traffic().to_host, before.to_host);
      EXPECT_EQ(device_traffic().to_device, before.to_device);
      EXPECT_EQ(device_traffic().scalars_read, before.scalars_read);
      oracle->update(on_cpu, gradients, 0.05, step);
      for (size_t i = 0; i < here.size(); ++i) {
        EXPECT_LT(largest_relative(there[i].value.detach().cpu(), doubles(on_cpu[i].value)), 1e-5)
            << name_of(name) << " " << here[i].name << " step " << step;
      }
    }
    for (const NamedTensor& state : mine->state()) EXPECT_EQ(state.value.device(), pretend_device()) << state.name;
  }
}

// One matrix [rows, columns] (or a flat vector) under T5X's Adafactor.
struct PlainAdafactor {
  size_t rows, columns;
  bool factored;
  Values value;
  Values r = Values(rows, 0.0), c = Values(columns, 0.0), full = Values(rows * columns, 0.0);

  static double rms(const Values& x) {
    double sum = 0.0;
    for (const double e : x) sum += e * e;
    return std::sqrt(sum / static_cast<double>(x.size()));
  }
  Values denominators(const Values& g, double b) {
    Values row_mean(rows, 0.0), column_mean(columns, 0.0), result(g.size());
    for (size_t i = 0; i < g.size(); ++i) {
      const double square = g[i] * g[i] + 1e-30;
      row_mean[i / columns] += square / static_cast<double>(columns);
      column_mean[i % columns] += square / static_cast<double>(rows);
      full[i] = b * full[i] + (1.0 - b) * square;
    }
    double mean_r = 0.0;
    for (size_t i = 0; i < rows; ++i) {
      r[i] = b * r[i] + (1.0 - b) * row_mean[i];
      mean_r += r[i] / static_cast<double>(rows);
    }
    for (size_t j = 0; j < columns; ++j) c[j] = b * c[j] + (1.0 - b) * column_mean[j];
    for (size_t i = 0; i < g.size(); ++i) {
      result[i] = std::sqrt(factored ? r[i / columns] * c[i % columns] / mean_r : full[i]);
    }
    return result;
  }
  void update(const Values& g, double rate, int64_t step) {
    Values u = denominators(g, 1.0 - std::pow(static_cast<double>(step + 1), -0.8));
    for (size_t i = 0; i < g.size(); ++i) u[i] = g[i] / u[i];
    const double clip = std::max(1.0, rms(u)), scale = rate * std::max(rms(value), 1e-3);
    for (size_t i = 0; i < g.size(); ++i) value[i] -= scale * u[i] / clip;
  }
};

Values part(const Values& all, size_t index, size_t size) {
  return Values(all.begin() + static_cast<int64_t>(index * size),
                all.begin() + static_cast<int64_t>((index + 1) * size));
}

TEST(Adafactor, EqualsPlainLoops) {
  // The small ones keep a full second moment; [130, 128] is factored; every expert is factored and scaled on its own.
  const std::vector<Parameter> parameters = {parameter("small", {5, 9}), parameter("norm", {7}),
                                             parameter("wide", {200, 127}), parameter("large", {130, 128}),
                                             parameter("experts", {3, 4, 6}, true)};
  for (int64_t e = 0; e < 3; ++e) parameters[4].value.detach()[e].mul_(std::pow(10.0, e - 1));
  std::vector<std::vector<PlainAdafactor>> plain;
  for (const Parameter& p : parameters) {
    const size_t pieces = p.place.per_expert() ? static_cast<size_t>(p.value.size(0)) : 1;
    const auto columns = static_cast<size_t>(p.value.size(-1)), size = static_cast<size_t>(p.value.numel()) / pieces;
    plain.emplace_back();
    for (size_t e = 0; e < pieces; ++e) {
      plain.back().push_back(
          {size / columns, columns, p.place.per_expert() || p.name == "large", part(doubles(p.value), e, size)});
    }
  }
  const auto optimizer = make_adafactor(parameters);
  for (int64_t step = 0; step < 4; ++step) {
    std::vector<at::Tensor> gradients;
    for (const Parameter& p : parameters) gradients.push_back(gradient_of(p, step) * std::pow(3.0, step));
    optimizer->update(parameters, gradients, 0.05, step);
    for (size_t p = 0; p < parameters.size(); ++p) {
      Values expected;
      for (size_t e = 0; e < plain[p].size(); ++e) {
        plain[p][e].update(part(doubles(gradients[p]), e, plain[p][e].value.size()), 0.05, step);
        expected.insert(expected.end(), plain[p][e].value.begin(), plain[p][e].value.end());
      }
      EXPECT_LT(largest_relative(parameters[p].value, expected), 1e-4) << parameters[p].name << " step " << step;
    }
  }
}

TEST(Adafactor, GivesTheReferencesNumbers) {  // docs/routing.md 17
  Parameter p{"p", at::tensor({0.5f, -0.25f, 0.1f, 1.0f, 0.2f, -0.4f}).reshape({2, 3}).set_requires_grad(true), {}};
  const auto optimizer = make_adafactor({p}, 2);
  optimizer->update({p}, {at::tensor({0.01f, -0.02f, 0.03f, 0.04f, 0.0f, -0.05f}).reshape({2, 3})}, 0.01, 0);
  EXPECT_LT(largest_relative(p.value, {0.497826613, -0.241038897, 0.095389551, 0.994919937, 0.2, -0.395509816}), 1e-6);
  optimizer->update({p}, {at::tensor({0.02f, 0.01f, -0.01f, -0.03f, 0.02f, 0.05f}).reshape({2, 3})}, 0.01, 1);
  EXPECT_LT(largest_relative(p.value, {0.491890595, -0.246359951, 0.097488250, 0.999277080, 0.194792336, -0.400644758}),
            1e-6);
}

TEST(Adafactor, AStackOfExpertsIsSeparateMatrices) {
  const Parameter stacked = parameter("stack", {4, 5, 3}, true);
  std::vector<Parameter> single;
  for (int64_t e = 0; e < 4; ++e) {
    single.push_back({"e" + std::to_string(e), stacked.value.detach()[e].clone().set_requires_grad(true), {}});
  }
  const auto one = make_adafactor({stacked}, 2);
  const auto many = make_adafactor(single, 2);
  for (int64_t step = 0; step < 3; ++step) {
    const at::Tensor gradient = gradient_of(stacked, step);
    one->update({stacked}, {gradient}, 0.1, step);
    many->update(single, {gradient[0], gradient[1], gradient[2], gradient[3]}, 0.1, step);
  }
  for (int64_t e = 0; e < 4; ++e) {
    EXPECT_LT(tiny::largest_difference(stacked.value.detach()[e], single[static_cast<size_t>(e)].value.detach()), 1e-6)
        << e;
  }
}

TEST(Adafactor, StaysFiniteWhereGradientsAreZero) {
  const std::vector<Parameter> parameters = {parameter("experts", {2, 4, 5}, true), parameter("large", {130, 140}),
                                             parameter("norm", {6})};
  const auto optimizer = make_adafactor(parameters);
  for (int64_t step = 0; step < 3; ++step) {
    std::vector<at::Tensor> gradients;
    for (const Parameter& p : parameters) gradients.push_back(gradient_of(p, step));
    gradients[0][1].zero_();             // an expert without a token
    gradients[0][0][2].zero_();          // a dead hidden unit
    gradients[0].select(-1, 3).zero_();  // and an input that is always zero
    gradients[1].select(0, 7).zero_();
    gradients[1].select(1, 9).zero_();
    gradients[2].zero_();
    const at::Tensor idle = parameters[0].value.detach()[1].clone();
    optimizer->update(parameters, gradients, 0.1, step);
    for (const Parameter& p : parameters)
      EXPECT_TRUE(p.value.isfinite().all().item<bool>()) << p.name << " step " << step;
    EXPECT_TRUE(at::equal(parameters[0].value.detach()[1], idle));
  }
}

// A frozen weight does not decay; the optimiser may be given some of the parameters that it was made for.
TEST(Optimizer, WhatIsFrozenStays) {
  for (const OptimizerName name : {OptimizerName::kAdamw, OptimizerName::kAdafactor}) {
    OptimizerOptions options;
    options.name = name;
    options.weight_decay = 0.1;
    const std::vector<Parameter> all = {parameter("a", {3, 4}), parameter("b", {5})};
    const auto optimizer = make_optimizer(all, options);
    const auto values = [&](const std::string& of) {
      std::vector<Values> found;
      for (const Parameter& p : all)
        if (p.name == of) found.push_back(doubles(p.value));
      for (const NamedTensor& tensor : optimizer->state())
        if (tensor.name.starts_with(of + ".")) found.push_back(doubles(tensor.value));
      return found;
    };
    optimizer->update(all, {gradient_of(all[0], 0), gradient_of(all[1], 0)}, 0.1, 0);
    const auto a = values("a"), b = values("b");
    optimizer->update(all, {at::Tensor(), gradient_of(all[1], 1)}, 0.1, 1);
    EXPECT_EQ(values("a"), a) << name_of(name);
    EXPECT_NE(values("b"), b) << name_of(name);
    const auto moved = values("b");
    optimizer->update({all[1]}, {gradient_of(all[1], 2)}, 0.1, 2);  // by name, not by place
    EXPECT_EQ(values("a"), a) << name_of(name);
    EXPECT_NE(values("b"), moved) << name_of(name);
  }
}

TEST(Optimizer, StateIsTheTensorsThemselves) {
  for (const char* name : {"adamw", "adafactor"}) {
    OptimizerOptions options;
    options.name = value_named<OptimizerName>(name).value();
    const std::vector<Parameter> first = {parameter("a", {130, 129}), parameter("b", {2, 3, 4}, true),
                                          parameter("c", {5})};
    std::vector<Parameter> second;
    for (const Parameter& p : first)
      second.push_back({p.name, p.value.detach().clone().set_requires_grad(true), p.place});
    const auto one = make_optimizer(first, options), two = make_optimizer(second, options);
    const auto update = [](const std::vector<Parameter>& all, Optimizer& optimizer, int64_t step) {
      std::vector<at::Tensor> gradients;
      for (const Parameter& p : all) gradients.push_back(gradient_of(p, step));
      optimizer.update(all, gradients, 0.01, step);
    };
    update(first, *one, 0);
    const auto from = one->state(), to = two->state();
    ASSERT_EQ(from.size(), to.size());
    for (size_t i = 0; i < from.size(); ++i) to[i].value.copy_(from[i].value);
    for (size_t i = 0; i < first.size(); ++i) second[i].value.detach().copy_(first[i].value.detach());
    update(first, *one, 1);
    update(second, *two, 1);
    for (size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(at::equal(first[i].value, second[i].value)) << name;
    EXPECT_TRUE(cases::same_state(*one, *two)) << name;
  }
}

}  // namespace
}  // namespace flanmoe
