// A tiny run over texts and rows of its own folder.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "data/data_case.h"
#include "run/options.h"

namespace flanmoe::cases {

class RunTest : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    data_ = folder_ / "data";
    std::filesystem::create_directories(data_);
    std::string text;
    for (const std::string& sentence : sentences(40, 7)) text += sentence + "\n\n";
    put_data("corpus.txt", text);
    put_data("rows.jsonl", rows("r", 6));
    put_data("held.jsonl", rows("h", 3));
    put_data("task.yaml", task("t", "suite: qa\n", "{train: rows.jsonl, validation: held.jsonl, test: rows.jsonl}"));
    std::filesystem::copy_file(tokenizer().model_file(), data_ / "spiece.model");
  }

  void put_data(const std::string& name, const std::string& content) const { put("data/" + name, content); }
  static std::string rows(const std::string& id, int64_t count) {
    std::string lines;
    const std::vector<std::string> texts = sentences(2 * count, hash_text(id));
    for (int64_t i = 0; i < count; ++i) {
      const Json row = {
          {"id", id + std::to_string(i)}, {"fields", {{"q", texts[2 * i]}}}, {"answers", {texts[2 * i + 1]}}};
      lines += row.dump() + "\n";
    }
    return lines;
  }
  static std::string task(const std::string& name, const std::string& more, const std::string& splits) {
    return "name: " + name + "\n" + more + "format: jsonl\nmetric: exact_match\nsplits: " + splits +
           "\ntemplates: [{input: \"{q}\"}]\n";
  }

  RunOptions pretraining() const {
    RunOptions run;
    run.data = data_.string();
    run.num_sentinels = 20;
    run.model.d_model = 16;
    run.model.d_kv = 4;
    run.model.num_heads = 2;
    run.model.d_ff = 24;
    run.model.dropout = 0.1;
    run.model.moe.num_experts = 3;
    run.corpus.files = {"{data}/corpus.txt"};
    run.corpus.rows_per_batch = 4;
    run.corpus.source_length = 24;
    run.train.steps = 4;
    run.train.log_every = 1;
    run.train.checkpoint_every = 2;
    return run;
  }
  RunOptions tuning() const {
    RunOptions run = pretraining();
    run.mode = Phase::kInstruct;
    run.corpus.files.clear();
    run.mixture.tasks = {"{data}/task.yaml"};
    run.mixture.examples_per_batch = 2;
    run.validation.max_new_tokens = 3;
    return run;
  }
  static std::vector<Json> lines_of(const std::filesystem::path& run_folder) {
    std::vector<Json> lines;
    for (const std::string& line : read_lines(run_folder / "metrics.jsonl"))
      lines.push_back(parse_json(line, "metrics.jsonl"));
    return lines;
  }

  std::filesystem::path data_;
};

}  // namespace flanmoe::cases
