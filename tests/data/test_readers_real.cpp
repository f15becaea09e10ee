// Every reader whose files lie in ../shared/data, on all of them: counts, and a look at one row or another.
#include <map>
#include <set>

#include "data/reader_case.h"
#include "data/readers/reader_tables.h"

namespace flanmoe {
namespace {

using cases::Columns;
using cases::Rows;
using cases::Texts;

class RealFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!std::filesystem::is_directory(data_ / "niv2")) GTEST_SKIP() << "no real data in " << data_;
  }
  Rows read(const std::string& format, const std::string& name) const { return cases::rows_in(format, data_ / name); }
  size_t count(const std::string& format, const std::string& name) const { return read(format, name).size(); }

  // Over all files of a folder, with a part of each.
  size_t count_all(const std::string& format, const std::string& folder, const std::string& part = "") const {
    size_t rows = 0;
    for (const auto& entry : std::filesystem::directory_iterator(data_ / folder)) {
      if (entry.path().extension() != ".md") rows += cases::rows_in(format, entry.path().string() + part).size();
    }
    return rows;
  }
  static std::map<std::string, int> answers_of(const Rows& rows) {
    std::map<std::string, int> counts;
    for (const TaskRow& row : rows) ++counts[row.answers.front()];
    return counts;
  }

  std::filesystem::path data_;
};

TEST_F(RealFiles, Mmlu) {
  EXPECT_EQ(count_all("mmlu", "mmlu/dev"), 285u);
  EXPECT_EQ(count_all("mmlu", "mmlu/val"), 1531u);
  EXPECT_EQ(count_all("mmlu", "mmlu/test"), 14042u);
  const auto rows = read("mmlu", "mmlu/dev/abstract_algebra_dev.csv");
  EXPECT_EQ(rows.at(0).fields.at("subject"), "abstract algebra");
  for (const TaskRow& row : rows) EXPECT_EQ(row.options.size(), 4u);
}

TEST_F(RealFiles, MmluPromptsWorkTheSameQuestionsAsDev) {
  const std::string file = "mmlu/cot_prompts/mmlu_flan_cot_prompts.json";
  const auto rows = read("mmlu_prompts", file);
  EXPECT_EQ(rows.size(), 57u * 5u - 3u);
  size_t num_reasoned = 0;
  for (const TaskRow& row : rows) num_reasoned += row.rationale.empty() ? 0 : 1;
  EXPECT_EQ(num_reasoned, rows.size());
  const auto worked = read("mmlu_prompts", file + "#college_physics"),
             dev = read("mmlu", "mmlu/dev/college_physics_dev.csv");
  ASSERT_EQ(worked.size(), 5u);
  size_t same = 0;
  for (const TaskRow& row : worked) {
    for (const TaskRow& other : dev) same += row.answers == other.answers && row.options == other.options ? 1 : 0;
  }
  EXPECT_GE(same, 3u);
}

TEST_F(RealFiles, BigBenchHard) {
  EXPECT_EQ(count_all("bbh_json", "bbh/bbh"), 6511u);
  EXPECT_EQ(count_all("bbh_json", "bbh/cot-prompts"), 3u * 27u);
  for (const auto& entry : std::filesystem::directory_iterator(data_ / "bbh/cot-prompts")) {
    const std::string definition = notes_of("bbh_json", entry.path().string()).definition;
    EXPECT_TRUE(definition.size() > 15 && definition.find("canary") == std::string::npos) << definition;
  }
}

TEST_F(RealFiles, Arithmetic) {
  EXPECT_EQ(count("gsm8k", "gsm8k/train.jsonl.gz"), 7473u);
  const auto test = read("gsm8k", "gsm8k/test.jsonl");
  EXPECT_EQ(test.size(), 1319u);
  EXPECT_EQ(test[0].answers, (Texts{"18"}));
  for (const TaskRow& row : test) EXPECT_EQ(row.rationale.find("<<"), std::string::npos) << row.id;
  EXPECT_EQ(count("aqua", "aqua/dev.json"), 254u);
  for (const TaskRow& row : read("aqua", "aqua/test.json")) EXPECT_EQ(row.options.size(), 5u) << row.id;
  EXPECT_EQ(count("aqua", "aqua/test.json"), 254u);
  const auto asdiv = read("asdiv", "asdiv/ASDiv.xml");
  EXPECT_EQ(asdiv.size(), 2305u);
  EXPECT_EQ(asdiv[0].answers, (Texts{"9", "9 (apples)"}));
  size_t num_with_unit = 0;
  for (const TaskRow& row : asdiv) num_with_unit += row.answers.size() == 2 ? 1 : 0;
  EXPECT_EQ(num_with_unit, 2036u);  // one of them writes two blanks before its unit
}

