#include "study/cell_routing.h"

#include <algorithm>

#include "analysis/routing.h"
#include "analysis/token_class.h"
#include "base/error.h"
#include "data/render.h"
#include "data/task.h"
#include "data/task_paths.h"
#include "study/run.h"

namespace flanmoe {
namespace {

TokenIds ids_of(const Tokenizer& tokenizer, const std::string& text, int64_t limit) {
  TokenIds ids = tokenizer.encode(text);
  if (static_cast<int64_t>(ids.size()) >= limit) ids.resize(limit - 1);
  ids.push_back(kEosId);
  return ids;
}

// Prompts of the held-out tasks with their answers, the first rows of each task in turn.
std::vector<TextIds> routing_texts(const Tokenizer& tokenizer, const StudyOptions& options,
                                   const std::filesystem::path& data_folder) {
  std::vector<std::vector<TextIds>> by_task;
  for (const std::string& path : options.heldout.tasks) {
    for (const TaskSpec& task : load_tasks(resolve_path(path, data_folder), data_folder)) {
      by_task.emplace_back();
      const std::string& split = options.heldout.split.empty() ? task.eval.split : options.heldout.split;
      for (const TaskRow& row : load_rows(task, split)) {
        if (static_cast<int64_t>(by_task.back().size()) == options.routing_texts) break;
        const RenderedExample text = render(task.templates.front(), task, row);
        by_task.back().push_back({ids_of(tokenizer, text.input, options.heldout.source_length),
                                  ids_of(tokenizer, text.target, options.heldout.source_length)});
      }
    }
  }
  std::vector<TextIds> texts;
  for (size_t i = 0; static_cast<int64_t>(texts.size()) < options.routing_texts; ++i) {
    const size_t before = texts.size();
    for (const auto& task : by_task) {
      if (i < task.size() && static_cast<int64_t>(texts.size()) < options.routing_texts) texts.push_back(task[i]);
    }
    if (texts.size() == before) break;
  }
  return texts;
}

Json layer_json(const LayerRouting& layer) {
  const MoeStatistics& s = layer.statistics;
  Json classes = Json::array();
  for (size_t c = 0; c < layer.classes.size(); ++c) {
    const ClassRouting& counts = layer.classes[c];
    const double tokens = static_cast<double>(std::max<int64_t>(counts.num_tokens, 1));
    classes.push_back({{"class", kTokenClassNames[c]},
                       {"num_tokens", counts.num_tokens},
                       {"dropped_token_share", static_cast<double>(counts.num_dropped_tokens) / tokens},
                       {"unchosen_token_share", static_cast<double>(counts.num_unchosen_tokens) / tokens},
                       {"kept", counts.kept}});
  }
  return {{"stack", name_of(s.stack)},
          {"layer", s.layer},
          {"num_tokens", s.num_tokens},
          {"utilisation", s.utilisation()},
          {"dropped_choice_share", s.dropped_choice_share()},
          {"dropped_token_share", s.dropped_token_share()},
          {"unchosen_token_share", s.unchosen_token_share()},
          {"max_load_ratio", s.max_load_ratio()},
          {"load_variation", s.load_variation()},
          {"load_entropy", s.load_entropy()},
          {"router_entropy", s.router_entropy()},
          {"class_specialisation", layer.class_specialisation()},
          {"classes", classes}};
}

Json layers_json(const std::vector<LayerRouting>& layers) {
  Json result = Json::array();
  for (const LayerRouting& layer : layers) result.push_back(layer_json(layer));
  return result;
}

Json coloured_json(const std::vector<ColouredText>& texts) {
  Json result = Json::array();
  for (const ColouredText& text : texts) {
    Json tokens = Json::array();
    for (const ColouredToken& token : text.tokens) {
      tokens.push_back({{"piece", token.piece}, {"expert", token.expert}, {"dropped", token.dropped}});
    }
    result.push_back({{"stack", name_of(text.stack)}, {"layer", text.layer}, {"tokens", tokens}});
  }
  return result;
}

// The longest of the first texts: enough tokens to see a pattern.
const TextIds& text_to_colour(const std::vector<TextIds>& texts) {
  constexpr size_t kCandidates = 64;
  const auto end = texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), kCandidates));
  return *std::max_element(texts.begin(), end,
                           [](const TextIds& a, const TextIds& b) { return a.source.size() < b.source.size(); });
}

}  // namespace

Json routing_of_cell(const T5Model& model, const Tokenizer& tokenizer, const StudyOptions& options,
                     const std::filesystem::path& data_folder) {
  if (model.options().moe.num_experts == 0 || model.options().decoder_only) return nullptr;
  const std::vector<TextIds> texts = routing_texts(tokenizer, options, data_folder);
  if (texts.empty()) fail_input("the held-out tasks have no rows to analyse the routing on");
  RoutingOptions unlimited;
  unlimited.capacity = NoLimit{};
  // Expert Choice: its capacity is its routing, no limit would mean all to all.
  const bool expert_choice = model.options().moe.routing == RoutingRule::kExpertChoice;
  return {{"num_texts", texts.size()},
          {"layers", layers_json(analyze_routing(model, tokenizer, texts, {}))},
          {"unlimited", expert_choice ? Json() : layers_json(analyze_routing(model, tokenizer, texts, unlimited))},
          {"coloured", coloured_json(colour_text(model, tokenizer, text_to_colour(texts)))}};
}

}  // namespace flanmoe
