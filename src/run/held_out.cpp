#include "run/held_out.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "data/batch_source.h"
#include "data/corpus.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_source.h"
#include "model/forward.h"
#include "run/source.h"

namespace flanmoe {
namespace {

constexpr uint64_t kSeed = 0;  // of every run, so that the losses of two seeds are of the same text

using Source = std::unique_ptr<BatchSource>;

Source corpus_source(const RunOptions& options, const Tokenizer& tokenizer) {
  CorpusOptions corpus = options.corpus;
  const std::vector<std::string>& files = options.validation.files;
  if (files.empty() && corpus.held_out_share == 0.0) return nullptr;
  if (!files.empty() && corpus.held_out_share > 0.0) {
    fail_input("'validation.files' and 'corpus.held_out_share' are both given; expected one of them");
  }
  corpus.files = resolved_paths(files.empty() ? corpus.files : files, options.data);
  return make_corpus_source(corpus, tokenizer, kSeed, files.empty() ? CorpusPart::kHeldOut : CorpusPart::kTrained);
}

Source mixture_source(const RunOptions& options, const Tokenizer& tokenizer) {
  const std::string& split = options.validation.loss_split;
  if (!options.validation.files.empty()) {
    fail_input("'validation.files' is for mode pretrain; expected 'mixture.held_out_share', or rows of split '{}'",
               split);
  }
  MixtureRows rows;
  rows.held_out = options.mixture.held_out_share > 0.0;
  if (!rows.held_out) {
    const std::vector<TaskSpec> specs = mixture_specs(options.mixture, options.data);
    rows.split = split;
    if (std::none_of(specs.begin(), specs.end(), [&](const TaskSpec& spec) { return spec.splits.contains(split); }))
      return nullptr;
  }
  return make_mixture_source(options.mixture, options.data, tokenizer, kSeed, rows);
}

}  // namespace

std::vector<TokenBatch> held_out_batches(const RunOptions& options, const Tokenizer& tokenizer) {
  std::vector<TokenBatch> batches;
  if (options.validation.loss_batches == 0) {
    if (!options.validation.files.empty())
      fail_input("'validation.files' is given, but 'validation.loss_batches' is 0; expected 1 or more");
    return batches;
  }
  const Source source =
      options.mode == Phase::kPretrain ? corpus_source(options, tokenizer) : mixture_source(options, tokenizer);
  if (source == nullptr) return batches;
  for (int64_t i = 0; i < options.validation.loss_batches; ++i)
    batches.push_back(source->batch(static_cast<uint64_t>(i)));
  return batches;
}

double held_out_loss(const T5Model& model, const std::vector<TokenBatch>& batches,
                     const std::function<void()>& before_batch) {
  const at::NoGradGuard no_gradients;
  ForwardOptions call;
  call.only_loss = true;
  double sum = 0.0;
  int64_t num_tokens = 0;
  for (const TokenBatch& batch : batches) {
    if (before_batch) before_batch();
    const TokenLoss loss = forward(model, batch, call).loss;
    sum += loss.loss.item<double>() * static_cast<double>(loss.num_tokens);
    num_tokens += loss.num_tokens;
  }
  return sum / static_cast<double>(num_tokens);
}

}  // namespace flanmoe
