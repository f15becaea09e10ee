#include <ATen/ATen.h>

#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/output.h"
#include "data/source.h"
#include "data/task_paths.h"
#include "data/world.h"
#include "study/run.h"

namespace flanmoe {
namespace {

struct DataArguments {
  std::string out, folder, split = "train";
  std::vector<std::string> overrides, tasks = {"tasks"};
  int64_t count = 10, seed = 1;
  bool corpus = false;
};

MixtureOptions mixture_of(const DataArguments& arguments) {
  MixtureOptions options;
  for (const std::string& path : arguments.tasks) {
    options.tasks.push_back(resolve_path(path, arguments.folder, arguments.folder).string());
  }
  return options;
}

int make(const DataArguments& arguments) {
  WorldOptions options;
  load_options(with_overrides(ConfigNode(), arguments.overrides), options);
  expect_new_folder(arguments.out);
  make_world(options, arguments.out);
  return kExitDone;
}

int list(const DataArguments& arguments) {
  const auto entries = mixture_table(mixture_of(arguments), arguments.folder);
  std::cout << fmt::format("{:<44} {:<8} {:<22} {:>7} {:>7}\n", "task", "group", "cluster", "rows", "share");
  for (const MixtureEntry& entry : entries) {
    std::cout << fmt::format("{:<44} {:<8} {:<22} {:>7} {:>6.2f}%\n", entry.task.name, entry.task.group,
                             entry.task.cluster, entry.num_rows, 100.0 * entry.rate);
  }
  return kExitDone;
}

void print_example(const std::string& title, const RenderedExample& text) {
  std::cout << fmt::format("[{}]\n{}\n=> {}\n\n", title, text.input, text.target);
}

// Rows of the corpus with their spans masked, as pre-training on a world reads them.
int show_corpus(const DataArguments& arguments) {
  RunOptions run;
  load_options(load_config(find_preset("train", "pretrain")), run);
  run.data = arguments.folder;
  run.seed = arguments.seed;
  run.corpus.rows_per_batch = arguments.count;
  const Tokenizer tokenizer = open_tokenizer(run);
  const TokenBatch batch = make_source(run, tokenizer)->batch(0);
  const auto text_of = [&tokenizer](const at::Tensor& ids) {
    TokenIds row;
    for (int64_t i = 0; i < ids.size(0); ++i) row.push_back(ids[i].item<int32_t>());
    return tokenizer.decode(row);
  };
  for (int64_t b = 0; b < batch.source_ids.size(0); ++b) {
    print_example("corpus", {text_of(batch.source_ids[b]), text_of(batch.target_ids[b])});
  }
  return kExitDone;
}

// The first rows of every task's split, as evaluation asks them.
int show_split(const DataArguments& arguments) {
  for (const std::string& path : mixture_of(arguments).tasks) {
    for (const TaskSpec& task : load_tasks(path, arguments.folder)) {
      int64_t shown = 0;
      for (const TaskRow& row : load_rows(task, arguments.split)) {
        if (shown++ == arguments.count) break;
        print_example(task.name + ", " + arguments.split, render(task.templates.front(), task, row));
      }
    }
  }
  return kExitDone;
}

int show(const DataArguments& arguments) {
  if (arguments.corpus) return show_corpus(arguments);
  if (arguments.split != "train") return show_split(arguments);
  for (const MixtureExample& example : sample_mixture(mixture_of(arguments), arguments.folder,
                                                      static_cast<uint64_t>(arguments.seed), arguments.count)) {
    print_example(example.task + ", " + example.form, example.text);
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data(CLI::App& parser) {
  auto arguments = std::make_shared<DataArguments>();
  parser.require_subcommand(1);
  CLI::App* maker = parser.add_subcommand("make", "write the built-in world into a new folder");
  maker->add_option("--out", arguments->out, "the new folder")->required()->type_name("FOLDER");
  maker->add_option("overrides", arguments->overrides, "settings:\n" + setting_help<WorldOptions>())
      ->type_name("KEY=VALUE");
  CLI::App* lister = parser.add_subcommand("tasks", "list the tasks of a data folder with rows and mixing shares");
  CLI::App* shower =
      parser.add_subcommand("show", "print examples as a model sees them: of the mixture, a split, the corpus");
  for (CLI::App* reader : {lister, shower}) {
    reader->add_option("folder", arguments->folder, "data folder, such as a study's world")
        ->required()
        ->type_name("FOLDER");
    reader->add_option("--tasks", arguments->tasks, "task files or folders in it (default: tasks)");
  }
  shower->add_option("--count", arguments->count, "how many (default 10)")->check(CLI::PositiveNumber);
  shower->add_option("--seed", arguments->seed, "of the drawing (default 1)");
  shower->add_option("--split", arguments->split,
                     "train draws from the mixture (default); test, dev, ...: each task's first rows");
  shower->add_flag("--corpus", arguments->corpus, "rows of a world's corpus with their spans masked");
  CLI::App* builder = parser.add_subcommand("build", "write a mixture's examples as token ids, for mixture.cache");
  const auto build = setup_data_build(*builder);
  return [arguments, maker, lister, builder, build] {
    if (builder->parsed()) return build();
    return maker->parsed() ? make(*arguments) : lister->parsed() ? list(*arguments) : show(*arguments);
  };
}

}  // namespace flanmoe
