// What the binary says about itself.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "e2e/binary.h"

namespace flanmoe::e2e {
namespace {

void expect_help(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
  const Ended ended = flanmoe(arguments);
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  for (const std::string& part : parts)
    EXPECT_NE(ended.out.find(part), std::string::npos) << "'" << part << "' in: " << ended.out;
}

const std::vector<std::string> kCommands = {"study",     "train",   "eval",     "generate",   "score",   "data",
                                            "tokenizer", "init",    "inspect",  "convert",    "upcycle", "average",
                                            "twin",      "analyze", "settings", "completion", "report"};

TEST(Help, OfEveryCommandShowsAnExample) {
  for (const std::string& command : kCommands) {
    expect_help({command, "--help"}, {"Usage: flanmoe " + command, "Examples:\n  ", "  flanmoe " + command + " "});
  }
}

TEST(Help, NamesEveryCommand) {
  std::vector<std::string> parts = {"flanmoe study mini"};
  for (const std::string& command : kCommands) parts.push_back("\n  " + command + " ");
  expect_help({"--help"}, parts);
}

TEST(Help, ListsTheSettings) {
  expect_help({"eval", "--help"}, {"max_new_tokens", "prompts"});
  expect_help({"generate", "--help"}, {"temperature", "max_new_tokens"});
  expect_help({"data", "make", "--help"}, {"num_facts", "--out"});
  expect_help({"train", "--help"}, {"train.optimizer.warmup_steps", "adamw, adafactor",
                                    "constant, rsqrt, cosine, linear", "mixture.tasks", "keep_checkpoints"});
  expect_help({"study", "--help"}, {"pretrain.optimizer.final_fraction", "finetune_sets", "twin_of", "seeds"});
  expect_help({"data", "list", "--help"}, {"--data", "--json"});
  expect_help({"data", "show", "--help"}, {"--count", "--seed", "--template", "--split", "--tokenizer"});
  expect_help({"data", "stats", "--help"}, {"MIXTURE", "flan", "small", "--draws", "--tokenizer", "--json"});
}

TEST(Help, VersionsAreTold) {
  expect_help({"--version"}, {"flanmoe ", " (commit ", ", libtorch ", ", running on "});
  const std::string told = flanmoe({"--version"}).out;
  const size_t begin = told.find("(commit ") + 8;
  const std::string commit = told.substr(begin, told.find(',', begin) - begin);
  EXPECT_TRUE(commit == "unknown" || commit.find_first_not_of("0123456789abcdef+") == std::string::npos) << told;
  EXPECT_GE(commit.size(), 7u) << told;
}

// Licence and citation stand where one looks for them, and name this version.
TEST(Help, TheProgramMayBeUsedAndCited) {
  const std::filesystem::path source = FLANMOE_SOURCE_DIR;
  const auto text_of = [&](const char* name) {
    std::ifstream file(source / name);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string told = flanmoe({"--version"}).out, version = told.substr(8, told.find(' ', 8) - 8);
  EXPECT_NE(text_of("LICENSE").find("Apache License\n                           Version 2.0"), std::string::npos);
  EXPECT_NE(text_of("CITATION.cff").find("\nversion: " + version + "\nlicense: Apache-2.0\n"), std::string::npos)
      << version;
  for (const char* named : {"`LICENSE`", "`CITATION.cff`"})
    EXPECT_NE(text_of("README.md").find(named), std::string::npos) << named;
}

TEST(Help, ConfigurationsArePrintedAndAcceptedBack) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"study", "smoke", "--print-config", "seeds=[3, 5]"},
        std::vector<std::string>{"train", "pretrain", "--print-config", "train.steps=7"}}) {
    const Ended first = flanmoe(arguments);
    ASSERT_EQ(first.status, 0) << first.err;
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("flanmoe-e2e-config-" + std::to_string(::getpid()) + ".yaml");
    std::ofstream(file) << first.out;
    const Ended again = flanmoe({arguments[0], file.string(), "--print-config"});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(again.out, first.out);
    std::filesystem::remove(file);
  }
}

}  // namespace
}  // namespace flanmoe::e2e
