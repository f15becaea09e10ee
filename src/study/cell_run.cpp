#include "study/cell_run.h"

#include <algorithm>

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
#include "model/evaluation_settings.h"
#include "model/folder.h"
#include "run/copied_run.h"
#include "run/held_out.h"
#include "run/run.h"
#include "run/source.h"
#include "run/tokenizer.h"
#include "run/upcycled_folder.h"
#include "study/cell_result.h"
#include "study/evaluations.h"
#include "study/log_odds.h"
#include "study/reuse.h"
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

void leave_if_stopped(const TrainedCell& cell) {
  leave_if_asked(cell.name + ": trained and saved, stopped while evaluating; the same command goes on from here");
}

// Kept in the cell's folder under `name`: a stopped cell asks only what is left.
EvalResult asked(const TrainedCell& cell, const EvalOptions& options, const T5Model& model, const std::string& name) {
  const EvalRequest request = request_of(options, cell.run.data);
  EvalSetup setup;
  setup.model = cell.model_folder.string();
  setup.model_hash = model_hash(cell.model_folder);
  setup.answers = "model";
  setup.version = kVersion;
  setup.routing = routing_changes(cell.model.options().moe, model.options().moe);
  RunHooks hooks;
  hooks.between_parts = [&cell] { leave_if_stopped(cell); };
  const std::filesystem::path folder = cell.folder / name;
  const Json results = evaluate_into(
      folder, request, plan_evaluation(request), setup,
      [&] { return model_answerer(model, cell.tokenizer, hooks.between_parts); }, hooks);
  return scores_of(results.at("flanmoe"), folder.string());
}

// The same weights under other settings of evaluation: other room for experts, examples before the question.
std::map<std::string, EvalResult> evaluated(const TrainedCell& cell, const StudyOptions& options,
                                            const std::string& arm) {
  std::map<std::string, EvalResult> scores;
  for (const Evaluation& evaluation : study_evaluations(options)) {
    const auto routing = evaluation_routing_of(evaluation, cell.model.options(), arm);
    if (!routing) continue;
    scores.emplace(evaluation.name, asked(cell, options_under(evaluation, options.heldout),
                                          cell.model.with_moe(*routing), "evaluated-" + evaluation.name));
  }
  return scores;
}

// On held-out prompts, and of a pre-trained model on its own text.
void analyse_routing(CellResult& result, const TrainedCell& cell, const StudyOptions& options) {
  const ModelOptions& model = cell.model.options();
  if (model.moe.num_experts == 0 || model.decoder_only) return;
  result.routing = routing_json(cell.model, cell.tokenizer,
                                routing_texts(cell.tokenizer, options.heldout, options.routing_texts, cell.run.data));
  if (cell.run.mode != Phase::kPretrain) return;
  const auto corpus = make_source(cell.run, cell.tokenizer);
  result.corpus_routing =
      routing_layers_json(cell.model, cell.tokenizer, texts_of_batches(*corpus, options.routing_texts));
}

