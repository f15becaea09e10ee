#include "answering/routes.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace flanmoe {
namespace {

std::vector<Route> taken(const MoeTokens& layer, int64_t token) {
  std::vector<Route> routes;
  for (int64_t i = 0; i < layer.experts.size(2); ++i) {
    const int64_t expert = layer.experts[0][token][i].item<int64_t>();
    if (expert >= 0) routes.push_back({expert, layer.weights[0][token][i].item<float>(), false});
  }
  return routes;
}

// Those that took the token, by falling weight, with the full ones at the places of their choices between them.
std::vector<Route> routes_of_token(const MoeTokens& layer, int64_t token) {
  std::vector<Route> routes = taken(layer, token);
  for (int64_t choice = 0; choice < layer.refused.size(2); ++choice) {
    const int64_t expert = layer.refused[0][token][choice].item<int64_t>();
    if (expert < 0) continue;
    const auto place = std::min(static_cast<size_t>(choice), routes.size());
    routes.insert(routes.begin() + static_cast<std::ptrdiff_t>(place), {expert, 0.0f, true});
  }
  return routes;
}

std::vector<RoutedToken> routed_tokens(const MoeTokens& layer, const TokenIds& read, const Tokenizer& tokenizer) {
  std::vector<RoutedToken> tokens;
  for (size_t t = 0; t < read.size(); ++t) {
    tokens.push_back({tokenizer.piece(read[t]), routes_of_token(layer, static_cast<int64_t>(t))});
  }
  return tokens;
}

}  // namespace

std::vector<RoutedLayer> routes_of(const Session& session, const TokenIds& source, const Answer& answer) {
  const T5Model& model = session.weights.model;
  TokenIds said = answer.ids;
  if (said.size() < answer.log_probabilities.size()) said.push_back(kEosId);
  TokenIds decoded = {kPadId};  // what the decoder reads, from the start token on
  if (model.options().decoder_only) decoded.insert(decoded.end(), source.begin(), source.end());
  decoded.insert(decoded.end(), said.begin(), said.end());
  decoded.pop_back();  // the last token is not read
  std::vector<RoutedLayer> layers;
  for (const MoeTokens& layer : trace_routing(model, source, said)) {
    const TokenIds& read = layer.stack == Stack::kEncoder ? source : decoded;
    layers.push_back({layer.stack, layer.layer, routed_tokens(layer, read, session.tokenizer)});
  }
  return layers;
}

}  // namespace flanmoe
