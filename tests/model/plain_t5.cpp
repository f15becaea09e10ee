#include "model/plain_t5.h"
#include "model/parameter.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace flanmoe {
namespace {

// First distance of each bucket from the exact ones on (docs/routing.md 12).
const std::vector<int64_t> kBothWays = {8, 12, 16, 23, 32, 46, 64, 91};
const std::vector<int64_t> kCausal = {16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113};

int64_t bucket_of(int64_t relative, bool causal) {
  const auto& starts = causal ? kCausal : kBothWays;
  const int64_t distance = causal ? std::max<int64_t>(-relative, 0) : std::abs(relative);
  const int64_t base = !causal && relative > 0 ? 16 : 0;
  if (distance < starts[0]) return base + distance;
  int64_t bucket = starts[0] - 1;
  for (int64_t start : starts) bucket += distance >= start ? 1 : 0;
  return base + bucket;
}

// weight [out, in] (its slice `index` when stacked) times x.
std::vector<double> times(const std::vector<double>& values, int64_t num_out, int64_t index,
                          const std::vector<double>& x) {
  const auto num_in = static_cast<int64_t>(x.size());
  std::vector<double> out(num_out, 0.0);
  for (int64_t o = 0; o < num_out; ++o) {
    for (int64_t i = 0; i < num_in; ++i) out[o] += values[(index * num_out + o) * num_in + i] * x[i];
  }
  return out;
}

std::vector<double> softmax(std::vector<double> scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  double total = 0.0;
  for (double& score : scores) total += score = std::exp(score - largest);
  for (double& score : scores) score /= total;
  return scores;
}

double gelu(double x) {
  return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

void add_to(PlainRows& rows, const PlainRows& more) {
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t i = 0; i < rows[r].size(); ++i) rows[r][i] += more[r][i];
  }
}

// Indices by falling value, ties to the lowest.
std::vector<int64_t> by_falling(const std::vector<double>& values) {
  std::vector<int64_t> order;
  for (size_t i = 0; i < values.size(); ++i) order.push_back(static_cast<int64_t>(i));
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return values[a] > values[b]; });
  return order;
}

}  // namespace

PlainT5::PlainT5(const T5Model& model) : options_(model.options()) {
  for (const Parameter& parameter : model.parameters()) {
    const at::Tensor value = parameter.value.detach().to(at::kDouble).contiguous();
    const double* begin = value.const_data_ptr<double>();
    weights_[parameter.name] = {value.sizes().vec(), {begin, begin + value.numel()}};
  }
}

const PlainT5::Weight& PlainT5::weight(const std::string& name) const {
  const auto found = weights_.find(name);
  if (found == weights_.end()) throw std::runtime_error("no weight named " + name);
  return found->second;
}

PlainRows PlainT5::logits(const std::vector<int64_t>& source, const std::vector<int64_t>& target) const {
  std::vector<int64_t> shifted(target.begin(), target.end() - 1);
  if (options_.decoder_only) {
    std::vector<int64_t> row = {0};
    row.insert(row.end(), source.begin(), source.end());
    row.insert(row.end(), shifted.begin(), shifted.end());
    const auto prefix = static_cast<int64_t>(source.size()) + 1;
    const PlainRows hidden = run({"decoder", options_.num_layers, true, prefix, nullptr}, embed(row));
    return project_out({hidden.begin() + static_cast<int64_t>(source.size()), hidden.end()});
  }
  shifted.insert(shifted.begin(), 0);
  const PlainRows memory = run({"encoder", options_.num_layers, false, 0, nullptr}, embed(source));
  return project_out(run({"decoder", options_.num_decoder_layers, true, 0, &memory}, embed(shifted)));
}

PlainRows PlainT5::embed(const std::vector<int64_t>& ids) const {
  const Weight& table = weight("shared.weight");
  PlainRows rows;
  for (int64_t id : ids) {
    const auto begin = table.values.begin() + id * options_.d_model;
    rows.emplace_back(begin, begin + options_.d_model);
  }
  return rows;
}

