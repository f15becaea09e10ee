// Options structs: load, checks, unknown keys, dump and help.
#include "base/config.h"
#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

struct Inner {
  int64_t num_experts = 2, k = 2;
  std::string routing = "token_choice";
  std::vector<int64_t> layers = {1, 3};

  void fields(FieldVisitor& v) {
    v.field("num_experts", num_experts, "experts per layer");
    v.field("k", k, "experts per token");
    v.require(k <= num_experts, "k", fmt::format("at most num_experts ({})", num_experts));
    v.choice("routing", routing, {"token_choice", "expert_choice"}, "who chooses");
    v.field("layers", layers, "sparse layers");
    v.require(!layers.empty(), "layers", "at least one layer");
  }
};

struct Options {
  int64_t d_model = 64;
  double rate = 0.1;
  bool tied = true;
  std::string name = "mini", stop;
  std::vector<double> weights = {0.5, 2.0};
  std::vector<std::string> tasks = {"a", "b c"};
  ConfigNode free;
  Inner moe;

  void fields(FieldVisitor& v) {
    v.field("d_model", d_model, "width");
    v.require(d_model >= 1, "d_model", "1 or more");
    v.field("rate", rate, "dropout, in [0, 1)");
    v.require(rate >= 0 && rate < 1, "rate", "a number in [0, 1)");
    v.field("tied", tied, "one embedding");
    v.field("name", name, "what it is called");
    v.require(name != "bad", "name", "another name");
    v.field("stop", stop, "stop text");
    v.field("weights", weights, "of the mixture");
    v.field("tasks", tasks, "names");
    v.field("free", free, "anything");
    v.section("moe", moe, "experts");
  }
};

Options load(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  Options options;
  load_options(with_overrides(parse_config(yaml, "x.yaml"), overrides), options);
  return options;
}

std::string refusal(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  return message_of<UserError>([&] { load(yaml, overrides); });
}

TEST(LoadOptions, FillsEveryType) {
  const Options options = load(
      "d_model: 128\nrate: 0\ntied: false\nname: 123\nstop: \"\\n\"\nweights: [1, 2.5e-1]\ntasks: [x, 'true']\n"
      "free: {any: [thing]}\nmoe: {k: 1, routing: expert_choice, layers: [-1]}\n");
  EXPECT_EQ(options.d_model, 128);
  EXPECT_EQ(options.rate, 0.0);
  EXPECT_FALSE(options.tied);
  EXPECT_EQ(options.name, "123");
  EXPECT_EQ(options.stop, "\n");
  EXPECT_EQ(options.weights, (std::vector<double>{1.0, 0.25}));
  EXPECT_EQ(options.tasks, (std::vector<std::string>{"x", "true"}));
  EXPECT_EQ(options.free.at("any").list()[0].scalar(), "thing");
  EXPECT_EQ(options.moe.k, 1);
  EXPECT_EQ(options.moe.routing, "expert_choice");
  EXPECT_EQ(options.moe.layers, (std::vector<int64_t>{-1}));
}

TEST(LoadOptions, KeepsDefaults) {
  const Options options = load("");
  EXPECT_EQ(options.d_model, 64);
  EXPECT_EQ(options.moe.layers, (std::vector<int64_t>{1, 3}));
}

TEST(LoadOptions, RefusesUnknownKeys) {
  EXPECT_EQ(refusal("d_modle: 3\n"), "x.yaml:1: unknown key 'd_modle'; did you mean 'd_model'?");
  EXPECT_EQ(refusal("d_model: 3\nmoe:\n  num_expert: 4\n"),
            "x.yaml:3: unknown key 'moe.num_expert'; did you mean 'moe.num_experts'?");
  EXPECT_EQ(refusal("num_experts: 4\n"), "x.yaml:1: unknown key 'num_experts'; did you mean 'moe.num_experts'?");
  EXPECT_EQ(refusal("moe: {zzzzzzzz: 1}\n"),
            "x.yaml:1: unknown key 'moe.zzzzzzzz'; the keys of 'moe' are num_experts, k, routing, layers");
  EXPECT_EQ(
      refusal("zzzzzzzz: 1\n"),
      "x.yaml:1: unknown key 'zzzzzzzz'; the keys are d_model, rate, tied, name, stop, weights, tasks, free, moe");
  EXPECT_EQ(refusal("", {"moe.kk=1"}), "command line 'moe.kk=1': unknown key 'moe.kk'; did you mean 'moe.k'?");
}

