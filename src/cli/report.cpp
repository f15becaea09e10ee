#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/output.h"
#include "report/index.h"
#include "report/report.h"

namespace flanmoe {
namespace {

struct ReportArguments {
  std::vector<std::string> studies;
  std::string index;
};

void draw_again(const std::filesystem::path& study) {
  const std::filesystem::path page = study / "report.html";
  write_report(results_of_study(study), page);
  log_info("report: {}", page.string());
}

int run(const ReportArguments& arguments) {
  if (arguments.studies.empty())
    fail_input("no study is named; expected the folder of one that has ended, or of several: flanmoe report runs/mini");
  if (arguments.index.empty()) {
    for (const std::string& study : arguments.studies) draw_again(study);
    return kExitDone;
  }
  expect_unpacked_name("--index", arguments.index);
  if (fs::is_directory(arguments.index)) fail_input("--index {}: a folder; expected a file to write", arguments.index);
  write_report_index({arguments.studies.begin(), arguments.studies.end()}, arguments.index);
  log_info("index: {}", arguments.index);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_report(CLI::App& parser) {
  auto arguments = std::make_shared<ReportArguments>();
  parser
      .add_option("studies", arguments->studies, "folders of studies that have ended; their report.html is drawn anew")
      ->type_name("STUDY");
  parser
      .add_option("--index", arguments->index,
                  "write this page instead, a row for each question of the studies, with links to their reports")
      ->type_name("FILE");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
