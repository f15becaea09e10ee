#include "eval/asking/ranking.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "data/render.h"
#include "decode/score.h"

namespace flanmoe {
namespace {

TokenIds target_of(const TaskRun& run, const Tokenizer& tokenizer, const std::string& text) {
  TokenIds target = run.options.score_eos ? tokenizer.encode_with_end(text) : tokenizer.encode(text);
  if (target.empty()) {
    fail_input("task '{}': the option '{}' has no token; expected a text, or score_eos=true", run.task.name,
               printable(text));
  }
  return target;
}

// log p(target | "") of each distinct target.
std::map<TokenIds, double> unconditional_scores(const T5Model& model, const std::vector<ScoreRequest>& requests) {
  std::map<TokenIds, double> scores;
  for (const ScoreRequest& request : requests) {
    for (const TokenIds& target : request.targets) scores[target] = 0.0;
  }
  std::vector<ScoreRequest> alone;
  for (const auto& [target, score] : scores) alone.push_back({{kEosId}, {target}, "an option by itself"});
  const auto results = score_targets(model, alone);
  for (size_t i = 0; i < alone.size(); ++i) scores[alone[i].targets[0]] = results[i][0].log_probability;
  return scores;
}

OptionScore option_score(const std::string& text, const TargetScore& target, double without_prompt) {
  return {text, target.log_probability, target.log_probability / static_cast<double>(target.num_tokens),
          target.log_probability - without_prompt};
}

double OptionScore::*variant_of(RankingScore ranking) {
  switch (ranking) {
    case RankingScore::kSum:
      return &OptionScore::sum;
    case RankingScore::kPerToken:
      return &OptionScore::per_token;
    case RankingScore::kUnconditional:
      return &OptionScore::unconditional;
  }
  return nullptr;
}

}  // namespace

std::vector<std::vector<OptionScore>> score_options(const T5Model& model, const Tokenizer& tokenizer,
                                                    const TaskRun& run, const std::vector<RankedItem>& items) {
  std::vector<ScoreRequest> requests;
  std::vector<std::vector<std::string>> texts;
  for (const RankedItem& item : items) {
    requests.push_back({item.prompt->source, {}, fmt::format("task '{}', item '{}'", run.task.name, item.row->id)});
    texts.emplace_back();
    for (size_t option = 0; option < item.row->options.size(); ++option) {
      texts.back().push_back(render_choice(run.prompt(), run.task, *item.row, option));
      requests.back().targets.push_back(target_of(run, tokenizer, texts.back().back()));
    }
  }
  const std::map<TokenIds, double> without_prompt = unconditional_scores(model, requests);
  const auto scores = score_targets(model, requests);
  std::vector<std::vector<OptionScore>> results(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    for (size_t option = 0; option < texts[i].size(); ++option) {
      const double alone = without_prompt.at(requests[i].targets[option]);
      results[i].push_back(option_score(texts[i][option], scores[i][option], alone));
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

}  // namespace flanmoe
