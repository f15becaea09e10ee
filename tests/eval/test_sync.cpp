// The samples of an evaluation are on the disk before results.json, which presumes them.
#include "eval/evaluation.h"
#include "eval_case.h"
#include "testing/disk_calls.h"

namespace flanmoe {
namespace {

using Sync = EvalTest;

TEST_F(Sync, SamplesComeBeforeResults) {
  put("rows.jsonl", Json{{"id", "1"}, {"fields", {{"q", "Vorna"}}}, {"answers", {"bread"}}}.dump() + "\n");
  for (const char* name : {"one", "two"})
    put(std::string(name) + ".yaml", std::string("name: ") + name +
                                         "\nsuite: exam\nformat: jsonl\nsplits: {test: rows.jsonl}\ntemplates: "
                                         "[{input: \"{q}\"}]\n");
  EvalOptions o = options("one.yaml");
  o.tasks.push_back((folder_ / "two.yaml").string());
  o.max_new_tokens = 2;
  const EvalRequest request = request_of(o, folder_);
  const T5Model m = model("gshard");
  const std::vector<std::string> calls = disk_calls::of([&] {
    evaluate_into(folder_ / "out", request, plan_evaluation(request), {},
                  [&] { return model_answerer(m, cases::tokenizer()); }, {});
  });
  std::vector<std::string> order;
  for (const std::string& call : calls) {
    for (const char* name : {"samples/one.jsonl", "samples/two.jsonl", "results.json"}) {
      if (call.ends_with(std::string("out/") + name)) order.push_back(call.substr(0, call.find(' ') + 1) + name);
    }
  }
  EXPECT_EQ(order,
            (std::vector<std::string>{"sync samples/one.jsonl", "sync samples/two.jsonl", "rename results.json"}));
}

}  // namespace
}  // namespace flanmoe
