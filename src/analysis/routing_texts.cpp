#include "analysis/routing_texts.h"

#include "base/error.h"
#include "data/render.h"
#include "data/task.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

TokenIds ids_of(const Tokenizer& tokenizer, const RenderedText& text, int64_t limit) {
  TokenIds ids = text.ids_with_end(tokenizer);
  cut_before_end(ids, limit);
  return ids;
}

TokenIds ids_of_row(const at::Tensor& ids, int64_t row) {
  const auto id = ids.accessor<int64_t, 2>();
  TokenIds result;
  for (int64_t t = 0; t < ids.size(1) && id[row][t] != 0; ++t) result.push_back(static_cast<int32_t>(id[row][t]));
  return result;
}

}  // namespace

std::vector<TextIds> texts_of_batches(const BatchSource& source, int64_t num_texts) {
  std::vector<TextIds> texts;
  for (uint64_t step = 0; static_cast<int64_t>(texts.size()) < num_texts; ++step) {
    const TokenBatch batch = source.batch(step);
    FLANMOE_ASSERT(!batch.source_segments.defined() && batch.source_ids.size(0) > 0);
    for (int64_t row = 0; row < batch.source_ids.size(0) && static_cast<int64_t>(texts.size()) < num_texts; ++row)
      texts.push_back({ids_of_row(batch.source_ids, row), ids_of_row(batch.target_ids, row)});
  }
  return texts;
}

std::vector<TextIds> routing_texts(const Tokenizer& tokenizer, const EvalOptions& options, int64_t num_texts,
                                   const std::filesystem::path& data_folder) {
  std::vector<std::vector<TextIds>> by_task;
  for (const std::string& path : options.tasks) {
    for (const TaskSpec& task : load_tasks(resolve_path(path, data_folder), data_folder)) {
      by_task.emplace_back();
      const std::string& split = options.split.empty() ? task.eval.split : options.split;
      for (const TaskRow& row : load_rows(task, split)) {
        if (static_cast<int64_t>(by_task.back().size()) == num_texts) break;
        const RenderedExample text = render(task.templates.front(), task, row);
        by_task.back().push_back({ids_of(tokenizer, text.whole_input(), options.source_length),
                                  ids_of(tokenizer, text.whole_target(), options.source_length)});
      }
    }
  }
  std::vector<TextIds> texts;
  for (size_t i = 0; static_cast<int64_t>(texts.size()) < num_texts; ++i) {
    const size_t before = texts.size();
    for (const auto& task : by_task) {
      if (i < task.size() && static_cast<int64_t>(texts.size()) < num_texts) texts.push_back(task[i]);
    }
    if (texts.size() == before) break;
  }
  if (texts.empty()) fail_input("the tasks have no rows to analyse the routing on");
  return texts;
}

}  // namespace flanmoe
