// The report: one file, every section, nothing from outside, and no number that is none.
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "base/error.h"
#include "base/files.h"
#include "report/fixture.h"
#include "report/index.h"
#include "report/markup.h"
#include "report/report.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

TEST(Report, HasEverySectionInOrder) {
  const std::string html = render_report(fixture_results());
  size_t last = 0;
  for (const char* title :
       {"<h1>FLAN-MoE in miniature</h1>", "<h2>Verdicts</h2>", "<h2>The three set-ups</h2>", "<h2>Held-out scores</h2>",
        "<h2>Finetuned scores by set</h2>", "<h2>Learning curves</h2>", "<h2>How the experts are used</h2>",
        "<h2>What it costs</h2>", "<h2>Room for the experts</h2>", "<h2>All tasks</h2>", "<h2>What was trained</h2>",
        "<h2>Configuration</h2>"}) {
    const size_t at = html.find(title);
    ASSERT_NE(at, std::string::npos) << title;
    EXPECT_GT(at, last) << title;
    last = at;
  }
}

TEST(Report, NeedsNothingFromOutside) {
  const std::string html = render_report(fixture_results());
  for (const char* outside : {"http://", "https://", "<script", "<link", "src=", "@import", "url("})
    EXPECT_FALSE(holds(html, outside)) << outside;
}

