#include "report/report.h"

#include "base/error.h"
#include "base/files.h"
#include "report/page.h"
#include "report/sections.h"
#include "report/view.h"

namespace flanmoe {
namespace {

std::string study_sections(const report::View& view) {
  std::string body = report::setups_section(view);
  body += report::heldout_section(view);
  body += report::finetune_section(view);
  body += report::curves_section(view);
  body += report::routing_section(view);
  body += report::drops_section(view);
  body += report::cost_section(view);
  const std::string evaluations = report::evaluations_section(view);
  body += evaluations.empty() ? report::capacity_section(view) : evaluations;
  body += report::tasks_section(view);
  return body;
}

std::string render(const Json& results, const std::string& where) {
  const report::View view = report::read_view(results, where);
  std::string body = report::summary_section(view);
  body += report::verdict_section(view);
  body += view.axes.empty() ? study_sections(view) : report::grid_section(view);
  body += report::models_section(view);
  body += report::config_section(view);
  return report::page(json_string(results, "title", where), body);
}

// A value of another type than the specification's is the file's fault, not the program's.
std::string render_or_blame(const Json& results, const std::string& where) {
  try {
    return render(results, where);
  } catch (const Json::exception& error) {
    fail_input("{}: not as docs/results.md says: {}", where, error.what());
  }
}

}  // namespace

std::string render_report(const Json& results) { return render_or_blame(results, "results.json"); }

std::filesystem::path results_of_study(const std::filesystem::path& folder) {
  if (!fs::is_directory(folder)) fail_input("{}: no such folder; expected the folder of a study", folder.string());
  if (fs::is_regular_file(folder / "results.json")) return folder / "results.json";
  fail_input("{}: no results.json in it; expected the folder of a study that has ended (flanmoe study NAME --out {})",
             folder.string(), folder.string());
}

void write_report(const std::filesystem::path& results_file, const std::filesystem::path& html_file) {
  write_atomically(html_file, render_or_blame(read_json(results_file), results_file.string()));
}

}  // namespace flanmoe
