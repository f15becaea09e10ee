// One step's norm, clipping and update of a model's weights: our kernels beside tensor expressions (the oracles), in
// turns, and both beside the machine's copy of a large array in the same run. By OMP_NUM_THREADS.
// Usage: bench_optimizer SECONDS_FOR_EACH_MODEL
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "base/allocator.h"
#include "base/error.h"
#include "base/stopwatch.h"
#include "kernels/adafactor_step.h"
#include "kernels/adamw_step.h"
#include "kernels/global_norm.h"
#include "model/t5.h"
#include "tensor/random.h"
#include "tensor/threads.h"

namespace flanmoe {
namespace {

constexpr double kRate = 1e-4, kDecay = 0.99;

// What changes in a step, once for the kernels and once for the expressions.
struct Weights {
  explicit Weights(const T5Model& model) {
    uint64_t key = 0;
    for (const Parameter& p : model.parameters()) {
      const at::Tensor value = p.value.detach().clone(), gradient = random_normal(value.sizes(), 0.1, ++key);
      const bool is_matrix = value.dim() == 2 && std::min(value.size(0), value.size(1)) >= 128;
      gradients.push_back(gradient);
      AdafactorParameter factors{value, gradient, {}, {}, {}};
      if (is_matrix || value.dim() == 3) {
        factors.v_row = at::zeros_like(value.mean(-1));
        factors.v_column = at::zeros_like(value.mean(-2));
      } else {
        factors.v = at::zeros_like(value);
      }
      adafactor.push_back(factors);
      adamw.push_back({value, gradient, at::zeros_like(value), at::zeros_like(value)});
      count += value.numel();
    }
  }
  std::vector<at::Tensor> gradients;
  std::vector<AdafactorParameter> adafactor;
  std::vector<AdamWParameter> adamw;
  int64_t count = 0;
};

double clip(double norm) { return norm > 1.0 ? 1.0 / norm : 1.0; }

// By the kernels.
void fast_adafactor(Weights& w) { adafactor_step(w.adafactor, {kRate, kDecay, clip(global_norm(w.gradients))}); }
AdamWRule adamw_rule(double norm) {
  AdamWRule rule;
  rule.learning_rate = kRate;
  rule.gradient_scale = clip(norm);
  return rule;
}
void fast_adamw(Weights& w) { adamw_step(w.adamw, adamw_rule(global_norm(w.gradients))); }

// By expressions: each tensor by itself, its norm too; scaled gradients are tensors of their own.
double norm_by_tensor(const Weights& w) {
  double squares = 0.0;
  for (const at::Tensor& gradient : w.gradients) squares += std::pow(gradient.norm().item<double>(), 2);
  return std::sqrt(squares);
}
void plain_adafactor(Weights& w) {
  const AdafactorRule rule{kRate, kDecay, clip(norm_by_tensor(w))};
  for (const AdafactorParameter& p : w.adafactor) adafactor_step_reference(p, rule);
}
void plain_adamw(Weights& w) {
  const AdamWRule rule = adamw_rule(norm_by_tensor(w));
  for (const AdamWParameter& p : w.adamw) adamw_step_reference(p, rule);
}

double seconds_of(const std::function<void()>& work) {
  const Stopwatch watch;
  work();
  return watch.seconds();
}

double median(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<int64_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

void copy_numbers(const at::Tensor& from, const at::Tensor& to) {
  const auto* source = from.const_data_ptr<float>();
  auto* target = to.mutable_data_ptr<float>();
  split_work(0, from.numel(), 1 << 16, [=](int64_t begin, int64_t end) {
    std::memcpy(target + begin, source + begin, static_cast<size_t>(end - begin) * sizeof(float));
  });
}

struct Rule {
  const char* name;
  void (*fast)(Weights&);
  void (*plain)(Weights&);
};

void bench(const std::string& name, const ModelOptions& options, double seconds) {
  Weights weights{T5Model(options, 1)};
  const at::Tensor from = at::ones({weights.count}), to = at::ones({weights.count});
  for (const Rule& rule :
       {Rule{"adafactor", fast_adafactor, plain_adafactor}, Rule{"adamw", fast_adamw, plain_adamw}}) {
    std::vector<double> fast, plain, copies, ratios;
    const Stopwatch watch;
    while (watch.seconds() < seconds || fast.size() < 5) {
      copies.push_back(seconds_of([&] { copy_numbers(from, to); }));
      fast.push_back(seconds_of([&] { rule.fast(weights); }));
      plain.push_back(seconds_of([&] { rule.plain(weights); }));
      ratios.push_back(plain.back() / fast.back());
    }
    std::printf(
        "%s, %ld numbers, %s, %d threads: kernels %.3f ms, expressions %.3f ms, ratio %.2f; a copy %.3f ms "
        "(%.1f GB/s), kernels %.2f copies; %zu rounds\n",
        name.c_str(), static_cast<long>(weights.count), rule.name, at::get_num_threads(), 1e3 * median(fast),
        1e3 * median(plain), median(ratios), 1e3 * median(copies),
        8e-9 * static_cast<double>(weights.count) / median(copies), median(fast) / median(copies), fast.size());
  }
}

// As studies on the built-in world have them.
ModelOptions small_model(int64_t num_experts) {
  ModelOptions o;
  o.vocab_size = 1600;
  o.tied = false;
  o.moe.num_experts = num_experts;
  o.moe.k = num_experts > 0 ? 2 : 1;
  return o;
}

ModelOptions t5_small() {
  ModelOptions o;
  o.vocab_size = 32128;
  o.d_model = 512;
  o.d_kv = 64;
  o.num_heads = 8;
  o.d_ff = 2048;
  o.num_layers = o.num_decoder_layers = 6;
  return o;
}

int run(int argc, char** argv) {
  if (argc != 2) fail_input("usage: bench_optimizer SECONDS_FOR_EACH_MODEL");
  keep_freed_memory();
  const at::NoGradGuard no_gradients;
  const double seconds = std::stod(argv[1]);
  bench("dense, width 64", small_model(0), seconds);
  bench("16 experts, width 64", small_model(16), seconds);
  bench("T5-small", t5_small(), seconds);
  return kExitDone;
}

}  // namespace
}  // namespace flanmoe

int main(int argc, char** argv) {
  try {
    return flanmoe::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return flanmoe::kExitBadInput;
  }
}