TEST(Report, EscapesTexts) {
  Json results = fixture_results();
  results["title"] = "<script>alert('x')</script> & more";
  results["arms"][2]["label"] = "A<b>\"";
  results["config"] = "a: <c>";
  const std::string html = render_report(results);
  EXPECT_FALSE(holds(html, "<script"));
  EXPECT_FALSE(holds(html, "A<b>"));
  EXPECT_TRUE(holds(html, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; more"));
  EXPECT_TRUE(holds(html, "A&lt;b&gt;&quot;"));
  EXPECT_TRUE(holds(html, "a: &lt;c&gt;"));
}

TEST(Report, NamesTheMissingKey) {
  const Json whole = fixture_results();
  for (const auto& [key, value] : whole.items()) {
    Json results = whole;
    results.erase(key);
    const std::string message = message_of<UserError>([&results] { render_report(results); });
    EXPECT_TRUE(message.starts_with("results.json: missing key '" + key + "'; expected ")) << message;
  }
}

TEST(Report, NamesWhatIsWrongInside) {
  Json results = fixture_results();
  results["measures"][0]["arms"][0]["arm"] = "nobody";
  EXPECT_EQ(message_of<UserError>([&results] { render_report(results); }),
            "results.json: the arm 'nobody' is named, but 'arms' does not hold it");
  results = fixture_results();
  results["arms"][0].erase("label");
  EXPECT_EQ(message_of<UserError>([&results] { render_report(results); }),
            "results.json: arms[0]: key 'label' is missing");
  results = fixture_results();
  results["format"] = 3;
  EXPECT_EQ(message_of<UserError>([&results] { render_report(results); }),
            "results.json: 'format' is 3, expected 1 or 2");
}

TEST(Report, DrawsOnlyNumbers) {
  Json results = fixture_results();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  results["measures"][2]["arms"][1]["interval"]["mean"] = nan;
  results["measures"][2]["arms"][2]["interval"]["high"] = std::numeric_limits<double>::infinity();
  results["curves"][0]["points"][3]["train/loss"] = nullptr;
  results["routing"][0]["layers"][0]["utilisation"] = nullptr;
  const std::string html = render_report(results);
  for (const char* bad : {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf", " nan", ">nan", ">inf<", ">-inf"})
    EXPECT_FALSE(holds(html, bad)) << bad;
}

TEST(Report, SaysItWithTheSameBytes) { EXPECT_EQ(render_report(fixture_results()), render_report(fixture_results())); }

TEST(Report, OneSeedIsSaid) {
  const std::string sentence = "one seed: intervals are over items and say nothing about other seeds";
  EXPECT_TRUE(holds(render_report(fixture_results({1, 4, true})), sentence));
  EXPECT_FALSE(holds(render_report(fixture_results()), sentence));
}

TEST(Report, EveryChartHasItsCaption) {
  const std::string html = render_report(fixture_results());
  EXPECT_EQ(count_of(html, "<figure>"), count_of(html, "<figcaption>"));
  EXPECT_GT(count_of(html, "<svg "), 15u);
  EXPECT_TRUE(holds(html, "95% t-interval over 3 seeds"));
}

TEST(Report, OpensAndClosesItsTagsInTurn) {
  const std::string html = render_report(fixture_results());
  expect_well_formed(html);
}

TEST(Report, LeavesOutWhatIsNotThere) {
  const std::string html = render_report(smallest_results());
  EXPECT_TRUE(holds(html, "<h2>Held-out scores</h2>"));
  for (const char* title :
       {"Verdicts", "Learning curves", "How the experts are used", "Room for the experts", "All tasks"}) {
    EXPECT_FALSE(holds(html, fmt::format("<h2>{}</h2>", title))) << title;
  }
  Json bare = smallest_results();
  for (const char* key : {"arms", "measures", "suites"}) bare[key] = Json::array();
  EXPECT_TRUE(holds(render_report(bare), "<h1>FLAN-MoE in miniature</h1>"));
}

TEST(Report, ShowsTheNumbersOfTheFile) {
  Json results = fixture_results();
  results["arms"][2]["total_parameters"] = 7654321;
  results["arms"][2]["active_parameters"] = 98765;
  results["timing"]["cost"][2]["decode_overhead"] = -0.126;
  results["measures"][2]["differences"][0]["interval"] = {
      {"mean", -3.14159}, {"low", -5.5}, {"high", -0.75}, {"basis", "b"}};
  const std::string html = render_report(results);
  for (const char* part : {
           "<dd>1,234,567</dd>",                                                             // data counts
           "7.65\u00a0M parameters, 98.8\u00a0k met by one token; 16 experts, 1 per token",  // the arm's card
           "<td>21,346</td><td>+41%</td><td>61,000</td><td>+31%</td><td>900</td><td>\u221213%</td>",
           "<td>28.1 <small>[26.1, 30.1]</small></td><td>28.9 <small>[26.9, 30.9]</small></td><td>+0.8</td>",
           "<td>120</td><td>25.0</td><td>31.0</td><td>44.0 <small>± 3.1</small></td>",
           "\u22123.1 <small>[\u22125.5, \u22120.8]</small>",  // a difference
       })
    EXPECT_TRUE(holds(html, part)) << part;
}

TEST(Report, ABasisOfPointsIsNotNamedBesideIntervals) {
  Json results = fixture_results({1, 4, true});
  for (Json& measure : results["measures"]) {
    if (!measure["id"].get<std::string>().starts_with("suite/exam/")) continue;
    measure["arms"][0]["interval"] = {{"mean", 0.0}, {"low", 0.0}, {"high", 0.0}, {"basis", "one seed: no interval"}};
  }
  EXPECT_FALSE(holds(render_report(results), "one seed: no interval"));
}

TEST(Report, AVerdictSaysItsAnswerOnce) {
  Json results = fixture_results();
  results["verdicts"][0]["text"] = "undecided: +1.0 points";
  const std::string html = render_report(results);
  EXPECT_TRUE(holds(html, "<p>+1.0 points</p>"));
  EXPECT_FALSE(holds(html, "undecided: +1.0"));
}

class ReportFile : public FolderTest {};

TEST_F(ReportFile, WritesBesideAndNamesTheFile) {
  write_json(folder_ / "results.json", fixture_results());
  write_report(folder_ / "results.json", folder_ / "report.html");
  EXPECT_EQ(content_of(folder_ / "report.html"), render_report(fixture_results()));
  const auto bad = put("bad.json", "{\"format\": 1}");
  const std::string message = message_of<UserError>([&] { write_report(bad, folder_ / "none.html"); });
  EXPECT_EQ(message, bad.string() + ": missing key 'title'; expected a text");
  EXPECT_FALSE(fs::exists(folder_ / "none.html"));
}

// To look at: FLANMOE_REPORT_TO=/tmp/looks build/tests/test_report --gtest_filter='ReportFile.*'
TEST_F(ReportFile, ForLooking) {
  const char* folder = std::getenv("FLANMOE_REPORT_TO");
  if (folder == nullptr) GTEST_SKIP() << "FLANMOE_REPORT_TO is not set";
  make_folders(folder);
  write_atomically(fs::path(folder) / "full.html", render_report(with_analyses(fixture_results())));
  write_atomically(fs::path(folder) / "one_seed.html", render_report(fixture_results({1, 1, true})));
  write_atomically(fs::path(folder) / "smallest.html", render_report(smallest_results()));
  for (const char* study : {"first", "second"}) {
    make_folders(fs::path(folder) / study);
    write_json(fs::path(folder) / study / "results.json", fixture_results());
    write_report(results_of_study(fs::path(folder) / study), fs::path(folder) / study / "report.html");
  }
  write_report_index({fs::path(folder) / "first", fs::path(folder) / "second"}, fs::path(folder) / "index.html");
}

}  // namespace
}  // namespace flanmoe
