// One page over several studies: a row for each question, links that lead from the page.
#include "report/index.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "report/fixture.h"
#include "report/markup.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class ReportIndex : public FolderTest {
 protected:
  fs::path study(const std::string& name, const Json& results, bool with_report = true) const {
    make_folders(folder_ / name);
    write_json(folder_ / name / "results.json", results);
    if (with_report) write_atomically(folder_ / name / "report.html", "a page");
    return folder_ / name;
  }
  std::string index(const std::vector<fs::path>& studies, const std::string& page = "index.html") const {
    write_report_index(studies, folder_ / page);
    return content_of(folder_ / page);
  }
  std::string error_of(const std::vector<fs::path>& studies) const {
    return message_of<UserError>([&] { index(studies); });
  }
};

std::vector<std::string> column(const std::string& html, const std::string& head) {
  return contents_of(elements_with(html, "td", "data-head", head));
}

TEST_F(ReportIndex, ARowForEveryQuestionOfEveryStudy) {
  Json other = fixture_results({4, 1, false});
  other["title"] = "Routers & <more>";
  const std::string html = index({study("one", fixture_results()), study("two", other)});
  EXPECT_EQ(column(html, "question").size(), 6u);
  EXPECT_EQ(column(html, "seeds"), (std::vector<std::string>{"3", "3", "3", "4", "4", "4"}));
  EXPECT_EQ(count_of(html, "<a href=\"one/report.html\">FLAN-MoE in miniature</a>"), 3u);
  EXPECT_EQ(count_of(html, "<a href=\"two/report.html\">Routers &amp; &lt;more&gt;</a>"), 3u);
  EXPECT_TRUE(holds(html, "2 studies."));
  EXPECT_TRUE(holds(html, "badge agrees"));
  EXPECT_TRUE(holds(html, "<b>yes</b>. They overfit."));
  EXPECT_TRUE(holds(html, "Does instruction tuning help sparse models more than dense ones?"));
  expect_well_formed(html);
  for (const char* outside : {"http://", "https://", "<script", "<link", "src=", "url("})
    EXPECT_FALSE(holds(html, outside));
}

TEST_F(ReportIndex, TheIntervalIsThatOfTheAnswerElseOfItsParts) {
  Json results = fixture_results();
  results["verdicts"][1]["parts"][1]["tested"] = {{"mean", 6.0}, {"low", 4.0}, {"high", 8.0}, {"basis", "99.7%"}};
  const std::string html = index({study("one", results)});
  EXPECT_TRUE(holds(html, "\u22120.8 <small>[\u22122.3, +0.7]</small> <small>points</small>"));
  EXPECT_TRUE(holds(html, "Expert Choice against Dense T5, wide: +6.0 <small>[+4.0, +8.0]</small></span>"));
  // A 95% interval beside an answer of another level would say another thing than the answer.
  EXPECT_TRUE(holds(html, "<span class=\"part\">Switch top-1 against Dense T5: +3.1</span>"));
}

TEST_F(ReportIndex, LinksLeadFromThePage) {
  const auto one = study("runs/a study 100%", fixture_results());
  EXPECT_TRUE(holds(index({one}, "pages/index.html"), "<a href=\"../runs/a%20study%20100%25/report.html\">"));
  EXPECT_TRUE(holds(index({one}, "runs/a study 100%/index.html"), "<a href=\"report.html\">"));
  EXPECT_FALSE(holds(index({study("bare", fixture_results(), false)}), "<a "));
}

TEST_F(ReportIndex, AStudyThatAsksNothingAndEqualTitlesAreFine) {
  Json silent = fixture_results();
  silent["verdicts"] = Json::array();
  const std::string html = index({study("one", silent), study("two", silent)});
  EXPECT_EQ(column(html, "answer"), (std::vector<std::string>{"asks nothing", "asks nothing"}));
}

TEST_F(ReportIndex, NamesTheFolderThatIsNoStudy) {
  const auto good = study("good", fixture_results());
  EXPECT_EQ(error_of({good, folder_ / "nowhere"}),
            (folder_ / "nowhere").string() + ": no such folder; expected the folder of a study");
  make_folders(folder_ / "empty");
  const std::string empty = (folder_ / "empty").string();
  EXPECT_EQ(error_of({good, empty}), empty +
                                         ": no results.json in it; expected the folder of a study that has ended "
                                         "(flanmoe study NAME --out " +
                                         empty + ")");
  Json later = fixture_results();
  later["format"] = 3;
  EXPECT_EQ(error_of({study("later", later)}),
            (folder_ / "later/results.json").string() + ": 'format' is 3, expected 1 or 2");
  EXPECT_EQ(error_of({}), "no study is named; expected one folder of a study or more");
  EXPECT_FALSE(fs::exists(folder_ / "index.html"));
}

}  // namespace
}  // namespace flanmoe
