#include "study/cell_run.h"
#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "base/signals.h"
#include "model/counts.h"
#include "model/folder.h"
#include "study/cell_routing.h"
#include "study/cells.h"
#include "tensor/platform.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

// Learning curve: the lines of metrics.jsonl.
Json curve_of(const std::filesystem::path& metrics_file) {
  Json curve = Json::array();
  int64_t line_number = 0;
  for (const std::string& line : read_lines(metrics_file)) {
    const Json metrics = parse_json(line, metrics_file.string(), ++line_number);
    Json point;
    for (const auto& [key, value] : metrics.items()) {
      const bool timing = key == "wall_time" || key == "train/tokens_per_second";
      if (!timing) point[key] = value;
    }
    curve.push_back(point);
  }
  return curve;
}

int64_t folder_bytes(const std::filesystem::path& folder) {
  int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += static_cast<int64_t>(entry.file_size());
  }
  return bytes;
}

// Scores with no expert ever full, beside the default capacity (the paper's capacity experiment). Token choice only.
Json capacity_scores(const T5Model& model, const Tokenizer& tokenizer, const StudyOptions& options,
                     const std::filesystem::path& data) {
  const MoeOptions& moe = model.options().moe;
  if (moe.num_experts == 0 || moe.routing != RoutingRule::kTokenChoice) return nullptr;
  EvalOptions direct = options.heldout;
  direct.prompts = PromptKinds::kDirect;
  return {{"unlimited", eval_to_json(evaluate(model.with_moe(without_limit(moe)), tokenizer, direct, data))}};
}

// Between the evaluations of a trained cell: they are done again by the next run, the training is not.
void leave_if_asked(const std::string& cell) {
  if (const int signal = pending_signal(); signal != 0) {
    throw Interrupted(
        signal,
        fmt::format("{}: trained and saved, stopped while evaluating; the same command goes on from here", cell));
  }
}

Json keep_eval(const EvalResult& result, const std::filesystem::path& folder) {
  if (!fs::exists(folder)) write_eval(result, folder);
  return eval_to_json(result);
}

void add_general_scores(Json& result, const T5Model& model, const Tokenizer& tokenizer, const StudyOptions& options,
                        const std::filesystem::path& data, const std::filesystem::path& folder) {
  const std::string cell = result.at("cell");
  leave_if_asked(cell);
  result["heldout"] = keep_eval(evaluate(model, tokenizer, options.heldout, data), folder / "eval-heldout");
  leave_if_asked(cell);
  result["validation"] = keep_eval(evaluate(model, tokenizer, options.validation, data), folder / "eval-validation");
  leave_if_asked(cell);
  result["capacity"] = capacity_scores(model, tokenizer, options, data);
  result["routing"] = routing_of_cell(model, tokenizer, options, data);
}

void add_finetune_score(Json& result, const T5Model& model, const Tokenizer& tokenizer, const StudyOptions& options,
                        const RunOptions& run, const std::filesystem::path& folder) {
  EvalOptions eval = options.finetune_eval;
  eval.tasks = run.mixture.tasks;
  result["finetune"] = keep_eval(evaluate(model, tokenizer, eval, run.data), folder / "eval-finetune");
}

}  // namespace

void run_cell(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
              const StudyFolder& folder) {
  const std::filesystem::path cell_folder = folder.cell(cell.name);
  const RunOptions run = cell_run(options, arms, cell, folder);
  const TrainResult trained = run_training(run, cell_folder, cell.name);
  const std::filesystem::path model_folder = newest_checkpoint(cell_folder);
  const T5Model model = load_model(model_folder);
  const Tokenizer tokenizer = open_tokenizer(run);
  Json result = {{"cell", cell.name},      {"arm", cell.arm},
                 {"seed", cell.seed},      {"phase", name_of(cell.phase)},
                 {"set", cell.set},        {"instructed", cell.instructed},
                 {"steps", trained.steps}, {"tokens", trained.num_tokens}};
  result["curve"] = curve_of(cell_folder / "metrics.jsonl");
  if (cell.phase == Phase::kFinetune) {
    add_finetune_score(result, model, tokenizer, options, run, cell_folder);
  } else {
    add_general_scores(result, model, tokenizer, options, run.data, cell_folder);
  }
  result["model"] = std::filesystem::relative(model_folder, folder.root).string();
  result["disk_bytes"] = folder_bytes(model_folder);
  result["timing"] = {{"train_seconds", trained.train_seconds},
                      {"tokens_per_second", trained.tokens_per_second},
                      {"peak_memory_bytes", peak_memory_bytes()},
                      {"platform", platform_json()}};
  write_json(folder.result(cell.name), result);
}

}  // namespace flanmoe
