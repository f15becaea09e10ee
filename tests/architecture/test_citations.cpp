// What comments and pages point at is there: pages (docs/routing.md 8: the section too), source files, and the
// functions of docs/trace.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace flanmoe {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = FLANMOE_SOURCE_DIR;

struct Line {
  fs::path file;
  size_t number;
  std::string text;
  std::string place() const { return fs::relative(file, kRoot).string() + ":" + std::to_string(number); }
};

std::vector<Line> lines_of(const fs::path& path) {
  std::ifstream file(path);
  std::vector<Line> lines;
  for (std::string text; std::getline(file, text);) lines.push_back({path, lines.size() + 1, text});
  return lines;
}

std::string comment_of(const std::string& line) {
  const size_t begin = line.find("//");
  return begin == std::string::npos ? "" : line.substr(begin);
}

// Every line of the C++ files.
std::vector<Line> source_lines() {
  std::vector<Line> lines;
  for (const char* folder : {"src", "tests", "bench"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      if (!std::set<std::string>{".h", ".cpp", ".cu", ".cuh"}.contains(entry.path().extension())) continue;
      const std::vector<Line> own = lines_of(entry.path());
      lines.insert(lines.end(), own.begin(), own.end());
    }
  }
  return lines;
}

// Every line of the pages: those of the root, docs/ and its results, bench/RESULTS.md.
std::vector<Line> page_lines() {
  std::vector<Line> lines;
  for (const char* folder : {".", "docs", "docs/results", "bench"}) {
    for (const auto& entry : fs::directory_iterator(kRoot / folder)) {
      if (entry.path().extension() != ".md") continue;
      const std::vector<Line> own = lines_of(entry.path());
      lines.insert(lines.end(), own.begin(), own.end());
    }
  }
  return lines;
}

// All matches of a pattern in a text, each with what follows it.
struct Match {
  std::string text, rest;
};
std::vector<Match> matches(const std::string& text, const std::regex& pattern) {
  std::vector<Match> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    found.push_back({it->str(), it->suffix().str()});
  }
  return found;
}

std::vector<Match> pages_in(const std::string& text) {
  static const std::regex kPage("[A-Za-z0-9_./-]+\\.md\\b");
  return text.find(".md") == std::string::npos ? std::vector<Match>{} : matches(text, kPage);
}

// Paths of our own source files, as comments write them: data/task.h, src/data/task.h, tests/moe/oracle.h.
std::vector<Match> sources_in(const std::string& text) {
  static const std::regex kSource("\\b[a-z0-9_]+/[A-Za-z0-9_./]+\\.(h|cpp)\\b");
  if (text.find(".h") == std::string::npos && text.find(".cpp") == std::string::npos) return {};
  std::vector<Match> found;
  for (const Match& match : matches(text, kSource)) {
    const std::string folder = match.text.substr(0, match.text.find('/'));
    const bool ours =
        folder == "src" || folder == "tests" || folder == "bench" || fs::is_directory(kRoot / "src" / folder);
    const bool placeholder =
        std::any_of(match.text.begin(), match.text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (ours && !placeholder) found.push_back(match);
  }
  return found;
}

fs::path page_named(const std::string& name, const fs::path& beside) {
  for (const fs::path& folder : {kRoot, beside}) {
    if (fs::is_regular_file(folder / name)) return folder / name;
  }
  return {};
}

bool is_source(const std::string& name) {
  for (const char* folder : {"", "src", "tests"}) {
    if (fs::is_regular_file(kRoot / folder / name)) return true;
  }
  return false;
}

// "12" and "16.2" of the headings "## 12. T5" and "### 16.2 Rules".
std::set<std::string> sections_of(const fs::path& page) {
  static const std::regex kHeading("#+ ([0-9]+(\\.[0-9]+)?)[. ].*");
  std::set<std::string> sections;
  for (const Line& line : lines_of(page)) {
    std::smatch match;
    if (std::regex_match(line.text, match, kHeading)) sections.insert(match[1]);
  }
  return sections;
}

// " 1, 2" and " 0-9 and 18", as they stand behind the name of a page.
std::vector<std::string> cited_sections(const std::string& rest) {
  static const std::regex kList(" [0-9]+(\\.[0-9]+)?((, |-| and )[0-9]+(\\.[0-9]+)?)*");
  static const std::regex kNumber("[0-9]+(\\.[0-9]+)?");
  std::smatch list;
  std::vector<std::string> sections;
  if (!std::regex_search(rest, list, kList, std::regex_constants::match_continuous)) return sections;
  for (const Match& number : matches(list.str(), kNumber)) sections.push_back(number.text);
  return sections;
}

void expect_pages(const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    for (const Match& cited : pages_in(line.text)) {
      const fs::path page = page_named(cited.text, line.file.parent_path());
      EXPECT_FALSE(page.empty()) << line.place() << " cites " << cited.text << ", which is not in the tree";
      const std::vector<std::string> asked = cited_sections(cited.rest);
      if (page.empty() || asked.empty()) continue;
      const std::set<std::string> sections = sections_of(page);
      for (const std::string& section : asked) {
        EXPECT_TRUE(sections.empty() || sections.contains(section))
            << line.place() << " cites " << cited.text << " " << section << ", which has no such section";
      }
    }
  }
}

