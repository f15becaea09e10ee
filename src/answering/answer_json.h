// An answer as JSON.
#pragma once

#include "answering/session.h"
#include "base/json.h"
#include "decode/answer.h"

namespace flanmoe {

// {"text", "score", "log_probability", "ended", "tokens": [{"id", "piece", "log_probability"}]}. Log-probabilities are
// natural logs. The end token is among the tokens where the answer ended by one; none are there under
// GenerateHooks::ids_only.
Json answer_json(const Session& session, const Answer& answer);

}  // namespace flanmoe
