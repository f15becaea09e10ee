// Readers of tables: CSV and TSV in general, MMLU, SICK and the chain-of-thought sets. Rows are written here by hand.
#include "data/reader_case.h"
#include "data/readers/reader_tables.h"

namespace flanmoe {
namespace {

using cases::expect_says;
using cases::rows_in;
using cases::Texts;

class TableReaders : public cases::ReaderTest {};

TEST_F(TableReaders, CsvCellsMayHoldCommasQuotesAndLineEnds) {
  std::vector<TableRecord> records;
  each_csv_record(data_file_of("a.csv", "plain,\"a, b\",\"say \"\"so\"\"\"\r\n\"two\nlines\",,\"\"\n\nlast,\"x\",y"),
                  [&records](const TableRecord& record) { records.push_back(record); });
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].cells, (Texts{"plain", "a, b", "say \"so\""}));
  EXPECT_EQ(records[1].cells, (Texts{"two\nlines", "", ""}));
  EXPECT_EQ(records[2].cells, (Texts{"last", "x", "y"}));
  EXPECT_NE(records[1].where.find("a.csv:2"), std::string::npos);
  EXPECT_NE(records[2].where.find("a.csv:5"), std::string::npos);  // a record spans lines 2 and 3, line 4 is empty
}

TEST_F(TableReaders, BrokenQuotesAreNamed) {
  expect_says(refused("csv", "a.csv", "answer\n\"open\nand on\n"), {"a.csv:2", "never closed"});
  expect_says(refused("csv", "a.csv", "answer\n\"open\"x\n"), {"a.csv:2", "closing quote"});
}

TEST_F(TableReaders, AHeaderNamesTheFields) {
  const auto rows =
      rows_in("csv", put("a.csv", "place,answer,options,rationale\nVorna,Lusk,Lusk|Temmel,Because.\nBrell,Temmel,,\n"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fields.at("place"), "Vorna");
  EXPECT_EQ(rows[0].options, (Texts{"Lusk", "Temmel"}));
  EXPECT_EQ(rows[0].rationale, "Because.");
  EXPECT_EQ(rows[1].answers, (Texts{"Temmel"}));
  EXPECT_TRUE(rows[1].options.empty());
  EXPECT_NE(rows[0].id, rows[1].id);
  const auto tabbed = rows_in("tsv", put("a.tsv", "id\tanswer\n7\t\"as it is\"\n"));
  EXPECT_EQ(tabbed.at(0).id, "7");
  EXPECT_EQ(tabbed.at(0).answers, (Texts{"\"as it is\""}));
}

TEST_F(TableReaders, TablesWithoutAnswersAreRefused) {
  expect_says(refused("csv", "a.csv", "place,town\nVorna,Lusk\n"), {"a.csv:1", "place", "answer"});
  expect_says(refused("csv", "a.csv", "place,answer\nVorna\n"), {"a.csv:2", "1 cells", "expected 2"});
  expect_says(refused("csv", "a.csv", "answer,options\nQuex,Lusk|Temmel\n"), {"a.csv:2", "Quex", "Lusk, Temmel"});
}

// Of two cells one would be lost without a word.
TEST_F(TableReaders, ColumnsThatAreTakenHaveNamesOfTheirOwn) {
  const std::string twice = "q,answer, q \nA,x,B\n";
  expect_says(refused("csv", "a.csv", twice), {"a.csv:1", "2 columns are named 'q', expected one"});
  expect_says(refused("tsv", "a.tsv", "q\tanswer\tanswer\nA\tx\ty\n"), {"a.tsv:1", "2 columns are named 'answer'"});
  EXPECT_EQ(rows_in("csv", put("a.csv", ",q,answer,\n1,A,x,2\n")).at(0).answers, (Texts{"x"}));  // unnamed ones
}

TEST_F(TableReaders, MmluRowsHaveLetters) {
  const auto rows = rows_in(
      "mmlu_csv", put("old_stones_val.csv", "\"Which, if\nany?\",red,2,\"a \"\"b\"\"\",none,C\nHow many?,1,2,3,4,A\n"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fields.at("subject"), "old stones");
  EXPECT_EQ(rows[0].fields.at("question"), "Which, if\nany?");
  EXPECT_EQ(rows[0].fields.at("choices"), "(A) red (B) 2 (C) a \"b\" (D) none");
  EXPECT_EQ(rows[0].options, (Texts{"(A)", "(B)", "(C)", "(D)"}));
  EXPECT_EQ(rows[0].answer_index(), 2);
  EXPECT_EQ(rows[0].fields.at("answer_text"), "a \"b\"");
  EXPECT_EQ(rows[1].answer_index(), 0);
}

TEST_F(TableReaders, MmluMistakesAreNamed) {
  const std::string good = "Q?,1,2,3,4,A\n";
  expect_says(refused("mmlu_csv", "s_val.csv", good + "Q?,1,2,3,4\n"), {"s_val.csv:2", "5 cells", "expected 6"});
  expect_says(refused("mmlu_csv", "s_val.csv", good + "Q?,1,2,3,4,2\n"), {"s_val.csv:2", "'2'", "A, B, C or D"});
  expect_says(refused("mmlu_csv", "s_val.csv", good + "Q?,1,2,3,4,\n"), {"s_val.csv:2", "''"});
  expect_says(refused("mmlu_csv", "s_val.csv", good + ",1,2,3,4,B\n"), {"s_val.csv:2", "'question' is empty"});
}

const std::string kSickHeader = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\r\n";

TEST_F(TableReaders, SickScoresAreRounded) {
  std::string table = kSickHeader;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1", "1"}, {"1.4", "1"}, {"1.5", "2"}, {"2.5", "3"}, {"3.3", "3"}, {"4.7", "5"}, {"5.0", "5"}};
  for (const auto& [score, wanted] : cases) table += score + "x\tA man sits\tA man sleeps\t" + score + "\tNEUTRAL\r\n";
  const auto rows = rows_in("sick", put("sick.txt", table));
  ASSERT_EQ(rows.size(), cases.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].answers, (Texts{cases[i].second})) << cases[i].first;
    EXPECT_EQ(rows[i].options.size(), 5u);
    EXPECT_EQ(rows[i].fields.at("entailment"), "NEUTRAL");  // without the carriage return
  }
  EXPECT_EQ(rows[2].id, "1.5x");
}

