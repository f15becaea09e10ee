#include "study/cell_run.h"

#include "analysis/routing_json.h"
#include "analysis/routing_texts.h"
#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "base/signals.h"
#include "base/stopwatch.h"
#include "base/version.h"
#include "eval/evaluation.h"
#include "eval/files/results_json.h"
#include "model/average.h"
#include "model/folder.h"
#include "moe/capacity.h"
#include "run/run.h"
#include "run/tokenizer.h"
#include "study/cell_result.h"
#include "study/log_odds.h"
#include "tensor/device.h"
#include "tensor/platform.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

// Learning curve: the lines of metrics.jsonl without what was timed.
Json curve_of(const std::filesystem::path& metrics_file) {
  Json curve = Json::array();
  int64_t line_number = 0;
  for (const std::string& line : read_lines(metrics_file)) {
    const Json metrics = parse_json(line, metrics_file.string(), ++line_number);
    Json point;
    for (const auto& [key, value] : metrics.items()) {
      const bool timing = key == "wall_time" || key == "train/tokens_per_second" || key == "train/loader_wait";
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

// A trained cell and what it is asked.
struct TrainedCell {
  std::string name;
  std::filesystem::path folder, model_folder;
  RunOptions run;
  T5Model model;
  Tokenizer tokenizer;
};

// Kept in the cell's folder under `name`: a stopped cell asks only what is left.
EvalResult asked(const TrainedCell& cell, const EvalOptions& options, const T5Model& model, const std::string& name) {
  const EvalRequest request = request_of(options, cell.run.data);
  EvalSetup setup;
  setup.model = cell.model_folder.string();
  setup.model_hash = model_hash(cell.model_folder);
  setup.answers = "model";
  setup.version = kVersion;
  RunHooks hooks;
  hooks.between_parts = [&cell] {
    leave_if_asked(cell.name + ": trained and saved, stopped while evaluating; the same command goes on from here");
  };
  const std::filesystem::path folder = cell.folder / name;
  const Json results = evaluate_into(
      folder, request, plan_evaluation(request), setup,
      [&] { return model_answerer(model, cell.tokenizer, hooks.between_parts); }, hooks);
  return scores_of(results.at("flanmoe"), folder.string());
}

// Held-out scores with no expert ever full, beside the default capacity (the paper's capacity experiment).
std::optional<EvalResult> unlimited_scores(const TrainedCell& cell, const StudyOptions& options) {
  const MoeOptions& moe = cell.model.options().moe;
  if (moe.num_experts == 0 || moe.routing != RoutingRule::kTokenChoice) return std::nullopt;
  EvalOptions direct = options.heldout;
  direct.prompts = PromptKinds::kDirect;
  return asked(cell, direct, cell.model.with_moe(without_limit(moe)), "eval-unlimited");
}

Json routing_of(const TrainedCell& cell, const StudyOptions& options) {
  const ModelOptions& model = cell.model.options();
  if (model.moe.num_experts == 0 || model.decoder_only) return nullptr;
  return routing_json(cell.model, cell.tokenizer,
                      routing_texts(cell.tokenizer, options.heldout, options.routing_texts, cell.run.data));
}

// {"step", "train", "test"} of every checkpoint that was kept, normalised: does what is learned carry over?
Json course_of(const TrainedCell& cell, const EvalOptions& own_set, int64_t rows) {
  Json course = Json::array();
  for (const std::filesystem::path& checkpoint : kept_checkpoints(cell.folder)) {
    TrainedCell then = cell;
    then.model_folder = checkpoint;
    then.model = load_checked_model(checkpoint).to(chosen_device());
    Json point = {{"step", step_of_checkpoint(checkpoint)}};
    for (const char* split : {"train", "test"}) {
      EvalOptions asked_rows = own_set;
      asked_rows.split = split;
      asked_rows.max_items = rows;
      const std::string name = fmt::format("eval-{}-{}", checkpoint.filename().string(), split);
      point[split] = asked(then, asked_rows, then.model, name).tasks.at(0).normalised();
    }
    course.push_back(point);
  }
  return course;
}

void evaluate_cell(CellResult& result, const TrainedCell& cell, const StudyOptions& options) {
  if (result.key.phase == Phase::kFinetune) {
    EvalOptions own_set = options.finetune_eval;
    own_set.tasks = cell.run.mixture.tasks;
    result.finetune = asked(cell, own_set, cell.model, "eval-finetune");
    if (options.finetune_course > 0) result.course = course_of(cell, own_set, options.finetune_course);
    return;
  }
  result.heldout = asked(cell, options.heldout, cell.model, "eval-heldout");
  result.log_odds = log_odds_of(*result.heldout, cell.folder / "eval-heldout");
  result.validation = asked(cell, options.validation, cell.model, "eval-validation");
  result.unlimited = unlimited_scores(cell, options);
  result.routing = routing_of(cell, options);
}

// Where the phase averages: the mean of its last checkpoints.
void average_checkpoints(const std::filesystem::path& cell, const std::filesystem::path& averaged, int64_t count) {
  if (count > 1 && !fs::exists(averaged)) average_models(newest_checkpoints(cell, count), averaged);
}

}  // namespace

void run_cell(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
              const StudyFolder& folder, const std::string& commit) {
  const Stopwatch since_start;
  const std::string name = cell.key.name();
  const std::filesystem::path cell_folder = folder.cell(cell.key);
  const RunOptions run = run_options_of(options, arms, cell, folder);
  const TrainResult trained = run_training(run, cell_folder, name);
  average_checkpoints(cell_folder, folder.averaged(cell.key), arm_of_cell(arms, cell.key).recipe.average.of(run.mode));
  const std::filesystem::path model_folder = finished_model(folder, cell.key);
  const TrainedCell done{
      name, cell_folder, model_folder, run, load_checked_model(model_folder).to(chosen_device()), open_tokenizer(run)};
  CellResult result;
  result.key = cell.key;
  result.steps = trained.steps;
  result.num_tokens = trained.num_tokens;
  result.curve = curve_of(cell_folder / "metrics.jsonl");
  evaluate_cell(result, done, options);
  result.model = std::filesystem::relative(model_folder, folder.root).string();
  result.disk_bytes = folder_bytes(model_folder);
  result.train_seconds = trained.train_seconds;
  result.tokens_per_second = trained.tokens_per_second;
  result.peak_memory_bytes = peak_memory_bytes();
  result.platform = platform_json();
  result.commit = commit;
  result.binary = checksum_file("/proc/self/exe");
  result.wall_seconds = since_start.seconds();
  write_cell_result(result, folder);
}

}  // namespace flanmoe
