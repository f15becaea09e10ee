// Metrics of one item, 0 to 1, by name.
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

// `prediction` is the extracted answer, `answers` the accepted ones; the best match counts.
using Metric = double (*)(const std::string& prediction, const std::vector<std::string>& answers);

// UserError with the nearest name for an unknown metric.
Metric metric_named(const std::string& name);
// Whether it asks for the answer itself, so that of options the right one is meant and no other of like text.
bool asks_for_option(const std::string& name);

}  // namespace flanmoe
