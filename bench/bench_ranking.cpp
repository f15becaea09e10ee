// Scoring the four options of a question with five exemplars in front: each option by a pass of its own, and all of
// them behind one pass of the encoder. Options are as long as MMLU's letters, or as short texts.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include "base/random.h"
#include "decode/score.h"

namespace flanmoe {
namespace {

constexpr int64_t kItems = 16, kSourceLength = 640, kOptions = 4;

const T5Model& small_model() {  // T5 v1.1 small with random weights
  static const T5Model model = [] {
    ModelOptions options;
    options.vocab_size = 32128;
    options.d_model = 512;
    options.d_kv = 64;
    options.num_heads = 6;
    options.d_ff = 1024;
    options.num_layers = 8;
    options.num_decoder_layers = 8;
    options.gated = true;
    options.tied = false;
    return T5Model(options, 1);
  }();
  return model;
}

std::vector<int32_t> random_ids(int64_t length, RandomStream& random) {
  std::vector<int32_t> ids;
  for (int64_t i = 1; i < length; ++i) ids.push_back(static_cast<int32_t>(random.between(3, 31999)));
  ids.push_back(1);
  return ids;
}

// `alone`: one request per option.
std::vector<ScoreRequest> questions(int64_t option_length, bool alone) {
  RandomStream random(1, "questions");
  std::vector<ScoreRequest> requests;
  for (int64_t i = 0; i < kItems; ++i) {
    const std::vector<int32_t> source = random_ids(kSourceLength - random.between(0, 100), random);
    if (!alone) requests.push_back({source, {}});
    for (int64_t option = 0; option < kOptions; ++option) {
      if (alone) requests.push_back({source, {}});
      requests.back().targets.push_back(random_ids(option_length, random));
    }
  }
  return requests;
}

void rank(benchmark::State& state, bool alone) {
  const std::vector<ScoreRequest> requests = questions(state.range(0), alone);
  for (auto _ : state) benchmark::DoNotOptimize(score_targets(small_model(), requests));
  state.SetItemsProcessed(state.iterations() * kItems);
}
#define FLANMOE_LENGTHS Arg(4)->Arg(12)->Unit(benchmark::kMillisecond)->UseRealTime()
BENCHMARK_CAPTURE(rank, each_option_alone, true)->FLANMOE_LENGTHS;
BENCHMARK_CAPTURE(rank, one_encoder_pass, false)->FLANMOE_LENGTHS;

}  // namespace
}  // namespace flanmoe

BENCHMARK_MAIN();