// What a finetuning's own set is asked.
EvalOptions own_set_of(const StudyOptions& options, const RunOptions& run) {
  EvalOptions own_set = options.finetune_eval;
  own_set.tasks = run.mixture.tasks;
  return own_set;
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

// On the same batches for every arm and seed of one corpus; nothing where the phase holds no text out.
std::optional<double> loss_of_held_out(const TrainedCell& cell) {
  constexpr int64_t kBatches = 32;
  if (cell.run.mode != Phase::kPretrain || cell.run.corpus.held_out_share == 0.0) return std::nullopt;
  RunOptions run = cell.run;
  run.validation.loss_batches = kBatches;
  return held_out_loss(cell.model, held_out_batches(run, cell.tokenizer), [&cell] { leave_if_stopped(cell); });
}

void evaluate_cell(CellResult& result, const TrainedCell& cell, const StudyOptions& options) {
  if (result.key.phase == Phase::kFinetune) {
    const EvalOptions own_set = own_set_of(options, cell.run);
    result.finetune = asked(cell, own_set, cell.model, "eval-finetune");
    if (options.finetune_course > 0) result.course = course_of(cell, own_set, options.finetune_course);
    return;
  }
  result.heldout = asked(cell, options.heldout, cell.model, "eval-heldout");
  result.log_odds = log_odds_of(*result.heldout, cell.folder / "eval-heldout");
  result.held_out_loss = loss_of_held_out(cell);
  result.validation = asked(cell, options.validation, cell.model, "eval-validation");
  result.evaluated = evaluated(cell, options, result.key.arm);
  analyse_routing(result, cell, options);
}

// Where the phase averages: the mean of the run's last checkpoints.
std::filesystem::path average_checkpoints(const std::filesystem::path& run, int64_t count) {
  const std::filesystem::path averaged = run / kAveragedFolder;
  if (count < 2) return newest_checkpoint(run);
  if (!fs::exists(averaged)) average_models(newest_checkpoints(run, count), averaged);
  return averaged;
}

// An upcycled arm begins with a dense model that has been given experts.
void keep_upcycled(const Cell& cell, const RunOptions& run, const StudyFolder& folder) {
  if (run.mode != Phase::kPretrain || !cell.after || fs::exists(run.init)) return;
  const std::filesystem::path dense = finished_model(folder, *cell.after);
  make_folders(folder.cell(cell.key));
  create_folder_atomically(run.init, [&](const std::filesystem::path& there) {
    write_upcycled(load_checked_model(dense), dense, run.model.moe, 0.0, static_cast<uint64_t>(run.seed), there);
  });
}

struct Trained {
  TrainedCell cell;
  TrainResult result;
};

Trained train(const RunOptions& run, const std::filesystem::path& folder, const std::string& name, int64_t average) {
  const TrainResult result = run_training(run, folder, name);
  const std::filesystem::path model = average_checkpoints(folder, average);
  return {{name, folder, model, run, load_checked_model(model).to(chosen_device()), open_tokenizer(run)}, result};
}

// At each of the rates; the model that is best on the validation split, of equal ones that of the smaller rate.
Trained train_at_rates(RunOptions run, const StudyOptions& options, const Cell& cell, const StudyFolder& folder,
                       int64_t average, CellResult& result) {
  std::vector<double> rates = options.finetune_rates;
  std::sort(rates.begin(), rates.end());
  EvalOptions validation = own_set_of(options, run);
  validation.split = "validation";
  std::optional<Trained> best;
  double best_score = 0.0;
  for (const double rate : rates) {
    run.train.optimizer.learning_rate = rate;
    const std::string name = fmt::format("{} at {}", cell.key.name(), rate);
    Trained trained = train(run, folder.at_rate(cell.key, rate), name, average);
    const double score =
        asked(trained.cell, validation, trained.cell.model, "eval-validation").tasks.at(0).normalised();
    result.rates.push_back({{"rate", rate}, {"validation", score}});
    if (best && score <= best_score) continue;
    best = std::move(trained);
    best_score = score;
  }
  return std::move(*best);
}

}  // namespace

void run_cell(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
              const StudyFolder& folder, const StudyCall& call) {
  const Stopwatch since_start;
  const RunOptions run = run_options_of(options, arms, cell, folder);
  const int64_t average = arm_of_cell(arms, cell.key).recipe.average.of(run.mode);
  CellResult result;
  result.key = cell.key;
  keep_upcycled(cell, run, folder);
  take_training(cell, run, average, folder, call.reuse);
  const bool searches = run.mode == Phase::kFinetune && !options.finetune_rates.empty();
  const Trained trained = searches ? train_at_rates(run, options, cell, folder, average, result)
                                   : train(run, folder.cell(cell.key), cell.key.name(), average);
  const TrainedCell& done = trained.cell;
  result.rate = done.run.train.optimizer.learning_rate;
  result.steps = trained.result.steps;
  result.num_tokens = trained.result.num_tokens;
  result.curve = curve_of(done.folder / "metrics.jsonl");
  evaluate_cell(result, done, options);
  result.model = std::filesystem::relative(done.model_folder, folder.root).string();
  result.disk_bytes = folder_bytes(done.model_folder);
  result.train_seconds = trained.result.train_seconds;
  result.tokens_per_second = trained.result.tokens_per_second;
  result.peak_memory_bytes = peak_memory_bytes();
  result.platform = platform_json();
  result.reused = origin_of_run(folder.cell(cell.key));
  result.commit = call.commit;
  result.binary = checksum_file("/proc/self/exe");
  result.wall_seconds = since_start.seconds();
  write_cell_result(result, folder);
}

}  // namespace flanmoe
