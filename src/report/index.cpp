#include "report/index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "report/html.h"
#include "report/page.h"
#include "report/report.h"
#include "report/sections.h"
#include "report/view.h"

namespace flanmoe {
namespace {

struct IndexedStudy {
  Json results;
  std::string where;  // its results.json, for messages
  std::string link;   // to its report; "" where it has none
};

// A path as a link: what has a meaning in one, or is no plain letter, as %XX.
std::string link_of(const std::filesystem::path& path) {
  std::string link;
  for (const char c : path.generic_string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = std::isalnum(byte) != 0 || std::string_view("/._-~+=,").find(c) != std::string_view::npos;
    link += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return link;
}

IndexedStudy read_study(const std::filesystem::path& folder, const std::filesystem::path& html_file) {
  const std::filesystem::path file = results_of_study(folder), report = folder / "report.html";
  IndexedStudy study{read_json(file), file.string(), ""};
  const std::filesystem::path here = fs::absolute(html_file).lexically_normal().parent_path();
  if (fs::is_regular_file(report))
    study.link = link_of(fs::absolute(report).lexically_normal().lexically_relative(here));
  return study;
}

std::string title_cell(const IndexedStudy& study) {
  const std::string title = report::escape(json_string(study.results, "title", study.where));
  return study.link.empty() ? title : fmt::format("<a href=\"{}\">{}</a>", report::escape(study.link), title);
}

// What was judged; of a joint question each comparison as it was tested, and of files that do not say it the mean
// alone.
std::string difference_cell(const Json& verdict, const std::string& where) {
  const std::string unit = report::text_at(verdict, "unit");
  const int decimals = report::decimals_for(unit.empty() ? "points" : unit);
  const std::string tail = unit.empty() ? "" : " <small>" + report::escape(unit) + "</small>";
  if (verdict.contains("interval") && !verdict["interval"].is_null())
    return report::interval_html(report::interval_at(verdict, "interval", where), decimals, true) + tail;
  std::vector<std::string> lines;
  for (const Json& part : verdict.value("parts", Json::array())) {
    const auto shown = report::interval_at(part, "interval", where);
    const std::string difference =
        part.contains("tested") ? report::interval_html(report::interval_at(part, "tested", where), decimals, true)
                                : report::with_sign(shown ? std::optional(shown->mean) : std::nullopt, decimals);
    lines.push_back(fmt::format("<span class=\"part\">{}: {}{}</span>",
                                report::escape(json_string(part, "label", where)), difference, tail));
  }
  return lines.empty() ? "–" : fmt::format("{}", fmt::join(lines, ""));
}

// A cell names its column, which a narrow page shows in front of it.
std::string cell(const std::string& head, const std::string& html) {
  return fmt::format("<td class=\"left\" data-head=\"{}\">{}</td>", head, html);
}

std::string question_row(const IndexedStudy& study, const report::View& view, const Json& verdict,
                         const std::string& where) {
  const std::string paper = report::paper_says(verdict), agreement = report::agreement_badge(verdict);
  return "<tr>" + cell("study", title_cell(study)) +
         cell("question", report::escape(json_string(verdict, "question", where))) +
         cell("the paper", paper.empty() ? "–" : paper) +
         cell("answer", report::answer_badge(json_string(verdict, "answer", where)) +
                            (agreement.empty() ? "" : " " + agreement)) +
         cell("difference", difference_cell(verdict, where)) + cell("seeds", std::to_string(view.num_seeds())) +
         "</tr>\n";
}

std::string rows_of(const IndexedStudy& study) {
  const report::View view = report::read_view(study.results, study.where);
  std::string rows;
  size_t index = 0;
  for (const Json& verdict : study.results["verdicts"])
    rows += question_row(study, view, verdict, fmt::format("{}: verdicts[{}]", study.where, index++));
  if (!rows.empty()) return rows;
  return "<tr>" + cell("study", title_cell(study)) + cell("question", "–") + cell("the paper", "–") +
         cell("answer", "asks nothing") + cell("difference", "–") + cell("seeds", std::to_string(view.num_seeds())) +
         "</tr>\n";
}

// A value of another type than the specification's is the file's fault, not the program's.
std::string rows_or_blame(const IndexedStudy& study) {
  try {
    return rows_of(study);
  } catch (const Json::exception& error) {
    fail_input("{}: not as docs/results.md says: {}", study.where, error.what());
  }
}

std::string body_of(const std::vector<IndexedStudy>& studies) {
  std::string rows;
  for (const IndexedStudy& study : studies) rows += rows_or_blame(study);
  return fmt::format(
      "<header>\n<h1>Questions and answers</h1>\n<p class=\"lead\">{} {}. An answer is yes, no or equal when the runs "
      "decide it at the level that the study's protocol states, else undecided; beside it stands whether the paper "
      "says "
      "the same.</p>\n</header>\n<table class=\"index\">\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n"
      "<p class=\"note\">Difference: the estimate, in brackets the interval at the level at which the question was "
      "tested, or of each comparison where all must hold; one seed has none, nor have seeds that are all the "
      "same.</p>\n",
      studies.size(), studies.size() == 1 ? "study" : "studies",
      "<th class=\"left\">study</th><th class=\"left\">question</th><th class=\"left\">the paper</th>"
      "<th class=\"left\">answer</th><th class=\"left\">difference</th><th class=\"left\">seeds</th>",
      rows);
}

}  // namespace

void write_report_index(const std::vector<std::filesystem::path>& studies, const std::filesystem::path& html_file) {
  if (studies.empty()) fail_input("no study is named; expected one folder of a study or more");
  std::vector<IndexedStudy> read;
  for (const std::filesystem::path& folder : studies) read.push_back(read_study(folder, html_file));
  const std::string page = report::page("Questions and answers", body_of(read));
  make_folders(fs::absolute(html_file).parent_path());
  write_atomically(html_file, page);
}

}  // namespace flanmoe
