// The experts of every token of a prompt and its answer, as values: routes_json and routes_table write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "answering/session.h"
#include "decode/answer.h"
#include "decode/routing_trace.h"

namespace flanmoe {

// One expert of a token: it took the token, with a weight, or it was full and dropped the token's choice (weight 0).
struct Route {
  int64_t expert;
  float weight;
  bool dropped;
};

struct RoutedToken {
  std::string piece;
  std::vector<Route> routes;  // in the order of the token's choices; under expert choice by falling weight
};

struct RoutedLayer {
  Stack stack;
  int64_t layer;
  std::vector<RoutedToken> tokens;
};

// One entry per sparse layer, encoder first. A token is the one that the layer reads: `source`, which ends with the end
// token, in the encoder; <pad> and all tokens of the answer but its last in the decoder. A decoder-only model has no
// encoder, and the source stands between <pad> and the answer.
std::vector<RoutedLayer> routes_of(const Session& session, const TokenIds& source, const Answer& answer);

}  // namespace flanmoe