TEST_F(TableReaders, SickMistakesAreNamed) {
  expect_says(refused("sick", "sick.txt", "1\ta\tb\t3\tNEUTRAL\n"), {"sick.txt:1", "header", "pair_ID"});
  expect_says(refused("sick", "sick.txt", kSickHeader + "1\ta\tb\t3\n"), {"sick.txt:2", "4 cells", "expected 5"});
  for (const std::string bad : {"0.9", "5.1", "three", "", "3x", "nan"}) {
    expect_says(refused("sick", "sick.txt", kSickHeader + "1\ta\tb\t" + bad + "\tNEUTRAL\n"),
                {"sick.txt:2", "'" + bad + "'", "1 to 5"});
  }
}

TEST_F(TableReaders, ChainsOfThoughtShowOrHideOptions) {
  const auto rows =
      rows_in("cot_tsv", put("c.tsv",
                             "Which?\\nOptions:\\n(A) red\\n(B) blue\t(B)\tIt is\\nblue.\n"
                             "Which?\\nOptions:\\n- (A) red\\n- (B) blue\t(A)\tRed.\n"
                             "True?\\nOptions:\\n- yes\\n- no\tno\tNever.\n"
                             "Odd one?\\nOptions:\\n- Sentence A: \"x\"\\n- Sentence B: \"y\"\\n\tSentence B\tWhy.\n"
                             "How many?\t72\t70 + 2 = 72\n"));
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].fields.at("question"), "Which?\nOptions:\n(A) red\n(B) blue");
  EXPECT_EQ(rows[0].fields.at("stem"), "Which?");
  EXPECT_EQ(rows[0].fields.at("answer_text"), "blue");
  EXPECT_EQ(rows[0].options, (Texts{"(A)", "(B)"}));
  EXPECT_EQ(rows[0].rationale, "It is\nblue.");
  EXPECT_EQ(rows[1].fields.at("answer_text"), "red");
  EXPECT_EQ(rows[2].options, (Texts{"yes", "no"}));
  EXPECT_EQ(rows[3].options, (Texts{"Sentence A", "Sentence B"}));
  EXPECT_EQ(rows[3].answer_index(), 1);
  EXPECT_TRUE(rows[4].options.empty());
  EXPECT_EQ(rows[4].fields.at("answer_text"), "72");
}

TEST_F(TableReaders, ChainOfThoughtMistakesAreNamed) {
  expect_says(refused("cot_tsv", "c.tsv", "Q?\tyes\tR\nQ?\tyes\n"),
              {"c.tsv:2", "2 cells", "question, answer, rationale"});
  expect_says(refused("cot_tsv", "c.tsv", "Q?\t\tR\n"), {"c.tsv:1", "empty"});
  expect_says(refused("cot_tsv", "c.tsv", "Q?\\nOptions:\\n- yes\\n- no\tperhaps\tR\n"),
              {"c.tsv:1", "'perhaps'", "options"});
}

}  // namespace
}  // namespace flanmoe
