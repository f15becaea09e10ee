#include "answering/routes_json.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <vector>

#include "decode/routing_trace.h"

namespace flanmoe {
namespace {

Json routed_tokens(const MoeTokens& layer, const std::vector<std::string>& pieces) {
  Json tokens = Json::array();
  for (size_t t = 0; t < pieces.size(); ++t) {
    const auto at = static_cast<int64_t>(t);
    Json experts = Json::array(), weights = Json::array();
    for (int64_t i = 0; i < layer.experts.size(2); ++i) {
      const int64_t expert = layer.experts[0][at][i].item<int64_t>();
      if (expert < 0) continue;
      experts.push_back(expert);
      weights.push_back(layer.weights[0][at][i].item<float>());
    }
    const int64_t asked = layer.asked[0][at].item<int64_t>();
    const auto dropped = std::max<int64_t>(0, asked - static_cast<int64_t>(experts.size()));
    tokens.push_back({{"piece", pieces[t]}, {"experts", experts}, {"weights", weights}, {"dropped", dropped}});
  }
  return tokens;
}

std::vector<std::string> pieces_of(const TokenIds& ids, const Tokenizer& tokenizer) {
  std::vector<std::string> pieces;
  for (const int32_t id : ids) pieces.push_back(tokenizer.piece(id));
  return pieces;
}

}  // namespace

Json routes_json(const Session& session, const TokenIds& source, const Answer& answer) {
  const T5Model& model = session.weights.model;
  TokenIds said = answer.ids;
  if (said.size() < answer.log_probabilities.size()) said.push_back(kEosId);
  TokenIds decoded = said;
  if (model.options().decoder_only) {
    decoded = source;
    decoded.insert(decoded.end(), said.begin(), said.end());
  }
  Json routes = Json::object();
  for (const MoeTokens& layer : trace_routing(model, source, said)) {
    const auto pieces = pieces_of(layer.stack == Stack::kEncoder ? source : decoded, session.tokenizer);
    routes[name_of(layer.stack)].push_back({{"layer", layer.layer}, {"tokens", routed_tokens(layer, pieces)}});
  }
  return routes;
}

}  // namespace flanmoe