TEST_F(RealFiles, Reasoning) {
  EXPECT_EQ(count("strategyqa", "strategyqa/train.json.gz"), 2061u);
  EXPECT_EQ(count("strategyqa", "strategyqa/dev.json"), 229u);
  EXPECT_EQ(count("arc", "arc/ARC-Easy/train.json.gz"), 2251u);
  EXPECT_EQ(count("arc", "arc/ARC-Easy/test.json.gz"), 2376u);
  EXPECT_EQ(count("arc", "arc/ARC-Challenge/train.json.gz"), 1119u);
  const auto arc = read("arc", "arc/ARC-Challenge/test.json.gz");
  EXPECT_EQ(arc.size(), 1172u);
  std::map<size_t, int> sizes;
  for (const TaskRow& row : arc) ++sizes[row.options.size()];
  EXPECT_EQ(sizes, (std::map<size_t, int>{{3, 4}, {4, 1165}, {5, 3}}));
}

TEST_F(RealFiles, YesAndNo) {
  EXPECT_EQ(count("boolq", "boolq/train.json.gz"), 2000u);
  const auto dev = read("boolq", "boolq/dev.json.gz");
  EXPECT_EQ(answers_of(dev), (std::map<std::string, int>{{"yes", 2033}, {"no", 1237}}));
  for (const TaskRow& row : dev) EXPECT_FALSE(row.fields.at("title").empty() || row.fields.at("passage").empty());
}

TEST_F(RealFiles, Tuning) {
  EXPECT_EQ(count_all("niv2", "niv2/train"), 89003u);
  EXPECT_EQ(count_all("niv2", "niv2/heldout"), 7284u);
  EXPECT_GE(count_all("niv2", "niv2/heldout", "#positive"), 73u * 2u);
  EXPECT_GE(count_all("niv2", "niv2/heldout", "#negative"), 73u);
  EXPECT_EQ(count_all("prompt_jsonl", "p3"), 18090u);
  EXPECT_EQ(count_all("cot_tsv", "cot"), 33443u);
  EXPECT_EQ(count("self_instruct", "instruct/seed_tasks.jsonl"), 175u);
  EXPECT_EQ(count("self_instruct", "instruct/user_oriented_instructions.jsonl"), 252u);
}

TEST_F(RealFiles, Condaqa) {
  const auto rows = read("condaqa", "condaqa/condaqa_dev.json.gz");
  EXPECT_EQ(rows.size(), 1110u);
  const auto answers = answers_of(rows);
  EXPECT_EQ(answers.at("yes"), 536);
  EXPECT_EQ(answers.at("no"), 512);
  EXPECT_EQ(answers.at("don't know"), 48);
  std::map<std::string, int> passages;
  for (const TaskRow& row : rows) ++passages[row.cluster_id];
  EXPECT_EQ(passages.size(), 115u);
  EXPECT_EQ(count_all("condaqa", "condaqa/few-shot/sampling_c_shots_9"), 45u);
}

TEST_F(RealFiles, Abstracts) {
  EXPECT_EQ(count("pubmedqa", "pubmedqa/ori_pqal.json.gz"), 500u);
  const auto test = read("pubmedqa", "pubmedqa/test_ground_truth.json");
  EXPECT_EQ(answers_of(test), (std::map<std::string, int>{{"yes", 276}, {"no", 169}, {"maybe", 55}}));
  EXPECT_EQ(test[0].fields.at("passage"), test[0].fields.at("context"));
}

TEST_F(RealFiles, Similarity) {
  EXPECT_EQ(count("sick", "sts/SICK_train.txt"), 4500u);
  EXPECT_EQ(count("sick", "sts/SICK_trial.txt"), 500u);
  EXPECT_EQ(count("sick", "sts/SICK_test_annotated.txt"), 4927u);
  EXPECT_EQ(count("sts_images", "sts/sts2014_images.test.tsv"), 750u);
  EXPECT_EQ(count("sts_images", "sts/sts2015_images.test.tsv"), 750u);
}

// The captions themselves are not there: every id gets a text of its own.
class RealRatings : public FolderTest {};

TEST_F(RealRatings, AreJoinedWithCaptions) {
  const auto data = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data" / "cxc";
  if (!std::filesystem::is_directory(data)) GTEST_SKIP() << "no real data in " << data;
  for (const auto& [name, expected] : {std::pair{"sts_val.csv.gz", 44009u}, {"sts_test.csv.gz", 44045u}}) {
    std::set<std::string> ids;
    each_csv_record(open_data_file((data / name).string()), [&ids](const TableRecord& record) {
      for (const size_t cell : {0, 1}) ids.insert(record.cells[cell].substr(record.cells[cell].rfind(':') + 1));
    });
    std::string captions;
    for (const std::string& id : ids) {
      if (id.starts_with("caption")) continue;  // the header
      captions += (captions.empty() ? "" : ",") + ("{\"id\": " + id + ", \"caption\": \"Caption " + id + ".\"}");
    }
    const auto file = put("captions.json", "{\"annotations\": [" + captions + "]}");
    const Rows rows = cases::rows_in("cxc", (data / name).string() + "#" + file.string());
    EXPECT_EQ(rows.size(), expected);
    EXPECT_TRUE(rows.at(0).fields.at("first").starts_with("Caption "));
  }
}

}  // namespace
}  // namespace flanmoe