TEST(Citations, AreFoundInText) {
  const std::vector<Match> pages = pages_in("x (docs/routing.md 1, 16.2), README.md and docs/*.md; a.mdx, \".md\"");
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_EQ(pages[0].text, "docs/routing.md");
  EXPECT_EQ(cited_sections(pages[0].rest), (std::vector<std::string>{"1", "16.2"}));
  EXPECT_EQ(pages[1].text, "README.md");
  EXPECT_TRUE(cited_sections(pages[1].rest).empty());
  EXPECT_EQ(cited_sections(" 0-9 and 18 and"), (std::vector<std::string>{"0", "9", "18"}));
  const std::vector<Match> sources =
      sources_in("data/task.h, src/cli/NAME.cpp, torch/torch.h, tests/moe/oracle.h, 1/2, data/made_up.cpp");
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_TRUE(is_source(sources[0].text));
  EXPECT_TRUE(is_source(sources[1].text));
  EXPECT_FALSE(is_source(sources[2].text));
}

TEST(Citations, SectionsAreRead) {
  const std::set<std::string> sections = sections_of(kRoot / "docs/routing.md");
  for (const char* section : {"0", "8", "16.2", "19"}) EXPECT_TRUE(sections.contains(section)) << section;
  EXPECT_FALSE(sections.contains("20"));
}

TEST(Citations, OfSourcesLeadToPagesOfTheTree) { expect_pages(source_lines()); }

TEST(Citations, OfPagesLeadToPagesOfTheTree) { expect_pages(page_lines()); }

TEST(Citations, OfSourceFilesLeadToFiles) {
  for (const Line& line : source_lines()) {
    for (const Match& cited : sources_in(comment_of(line.text))) {
      EXPECT_TRUE(is_source(cited.text)) << line.place() << " cites " << cited.text << ", which is not in the tree";
    }
  }
  for (const Line& line : page_lines()) {
    if (line.place().starts_with("docs/LOG")) continue;  // it records what was there once
    for (const Match& cited : sources_in(line.text)) {
      EXPECT_TRUE(is_source(cited.text)) << line.place() << " cites " << cited.text << ", which is not in the tree";
    }
  }
}

// Rows "| 3 | `model/t5.cpp` | `forward`, `encode` | ... |": each name stands in the file.
TEST(Citations, OfTheTraceLeadToFunctions) {
  static const std::regex kRow("\\| [0-9]+ \\| `([a-z0-9_/.]+)` \\| (.*?) \\|.*");
  static const std::regex kName("`[A-Za-z_:]+`");
  size_t rows = 0;
  for (const Line& line : lines_of(kRoot / "docs/trace.md")) {
    std::smatch row;
    if (!std::regex_match(line.text, row, kRow)) continue;
    ++rows;
    const fs::path file = kRoot / "src" / row[1].str();
    ASSERT_TRUE(fs::is_regular_file(file)) << line.place() << " names " << row[1];
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    for (const Match& match : matches(row[2].str(), kName)) {
      const std::string name = match.text.substr(1, match.text.size() - 2);
      const std::regex word("\\b" + name + "\\b");
      EXPECT_TRUE(std::regex_search(text.str(), word)) << line.place() << ": no " << name << " in src/" << row[1];
    }
  }
  EXPECT_GE(rows, 20u);
}

// `Suite.Name`, behind the file that it stands in.
TEST(Citations, OfTestsLeadToTests) {
  static const std::regex kCited("`(tests/[a-z0-9_/]+\\.cpp)`|`([A-Z][A-Za-z]+)\\.([A-Z][A-Za-z]+)`");
  size_t num_tests = 0;
  for (const Line& line : lines_of(kRoot / "docs/study-soundness.md")) {
    std::string text;
    for (std::sregex_iterator cited(line.text.begin(), line.text.end(), kCited), end; cited != end; ++cited) {
      if ((*cited)[1].matched) {
        std::ostringstream all;
        all << std::ifstream(kRoot / (*cited)[1].str()).rdbuf();
        text = all.str();
        continue;
      }
      const std::regex test("\\nTEST(_[FP])?\\(" + (*cited)[2].str() + ", " + (*cited)[3].str() + "\\)");
      EXPECT_TRUE(std::regex_search(text, test)) << line.place() << " names " << cited->str() << ", which is not there";
      ++num_tests;
    }
  }
  EXPECT_GE(num_tests, 25u);
}

}  // namespace
}  // namespace flanmoe
