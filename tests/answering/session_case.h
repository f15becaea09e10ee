// A session with a tiny model whose vocabulary is that of a small tokenizer.
#pragma once

#include <string>

#include "answering/session.h"
#include "data/data_case.h"
#include "model/tiny.h"

namespace flanmoe::cases {

struct Opened {
  explicit Opened(const std::string& arm, double capacity_factor = 2.0)
      : model(stirred_model(arm, capacity_factor)), weights(prepare_decoding(model)) {
    options.max_new_tokens = 7;
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  Session session() const { return {weights, tokenizer(), options}; }

  T5Model model;
  DecodingWeights weights;
  GenerateOptions options;

 private:
  static T5Model stirred_model(const std::string& arm, double capacity_factor) {
    ModelOptions o = tiny::options(arm);
    o.vocab_size = tokenizer().vocab_size();
    o.moe.capacity_factor_eval = capacity_factor;
    o.moe.min_capacity = 1;
    return tiny::stirred(o);
  }
};

}  // namespace flanmoe::cases
