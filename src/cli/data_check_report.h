// What `flanmoe data check` found, as JSON and as lines.
#pragma once

#include "base/json.h"
#include "data/overlap/contamination.h"

namespace flanmoe {

Json json_of(const OverlapPair& pair);
Json json_of(const ContaminationReport& report, int64_t window);

// On standard output.
void print_report(const ContaminationReport& report);

}  // namespace flanmoe
