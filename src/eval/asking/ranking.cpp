#include "eval/asking/ranking.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/unicode.h"
#include "data/render.h"
#include "decode/score.h"

namespace flanmoe {
namespace {

TokenIds target_of(const TaskRun& run, const Tokenizer& tokenizer, const RenderedText& text) {
  TokenIds target = text.ids(tokenizer);
  if (target.empty()) {  // with its end alone it would be ahead of every text
    fail_input("task '{}': the option '{}' has no token in this vocabulary; expected a text", run.task.name,
               printable(text.text));
  }
  if (run.options.score_eos) target.push_back(kEosId);
  return target;
}

// log p(target | "") of each distinct target.
std::map<TokenIds, double> unconditional_scores(const T5Model& model, const std::vector<ScoreRequest>& requests,
                                                const std::function<void()>& before_batch) {
  std::map<TokenIds, double> scores;
  for (const ScoreRequest& request : requests) {
    for (const TokenIds& target : request.targets) scores[target] = 0.0;
  }
  std::vector<ScoreRequest> alone;
  for (const auto& [target, score] : scores) alone.push_back({{kEosId}, {target}, "an option by itself"});
  const auto results = score_targets(model, alone, kBatchTokens, before_batch);
  for (size_t i = 0; i < alone.size(); ++i) scores[alone[i].targets[0]] = results[i][0].log_probability;
  return scores;
}

// Code points, as Python's len() counts them.
size_t num_characters(const std::string& text) {
  size_t count = 0;
  for (size_t place = 0; place < text.size(); place += character_at(text, place).size) ++count;
  return count;
}

OptionScore option_score(const std::string& text, const TargetScore& target, double without_prompt) {
  const auto per = [&target](size_t count) {
    return target.log_probability / static_cast<double>(std::max<size_t>(count, 1));
  };
  return {text,
          target.log_probability,
          target.log_probability / static_cast<double>(target.num_tokens),
          target.log_probability - without_prompt,
          per(num_characters(text)),
          per(text.size())};
}

// The first target in front of `option` with its ids, -1 when there is none.
int64_t earlier_twin(const std::vector<TokenIds>& targets, size_t option) {
  const auto end = targets.begin() + static_cast<std::ptrdiff_t>(option);
  const auto found = std::find(targets.begin(), end, targets[option]);
  return found == end ? -1 : found - targets.begin();
}

double OptionScore::*variant_of(RankingScore ranking) {
  switch (ranking) {
    case RankingScore::kSum:
      return &OptionScore::sum;
    case RankingScore::kPerToken:
      return &OptionScore::per_token;
    case RankingScore::kPerCharacter:
      return &OptionScore::per_character;
    case RankingScore::kPerByte:
      return &OptionScore::per_byte;
    case RankingScore::kUnconditional:
      return &OptionScore::unconditional;
  }
  return nullptr;
}

}  // namespace

std::vector<std::vector<OptionScore>> score_options(const T5Model& model, const Tokenizer& tokenizer,
                                                    const TaskRun& run, const std::vector<RankedItem>& items,
                                                    const std::function<void()>& before_batch) {
  std::vector<ScoreRequest> requests;
  std::vector<std::vector<std::string>> texts;
  for (const RankedItem& item : items) {
    requests.push_back({item.prompt->source, {}, fmt::format("task '{}', item '{}'", run.task.name, item.row->id)});
    texts.emplace_back();
    for (size_t option = 0; option < item.row->options.size(); ++option) {
      const RenderedText text = render_choice(run.prompt(), run.task, *item.row, option);
      texts.back().push_back(text.text);
      requests.back().targets.push_back(target_of(run, tokenizer, text));
    }
  }
  const std::map<TokenIds, double> without_prompt = unconditional_scores(model, requests, before_batch);
  const auto scores = score_targets(model, requests, kBatchTokens, before_batch);
  std::vector<std::vector<OptionScore>> results(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    for (size_t option = 0; option < texts[i].size(); ++option) {
      const double alone = without_prompt.at(requests[i].targets[option]);
      const int64_t twin = earlier_twin(requests[i].targets, option);
      const TargetScore& score = scores[i][twin < 0 ? option : static_cast<size_t>(twin)];
      results[i].push_back(option_score(texts[i][option], score, alone));
      results[i].back().same_ids = twin;
    }
  }
  return results;
}

size_t best_option(const std::vector<OptionScore>& options, RankingScore ranking) {
  double OptionScore::*const variant = variant_of(ranking);
  const auto best = std::max_element(options.begin(), options.end(),
                                     [variant](const auto& a, const auto& b) { return a.*variant < b.*variant; });
  return static_cast<size_t>(best - options.begin());
}

std::vector<size_t> tied_options(const std::vector<OptionScore>& options, const std::vector<std::string>& texts,
                                 size_t best, RankingScore ranking) {
  double OptionScore::*const variant = variant_of(ranking);
  const auto first_of_ids = [&options](size_t option) {
    return options[option].same_ids < 0 ? static_cast<int64_t>(option) : options[option].same_ids;
  };
  std::vector<size_t> tied;
  for (size_t option = 0; option < options.size(); ++option) {
    if (texts[option] == texts[best]) continue;
    const bool equal = options[option].*variant == options[best].*variant;
    if (equal || first_of_ids(option) == first_of_ids(best)) tied.push_back(option);
  }
  return tied;
}

}  // namespace flanmoe
