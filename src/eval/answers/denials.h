// Which mentions of options a text denies.
#pragma once

#include <vector>

#include "eval/answers/mentions.h"

namespace flanmoe {

// Sets `denied`; the mentions are in order.
void mark_denied(Tokens tokens, std::vector<Mention>& mentions);

}  // namespace flanmoe