PlainRows PlainT5::run(const Stack& stack, PlainRows hidden) const {
  for (int64_t layer = 0; layer < stack.num_layers; ++layer) {
    const std::string block = stack.name + ".block." + std::to_string(layer) + ".layer.";
    const PlainRows normed = norm(hidden, block + "0.layer_norm.weight");
    add_to(hidden, attention(normed, normed, block + "0.SelfAttention.", &stack));
    int next = 1;
    if (stack.memory != nullptr) {
      const PlainRows queries = norm(hidden, block + "1.layer_norm.weight");
      add_to(hidden, attention(queries, *stack.memory, block + "1.EncDecAttention.", nullptr));
      next = 2;
    }
    const std::string ffn = block + std::to_string(next) + ".";
    const PlainRows input = norm(hidden, ffn + "layer_norm.weight");
    if (weights_.contains(ffn + "mlp.router.classifier.weight")) {
      add_to(hidden, sparse_feed_forward(input, ffn + "mlp.", stack.name == "decoder"));
    } else {
      const bool sparse_model = options_.moe.num_experts > 0;
      add_to(hidden, feed_forward(input, ffn + (sparse_model ? "mlp." : "DenseReluDense.")));
    }
    if (weights_.contains(ffn + "extra_layer_norm.weight")) {
      add_to(hidden, feed_forward(norm(hidden, ffn + "extra_layer_norm.weight"), ffn + "extra_mlp."));
    }
  }
  return norm(hidden, stack.name + ".final_layer_norm.weight");
}

PlainRows PlainT5::norm(const PlainRows& rows, const std::string& name) const {
  const Weight& scale = weight(name);
  PlainRows out = rows;
  for (auto& row : out) {
    double squares = 0.0;
    for (double x : row) squares += x * x;
    const double deviation = std::sqrt(squares / static_cast<double>(row.size()) + options_.layer_norm_epsilon);
    for (size_t i = 0; i < row.size(); ++i) row[i] *= scale.values[i] / deviation;
  }
  return out;
}

// `self`: the stack whose masks and position bias apply; cross-attention has neither.
PlainRows PlainT5::attention(const PlainRows& queries, const PlainRows& keys, const std::string& prefix,
                             const Stack* self) const {
  const int64_t inner = options_.num_heads * options_.d_kv;
  PlainRows q, k, v, out;
  for (const auto& row : queries) q.push_back(times(weight(prefix + "q.weight").values, inner, 0, row));
  for (const auto& row : keys) {
    k.push_back(times(weight(prefix + "k.weight").values, inner, 0, row));
    v.push_back(times(weight(prefix + "v.weight").values, inner, 0, row));
  }
  for (int64_t i = 0; i < static_cast<int64_t>(q.size()); ++i) {
    std::vector<double> mixed(inner, 0.0);
    for (int64_t head = 0; head < options_.num_heads; ++head) {
      std::vector<int64_t> seen;
      std::vector<double> scores;
      for (int64_t j = 0; j < static_cast<int64_t>(k.size()); ++j) {
        const bool later = self != nullptr && self->causal && j > i;
        const bool in_prefix = self != nullptr && i < self->prefix && j < self->prefix;
        if (later && !in_prefix) continue;
        double score = self == nullptr ? 0.0 : position_bias(*self, i, j, head);
        for (int64_t c = head * options_.d_kv; c < (head + 1) * options_.d_kv; ++c) score += q[i][c] * k[j][c];
        seen.push_back(j);
        scores.push_back(score);
      }
      const std::vector<double> shares = softmax(scores);
      for (size_t s = 0; s < seen.size(); ++s) {
        for (int64_t c = head * options_.d_kv; c < (head + 1) * options_.d_kv; ++c)
          mixed[c] += shares[s] * v[seen[s]][c];
      }
    }
    out.push_back(times(weight(prefix + "o.weight").values, options_.d_model, 0, mixed));
  }
  return out;
}

