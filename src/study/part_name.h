// Names that stand in names of folders: of axes, their values, evaluations.
#pragma once

#include <string>

#include "base/config.h"

namespace flanmoe {

// UserError at the node's place unless it is made of letters, digits, '_', '-' and '.', the last not in front; `what`
// ("an axis") stands in the message.
void check_part_name(const std::string& name, const std::string& what, const ConfigNode& node);

}  // namespace flanmoe
