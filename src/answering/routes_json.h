// The experts of every token of a prompt and its answer, as JSON.
#pragma once

#include "answering/session.h"
#include "base/json.h"
#include "decode/answer.h"

namespace flanmoe {

// {"encoder": [{"layer", "tokens": [{"piece", "experts", "weights", "dropped"}]}], "decoder": [...]}, one entry per
// sparse layer; `source` ends with the end token. The pieces of the decoder are those that it predicts; a decoder-only
// model has no encoder, and the source stands in front of them.
Json routes_json(const Session& session, const TokenIds& source, const Answer& answer);

}  // namespace flanmoe
