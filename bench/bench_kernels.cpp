// Our kernels beside their plain twins, forward and backward, at the sizes of the `mini` study (arguments: rows,
// experts, width, hidden; of dispatch and combine: rows, rows of a position, width; of the routings: tokens, experts,
// choices, without a gradient) and larger; and one training step
// of a sparse model beside its dense twin's.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include "kernels/bias_attention.h"
#include "kernels/grouped_linear.h"
#include "kernels/linear.h"
#include "kernels/linear_cross_entropy.h"
#include "kernels/permute.h"
#include "kernels/plan_rows.h"
#include "kernels/rms_norm.h"
#include "kernels/top_experts.h"
#include "kernels/top_tokens.h"
#include "model/counts.h"
#include "model/t5.h"
#include "tensor/random.h"
#include "train/step.h"

namespace flanmoe {
namespace {

at::Tensor input(at::IntArrayRef shape, uint64_t key) { return random_normal(shape, 1.0, key).set_requires_grad(true); }

// Times `work` forward and backward.
template <class Work>
void run(benchmark::State& state, Work work) {
  for (auto _ : state) {
    const at::Tensor out = work();
    out.backward(at::ones_like(out));
  }
}

// Rows spread unevenly, as a router does: expert e gets a share that grows with e.
at::Tensor uneven_offsets(int64_t num_rows, int64_t num_experts) {
  at::Tensor offsets = at::zeros({num_experts + 1}, at::kLong);
  int64_t* bound = offsets.mutable_data_ptr<int64_t>();
  for (int64_t e = 0; e < num_experts; ++e) {
    bound[e + 1] = num_rows * (e + 1) * (e + 2) / (num_experts * (num_experts + 1));
  }
  return offsets;
}

template <bool kFast>
void grouped_product(benchmark::State& state) {
  const int64_t num_rows = state.range(0), num_experts = state.range(1), width = state.range(2),
                hidden = state.range(3);
  const at::Tensor rows = input({num_rows, width}, 1), weights = input({num_experts, hidden, width}, 2);
  const at::Tensor offsets = uneven_offsets(num_rows, num_experts);
  run(state, [&] {
    return kFast ? grouped_linear(rows, weights, offsets) : grouped_linear_reference(rows, weights, offsets);
  });
}
#define FLANMOE_SIZES Args({1800, 16, 64, 256})->Args({4096, 32, 256, 1024})->Unit(benchmark::kMicrosecond)
BENCHMARK(grouped_product<true>)->Name("grouped_linear/fast")->FLANMOE_SIZES;
BENCHMARK(grouped_product<false>)->Name("grouped_linear/reference")->FLANMOE_SIZES;

template <bool kFast>
void dispatch_and_combine(benchmark::State& state) {
  const int64_t num_rows = state.range(0), num_positions = num_rows / state.range(1), width = state.range(2);
  const at::Tensor x = input({num_positions, width}, 1), weights = input({num_rows}, 2);
  const at::Tensor positions = at::arange(num_rows, at::kLong).flip(0).remainder(num_positions).contiguous();
  run(state, [&] {
    if (kFast) return combine_rows(dispatch_rows(x, positions), weights, positions, num_positions);
    return combine_rows_reference(dispatch_rows_reference(x, positions), weights, positions, num_positions);
  });
}
#define FLANMOE_ROUTED \
  Args({1800, 1, 64})->Args({3600, 2, 64})->Args({4096, 1, 256})->Args({8192, 2, 256})->Unit(benchmark::kMicrosecond)
BENCHMARK(dispatch_and_combine<true>)->Name("dispatch_combine/fast")->FLANMOE_ROUTED;
BENCHMARK(dispatch_and_combine<false>)->Name("dispatch_combine/reference")->FLANMOE_ROUTED;

template <bool kFast>
void norm(benchmark::State& state) {
  const at::Tensor x = input({state.range(0), state.range(2)}, 1), scale = input({state.range(2)}, 2);
  run(state, [&] { return kFast ? rms_norm(x, scale, 1e-6) : rms_norm_reference(x, scale, 1e-6); });
}
BENCHMARK(norm<true>)->Name("rms_norm/fast")->FLANMOE_SIZES;
BENCHMARK(norm<false>)->Name("rms_norm/reference")->FLANMOE_SIZES;

// Attention of whole rows that see all keys (arguments: rows, length, heads, width of a head).
template <bool kFast>
void attention(benchmark::State& state) {
  const int64_t rows = state.range(0), length = state.range(1), heads = state.range(2), width = heads * state.range(3);
  const at::Tensor q = input({rows, length, width}, 1), k = input({rows, length, width}, 2),
                   v = input({rows, length, width}, 3), bias = input({heads, 2 * length - 1}, 4);
  const at::Tensor runs = at::tensor(std::vector<int64_t>{0, length}, at::kLong).expand({rows, length, 2}).contiguous();
  run(state, [&] {
    return kFast ? bias_attention(q, k, v, heads, {runs, bias})
                 : bias_attention_reference(q, k, v, heads, {runs, bias});
  });
}
#define FLANMOE_ATTENTIONS \
  Args({16, 56, 4, 16})->Args({4, 128, 8, 64})->Args({2, 512, 8, 64})->Unit(benchmark::kMicrosecond)
BENCHMARK(attention<true>)->Name("bias_attention/fast")->FLANMOE_ATTENTIONS;
BENCHMARK(attention<false>)->Name("bias_attention/reference")->FLANMOE_ATTENTIONS;

// A projection (arguments: rows, inputs, outputs).
template <bool kFast>
void projection(benchmark::State& state) {
  const at::Tensor x = input({state.range(0), state.range(1)}, 1), weight = input({state.range(2), state.range(1)}, 2);
  run(state, [&] { return kFast ? linear(x, Linear(weight)) : linear_reference(x, Linear(weight)); });
}
#define FLANMOE_PROJECTIONS \
  Args({900, 64, 64})->Args({900, 64, 256})->Args({900, 256, 64})->Args({512, 512, 2048})->Unit(benchmark::kMicrosecond)
BENCHMARK(projection<true>)->Name("linear/fast")->FLANMOE_PROJECTIONS;
BENCHMARK(projection<false>)->Name("linear/reference")->FLANMOE_PROJECTIONS;

// The loss over a vocabulary (arguments: tokens, width, vocabulary).
template <bool kFast>
void cross_entropy(benchmark::State& state) {
  const int64_t tokens = state.range(0), width = state.range(1), vocabulary = state.range(2);
  const at::Tensor hidden = input({tokens, width}, 1), weight = input({vocabulary, width}, 2),
                   targets = at::arange(tokens, at::kLong).mul(7).remainder(vocabulary);
  run(state, [&] {
    return kFast ? linear_cross_entropy(hidden, weight, targets)
                 : linear_cross_entropy_reference(hidden, weight, targets);
  });
}
#define FLANMOE_LOSSES Args({340, 64, 1344})->Args({512, 512, 32128})->Unit(benchmark::kMicrosecond)
BENCHMARK(cross_entropy<true>)->Name("linear_cross_entropy/fast")->FLANMOE_LOSSES;
BENCHMARK(cross_entropy<false>)->Name("linear_cross_entropy/reference")->FLANMOE_LOSSES;

// Choices and plans of one layer (arguments: tokens, experts, choices): what training does once per sparse layer and
// pass, without a gradient.
struct Routing {
  explicit Routing(const benchmark::State& state)
      : k(state.range(2)),
        probabilities(at::softmax(random_normal({state.range(0), state.range(1)}, 1.0, 1), 1)),
        bounds(at::tensor(std::vector<int64_t>{0, state.range(0)}, at::kLong)),
        room(at::full({1}, k * state.range(0) / state.range(1), at::kLong)),
        limits(random_unit(state.range(0), 2, at::kCPU) * 0.2) {}
  int64_t k;
  at::Tensor probabilities, bounds, room, limits;
};

template <bool kFast>
void token_choice(benchmark::State& state) {
  const Routing r(state);
  for (auto _ : state) {
    const SecondChoice second{{}, r.limits};
    const TopExperts top =
        kFast ? top_experts(r.probabilities, r.k, second) : top_experts_reference(r.probabilities, r.k, second);
    const PairsAsked pairs{top.experts, top.asked, {}};
    const RowPlan plan = kFast ? plan_rows(pairs, r.bounds, r.room, state.range(1))
                               : plan_rows_reference(pairs, r.bounds, r.room, state.range(1));
    benchmark::DoNotOptimize(plan.tokens.const_data_ptr());
  }
}
template <bool kFast>
void expert_choice(benchmark::State& state) {
  const Routing r(state);
  for (auto _ : state) {
    const at::Tensor tokens =
        kFast ? top_tokens(r.probabilities, r.bounds, r.room) : top_tokens_reference(r.probabilities, r.bounds, r.room);
    benchmark::DoNotOptimize(tokens.const_data_ptr());
  }
}
#define FLANMOE_ROUTINGS Args({1800, 16, 1})->Args({1800, 16, 2})->Args({4096, 128, 2})->Unit(benchmark::kMicrosecond)
BENCHMARK(token_choice<true>)->Name("token_choice/fast")->FLANMOE_ROUTINGS;
BENCHMARK(token_choice<false>)->Name("token_choice/reference")->FLANMOE_ROUTINGS;
BENCHMARK(expert_choice<true>)->Name("expert_choice/fast")->FLANMOE_ROUTINGS;
BENCHMARK(expert_choice<false>)->Name("expert_choice/reference")->FLANMOE_ROUTINGS;

ModelOptions mini_model(int64_t num_experts, int64_t k) {
  ModelOptions o;
  o.vocab_size = 1296;
  o.moe.num_experts = num_experts;
  o.moe.k = k;
  return o;
}

void train_step(benchmark::State& state, const ModelOptions& options) {
  T5Model model(options, 1);
  TrainOptions train;
  train.optimizer.name = OptimizerName::kAdafactor;
  TrainStepper stepper(model, train, 1);
  TokenBatch batch;
  batch.source_ids = at::randint(2, options.vocab_size, {32, 56}, at::kLong);
  batch.target_ids = at::randint(2, options.vocab_size, {32, 24}, at::kLong);
  batch.num_source_tokens = batch.source_ids.numel();
  batch.num_target_tokens = batch.target_ids.numel();
  int64_t step = 0;
  for (auto _ : state) stepper.step(model, {batch}, step++ % 1000);
}
BENCHMARK_CAPTURE(train_step, switch, mini_model(16, 1))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, twin_of_switch, dense_twin(mini_model(16, 1)))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, top_2, mini_model(16, 2))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, twin_of_top_2, dense_twin(mini_model(16, 2)))->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace flanmoe

BENCHMARK_MAIN();
