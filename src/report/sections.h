// The sections of the report, in the order of the page. Each returns HTML, or "" when the study has nothing for it.
// Defined in report/*_section.cpp, report/coloured_text.cpp, report/finetune_rates.cpp, report/recipe_differences.cpp,
// report/style.cpp.
#pragma once

#include <string>

#include "report/view.h"

namespace flanmoe::report {

std::string style_sheet();

std::string summary_section(const View& view);
std::string verdict_section(const View& view);
std::string paper_says(const Json& verdict);       // "yes", its words; HTML; "" where it says nothing
std::string agreement_badge(const Json& verdict);  // "" where the paper says nothing or the runs do not decide
std::string grid_section(const View& view);        // of a grid alone
std::string models_section(const View& view);
std::string recipe_differences(const View& view);  // part of models_section
std::string setups_section(const View& view);
std::string heldout_section(const View& view);
std::string finetune_section(const View& view);
std::string finetune_rates(const View& view);  // part of finetune_section
std::string curves_section(const View& view);
std::string routing_section(const View& view);
std::string coloured_texts(const View& view);  // part of routing_section
std::string drops_section(const View& view);
std::string cost_section(const View& view);
std::string capacity_section(const View& view);  // of files without evaluations
std::string evaluations_section(const View& view);
std::string tasks_section(const View& view);
std::string config_section(const View& view);

}  // namespace flanmoe::report
