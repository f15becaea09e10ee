// The n-th example of a mixture.
#include <algorithm>

#include "base/random.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/render.h"

namespace flanmoe {
namespace {

const MixtureTask& drawn_task(const std::vector<MixtureTask>& tasks, RandomStream& stream) {
  const double place = stream.uniform() * tasks.back().cumulative;
  const auto found = std::upper_bound(tasks.begin(), tasks.end(), place,
                                      [](double value, const MixtureTask& task) { return value < task.cumulative; });
  return found == tasks.end() ? tasks.back() : *found;
}

// Other rows of the same task that do not read like the query, with a rationale if the prompt shows one. `i` of the
// others is `i` or `i + 1` of all.
std::vector<const TaskRow*> drawn_exemplars(const MixtureDraw& draw, int64_t max_shots, RandomStream& stream) {
  const MixtureTask& task = *draw.task;
  const auto row = static_cast<size_t>(draw.row - task.rows.data());
  const auto own_reason = std::lower_bound(task.reasoned.begin(), task.reasoned.end(), row) - task.reasoned.begin();
  const size_t own = draw.cot ? static_cast<size_t>(own_reason) : row;
  const size_t others = (draw.cot ? task.reasoned.size() : task.rows.size()) - 1;
  const auto count = std::min(static_cast<size_t>(stream.between(1, max_shots)), others);
  std::vector<const TaskRow*> exemplars;
  for (const size_t i : stream.sample(others, count)) {
    const size_t place = i < own ? i : i + 1;
    const TaskRow& exemplar = task.rows[draw.cot ? task.reasoned[place] : place];
    if (!reads_like(exemplar, *draw.row)) exemplars.push_back(&exemplar);
  }
  return exemplars;
}

}  // namespace

const PromptTemplate& MixtureDraw::prompt_template() const {
  return (cot ? task->task.cot_templates : task->task.templates)[prompt];
}

std::string_view MixtureDraw::style() const {
  if (prompt_template().shows_options) return exemplars.empty() ? "zs_opt" : "fs_opt";
  return exemplars.empty() ? "zs_noopt" : "fs_noopt";
}

MixtureStream::MixtureStream(const MixtureOptions& options, const std::filesystem::path& data_folder, uint64_t seed,
                             const MixtureRows& rows)
    : options_(options), seed_(seed), tasks_(load_mixture(options, data_folder, rows)) {}

bool MixtureStream::asks_exemplars(const MixtureDraw& draw, RandomStream& stream) const {
  if (draw.task->rows.size() < 2 || options_.max_shots == 0) return false;
  const StyleWeights& styles = options_.styles;
  double share = options_.few_shot_share;
  if (styles.total() > 0.0) share = (styles.fs_opt + styles.fs_noopt) / styles.total();
  if (draw.cot) share = options_.cot_few_shot_share.value_or(share);
  return stream.chance(share);
}

// The templates to pick from. Only a task that can both show and hide its options chooses between the two.
const std::vector<size_t>& MixtureStream::prompts_of(const MixtureDraw& draw, bool few_shot,
                                                     RandomStream& stream) const {
  const PromptPool& pool = draw.cot ? draw.task->cot : draw.task->direct;
  if (draw.inverted) return pool.inverted;
  const StyleWeights& styles = options_.styles;
  const double shown = few_shot ? styles.fs_opt : styles.zs_opt;
  const double either = shown + (few_shot ? styles.fs_noopt : styles.zs_noopt);
  const bool can_do_both = !draw.row->options.empty() && !pool.with_options.empty() && !pool.without_options.empty();
  if (!can_do_both || either <= 0.0) return pool.plain;
  return stream.chance(shown / either) ? pool.with_options : pool.without_options;
}

MixtureDraw MixtureStream::draw(uint64_t index) const {
  RandomStream stream(seed_, "mixture", index);
  const MixtureTask& task = drawn_task(tasks_, stream);
  MixtureDraw draw{&task, &stream.pick(task.rows)};
  draw.cot = !task.cot.plain.empty() && !draw.row->rationale.empty() && stream.chance(options_.cot_share);
  const PromptPool& pool = draw.cot ? task.cot : task.direct;
  draw.inverted = options_.inversion_share > 0.0 && !pool.inverted.empty() && stream.chance(options_.inversion_share);
  const bool by_style = options_.styles.total() > 0.0;
  bool few_shot = by_style && asks_exemplars(draw, stream);
  draw.prompt = stream.pick(prompts_of(draw, few_shot, stream));
  if (!by_style) few_shot = asks_exemplars(draw, stream);
  if (few_shot) draw.exemplars = drawn_exemplars(draw, options_.max_shots, stream);
  if (few_shot && !options_.separators.empty()) draw.separator = stream.pick(options_.separators);
  if (options_.answers == TargetAnswer::kRandom && draw.row->options.empty())
    draw.answer = stream.below(draw.row->answers.size());
  return draw;
}

RenderedExample text_of(const MixtureDraw& draw) {
  return render_few_shot(draw.prompt_template(), draw.task->task, draw.exemplars, *draw.row,
                         {draw.separator, draw.answer});
}

}  // namespace flanmoe
