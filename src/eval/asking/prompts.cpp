#include "eval/asking/prompts.h"

#include "data/render.h"
#include "eval/asking/context_cut.h"

namespace flanmoe {
namespace {

// The first exemplars of a row; itself, and what reads like it, is none of them.
std::vector<const TaskRow*> exemplars_for(const AskedTask& asked, const TaskRow& row) {
  const bool same_split = asked.run.exemplar_split() == asked.run.split();
  std::vector<const TaskRow*> shown;
  for (const TaskRow& candidate : asked.exemplars) {
    if (static_cast<int64_t>(shown.size()) == asked.run.shots()) break;
    const bool is_itself = same_split && candidate.id == row.id;
    if (!is_itself && !reads_like(candidate, row)) shown.push_back(&candidate);
  }
  return shown;
}

RenderedText prompt_text(const TaskRun& run, const std::vector<const TaskRow*>& exemplars, const TaskRow& row) {
  const EvalForm& form = run.task.eval;
  RenderedText text;
  if (!form.header.empty()) {
    text.append(render_text(form.header, run.task, row));
    text.append_own(form.separator);
  }
  for (const TaskRow* exemplar : exemplars) {
    const RenderedExample example = render(run.prompt(), run.task, *exemplar);
    text.append(example.whole_input());
    text.append_own(" ");
    text.append(example.whole_target());
    text.append_own(form.separator);
  }
  text.append(render(run.prompt(), run.task, row).whole_input());
  return text;
}

// What a prompt is made of and how long it may be.
struct Maker {
  const AskedTask& asked;
  const Tokenizer& tokenizer;

  size_t limit() const { return static_cast<size_t>(asked.run.options.source_length); }
  bool fits(const EvalPrompt& prompt) const { return prompt.source.size() <= limit(); }
  void write(EvalPrompt& prompt, const std::vector<const TaskRow*>& exemplars, const TaskRow& row) const {
    RenderedText text = prompt_text(asked.run, exemplars, row);
    prompt.source = text.ids_with_end(tokenizer);
    prompt.text = std::move(text.text);
  }
};

// As many words of the context as fit. A word more is hardly ever a token less: the search below finds the most or
// nearly so, and what it ends with fits.
void cut_context(const Maker& maker, EvalPrompt& prompt, const TaskRow& row) {
  const std::string field = context_field(maker.asked.run.prompt(), row);
  TaskRow shorter = row;
  const auto write = [&](size_t kept) {
    if (!field.empty()) shorter.fields[field] = without_middle(row.fields.at(field), kept);
    maker.write(prompt, {}, shorter);
    return maker.fits(prompt);
  };
  prompt.context_cut = write(0);
  prompt.refused = !prompt.context_cut;
  if (prompt.refused) return;
  size_t fitting = 0, too_many = num_words(row.fields.at(field));
  while (too_many - fitting > 1) {
    const size_t middle = fitting + (too_many - fitting) / 2;
    (write(middle) ? fitting : too_many) = middle;
  }
  write(fitting);
}

void cut_front(const Maker& maker, EvalPrompt& prompt) {
  prompt.source.erase(prompt.source.begin(), prompt.source.end() - static_cast<std::ptrdiff_t>(maker.limit()));
  prompt.front_cut = true;
}

}  // namespace

std::string whole_prompt(const AskedTask& asked, const TaskRow& row) {
  return prompt_text(asked.run, exemplars_for(asked, row), row).text;
}

EvalPrompt make_prompt(const AskedTask& asked, const TaskRow& row, const Tokenizer& tokenizer) {
  const Maker maker{asked, tokenizer};
  std::vector<const TaskRow*> shown = exemplars_for(asked, row);
  EvalPrompt prompt;
  maker.write(prompt, shown, row);
  while (!maker.fits(prompt) && !shown.empty()) {
    shown.pop_back();
    ++prompt.num_exemplars_dropped;
    maker.write(prompt, shown, row);
  }
  prompt.num_exemplars = static_cast<int64_t>(shown.size());
  if (!maker.fits(prompt)) {
    asked.run.options.too_long == TooLong::kFront ? cut_front(maker, prompt) : cut_context(maker, prompt, row);
  }
  if (prompt.refused) prompt.source.clear();
  return prompt;
}

}  // namespace flanmoe
