// flanmoe generate --interactive: a prompt a line from standard input, each answer as it comes.
#pragma once

#include "answering/session.h"

namespace flanmoe {

// Until an empty line or the end of input. A prompt that cannot be answered is told on stderr; the next may be a better
// one.
void converse(const Session& session);

}  // namespace flanmoe
