#include "data/mixture/mixture_stats.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "data/mixture/mixture_options.h"
#include "data/packing.h"

namespace flanmoe {
namespace {

void count_tokens(DrawCounts& counts, const FittedExample& example, size_t num_drawn) {
  const auto dropped = static_cast<int64_t>(num_drawn - example.num_shots);
  counts.source_tokens += static_cast<int64_t>(example.tokens.source.size());
  counts.target_tokens += static_cast<int64_t>(example.tokens.target.size());
  counts.source_cut += example.source_cut ? 1 : 0;
  counts.target_cut += example.target_cut ? 1 : 0;
  counts.exemplars_dropped += dropped;
  counts.none_fitted += dropped > 0 && example.num_shots == 0 ? 1 : 0;
  for (const TokenIds* ids : {&example.tokens.source, &example.tokens.target})
    counts.unknown += std::count(ids->begin(), ids->end(), kUnkId);
}

void count_draw(DrawCounts& counts, const MixtureDraw& draw) {
  ++counts.draws;
  counts.few_shot += draw.exemplars.empty() ? 0 : 1;
  counts.exemplars += static_cast<int64_t>(draw.exemplars.size());
  counts.cot += draw.cot ? 1 : 0;
  counts.inverted += draw.inverted ? 1 : 0;
}

std::vector<TaskStats> empty_stats(const std::vector<MixtureTask>& tasks) {
  std::vector<TaskStats> stats;
  for (const MixtureTask& task : tasks) {
    stats.push_back(
        {task.task.name, task.task.group, task.num_rows, static_cast<int64_t>(task.rows.size()), task.rate, {}});
  }
  return stats;
}

std::vector<TaskStats> group_sums(const std::vector<TaskStats>& tasks) {
  std::vector<TaskStats> groups;
  for (const TaskStats& task : tasks) {
    const auto same = [&task](const TaskStats& group) { return group.group == task.group; };
    auto found = std::find_if(groups.begin(), groups.end(), same);
    if (found == groups.end()) found = groups.insert(groups.end(), {"", task.group, 0, 0, 0.0, {}});
    found->num_rows += task.num_rows;
    found->used_rows += task.used_rows;
    found->rate += task.rate;
    found->counts += task.counts;
  }
  return groups;
}

// How full packed rows are.
class Fill {
 public:
  explicit Fill(const MixtureOptions& options) : options_(options) {}
  void add(TokenPair pair) {
    pairs_.push_back(std::move(pair));
    if (static_cast<int64_t>(pairs_.size()) < options_.examples_per_batch) return;
    const TokenBatch batch = pack_batch(pairs_, options_.source_length, options_.target_length);
    rows_ += batch.source_ids.size(0);
    source_ += batch.num_source_tokens;
    target_ += batch.num_target_tokens;
    pairs_.clear();
  }
  double source() const { return share(source_, options_.source_length); }
  double target() const { return share(target_, options_.target_length); }

 private:
  double share(int64_t tokens, int64_t length) const {
    return rows_ == 0 ? 0.0 : static_cast<double>(tokens) / static_cast<double>(rows_ * length);
  }
  const MixtureOptions& options_;
  std::vector<TokenPair> pairs_;
  int64_t rows_ = 0, source_ = 0, target_ = 0;
};

}  // namespace

DrawCounts& DrawCounts::operator+=(const DrawCounts& other) {
  for (int64_t DrawCounts::*count :
       {&DrawCounts::draws, &DrawCounts::few_shot, &DrawCounts::exemplars, &DrawCounts::cot, &DrawCounts::inverted,
        &DrawCounts::source_tokens, &DrawCounts::target_tokens, &DrawCounts::source_cut, &DrawCounts::target_cut,
        &DrawCounts::exemplars_dropped, &DrawCounts::none_fitted, &DrawCounts::unknown})
    this->*count += other.*count;
  return *this;
}

MixtureStats mixture_stats(const MixtureStream& stream, const Tokenizer* tokenizer, int64_t draws,
                           const std::function<void(int64_t)>& progress) {
  constexpr int64_t kTellEvery = 256;
  MixtureStats stats;
  stats.draws = draws;
  stats.has_tokens = tokenizer != nullptr;
  stats.tasks = empty_stats(stream.tasks());
  Fill fill(stream.options());
  for (int64_t i = 0; i < draws; ++i) {
    const MixtureDraw draw = stream.draw(static_cast<uint64_t>(i));
    DrawCounts& counts = stats.tasks[static_cast<size_t>(draw.task - stream.tasks().data())].counts;
    count_draw(counts, draw);
    ++stats.styles[std::string(draw.style())];
    if (progress && i % kTellEvery == 0) progress(i);
    if (tokenizer == nullptr) continue;
    FittedExample example = fit_example(draw, stream.options(), *tokenizer);
    count_tokens(counts, example, draw.exemplars.size());
    fill.add(std::move(example.tokens));
  }
  stats.source_fill = fill.source();
  stats.target_fill = fill.target();
  stats.groups = group_sums(stats.tasks);
  return stats;
}

}  // namespace flanmoe
