#include "analysis/routing_json.h"

#include <algorithm>

#include "analysis/token_class.h"

namespace flanmoe {
namespace {

Json layer_json(const LayerRouting& layer) {
  const MoeStatistics& s = layer.statistics;
  Json classes = Json::array();
  for (size_t c = 0; c < layer.classes.size(); ++c) {
    const ClassRouting& counts = layer.classes[c];
    const double tokens = static_cast<double>(std::max<int64_t>(counts.num_tokens, 1));
    classes.push_back({{"class", name_of(static_cast<TokenClass>(c))},
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

Json routing_layers_json(const T5Model& model, const Tokenizer& tokenizer, const std::vector<TextIds>& texts) {
  return {{"num_texts", texts.size()}, {"layers", layers_json(analyze_routing(model, tokenizer, texts, {}))}};
}

Json routing_json(const T5Model& model, const Tokenizer& tokenizer, const std::vector<TextIds>& texts) {
  if (model.options().moe.num_experts == 0 || model.options().decoder_only) return nullptr;
  RoutingOptions unlimited;
  unlimited.capacity = NoLimit{};
  const bool expert_choice = model.options().moe.routing == RoutingRule::kExpertChoice;
  return {{"num_texts", texts.size()},
          {"layers", layers_json(analyze_routing(model, tokenizer, texts, {}))},
          {"unlimited", expert_choice ? Json() : layers_json(analyze_routing(model, tokenizer, texts, unlimited))},
          {"coloured", coloured_json(colour_text(model, tokenizer, text_to_colour(texts)))}};
}

}  // namespace flanmoe
