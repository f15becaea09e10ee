// The samples of an evaluation are on the disk before results.json, which presumes them.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "eval/evaluation.h"
#include "eval_case.h"

namespace {

std::vector<std::string>* g_calls = nullptr;  // "sync PATH", "rename TO", in order, while a test looks

void note(const std::string& call) {
  if (g_calls != nullptr) g_calls->push_back(call);
}

}  // namespace

// In the place of the C library's, for this program.
extern "C" int fsync(int descriptor) {
  std::array<char, 4096> path = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  if (::readlink(link.c_str(), path.data(), path.size() - 1) > 0) note(std::string("sync ") + path.data());
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
extern "C" int rename(const char* from, const char* to) noexcept {
  note(std::string("rename ") + to);
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace flanmoe {
namespace {

class Sync : public EvalTest {
 protected:
  void TearDown() override {
    g_calls = nullptr;
    EvalTest::TearDown();
  }
};

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
  std::vector<std::string> calls;
  g_calls = &calls;
  evaluate_into(folder_ / "out", request, plan_evaluation(request), {},
                [&] { return model_answerer(m, cases::tokenizer()); }, {});
  g_calls = nullptr;
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
