// What a chart of scores shows beside the models: chance, and what always giving the most frequent answer scores.
#pragma once

#include <string>

#include "report/row_chart.h"
#include "report/view.h"

namespace flanmoe::report {

// Of the measure with this id: its lines, and the ends of its scale. Nothing for a measure that is no score (a loss, a
// gain).
void add_score_lines(RowChart& chart, const View& view, const std::string& measure_id);

}  // namespace flanmoe::report
