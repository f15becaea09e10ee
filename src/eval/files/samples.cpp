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
                    {"unconditional", option.unconditional}});
  }
  return list;
}

std::vector<OptionScore> ranking_of(const Json& list, const std::string& where) {
  std::vector<OptionScore> ranking;
  for (const Json& option : list) {
    ranking.push_back({json_string(option, "target", where), json_number(option, "sum", where),
                       json_number(option, "per_token", where), json_number(option, "unconditional", where)});
  }
  return ranking;
}

// What a killed run has half written goes.
void drop_torn_line(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  const size_t end = text.rfind('\n') + 1;  // 0 when there is none
  if (end < text.size()) fs::resize_file(file, end);
}

}  // namespace

Json sample_of_item(const ItemResult& item) {
  return {{"task", item.task},
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
          {"num_exemplars", item.num_exemplars},
          {"num_exemplars_dropped", item.num_exemplars_dropped},
          {"truncated", item.truncated},
          {"context_cut", item.context_cut},
          {"refused", item.refused},
          {"ended", item.ended},
          {"invalid", item.invalid}};
}

ItemResult item_of_sample(const Json& sample, const std::string& task, const std::string& where) {
  ItemResult item{task, json_string(sample, "id", where), json_string(sample, "cluster_id", where),
                  json_named<Prompting>(sample, "prompting", where)};
  try {
    item.answers = json_at(sample, "targets", where).get<std::vector<std::string>>();
    item.options = json_at(sample, "options", where).get<std::vector<std::string>>();
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
  item.ranking = ranking_of(json_at(sample, "ranking", where), where);
  item.num_exemplars = json_int(sample, "num_exemplars", where);
  item.num_exemplars_dropped = json_int(sample, "num_exemplars_dropped", where);
  item.invalid = json_string(sample, "invalid", where);
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

}  // namespace flanmoe
