// Two tiny tasks in a folder of their own (options in one, free text in the other) and tiny models that read them.
#pragma once

#include <string>
#include <vector>

#include "data/data_case.h"
#include "eval/asking/prompts.h"
#include "eval/evaluation.h"
#include "model/tiny.h"

namespace flanmoe {

// A prompt beside its row.
struct AskedPrompt : EvalPrompt {
  TaskRow row;
};

class EvalTest : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    const std::vector<std::string> words = {"bread", "stone", "river", "towns"};
    std::string test, dev;
    for (int i = 0; i < 9; ++i) {
      Json row = {{"id", std::to_string(i)},
                  {"fields", {{"q", "the " + words[static_cast<size_t>(i) % 4] + " near bridge"}}},
                  {"options", words},
                  {"answers", {words[static_cast<size_t>(i) % 3]}},
                  {"rationale", "every bridge"},
                  {"cluster_id", i < 4 ? "p" : ""}};
      test += row.dump() + "\n";
      row["fields"]["q"] = "Vorna" + std::string(static_cast<size_t>(i), '.');
      dev += row.dump() + "\n";
    }
    put("test.jsonl", test);
    put("dev.jsonl", dev);
    put("free.jsonl", R"({"id": "1", "fields": {"q": "runs past"}, "answers": ["bread", "stone"]})"
                      "\n");
    put("task.yaml",
        "name: one\nsuite: exam\ncluster: places\nformat: jsonl\nchance: 25\nsplits: {test: test.jsonl, dev: "
        "dev.jsonl, train: test.jsonl}\n"
        "templates: [{input: \"{q}\"}, {input: \"never {q}\"}]\ncot_templates: [{input: \"why {q}\", target: "
        "\"{rationale} the answer is {answer}\"}]\n");
    put("free.yaml",
        "name: free\nsuite: qa\nformat: jsonl\nmetric: token_f1\nsplits: {test: free.jsonl}\ntemplates: [{input: "
        "\"{q}\"}]\n");
  }
  EvalOptions options(const std::string& task) const {
    EvalOptions o;
    o.tasks = {(folder_ / task).string()};
    o.max_new_tokens = 5;
    return o;
  }
  static T5Model model(const std::string& arm = "switch") {
    ModelOptions o = tiny::options(arm);
    o.vocab_size = cases::tokenizer().vocab_size();
    return tiny::stirred(o);
  }
  AskedTask asked(const EvalOptions& o, Prompting prompting = Prompting::kDirect) const {
    BadRows bad_rows;
    return open_task({load_tasks(o.tasks[0], folder_).front(), "", prompting, o}, bad_rows);
  }
  std::vector<AskedPrompt> prompts(const EvalOptions& o, Prompting prompting = Prompting::kDirect) const {
    const AskedTask task = asked(o, prompting);
    std::vector<AskedPrompt> made;
    for (const TaskRow& row : task.rows) made.push_back({make_prompt(task, row, cases::tokenizer()), row});
    return made;
  }
  static std::string text(const EvalPrompt& prompt) { return cases::tokenizer().decode(prompt.source); }
};

}  // namespace flanmoe
