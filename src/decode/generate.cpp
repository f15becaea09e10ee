#include "decode/generate.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.h"
#include "decode/search.h"
#include "tensor/batch.h"

namespace flanmoe {
namespace {

void check_sources(const Sources& sources, const GenerateOptions& options, int64_t vocab_size) {
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].empty()) fail_input("prompt {}: it has no tokens; expected at least the end token", i + 1);
    const auto length = static_cast<int64_t>(sources[i].size());
    if (options.max_prompt_tokens > 0 && length > options.max_prompt_tokens) {
      fail_input("prompt {}: it has {} tokens, expected at most {} (max_prompt_tokens)", i + 1, length,
                 options.max_prompt_tokens);
    }
    for (const int32_t id : sources[i]) {
      if (id < 0 || id >= vocab_size) {
        fail_input("prompt {}: token id {}, expected ids from 0 to {}, the model's vocabulary", i + 1, id,
                   vocab_size - 1);
      }
    }
  }
}

// The streams of the samples of every source: equal prompts get different ones, whatever stands between them.
std::vector<std::vector<RandomStream>> streams_of(const Sources& sources, const GenerateOptions& options) {
  std::vector<std::vector<RandomStream>> streams(sources.size());
  std::map<std::vector<int32_t>, int64_t> times_seen;
  for (size_t i = 0; i < sources.size(); ++i) {
    const std::string_view bytes(reinterpret_cast<const char*>(sources[i].data()), sources[i].size() * sizeof(int32_t));
    const uint64_t key = stream_key(static_cast<uint64_t>(options.seed), "generate", hash_text(bytes));
    int64_t& seen = times_seen[sources[i]];
    for (int64_t n = 0; n < options.num_answers; ++n) {
      streams[i].emplace_back(key, "answer", static_cast<uint64_t>(seen++));
    }
  }
  return streams;
}

}  // namespace

std::vector<std::vector<Answer>> generate_answers(const DecodingWeights& weights,
                                                  const std::vector<std::vector<int32_t>>& sources,
                                                  const GenerateOptions& options, const GenerateHooks& hooks) {
  const c10::InferenceMode no_gradients;  // not even the book-keeping for them
  options.check(weights.model.options().vocab_size);
  check_sources(sources, options, weights.model.options().vocab_size);
  const auto streams = streams_of(sources, options);
  std::vector<size_t> lengths;
  for (const auto& source : sources) lengths.push_back(source.size());
  const std::vector<size_t> order = order_by_length(lengths);
  Answers answers(sources.size());
  for (size_t begin = 0; begin < order.size(); begin += options.batch) {
    const size_t end = std::min(order.size(), begin + static_cast<size_t>(options.batch));
    Sources part;
    std::vector<RandomStream> part_streams;
    for (size_t i = begin; i < end; ++i) {
      part.push_back(sources[order[i]]);
      part_streams.insert(part_streams.end(), streams[order[i]].begin(), streams[order[i]].end());
    }
    Answers found = options.num_beams > 1 ? search_beams(weights, part, options, hooks)
                                          : search_rows(weights, part, options, hooks, part_streams);
    for (size_t i = begin; i < end; ++i) answers[order[i]] = std::move(found[i - begin]);
    if (hooks.prompts_done) hooks.prompts_done(static_cast<int64_t>(end));
  }
  return answers;
}

std::vector<std::vector<int32_t>> generate(const DecodingWeights& weights,
                                           const std::vector<std::vector<int32_t>>& sources,
                                           const GenerateOptions& options) {
  std::vector<std::vector<int32_t>> ids;
  for (auto& answers : generate_answers(weights, sources, options)) ids.push_back(std::move(answers.at(0).ids));
  return ids;
}

}  // namespace flanmoe
