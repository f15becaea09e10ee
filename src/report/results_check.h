// Whether results.json is what docs/results.md says, before anything is drawn from it.
#pragma once

#include <string>

#include "base/json.h"

namespace flanmoe::report {

// UserError "WHERE: missing key 'KEY'; expected ..." for a part of the file that is not there, and for anything inside
// that is missing or of another type a message with its place and key: "WHERE: arms[0]: key 'label' is missing",
// "WHERE: measures[2].arms[0].interval: 'mean' is "12", expected a number". Numbers and lists that the page can do
// without may be null or missing; keys that the page does not read may be anything.
void check_results(const Json& results, const std::string& where);

}  // namespace flanmoe::report