double PlainT5::position_bias(const Stack& stack, int64_t query, int64_t key, int64_t head) const {
  const Weight& table = weight(stack.name + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight");
  return table.values[bucket_of(key - query, stack.causal) * options_.num_heads + head];
}

PlainRows PlainT5::feed_forward(const PlainRows& rows, const std::string& prefix) const {
  PlainRows out;
  for (const auto& row : rows) out.push_back(expert(row, prefix, 0));
  return out;
}

// One feed-forward: the only one under `prefix`, or number `index` of a stack of experts.
std::vector<double> PlainT5::expert(const std::vector<double>& x, const std::string& prefix, int64_t index) const {
  const std::string first = options_.gated ? "wi_0.weight" : "wi.weight";
  std::vector<double> hidden = times(weight(prefix + first).values, options_.d_ff, index, x);
  for (double& h : hidden) h = options_.gated ? gelu(h) : std::max(h, 0.0);
  if (options_.gated) {
    const std::vector<double> linear = times(weight(prefix + "wi_1.weight").values, options_.d_ff, index, x);
    for (size_t i = 0; i < hidden.size(); ++i) hidden[i] *= linear[i];
  }
  return times(weight(prefix + "wo.weight").values, options_.d_model, index, hidden);
}

PlainRows PlainT5::sparse_feed_forward(const PlainRows& rows, const std::string& prefix, bool is_decoder) const {
  const MoeOptions& moe = options_.moe;
  PlainRows shares, combine(rows.size(), std::vector<double>(moe.num_experts, 0.0)), out;
  for (const auto& row : rows) {
    shares.push_back(softmax(times(weight(prefix + "router.classifier.weight").values, moe.num_experts, 0, row)));
  }
  const auto size = static_cast<int64_t>(rows.size());
  const double even = moe.capacity_factor_eval * static_cast<double>(size) / static_cast<double>(moe.num_experts);
  const int64_t limited = std::min(std::max(static_cast<int64_t>(std::nearbyint(even)), moe.min_capacity), size);
  const int64_t room = moe.capacity_factor_eval == 0.0 ? size : limited;
  if (moe.routing == RoutingRule::kExpertChoice && !is_decoder) {
    for (int64_t e = 0; e < moe.num_experts; ++e) {
      std::vector<double> column;
      for (const auto& row : shares) column.push_back(row[e]);
      const std::vector<int64_t> order = by_falling(column);
      for (int64_t i = 0; i < room; ++i) combine[order[i]][e] = column[order[i]];
    }
  } else {
    std::vector<int64_t> taken(moe.num_experts, 0);
    for (int64_t rank = 0; rank < moe.k; ++rank) {
      for (size_t t = 0; t < rows.size(); ++t) {
        const std::vector<int64_t> order = by_falling(shares[t]);
        double total = 0.0;
        for (int64_t i = 0; i < moe.k; ++i) total += shares[t][order[i]];
        if (moe.gate == GateRule::kRaw) total = 1.0;
        if (taken[order[rank]]++ < room) combine[t][order[rank]] = shares[t][order[rank]] / total;
      }
    }
  }
  for (size_t t = 0; t < rows.size(); ++t) {
    std::vector<double> sum(options_.d_model, 0.0);
    for (int64_t e = 0; e < moe.num_experts; ++e) {
      if (combine[t][e] == 0.0) continue;
      const std::vector<double> answer = expert(rows[t], prefix + "experts.", e);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += combine[t][e] * answer[i];
    }
    out.push_back(sum);
  }
  return out;
}

PlainRows PlainT5::project_out(const PlainRows& hidden) const {
  const bool tied = !weights_.contains("lm_head.weight");
  const Weight& table = weight(tied ? "shared.weight" : "lm_head.weight");
  const double scale = options_.scales_logits() ? 1.0 / std::sqrt(static_cast<double>(options_.d_model)) : 1.0;
  PlainRows rows;
  for (const auto& h : hidden) {
    rows.push_back(times(table.values, options_.vocab_size, 0, h));
    for (double& logit : rows.back()) logit *= scale;
  }
  return rows;
}

}  // namespace flanmoe
