// What is wrong with data files: the message of each fault, and rows that are skipped and counted.
#include <zlib.h>

#include "data/reader_case.h"

namespace flanmoe {
namespace {

using cases::expect_says;
using cases::Rows;
using cases::Texts;

class Faults : public cases::ReaderTest {
 protected:
  Rows read_skipping(const std::string& format, const std::string& written, BadRows& skipped) {
    Rows rows;
    read_rows(format, written, {}, skipped, [&rows](TaskRow row) { rows.push_back(std::move(row)); });
    return rows;
  }
  Texts ids_of(const Rows& rows) {
    Texts ids;
    for (const TaskRow& row : rows) ids.push_back(row.id);
    return ids;
  }
};

std::string row(const std::string& id, const std::string& question = "Q?", const std::string& answer = "yes") {
  return R"({"id": ")" + id + R"(", "fields": {"question": ")" + question +
         R"("}, "options": ["yes", "no"], "answers": [")" + answer + "\"]}\n";
}

TEST_F(Faults, OfOneRowNameFileLineAndReason) {
  expect_says(refused("jsonl", "r.jsonl", row("1") + "{\"id\": \n"), {"r.jsonl:2", "malformed JSON"});
  expect_says(refused("jsonl", "r.jsonl", row("1") + "17\n"), {"r.jsonl:2", "found 17", "a JSON object"});
  expect_says(refused("jsonl", "r.jsonl", row("1") + "\n" + row("1")), {"r.jsonl:3", "the id '1' was there before"});
  expect_says(refused("jsonl", "r.jsonl", row("1", "Q?", "maybe")),
              {"r.jsonl:1", "the answer 'maybe' is not one of the options yes, no"});
  expect_says(refused("jsonl", "r.jsonl", row("1", " \\n ")), {"r.jsonl:1", "'question' is empty"});
  expect_says(refused("jsonl", "r.jsonl", R"({"id": "1", "fields": {}, "answers": []})"), {"r.jsonl:1", "no answer"});
  expect_says(refused("csv", "t.csv", "q,answer\na,b\n\"c,d\ne,f\n"),
              {"t.csv:3", "a quote that opens here is never closed"});
  expect_says(refused("csv", "t.csv", "q,answer\n\"a\"b,c\n"), {"t.csv:2", "text after a closing quote"});
  expect_says(refused("csv", "t.csv", "q,answer\na\n"), {"t.csv:2", "1 cells, expected 2: q, answer"});
}

TEST_F(Faults, MessagesAreOneShortLine) {
  const std::string message = refused("jsonl", "r.jsonl", row("1", "Q?", "a\\n\\u0007" + std::string(5000, 'x')));
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_NE(message.find("a\\x0a\\x07xxx"), std::string::npos) << message;
  EXPECT_LT(message.size(), 400u);
}

TEST_F(Faults, OfAWholeFileAreNamed) {
  expect_says(refused("jsonl", "r.jsonl", ""), {"r.jsonl", "the file is empty"});
  expect_says(refused("csv", "t.csv", "\r\n \n"), {"t.csv", "the file is empty"});
  expect_says(refused("jsonl", "r.jsonl", row("1") + "{\"a\": \"\xE9t\xE9\"}\n"),
              {"r.jsonl:2", "byte " + std::to_string(row("1").size() + 7) + " (0xe9) is no UTF-8"});
  expect_says(refused("tsv", "t.tsv", std::string("\xFF\xFEq\0", 4)), {"t.tsv", "UTF-16, expected UTF-8"});
  expect_says(message_of<UserError>([&] { cases::rows_in("jsonl", folder_ / "gone.jsonl"); }),
              {"gone.jsonl", "No such file"});
  expect_says(refused("jsnl", "r.jsonl", row("1")), {"'format' is 'jsnl'", "did you mean 'jsonl'"});
  expect_says(refused("jsonl", "r.jsonl", row("1"), "#train"),
              {"r.jsonl", "'jsonl' knows no parts such as '#train'", "niv2"});
}

TEST_F(Faults, PackedFilesCutShortAreNamed) {
  const auto whole = folder_ / "whole.gz";
  gzFile out = gzopen(whole.c_str(), "wb");
  const std::string rows = row("1") + row("2") + row("3");
  gzwrite(out, rows.data(), static_cast<unsigned>(rows.size()));
  gzclose(out);
  const std::string packed = content_of(whole);
  EXPECT_EQ(read("jsonl", "r.jsonl.gz", packed).size(), 3u);
  expect_says(refused("jsonl", "r.jsonl.gz", packed.substr(0, packed.size() - 9)), {"r.jsonl.gz", "cut short"});
}

TEST_F(Faults, AByteOrderMarkIsNone) {
  EXPECT_EQ(read("csv", "t.csv", "\xEF\xBB\xBFquestion,answer\na,b\n").at(0).fields.at("question"), "a");
}

TEST_F(Faults, AFileMayHaveAHashInItsName) { EXPECT_EQ(read("jsonl", "c#1.jsonl", row("1")).size(), 1u); }

TEST_F(Faults, BadRowsAreSkippedAndCounted) {
  std::string lines;
  for (int i = 1; i <= 1200; ++i)
    lines += i == 17 || i == 900 || i == 901 || i == 1000 ? row("1") : row(std::to_string(i));
  BadRows skipped(OnBadRow::kSkip);
  const auto file = put("r.jsonl", lines).string();
  EXPECT_EQ(read_skipping("jsonl", file, skipped).size(), 1196u);
  EXPECT_EQ(skipped.num_skipped(), 4);
  ASSERT_EQ(skipped.reasons(file).size(), 3u);
  expect_says(skipped.reasons(file)[1], {"r.jsonl:900", "'1'"});
  EXPECT_EQ(skipped.report(), (Texts{file + ": 4 of 1,200 rows skipped: first " + skipped.reasons(file)[0]}));
  expect_says(skipped.report()[0], {"r.jsonl:17", "the id '1' was there before"});
}

TEST_F(Faults, RowsBehindABrokenQuoteAreRead) {
  BadRows skipped(OnBadRow::kSkip);
  const auto file = put("t.csv", "q,answer\na,1\n\"b,2\nc,\"3\"\n\"d\"x,4\n\"e\ne\",5\n").string();
  const Rows rows = read_skipping("csv", file, skipped);
  EXPECT_EQ(ids_of(rows), (Texts{"1", "3", "5"}));
  EXPECT_EQ(rows.at(2).fields.at("q"), "e\ne");
  EXPECT_EQ(skipped.num_skipped(), 2);
}

TEST_F(Faults, ElementsOfListsAreSkippedToo) {
  BadRows skipped(OnBadRow::kSkip);
  const auto list =
      put("s.json", R"([{"qid": "a", "question": "Q?", "answer": true, "facts": []}, 3, {"qid": "b"}])").string();
  EXPECT_EQ(read_skipping("strategyqa", list, skipped).size(), 1u);
  const auto xml = put("a.xml", "<R><ProblemSet>\n<Problem ID=\"1\"/>\n</ProblemSet></R>").string();
  EXPECT_EQ(read_skipping("asdiv", xml, skipped).size(), 0u);
  EXPECT_EQ(skipped.report().size(), 2u);
  expect_says(skipped.report()[0], {"a.xml: 1 of 1 rows skipped", "a.xml:2", "'Body' is missing"});
  expect_says(skipped.report()[1], {"s.json: 2 of 3 rows skipped", "row 2"});
}

TEST_F(Faults, OfWholeFilesStopEvenWhenRowsAreSkipped) {
  BadRows skipped(OnBadRow::kSkip);
  for (const auto& [format, name, content] : {std::tuple{"csv", "a.csv", "q,b\na,b\n"},
                                              {"strategyqa", "a.json", "[{\"a\": 1}"},
                                              {"asdiv", "a.xml", "<R>"},
                                              {"jsonl", "a.jsonl", "\xFF"},
                                              {"niv2", "b.json", "{}"}}) {
    const auto file = put(name, content).string();
    EXPECT_NE(message_of<UserError>([&] { read_skipping(format, file, skipped); }), "") << name;
  }
  EXPECT_EQ(skipped.num_skipped(), 0);
}

TEST_F(Faults, TasksPassThemOn) {
  TaskSpec task;
  task.name = "t";
  task.format = "jsonl";
  task.splits["train"] = put("r.jsonl", row("1") + "3\n").string();
  task.splits["bad"] = put("bad.jsonl", "3\n4\n").string();
  expect_says(message_of<UserError>([&] { load_rows(task, "train"); }), {"r.jsonl:2"});
  BadRows skipped(OnBadRow::kSkip);
  EXPECT_EQ(load_rows(task, "train", skipped).size(), 1u);
  EXPECT_EQ(skipped.num_skipped(), 1);
  expect_says(message_of<UserError>([&] { load_rows(task, "bad", skipped); }),
              {"bad.jsonl", "no rows", "task 't'", "first bad row", "bad.jsonl:1"});
  EXPECT_EQ(value_named<OnBadRow>("skip"), OnBadRow::kSkip);
  EXPECT_EQ(value_named<OnBadRow>("ignore"), std::nullopt);
  EXPECT_EQ(name_of(OnBadRow::kStop), "stop");
}

}  // namespace
}  // namespace flanmoe
