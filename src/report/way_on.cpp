#include "report/way_on.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <regex>

namespace flanmoe {
namespace {

// Without the seeds that it was given, quoted or not.
std::string without_seeds(const std::string& command) {
  static const std::regex kSeeds(R"( ('seeds=[^']*'|seeds=(\[[^\]]*\]|\S+)))");
  return std::regex_replace(command, kSeeds, "");
}

}  // namespace

std::string command_on(const Json& verdict, const std::string& command_of_study) {
  const Json next = verdict.value("next", Json());
  if (next.is_null() || next.at("seeds").empty()) return "";
  const std::string study = next.at("study");
  return fmt::format("{} 'seeds=[{}]'", study.empty() ? without_seeds(command_of_study) : "flanmoe study " + study,
                     fmt::join(next.at("seeds").get<std::vector<int64_t>>(), ", "));
}

std::vector<std::string> lines_on(const Json& results) {
  std::vector<std::string> lines;
  for (const Json& verdict : results.at("verdicts")) {
    const Json next = verdict.value("next", Json());
    if (next.is_null()) continue;
    const std::string command = command_on(verdict, results.at("command"));
    lines.push_back(fmt::format("undecided: {} {}{}", verdict.at("question").get<std::string>(),
                                next.at("text").get<std::string>(), command.empty() ? "" : ": " + command));
  }
  return lines;
}

}  // namespace flanmoe
