// A mixture as values: its tasks with their rates, and its n-th example. Drawing is a pure function of (options, seed,
// n) that touches no text, so any number of readers may share a stream. docs/data.md describes it for users.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/mixture/mixture_options.h"
#include "data/packing.h"
#include "data/render.h"
#include "data/task.h"

namespace flanmoe {

// A task's templates of one kind, direct or chain of thought: places in its list.
struct PromptPool {
  std::vector<size_t> plain;                          // all but the inverted ones
  std::vector<size_t> with_options, without_options;  // the plain ones apart
  std::vector<size_t> inverted;
};

struct MixtureTask {
  TaskSpec task;
  std::vector<TaskRow> rows;  // drawn from: at most the cap, in the file's order
  int64_t num_rows = 0;       // in the file
  double rate = 0.0;          // share of examples
  double cumulative = 0.0;    // rates of the tasks up to this one
  PromptPool direct, cot;
  std::vector<size_t> reasoned;  // places of the rows with a rationale
};

// The tasks that a mixture holds, in the order of its files; no training rows are read. UserError: a pattern that
// matches nothing, an unknown group, a task that must not be trained on, two tasks of one name, too few tasks.
std::vector<TaskSpec> mixture_specs(const MixtureOptions& options, const std::filesystem::path& data_folder);

// Which rows of its tasks a mixture draws from: those that are trained on, or others for validation.
struct MixtureRows {
  std::string split = "train";  // tasks without it are left out
  bool held_out = false;        // of training rows, those that options.held_out_share keeps apart
};

// The same with rows, rates and prompts. UserError: also rates that sum to zero, no rows, a prompt that does not fit
// the rows. Which rows are held out depends on their places alone; a task that would have none left holds out none.
std::vector<MixtureTask> load_mixture(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                      const MixtureRows& rows = {});

// What an example is made of; points into its stream.
struct MixtureDraw {
  const MixtureTask* task;
  const TaskRow* row;
  bool cot = false, inverted = false;
  size_t prompt = 0;  // place among the task's templates, or its cot_templates
  std::vector<const TaskRow*> exemplars;
  std::string_view separator = "\n\n";
  size_t answer = 0;  // which of the row's answers is the target

  const PromptTemplate& prompt_template() const;
  std::string_view style() const;  // zs_opt | zs_noopt | fs_opt | fs_noopt
};

class MixtureStream {
 public:
  MixtureStream(const MixtureOptions& options, const std::filesystem::path& data_folder, uint64_t seed,
                const MixtureRows& rows = {});
  MixtureStream(const MixtureStream&) = delete;
  MixtureStream& operator=(const MixtureStream&) = delete;

  MixtureDraw draw(uint64_t index) const;
  const MixtureOptions& options() const { return options_; }
  const std::vector<MixtureTask>& tasks() const { return tasks_; }

 private:
  bool asks_exemplars(const MixtureDraw& draw, class RandomStream& stream) const;
  const std::vector<size_t>& prompts_of(const MixtureDraw& draw, bool few_shot, class RandomStream& stream) const;

  MixtureOptions options_;
  uint64_t seed_;
  std::vector<MixtureTask> tasks_;
};

// A draw as text, with all its exemplars.
RenderedExample text_of(const MixtureDraw& draw);

// A draw as training reads it: exemplars that do not fit left out, then cut.
struct FittedExample {
  TokenPair tokens;
  size_t num_shots = 0;  // exemplars left
  bool source_cut = false, target_cut = false;
};
FittedExample fit_example(MixtureDraw draw, const MixtureOptions& options, const Tokenizer& tokenizer);

}  // namespace flanmoe
