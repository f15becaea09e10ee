#include "decode/generate.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "decode/incremental.h"

namespace flanmoe {
namespace {

constexpr int64_t kEos = 1;

// An id drawn from softmax(logits / temperature) cut to the top_k largest and to the smallest set of mass top_p.
int64_t sample(const float* logits, int64_t vocab_size, const GenerateOptions& options, RandomStream& stream) {
  std::vector<int64_t> order(vocab_size);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [logits](int64_t a, int64_t b) { return logits[a] > logits[b]; });
  if (options.top_k > 0 && options.top_k < vocab_size) order.resize(options.top_k);
  std::vector<double> mass;
  double total = 0.0;
  for (int64_t id : order) {
    mass.push_back(std::exp((logits[id] - logits[order[0]]) / options.temperature));
    total += mass.back();
  }
  double kept = 0.0;
  size_t count = 0;
  while (count < mass.size() && kept < options.top_p * total) kept += mass[count++];
  double left = stream.uniform() * kept;
  for (size_t i = 0; i < count; ++i) {
    left -= mass[i];
    if (left < 0.0) return order[i];
  }
  return order[count - 1];
}

// The next id of each row: the largest logit (ties to the lowest id) or a sample from the row's own stream.
at::Tensor next_ids(const at::Tensor& logits, const GenerateOptions& options, std::vector<RandomStream*> streams) {
  if (options.temperature == 0.0) return at::argmax(logits, 1);
  const at::Tensor rows = logits.to(at::kFloat).contiguous();
  at::Tensor ids = at::empty({rows.size(0)}, at::kLong);
  for (int64_t b = 0; b < rows.size(0); ++b) {
    ids[b] = sample(rows.const_data_ptr<float>() + b * rows.size(1), rows.size(1), options, *streams[b]);
  }
  return ids;
}

// Generates for one batch; answers[i] belongs to sources[i].
std::vector<std::vector<int32_t>> generate_batch(const T5Model& model, const std::vector<std::vector<int32_t>>& sources,
                                                 const GenerateOptions& options, std::vector<RandomStream>& streams) {
  std::vector<std::vector<int32_t>> answers(sources.size());
  std::vector<int64_t> alive(sources.size());
  std::iota(alive.begin(), alive.end(), 0);
  DecodeState state = start_decoding(model, sources);
  for (int64_t step = 0; step < options.max_new_tokens; ++step) {
    std::vector<RandomStream*> alive_streams;
    for (int64_t row : alive) alive_streams.push_back(&streams[row]);
    const at::Tensor ids = next_ids(state.logits, options, alive_streams);
    const int64_t* id = ids.const_data_ptr<int64_t>();
    std::vector<int64_t> going, going_rows;
    for (size_t i = 0; i < alive.size(); ++i) {
      if (id[i] == kEos) continue;
      answers[alive[i]].push_back(static_cast<int32_t>(id[i]));
      going.push_back(static_cast<int64_t>(i));
      going_rows.push_back(alive[i]);
    }
    if (going.empty() || step + 1 == options.max_new_tokens) break;
    const at::Tensor index = at::tensor(going, at::kLong);
    if (going.size() < alive.size()) state = select_rows(state, index);
    state = advance(model, std::move(state), ids.index_select(0, index));
    alive = going_rows;
  }
  return answers;
}

}  // namespace

void GenerateOptions::fields(FieldVisitor& v) {
  v.field("max_new_tokens", max_new_tokens, "longest answer, in tokens");
  v.require(max_new_tokens >= 1, "max_new_tokens", "1 or more");
  v.field("temperature", temperature, "0 = the most probable token; otherwise sampling");
  v.require(temperature >= 0.0, "temperature", "0 or more");
  v.field("top_k", top_k, "sample among the k most probable tokens; 0 = all");
  v.require(top_k >= 0, "top_k", "0 or more");
  v.field("top_p", top_p, "sample among the smallest set of tokens with this mass");
  v.require(top_p > 0.0 && top_p <= 1.0, "top_p", "a number in (0, 1]");
  v.field("seed", seed, "of the samples");
}

std::vector<std::vector<int32_t>> generate(const T5Model& model, const std::vector<std::vector<int32_t>>& sources,
                                           const GenerateOptions& options, int64_t max_batch_rows) {
  std::vector<std::vector<int32_t>> answers;
  for (size_t begin = 0; begin < sources.size(); begin += max_batch_rows) {
    const size_t end = std::min(sources.size(), begin + static_cast<size_t>(max_batch_rows));
    std::vector<RandomStream> streams;
    for (size_t i = begin; i < end; ++i) streams.emplace_back(static_cast<uint64_t>(options.seed), "generate", i);
    auto part = generate_batch(model, {sources.begin() + begin, sources.begin() + end}, options, streams);
    std::move(part.begin(), part.end(), std::back_inserter(answers));
  }
  return answers;
}

}  // namespace flanmoe
