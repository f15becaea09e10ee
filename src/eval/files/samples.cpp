#include "eval/files/samples.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

Json ranking_json(const std::vector<OptionScore>& ranking) {
  Json list = Json::array();
  for (const OptionScore& option : ranking) {
    list.push_back({{"target", option.text},
                    {"sum", option.sum},
                    {"per_token", option.per_token},
                    {"per_character", option.per_character},
                    {"per_byte", option.per_byte},
                    {"unconditional", option.unconditional}});
    if (option.same_ids >= 0) list.back()["same_ids"] = option.same_ids;
  }
  return list;
}

std::vector<OptionScore> ranking_of(const Json& list, const std::string& where) {
  std::vector<OptionScore> ranking;
  for (const Json& option : list) {
    ranking.push_back({json_string(option, "target", where), json_number(option, "sum", where),
                       json_number(option, "per_token", where), json_number(option, "unconditional", where),
                       json_number(option, "per_character", where), json_number(option, "per_byte", where),
                       option.contains("same_ids") ? json_int(option, "same_ids", where) : -1});
  }
  return ranking;
}

Json ranked_json(const std::vector<RankedScore>& ranked) {
  Json scores = Json::object();
  for (const RankedScore& one : ranked) scores[one.ranking] = one.score;
  return scores;
}

std::vector<RankedScore> ranked_of(const Json& scores, const std::string& where) {
  std::vector<RankedScore> ranked;
  for (const auto& [ranking, score] : scores.items()) ranked.push_back({ranking, json_number(scores, ranking, where)});
  return ranked;
}

// Of everything that the line says.
std::string checksum_of(Json sample) {
  sample.erase("checksum");
  return checksum_text(json_line(sample, "a sample"));
}

void expect_unchanged(const Json& sample, const std::string& where) {
  if (!sample.contains("checksum")) {
    fail_input(
        "{}: a sample without a checksum, as older versions wrote them; expected the folder of an evaluation by "
        "this version: evaluate again into a new one",
        where);
  }
  if (json_string(sample, "checksum", where) == checksum_of(sample)) return;
  fail_input(
      "{}: this sample was changed since it was written, its checksum is another; expected the line as flanmoe "
      "eval wrote it: take it out, and the same command asks its item again",
      where);
}

std::vector<std::string> texts_at(const Json& sample, const std::string& key, const std::string& where) {
  try {
    return json_at(sample, key, where).get<std::vector<std::string>>();
  } catch (const Json::exception& error) {
    fail_input("{}: '{}' is no list of texts: {}", where, key, error.what());
  }
}

// What a killed run has half written goes.
void drop_torn_line(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  const size_t end = text.rfind('\n') + 1;  // 0 when there is none
  if (end < text.size()) fs::resize_file(file, end);
}

}  // namespace

Json sample_of_item(const ItemResult& item) {
  Json sample = {
      {"task", item.task},
      {"id", item.id},
      {"prompting", name_of(item.prompting)},
      {"cluster_id", item.cluster_id},
      {"group", item.group},
      {"member", item.member},
      {"prompt", item.prompt},
      {"targets", item.answers},
      {"options", item.options},
      {"output", item.output},
      {"prediction", item.prediction},
      {"score", item.score},
      {"ranking", ranking_json(item.ranking)},
      {"by_ranking", ranked_json(item.ranked)},
      {"tied", item.tied},
      {"unknown_pieces",
       {{"prompt", item.unknown.prompt}, {"options", item.unknown.options}, {"answers", item.unknown.answers}}},
      {"lost_stops", item.lost_stops},
      {"num_exemplars", item.num_exemplars},
      {"num_exemplars_dropped", item.num_exemplars_dropped},
      {"truncated", item.truncated},
      {"context_cut", item.context_cut},
      {"refused", item.refused},
      {"ended", item.ended},
      {"invalid", item.invalid}};
  sample["checksum"] = checksum_of(sample);
  return sample;
}

ItemResult item_of_sample(const Json& sample, const std::string& task, const std::string& where) {
  ItemResult item{task, json_string(sample, "id", where), json_string(sample, "cluster_id", where),
                  json_named<Prompting>(sample, "prompting", where)};
  item.answers = texts_at(sample, "targets", where);
  item.options = texts_at(sample, "options", where);
  try {
    item.truncated = json_at(sample, "truncated", where).get<bool>();
    item.context_cut = json_at(sample, "context_cut", where).get<bool>();
    item.refused = json_at(sample, "refused", where).get<bool>();
    item.ended = json_at(sample, "ended", where).get<bool>();
  } catch (const Json::exception& error) {
    fail_input("{}: no sample of an evaluation: {}", where, error.what());
  }
  item.answer = item.answers.empty() ? "" : item.answers.front();
  item.group = json_string(sample, "group", where);
  item.member = json_string(sample, "member", where);
  item.prompt = json_string(sample, "prompt", where);
  item.output = json_string(sample, "output", where);
  item.prediction = json_string(sample, "prediction", where);
  item.score = json_number(sample, "score", where);
  item.num_exemplars = json_int(sample, "num_exemplars", where);
  item.num_exemplars_dropped = json_int(sample, "num_exemplars_dropped", where);
  item.invalid = json_string(sample, "invalid", where);
  expect_unchanged(sample, where);
  item.ranking = ranking_of(json_at(sample, "ranking", where), where);
  item.ranked = ranked_of(json_at(sample, "by_ranking", where), where);
  item.tied = texts_at(sample, "tied", where);
  item.lost_stops = texts_at(sample, "lost_stops", where);
  const Json& unknown = json_at(sample, "unknown_pieces", where);
  item.unknown = {json_int(unknown, "prompt", where), json_int(unknown, "options", where),
                  json_int(unknown, "answers", where)};
  return item;
}

std::filesystem::path SampleFolder::file_of(const std::string& task) const {
  std::string name = task;
  std::replace(name.begin(), name.end(), '/', '_');
  return folder_ / (name + ".jsonl");
}

std::map<std::string, ItemResult> SampleFolder::read(const std::string& task, Prompting prompting) const {
  std::map<std::string, ItemResult> items;
  const std::filesystem::path file = file_of(task);
  if (!fs::exists(file)) return items;
  drop_torn_line(file);
  int64_t number = 0;
  for (const std::string& line : read_lines(file)) {
    const std::string where = fmt::format("{}:{}", file.string(), ++number);
    ItemResult item = item_of_sample(parse_json(line, file.string(), number), task, where);
    if (item.prompting != prompting) continue;
    const std::string id = item.id;
    if (!items.emplace(id, std::move(item)).second) fail_input("{}: a second sample of item '{}'", where, id);
  }
  return items;
}

void SampleFolder::append(const std::string& task, const std::vector<ItemResult>& items) const {
  make_folders(folder_);
  LineWriter writer(file_of(task));
  for (const ItemResult& item : items)
    writer.write(json_line(sample_of_item(item), fmt::format("item '{}' of {}", item.id, task)));
}

void SampleFolder::sync() const {
  if (!fs::is_directory(folder_)) return;  // nothing was asked
  for (const fs::path& file : files_in(folder_, ".jsonl")) sync_path(file);
  sync_path(folder_);
  sync_path(folder_.parent_path());
}

}  // namespace flanmoe
