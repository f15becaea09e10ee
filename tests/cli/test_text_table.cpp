// Tables and help in terminals of any width: no word is torn where there is another way.
#include "cli/text_table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/help_format.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

size_t widest(const std::string& text) {
  std::istringstream in(text);
  size_t width = 0;
  for (std::string line; std::getline(in, line);) width = std::max(width, line.size());
  return width;
}

TEST(BrokenLines, BreakBehindWordsAndMarks) {
  EXPECT_EQ(broken_lines("one two three", 8), (Texts{"one two", "three"}));
  EXPECT_EQ(broken_lines("one two", 3), (Texts{"one", "two"}));
  EXPECT_EQ(broken_lines("task1344_glue_entailment_classification", 20),
            (Texts{"task1344_glue_", "entailment_", "classification"}));
  EXPECT_EQ(broken_lines("abcdefgh", 3), (Texts{"abc", "def", "gh"}));  // nothing to break behind
  EXPECT_EQ(broken_lines("ÄÖÜäöü", 4), (Texts{"ÄÖÜä", "öü"}));
  EXPECT_EQ(broken_lines("", 5), (Texts{""}));
  EXPECT_EQ(broken_lines("short", 5), (Texts{"short"}));
}

const std::vector<TableColumn> kColumns = {{"task"}, {"rows", true}, {"asked%", true}};

TEST(TextTable, IsAsWideAsItsCells) {
  const std::string name(70, 'x');
  EXPECT_EQ(text_table(kColumns, {{name, "5", "0.10"}, {"b", "12345", "99.90"}}, 0),
            "task" + std::string(66, ' ') + "   rows  asked%\n" + name + "      5    0.10\n" + "b" +
                std::string(69, ' ') + "  12345   99.90\n");
}

TEST(TextTable, LosesRoomInItsTexts) {
  EXPECT_EQ(text_table(kColumns, {{"task1344_glue_entailment", "5", "0.10"}}, 30),
            "task              rows  asked%\n"
            "task1344_glue_       5    0.10\n"
            "entailment\n");
}

TEST(TextTable, ComesInPartsWhereItMust) {
  std::vector<TableColumn> columns = {{"task"}};
  std::vector<std::string> row = {"some_long_name_of_a_task"};
  for (int i = 0; i < 12; ++i) {
    columns.push_back({"column" + std::to_string(i), true});
    row.push_back(std::to_string(i * 1000));
  }
  for (const size_t width : {30, 40, 80, 120, 300}) {
    const std::string table = text_table(columns, {row}, width);
    EXPECT_LE(widest(table), width);
    for (int i = 0; i < 12; ++i) EXPECT_NE(table.find("column" + std::to_string(i)), std::string::npos) << width;
  }
  EXPECT_EQ(text_table(columns, {row}, 300), text_table(columns, {row}, 0));
}

TEST(FittedHelp, GoesOnUnderItsText) {
  const std::string help =
      "Usage: flanmoe x\n\nOptions:\n  --data FOLDER               folder that {data} stands for in task files and "
      "mixtures\n";
  EXPECT_EQ(fitted_help(help, 0), help);
  EXPECT_EQ(fitted_help(help, 60),
            "Usage: flanmoe x\n\nOptions:\n"
            "  --data FOLDER               folder that {data} stands for\n"
            "                              in task files and mixtures\n");
  EXPECT_EQ(fitted_help("Examples:\n  flanmoe train pretrain data=w --out runs/a\n", 30),
            "Examples:\n  flanmoe train pretrain\n    data=w --out runs/a\n");
  EXPECT_LE(widest(fitted_help(help, 40)), 40u);
  // An indentation that leaves no room is given up: settings stand deep in a help.
  const std::string setting =
      std::string(30, ' ') + "prompts  text  direct  direct answers, chain of thought, or both\n";
  EXPECT_EQ(fitted_help(setting, 40),
            "    prompts  text  direct  direct\n             answers, chain of thought,\n             or both\n");
  for (const size_t width : {16, 25, 40, 59, 80}) EXPECT_LE(widest(fitted_help(setting, width)), width);
}

}  // namespace
}  // namespace flanmoe
