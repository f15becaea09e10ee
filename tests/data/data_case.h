// A small tokenizer trained once, rows and batches as plain values.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/tokenizer/tokenizer.h"
#include "tensor/batch.h"
#include "testing/check.h"

namespace flanmoe::cases {

inline std::vector<std::string> sentences(int64_t count, uint64_t seed = 1) {
  const std::vector<std::string> words = {"the",   "river", "Vorna",  "runs", "past",  "quiet", "towns", "of",
                                          "stone", "and",   "bakers", "sell", "bread", "near",  "every", "bridge"};
  RandomStream stream(seed, "sentences");
  std::vector<std::string> result;
  for (int64_t i = 0; i < count; ++i) {
    std::string sentence;
    const int64_t length = stream.between(4, 12);
    for (int64_t w = 0; w < length; ++w) sentence += (w > 0 ? " " : "") + stream.pick(words);
    result.push_back(sentence + ".");
  }
  return result;
}

// Trained on the first use, gone with the process.
inline const Tokenizer& tokenizer() {
  struct Trained {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("flanmoe-tokenizer-" + std::to_string(::getpid()));
    Trained() {
      std::filesystem::create_directories(folder);
      train_tokenizer(sentences(300), 90, folder / "spiece.model", {"Temmel"});
    }
    ~Trained() { std::filesystem::remove_all(folder); }
  };
  static const Trained trained;
  static const Tokenizer result(trained.folder / "spiece.model", 20);
  return result;
}

using Row = std::vector<int64_t>;

inline Row row_of(const at::Tensor& ids, int64_t row) {
  const at::Tensor values = ids[row].contiguous();
  return Row(values.data_ptr<int64_t>(), values.data_ptr<int64_t>() + values.numel());
}

inline Row without_padding(Row row) {
  std::erase(row, 0);
  return row;
}

inline bool same(const TokenBatch& a, const TokenBatch& b) {
  return at::equal(a.source_ids, b.source_ids) && at::equal(a.target_ids, b.target_ids) &&
         a.num_source_tokens == b.num_source_tokens && a.num_target_tokens == b.num_target_tokens &&
         a.num_examples == b.num_examples;
}

// Source and target of span corruption merged into the text they came from; "" in `fault` when every rule holds.
struct Merged {
  Row ids;
  int64_t num_spans = 0, num_noise = 0;
  std::string fault;
};

inline Merged merged(const Row& source, const Row& target, const Tokenizer& t) {
  Merged result;
  const auto is_sentinel = [&](int64_t id) {
    return id > t.sentinel(t.num_sentinels() - 1) - 1 && id <= t.sentinel(0);
  };
  std::map<int64_t, Row> hidden;
  int64_t open = -1;
  if (source.empty() || source.back() != kEosId || target.empty() || target.back() != kEosId)
    result.fault = "no eos at the end";
  for (size_t i = 0; i + 1 < target.size(); ++i) {
    if (is_sentinel(target[i])) {
      if (target[i] != t.sentinel(result.num_spans)) result.fault = "target's sentinels out of order";
      open = target[i];
      hidden[open] = {};
      ++result.num_spans;
    } else {
      if (open < 0) result.fault = "target begins without a sentinel";
      hidden[open].push_back(target[i]);
      ++result.num_noise;
    }
  }
  int64_t seen = 0;
  for (size_t i = 0; i + 1 < source.size(); ++i) {
    if (!is_sentinel(source[i])) {
      result.ids.push_back(source[i]);
      continue;
    }
    if (source[i] != t.sentinel(seen++)) result.fault = "source's sentinels out of order";
    const Row& span = hidden[source[i]];
    if (span.empty()) result.fault = "an empty span";
    result.ids.insert(result.ids.end(), span.begin(), span.end());
  }
  if (seen != result.num_spans) result.fault = "source and target have different sentinels";
  return result;
}

}  // namespace flanmoe::cases