TEST(LoadOptions, RefusesWrongTypes) {
  EXPECT_EQ(refusal("d_model: abc\n"), "x.yaml:1: 'd_model' is 'abc', expected an integer");
  EXPECT_EQ(refusal("d_model: '64'\n"), "x.yaml:1: 'd_model' is '64' in quotes, expected an integer");
  EXPECT_EQ(refusal("d_model: {a: 1}\n"), "x.yaml:1: 'd_model' is a section, expected an integer");
  EXPECT_EQ(refusal("rate: high\n"), "x.yaml:1: 'rate' is 'high', expected a number");
  EXPECT_EQ(refusal("rate: .nan\n"), "x.yaml:1: 'rate' is '.nan', expected a number");
  EXPECT_EQ(refusal("rate: inf\n"), "x.yaml:1: 'rate' is 'inf', expected a number");
  EXPECT_EQ(refusal("rate: 1e999\n"), "x.yaml:1: 'rate' is '1e999', expected a number");
  EXPECT_EQ(refusal("tied: yes\n"), "x.yaml:1: 'tied' is 'yes', expected true or false");
  EXPECT_EQ(refusal("name: [a]\n"), "x.yaml:1: 'name' is a list, expected a text");
  EXPECT_EQ(refusal("weights: 1\n"), "x.yaml:1: 'weights' is '1', expected a list, such as [a, b]");
  EXPECT_EQ(refusal("moe:\n  layers: [1, two]\n"), "x.yaml:2: 'moe.layers[1]' is 'two', expected an integer");
  EXPECT_EQ(refusal("moe: 3\n"), "x.yaml:1: 'moe' is '3', expected a section of keys");
  EXPECT_EQ(refusal("- 1\n"), "x.yaml:1: found a list, expected keys");
}

TEST(LoadOptions, IntegersAreWrittenInPlainDigits) {
  for (const std::string text : {"1e3", "1_000", "010", "0x10", "64.0", "-0"}) {
    EXPECT_EQ(refusal("d_model: " + text),
              "x.yaml:1: 'd_model' is '" + text + "', expected an integer in plain digits, such as 1000");
  }
  EXPECT_EQ(refusal("d_model: 9223372036854775808"),
            "x.yaml:1: 'd_model' is '9223372036854775808', expected an integer of at most 64 bits");
  EXPECT_EQ(load("d_model: 9223372036854775807").d_model, INT64_MAX);
}

TEST(LoadOptions, ReportsFailedChecksWithPlaceAndValue) {
  EXPECT_EQ(refusal("moe:\n  k: 3\n"), "x.yaml:2: 'moe.k' is 3, expected at most num_experts (2)");
  EXPECT_EQ(refusal("moe: {num_experts: 1}\n"), "(default): 'moe.k' is 2, expected at most num_experts (1)");
  EXPECT_EQ(refusal("", {"rate=1.5"}), "command line 'rate=1.5': 'rate' is 1.5, expected a number in [0, 1)");
  EXPECT_EQ(refusal("name: bad\n"), "x.yaml:1: 'name' is 'bad', expected another name");
  EXPECT_EQ(refusal("moe: {layers: []}\n"), "x.yaml:1: 'moe.layers' is [], expected at least one layer");
  EXPECT_EQ(refusal("moe: {routing: expert_choise}\n"),
            "x.yaml:1: 'moe.routing' is 'expert_choise', expected one of token_choice, expert_choice; did you mean "
            "'expert_choice'?");
  EXPECT_EQ(refusal("moe: {routing: x}\n"),
            "x.yaml:1: 'moe.routing' is 'x', expected one of token_choice, expert_choice");
}

TEST(LoadOptions, ReportsTheMisspeltKeyBeforeItsConsequences) {
  EXPECT_EQ(refusal("moe: {num_experts: 1, kk: 1}\n"), "x.yaml:1: unknown key 'moe.kk'; did you mean 'moe.k'?");
}

TEST(DumpOptions, HoldsEveryFieldAndIsAcceptedBack) {
  Options options;
  options.stop = "\\n\n";
  options.name = "12";
  options.free = parse_config("{b: [1, x], a: {c: 'yes'}}", "x");
  const std::string dump = dump_options(options);
  EXPECT_EQ(dump,
            "d_model: 64\nrate: 0.1\ntied: true\nname: \"12\"\nstop: \"\\\\n\\n\"\nweights: [0.5, 2]\n"
            "tasks: [a, \"b c\"]\nfree:\n  b: [1, x]\n  a:\n    c: \"yes\"\n"
            "moe:\n  num_experts: 2\n  k: 2\n  routing: token_choice\n  layers: [1, 3]\n");
  EXPECT_EQ(dump_options(load(dump)), dump);
}

TEST(DumpOptions, KeepsEveryBitOfANumber) {
  Options options;
  options.rate = 0.1 + 0.2;
  EXPECT_EQ(load(dump_options(options)).rate, options.rate);
  options.rate = 5e-324;
  EXPECT_EQ(load(dump_options(options)).rate, options.rate);
}

TEST(DescribeOptions, HasOneLinePerField) {
  const std::string help = describe_options<Options>();
  EXPECT_EQ(std::count(help.begin(), help.end(), '\n'), 12);
  EXPECT_NE(help.find("d_model          integer     64            width (1 or more)\n"), std::string::npos) << help;
  EXPECT_NE(help.find("moe.routing      text        token_choice  who chooses (one of token_choice, expert_choice)\n"),
            std::string::npos)
      << help;
  EXPECT_NE(help.find("tasks            texts       [a, \"b c\"]    names\n"), std::string::npos) << help;
}

}  // namespace
}  // namespace flanmoe
