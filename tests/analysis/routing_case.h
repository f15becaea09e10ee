// Texts of odd lengths for a tiny model, and a recount of its routing in plain loops. Legend: B rows, L length.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "analysis/routing.h"
#include "analysis/token_class.h"
#include "data/data_case.h"
#include "model/forward.h"
#include "model/tiny.h"

namespace flanmoe::routed {

inline const Tokenizer& tokenizer() { return cases::tokenizer(); }

// Sparse arms of the tiny models; little room, so that tokens are dropped (or not chosen).
inline T5Model tight_model(const std::string& arm, double capacity_factor = 0.7) {
  ModelOptions o = tiny::options(arm);
  o.vocab_size = tokenizer().vocab_size();
  o.moe.capacity_factor_eval = capacity_factor;
  o.moe.min_capacity = 1;
  return tiny::stirred(o);
}

inline TokenIds text_of(const std::string& text) {
  TokenIds ids = tokenizer().encode(text);
  ids.push_back(kEosId);
  return ids;
}

inline std::vector<TextIds> texts() {
  const std::vector<std::string> sentences = cases::sentences(9, 5);
  std::vector<TextIds> result;
  for (size_t i = 0; i < sentences.size(); ++i) {
    const std::string& answer = sentences[(i + 4) % sentences.size()];
    result.push_back({text_of(sentences[i]), text_of(answer.substr(0, answer.find(' ', 9 + 3 * i)))});
  }
  result.push_back({{kEosId}, {kEosId}});                                 // the shortest
  result.push_back({{tokenizer().sentinel(0), 5, kEosId}, {9, kEosId}});  // a sentinel
  return result;
}

// Rows [begin, end) of `all`, padded by hand.
inline TokenBatch batch_of(const std::vector<TextIds>& all, size_t begin, size_t end) {
  std::vector<tiny::Example> examples;
  for (size_t i = begin; i < end; ++i) {
    examples.push_back({{all[i].source.begin(), all[i].source.end()}, {all[i].target.begin(), all[i].target.end()}});
  }
  return tiny::batch_of(examples);
}

// The id a stack reads at position t: the encoder its source, the decoder what came before (0 first).
inline int32_t read_id(const TextIds& text, bool encoder, size_t t) {
  if (encoder) return text.source[t];
  return t == 0 ? 0 : text.target[t - 1];
}

struct Counts {
  int64_t tokens = 0, dropped = 0, unchosen = 0, asked = 0;
  std::vector<int64_t> kept = std::vector<int64_t>(5, 0);
};

struct Recount {
  Stack stack = Stack::kEncoder;
  int64_t layer = 0;
  Counts all;
  std::array<Counts, 4> classes;
  std::vector<std::vector<int64_t>> kept_by_text;  // [text][expert]
};

inline void count_token(Counts& counts, const MoeTokens& tokens, int64_t b, int64_t t) {
  ++counts.tokens;
  const int64_t asked = tokens.asked[b][t].item<int64_t>();
  counts.asked += asked;
  int64_t kept = 0;
  for (int64_t k = 0; k < tokens.experts.size(2); ++k) {
    const int64_t expert = tokens.experts[b][t][k].item<int64_t>();
    if (expert < 0) continue;
    ++counts.kept[static_cast<size_t>(expert)];
    ++kept;
  }
  if (kept == 0) ++(asked > 0 ? counts.dropped : counts.unchosen);
}

// One recount per sparse layer, from the per-token routing of forward().
inline std::vector<Recount> recount(const T5Model& model, const std::vector<TextIds>& all, EvalGroup eval_group,
                                    size_t rows) {
  ForwardOptions call;
  call.collect_tokens = true;
  call.eval_group = eval_group;
  std::vector<Recount> layers;
  for (size_t begin = 0; begin < all.size(); begin += rows) {
    const size_t end = std::min(all.size(), begin + rows);
    const std::vector<MoeTokens> tokens = forward(model, batch_of(all, begin, end), call).tokens;
    if (layers.empty()) layers.resize(tokens.size());
    for (size_t i = 0; i < tokens.size(); ++i) {
      layers[i].stack = tokens[i].stack;
      layers[i].layer = tokens[i].layer;
      const bool encoder = tokens[i].stack == Stack::kEncoder;
      for (size_t b = begin; b < end; ++b) {
        const size_t length = encoder ? all[b].source.size() : all[b].target.size();
        const std::vector<int64_t> before = layers[i].all.kept;
        for (size_t t = 0; t < length; ++t) {
          const auto place = static_cast<size_t>(token_class(tokenizer(), read_id(all[b], encoder, t)));
          count_token(layers[i].all, tokens[i], static_cast<int64_t>(b - begin), static_cast<int64_t>(t));
          count_token(layers[i].classes[place], tokens[i], static_cast<int64_t>(b - begin), static_cast<int64_t>(t));
        }
        layers[i].kept_by_text.emplace_back();
        for (size_t e = 0; e < 5; ++e) layers[i].kept_by_text.back().push_back(layers[i].all.kept[e] - before[e]);
      }
    }
  }
  return layers;
}

}  // namespace flanmoe::routed
