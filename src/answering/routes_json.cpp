#include "answering/routes_json.h"

namespace flanmoe {
namespace {

Json token_json(const RoutedToken& token) {
  Json experts = Json::array(), weights = Json::array(), full = Json::array();
  for (const Route& route : token.routes) {
    if (route.dropped) {
      full.push_back(route.expert);
    } else {
      experts.push_back(route.expert);
      weights.push_back(route.weight);
    }
  }
  return {{"piece", token.piece}, {"experts", experts}, {"weights", weights}, {"dropped", full.size()}, {"full", full}};
}

}  // namespace

Json routes_json(const std::vector<RoutedLayer>& layers) {
  Json routes = Json::object();
  for (const RoutedLayer& layer : layers) {
    Json tokens = Json::array();
    for (const RoutedToken& token : layer.tokens) tokens.push_back(token_json(token));
    routes[name_of(layer.stack)].push_back({{"layer", layer.layer}, {"tokens", tokens}});
  }
  return routes;
}

}  // namespace flanmoe
