// flanmoe completion: the script is run in bash, as a press of the tabulator runs it.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <sstream>

#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class CompletionTest : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    const Ended ended = flanmoe({"completion", "bash"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    put("script", ended.out);
  }

  // What is offered for the last word of "flanmoe WORDS", the words as bash splits them (key=value in three).
  std::set<std::string> offered(const Words& words) const {
    std::string line;
    for (const std::string& word : words) line += " '" + word + "'";
    put("ask", "source '" + (folder_ / "script").string() + "' || exit 1\nCOMP_WORDS=(flanmoe" + line +
                   ")\nCOMP_CWORD=" + std::to_string(words.size()) +
                   "\n_flanmoe flanmoe\nprintf '%s\\n' \"${COMPREPLY[@]}\" done\n");
    const std::string answer = output_of("bash --norc --noprofile '" + (folder_ / "ask").string() + "' 2>&1");
    EXPECT_TRUE(answer.ends_with("done\n")) << answer;
    std::set<std::string> result;
    std::istringstream lines(answer);
    for (std::string word; std::getline(lines, word);) {
      if (!word.empty()) result.insert(word);
    }
    result.erase("done");
    return result;
  }

  static std::string output_of(const std::string& command) {
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::string text;
    for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
    EXPECT_EQ(::pclose(pipe), 0) << text;
    return text;
  }
};

using Set = std::set<std::string>;

// The indented first words below "Subcommands:" of a help text.
Set commands_in_help(const std::string& help) {
  Set names;
  std::istringstream lines(help.substr(help.find("Subcommands:\n")));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line.starts_with("  ")) {
    if (line[2] != ' ') names.insert(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

TEST_F(CompletionTest, OffersEveryCommandOfTheHelp) {
  const Set names = commands_in_help(flanmoe({"--help"}).out);
  EXPECT_GT(names.size(), 10u);
  EXPECT_EQ(offered({""}), names);
  EXPECT_EQ(offered({"data", ""}), commands_in_help(flanmoe({"data", "--help"}).out));
  EXPECT_EQ(offered({"tra"}), Set{"train"});
  EXPECT_EQ(offered({"tokenizer", "de"}), Set{"decode"});
}

TEST_F(CompletionTest, OffersTheOptionsOfACommand) {
  EXPECT_EQ(offered({"study", "--o"}), Set{"--out"});
  EXPECT_EQ(offered({"study", "mini", "seeds", "=", "[1]", "--da"}), Set{"--data"});
  EXPECT_EQ(offered({"data", "build", "--q"}), Set{"--quiet"});
  EXPECT_EQ(offered({"data", "build", "--to"}), Set{"--tokenizer"});
  EXPECT_EQ(offered({"study", "--ce"}), Set{});  // only for flanmoe itself
}

TEST_F(CompletionTest, OffersPresets) {
  EXPECT_EQ(offered({"study", "mi"}), Set{"mini"});
  EXPECT_EQ(offered({"study", "--out", "runs/a", "mi"}), Set{"mini"});
  EXPECT_EQ(offered({"train", ""}), (Set{"finetune", "finetune_t5", "instruct", "instruct_t5", "pretrain"}));
  EXPECT_EQ(offered({"train", "--mixture", "sm"}), Set{"small"});
  EXPECT_EQ(offered({"init", "st_moe_3"}), Set{"st_moe_32b"});
  EXPECT_EQ(offered({"inspect", "t5_v1_0_x"}), (Set{"t5_v1_0_xl", "t5_v1_0_xxl"}));
  EXPECT_EQ(offered({"twin", "gshard_b"}), Set{"gshard_base"});
  for (const char* part : {"show", "stats", "check", "build"}) EXPECT_EQ(offered({"data", part, "sm"}), Set{"small"});
  EXPECT_EQ(offered({"study", "mini", "mini"}), Set{});  // a study has one
}

TEST_F(CompletionTest, OffersValuesOfOptions) {
  EXPECT_EQ(offered({"eval", "MODEL", "--suite", "mm"}), Set{"mmlu"});
  EXPECT_EQ(offered({"eval", "MODEL", "--suite", "mmlu,bb"}), Set{"mmlu,bbh"});
  EXPECT_EQ(offered({"eval", "--on-bad-row", "="}), (Set{"skip", "stop"}));
  EXPECT_EQ(offered({"data", "check", "small", "--against", "mmlu", "bb"}), Set{"bbh"});
  EXPECT_EQ(offered({"completion", ""}), Set{"bash"});
}

TEST_F(CompletionTest, OffersSettings) {
  EXPECT_EQ(offered({"study", "mini", "model.d_m"}), Set{"model.d_model="});
  EXPECT_EQ(offered({"study", "mini", "arm"}), (Set{"arms.", "arms_only="}));
  EXPECT_EQ(offered({"train", "pretrain", "train.optimizer.war"}), Set{"train.optimizer.warmup_steps="});
  EXPECT_EQ(offered({"init", "switch_base", "model.moe.num_e"}), Set{"model.moe.num_experts="});
  EXPECT_EQ(offered({"convert", "MODEL", "moe.expert_c"}), Set{"moe.expert_capacity="});
  EXPECT_EQ(offered({"data", "make", "num_f"}), Set{"num_facts="});
  EXPECT_EQ(offered({"generate", "MODEL", "num_b"}), Set{"num_beams="});
  EXPECT_EQ(offered({"generate", "num_b"}), Set{});  // the model comes first
  EXPECT_EQ(offered({"data", "stats", "small", "see"}), Set{});
}

TEST_F(CompletionTest, LeavesFilesToBash) {
  EXPECT_EQ(offered({"eval", ""}), Set{});
  EXPECT_EQ(offered({"study", "mini", "--out", "m"}), Set{});
  EXPECT_EQ(offered({"train", "pretrain", "data", "="}), Set{});
  EXPECT_EQ(offered({"train", "pretrain", "data", "=", "pre"}), Set{});
  EXPECT_NE(content_of(folder_ / "script").find("complete -o default -F _flanmoe flanmoe"), std::string::npos);
}

TEST(Completion, OfAnotherShellIsRefused) {
  const Ended ended = flanmoe({"completion", "zsh"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.err.find("zsh not in {bash}"), std::string::npos) << ended.err;
  EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
}

}  // namespace
}  // namespace flanmoe::e2e
