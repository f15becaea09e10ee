// A T5 in plain loops of doubles, one example at a time, without padding, packing, caches or tensor operations: what
// the real model must agree with. Every expert has room for every token that chooses it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/t5.h"

namespace flanmoe {

using PlainRows = std::vector<std::vector<double>>;

class PlainT5 {
 public:
  explicit PlainT5(const T5Model& model);  // copies the weights by their Hugging Face names

  // Row t: the logits that predict target[t]. Relative positions need the usual 32 buckets up to distance 128.
  PlainRows logits(const std::vector<int64_t>& source, const std::vector<int64_t>& target) const;

 private:
  struct Weight {
    std::vector<int64_t> shape;
    std::vector<double> values;
  };
  // Which keys a query may look at, and how positions are bucketed.
  struct Stack {
    std::string name;
    int64_t num_layers;
    bool causal;
    int64_t prefix;           // the first positions see each other in both directions
    const PlainRows* memory;  // of the encoder, or nothing
  };

  const Weight& weight(const std::string& name) const;
  PlainRows embed(const std::vector<int64_t>& ids) const;
  PlainRows run(const Stack& stack, PlainRows hidden) const;
  PlainRows norm(const PlainRows& rows, const std::string& name) const;
  PlainRows attention(const PlainRows& queries, const PlainRows& keys, const std::string& prefix,
                      const Stack* self) const;
  double position_bias(const Stack& stack, int64_t query, int64_t key, int64_t head) const;
  PlainRows feed_forward(const PlainRows& rows, const std::string& prefix) const;
  PlainRows sparse_feed_forward(const PlainRows& rows, const std::string& prefix, bool is_decoder) const;
  std::vector<double> expert(const std::vector<double>& x, const std::string& prefix, int64_t index) const;
  PlainRows project_out(const PlainRows& hidden) const;

  ModelOptions options_;
  std::map<std::string, Weight> weights_;
};

}  // namespace flanmoe
