#include "eval/asking/answerer.h"

#include "data/stop_text.h"
#include "data/tokenizer/answer_text.h"
#include "decode/generate.h"
#include "eval/asking/prompts.h"
#include "eval/asking/ranking.h"
#include "eval/asking/vocabulary_loss.h"
#include "eval/scoring/judge.h"

namespace flanmoe {
namespace {

constexpr int64_t kPromptsTogether = 64;

// A part of a task's rows with their prompts and items, one each; `asked_rows` are those that were not refused.
struct Part {
  std::vector<const TaskRow*> rows;
  std::vector<EvalPrompt> prompts;
  std::vector<ItemResult> items;
  std::vector<size_t> asked_rows;
};

Part make_part(const AskedTask& asked, size_t begin, size_t end, const Tokenizer& tokenizer) {
  Part part;
  const std::vector<std::string> lost =
      asked.ranked ? std::vector<std::string>() : lost_stops(tokenizer, asked.run.task.eval.stop);
  for (size_t i = begin; i < end; ++i) {
    const TaskRow& row = asked.rows[i];
    EvalPrompt prompt = make_prompt(asked, row, tokenizer);
    ItemResult item = open_item(asked.run, row);
    item.prompt = prompt.text;
    item.truncated = prompt.truncated();
    item.refused = prompt.refused;
    item.context_cut = prompt.context_cut;
    item.num_exemplars = prompt.num_exemplars;
    item.num_exemplars_dropped = prompt.num_exemplars_dropped;
    item.unknown = unknown_pieces(asked, row, prompt, tokenizer);
    item.lost_stops = lost;
    if (!prompt.refused) part.asked_rows.push_back(part.rows.size());
    part.rows.push_back(&row);
    part.prompts.push_back(std::move(prompt));
    part.items.push_back(std::move(item));
  }
  return part;
}

using BeforeStep = std::function<void()>;

void rank(Part& part, const TaskRun& run, const T5Model& model, const Tokenizer& tokenizer,
          const BeforeStep& before_step) {
  std::vector<RankedItem> ranked;
  for (const size_t i : part.asked_rows) ranked.push_back({part.rows[i], &part.prompts[i]});
  auto scores = score_options(model, tokenizer, run, ranked, before_step);
  for (size_t i = 0; i < ranked.size(); ++i)
    judge_ranking(part.items[part.asked_rows[i]], run, *ranked[i].row, std::move(scores[i]));
}

void generate_texts(Part& part, const TaskRun& run, const T5Model& model, const Tokenizer& tokenizer,
                    const BeforeStep& before_step) {
  std::vector<TokenIds> sources;
  for (const size_t i : part.asked_rows) sources.push_back(part.prompts[i].source);
  GenerateOptions decoding;
  decoding.max_new_tokens = run.max_new_tokens();
  decoding.batch = kPromptsTogether;
  GenerateHooks hooks;
  hooks.before_step = before_step;
  const std::vector<std::string>& stop = run.task.eval.stop;
  if (!stop.empty()) hooks.stops = stop_hook(tokenizer, stop);
  const auto answers = generate_answers(model, sources, decoding, hooks);
  for (size_t i = 0; i < answers.size(); ++i) {
    ItemResult& item = part.items[part.asked_rows[i]];
    const Answer& answer = answers[i].front();
    item.ended = answer.ended;
    judge_text(item, run, *part.rows[part.asked_rows[i]], cut_at_stop(answer_text(tokenizer, answer.ids), stop));
  }
}

}  // namespace

Answerer model_answerer(const T5Model& model, const Tokenizer& tokenizer, const std::function<void()>& before_step) {
  return [&model, &tokenizer, before_step](const AskedTask& asked, size_t begin, size_t end) {
    Part part = make_part(asked, begin, end, tokenizer);
    if (part.asked_rows.empty()) return part.items;
    const auto answer = asked.ranked ? rank : generate_texts;
    answer(part, asked.run, model, tokenizer, before_step);
    return part.items;
  };
}

}  // namespace flanmoe
