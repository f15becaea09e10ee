// flanmoe data stats: what a mixture gives in practice.
#include <iostream>

#include "base/error.h"
#include "base/json.h"
#include "base/progress.h"
#include "cli/data_choice.h"
#include "cli/data_commands.h"
#include "cli/help_format.h"
#include "cli/text_table.h"
#include "data/mixture/mixture_stats.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct StatsArguments {
  std::string mixture, data = ".", tokenizer;
  int64_t draws = 10'000, seed = 1;
  bool json = false;
};

double share(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

Json as_json(const TaskStats& stats, int64_t draws, bool has_tokens) {
  const DrawCounts& counts = stats.counts;
  Json json = stats.task.empty() ? Json::object() : Json{{"task", stats.task}};
  json.update({{"group", stats.group},
               {"rows", stats.num_rows},
               {"used_rows", stats.used_rows},
               {"configured_share", stats.rate},
               {"drawn_share", share(counts.draws, draws)},
               {"draws", counts.draws},
               {"few_shot", counts.few_shot},
               {"exemplars", counts.exemplars},
               {"cot", counts.cot},
               {"inverted", counts.inverted}});
  if (has_tokens) {
    json.update({{"source_tokens", counts.source_tokens},
                 {"target_tokens", counts.target_tokens},
                 {"sources_cut", counts.source_cut},
                 {"targets_cut", counts.target_cut},
                 {"exemplars_dropped", counts.exemplars_dropped},
                 {"none_fitted", counts.none_fitted},
                 {"unknown_tokens", counts.unknown}});
  }
  return json;
}

Json as_json(const MixtureStats& stats) {
  const auto list = [&stats](const std::vector<TaskStats>& entries) {
    Json json = Json::array();
    for (const TaskStats& entry : entries) json.push_back(as_json(entry, stats.draws, stats.has_tokens));
    return json;
  };
  Json json = {{"draws", stats.draws}, {"styles", stats.styles}};
  if (stats.has_tokens) json["packed_fill"] = {{"source", stats.source_fill}, {"target", stats.target_fill}};
  json["groups"] = list(stats.groups);
  json["tasks"] = list(stats.tasks);
  return json;
}

void print_rows(const char* title, const std::vector<TaskStats>& entries, const MixtureStats& stats) {
  std::vector<TableColumn> columns = {{title}};
  for (const char* name : {"rows", "used", "asked%", "drawn%"}) columns.push_back({name, true});
  if (stats.has_tokens) {
    for (const char* name : {"source", "target", "cut", "t.cut", "dropped", "none", "unk"})
      columns.push_back({name, true});
  }
  std::vector<std::vector<std::string>> rows;
  for (const TaskStats& entry : entries) {
    const DrawCounts& counts = entry.counts;
    std::vector<std::string>& row = rows.emplace_back();
    row = {entry.task.empty() ? entry.group : entry.task, std::to_string(entry.num_rows),
           std::to_string(entry.used_rows), fmt::format("{:.2f}", 100.0 * entry.rate),
           fmt::format("{:.2f}", 100.0 * share(counts.draws, stats.draws))};
    if (!stats.has_tokens) continue;
    row.push_back(fmt::format("{:.1f}", share(counts.source_tokens, counts.draws)));
    row.push_back(fmt::format("{:.1f}", share(counts.target_tokens, counts.draws)));
    for (const int64_t count :
         {counts.source_cut, counts.target_cut, counts.exemplars_dropped, counts.none_fitted, counts.unknown})
      row.push_back(std::to_string(count));
  }
  std::cout << text_table(columns, rows, output_width());
}

void print_table(const MixtureStats& stats) {
  print_rows("task", stats.tasks, stats);
  std::cout << "\n";
  print_rows("group", stats.groups, stats);
  DrawCounts total;
  for (const TaskStats& group : stats.groups) total += group.counts;
  std::string text = fmt::format("\n{} draws; styles:", stats.draws);
  for (const auto& [style, count] : stats.styles)
    text += fmt::format(" {} {:.1f}%", style, 100.0 * share(count, stats.draws));
  text += fmt::format("; chain of thought {:.1f}%, inverted {:.1f}%, {:.2f} exemplars per few-shot draw\n",
                      100.0 * share(total.cot, stats.draws), 100.0 * share(total.inverted, stats.draws),
                      share(total.exemplars, total.few_shot));
  if (stats.has_tokens) {
    text += fmt::format("{} source and {} target tokens, {} unknown; packed rows are {:.1f}% and {:.1f}% full\n",
                        total.source_tokens, total.target_tokens, total.unknown, 100.0 * stats.source_fill,
                        100.0 * stats.target_fill) +
            "source, target: mean tokens of an example; cut, t.cut: examples whose source or target is cut;\n"
            "dropped: exemplars without room; none: examples that lost all of them; unk: unknown tokens\n";
  }
  std::cout << fitted_help(text, output_width());
}

int run(const StatsArguments& arguments) {
  const MixtureStream stream(open_mixture(arguments.mixture), arguments.data, static_cast<uint64_t>(arguments.seed));
  std::optional<Tokenizer> tokenizer;
  if (!arguments.tokenizer.empty()) tokenizer = open_tokenizer_at(model_folder(arguments.tokenizer));
  Progress progress("stats", arguments.draws, "example");
  const MixtureStats stats = mixture_stats(stream, tokenizer ? &*tokenizer : nullptr, arguments.draws,
                                           [&progress](int64_t done) { progress.update(done, ""); });
  if (arguments.json) {
    std::cout << json_page(as_json(stats), "standard output");
  } else {
    print_table(stats);
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data_stats(CLI::App& parser) {
  auto arguments = std::make_shared<StatsArguments>();
  parser.add_option("mixture", arguments->mixture, preset_help("mixtures"))->required()->type_name("MIXTURE");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser
      .add_option("--tokenizer", arguments->tokenizer,
                  "SentencePiece model or model folder: also count tokens and what is cut")
      ->type_name("FILE|FOLDER");
  parser.add_option("--draws", arguments->draws, "examples drawn (default 10000)")->check(whole_number_from(1));
  parser.add_option("--seed", arguments->seed, "of the drawing (default 1)");
  parser.add_flag("--json", arguments->json, "as JSON on stdout");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
