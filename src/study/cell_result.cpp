#include "study/cell_result.h"

#include "base/error.h"
#include "base/files.h"
#include "eval/files/results_json.h"

namespace flanmoe {
namespace {

Json json_of(const std::optional<EvalResult>& scores) { return scores ? scores_json(*scores) : Json(); }

std::optional<EvalResult> scores_in(const Json& json, const char* key, const std::string& where) {
  if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
  return scores_of(json.at(key), fmt::format("{}: '{}'", where, key));
}

Json json_of(const std::map<std::string, EvalResult>& evaluated) {
  Json json = Json::object();
  for (const auto& [name, scores] : evaluated) json[name] = scores_json(scores);
  return json;
}

Json json_of(const std::map<std::string, LogOdds>& log_odds) {
  Json json = Json::object();
  for (const auto& [task, odds] : log_odds) json[task] = {{"mean", odds.mean}, {"standard_error", odds.standard_error}};
  return json;
}

// The mean alone in a cell of an older program.
std::map<std::string, LogOdds> log_odds_in(const Json& json, const std::string& where) {
  std::map<std::string, LogOdds> log_odds;
  for (const auto& [task, odds] : json.items()) {
    log_odds[task] = odds.is_number()
                         ? LogOdds{json_number(json, task, where)}
                         : LogOdds{json_number(odds, "mean", where), json_number(odds, "standard_error", where)};
  }
  return log_odds;
}

// "capacity" in a cell of an older program, null where nothing was asked.
std::map<std::string, EvalResult> evaluated_in(const Json& json, const std::string& where) {
  std::map<std::string, EvalResult> evaluated;
  for (const char* key : {"evaluated", "capacity"}) {
    if (!json.contains(key) || json.at(key).is_null()) continue;
    for (const auto& [name, scores] : json.at(key).items())
      evaluated.emplace(name, scores_of(scores, fmt::format("{}: '{}.{}'", where, key, name)));
  }
  return evaluated;
}

Json timing_of(const CellResult& result) {
  Json timing = {{"train_seconds", result.train_seconds},
                 {"tokens_per_second", result.tokens_per_second},
                 {"wall_seconds", result.wall_seconds},
                 {"commit", result.commit},
                 {"binary", result.binary},
                 {"peak_memory_bytes", result.peak_memory_bytes},
                 {"platform", result.platform}};
  if (!result.reused.is_null()) timing["reused"] = result.reused;
  return timing;
}

}  // namespace

int64_t CellResult::training_memory_bytes() const {
  return reused.is_null() ? peak_memory_bytes : json_int(reused, "peak_memory_bytes", key.name() + ": 'reused'");
}

void write_cell_result(const CellResult& result, const StudyFolder& folder) {
  const CellKey& key = result.key;
  Json json = {{"cell", key.name()},    {"arm", key.arm},
               {"seed", key.seed},      {"phase", name_of(key.phase)},
               {"set", key.set},        {"instructed", key.instructed},
               {"steps", result.steps}, {"tokens", result.num_tokens},
               {"curve", result.curve}};
  if (key.phase == Phase::kFinetune) {
    json["finetune"] = json_of(result.finetune);
    json["course"] = result.course;
    json["rates"] = result.rates;
    json["rate"] = result.rate;
  } else {
    json["heldout"] = json_of(result.heldout);
    json["log_odds"] = json_of(result.log_odds);
    json["validation"] = json_of(result.validation);
    json["evaluated"] = json_of(result.evaluated);
    json["routing"] = result.routing;
    json["corpus_routing"] = result.corpus_routing;
    if (result.held_out_loss) json["held_out_loss"] = *result.held_out_loss;
  }
  json["model"] = result.model;
  json["disk_bytes"] = result.disk_bytes;
  json["timing"] = timing_of(result);
  write_json(folder.result(key), json);
}

CellResult read_cell_result(const CellKey& key, const StudyFolder& folder) {
  const std::string where = folder.result(key).string();
  const Json json = read_json(where);
  const Json& timing = json_at(json, "timing", where);
  CellResult result;
  result.key = key;
  result.steps = json_int(json, "steps", where);
  result.num_tokens = json_int(json, "tokens", where);
  result.curve = json_at(json, "curve", where);
  result.heldout = scores_in(json, "heldout", where);
  result.validation = scores_in(json, "validation", where);
  result.finetune = scores_in(json, "finetune", where);
  if (json.contains("log_odds")) result.log_odds = log_odds_in(json.at("log_odds"), where + ": 'log_odds'");
  if (json.contains("held_out_loss")) result.held_out_loss = json_number(json, "held_out_loss", where);
  result.course = json.value("course", Json::array());
  result.rates = json.value("rates", Json::array());
  result.rate = json.value("rate", 0.0);
  result.evaluated = evaluated_in(json, where);
  if (json.contains("routing")) result.routing = json.at("routing");
  if (json.contains("corpus_routing")) result.corpus_routing = json.at("corpus_routing");
  result.model = json_string(json, "model", where);
  result.disk_bytes = json_int(json, "disk_bytes", where);
  result.train_seconds = json_number(timing, "train_seconds", where);
  result.tokens_per_second = json_number(timing, "tokens_per_second", where);
  result.peak_memory_bytes = json_int(timing, "peak_memory_bytes", where);
  result.wall_seconds = timing.value("wall_seconds", result.train_seconds);
  result.commit = timing.value("commit", "");
  result.binary = timing.value("binary", "");
  if (timing.contains("platform")) result.platform = timing.at("platform");
  if (timing.contains("reused")) result.reused = timing.at("reused");
  return result;
}

CellResults read_cell_results(const std::vector<Cell>& cells, const StudyFolder& folder) {
  CellResults results;
  for (const Cell& cell : cells) results.emplace(cell.key, read_cell_result(cell.key, folder));
  return results;
}

}  // namespace flanmoe
