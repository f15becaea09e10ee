// The tools for model folders as a user runs them: init, inspect, convert, upcycle, twin, score, generate.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

const Words kTiny = {"model.d_model=36",  "model.d_kv=7",       "model.num_heads=5",
                     "model.d_ff=44",     "model.num_layers=4", "model.num_decoder_layers=4",
                     "model.vocab_size=0"};

class Models : public FolderTest {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  Ended run(const Words& arguments, const std::string& input = "") const {
    const Ended ended = flanmoe(arguments, input);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended;
  }

  std::string init(const std::string& preset, const std::string& name, const Words& more = {}) const {
    Words arguments = {"init", preset, "--out", at(name), "--tokenizer", (world() / "spiece.model").string()};
    arguments.insert(arguments.end(), kTiny.begin(), kTiny.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    run(arguments);
    return at(name);
  }

  Json inspected(const std::string& model) const {
    return parse_json(run({"inspect", model, "--json", "--tensors"}).out, "inspect");
  }

  Json scores(const std::string& model) const {
    return Json::parse(run({"score", model, "Who is it?", "me", "you"}).out);
  }

  static void expect_same_but_for_rounding(const Json& a, const Json& b) {
    EXPECT_EQ(a.at("prompt"), b.at("prompt"));
    EXPECT_EQ(a.at("best"), b.at("best"));
    for (size_t i = 0; i < 2; ++i) {
      const double expected = b.at("scores")[i].at("log_probability");
      EXPECT_NEAR(a.at("scores")[i].at("log_probability"), expected, 1e-5 * std::abs(expected));
    }
  }

  void refused(const Words& arguments, const Words& parts, const std::string& input = "") const {
    const Words before = listing(folder_);
    const Ended ended = flanmoe(arguments, input);
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    for (const std::string& part : parts)
      EXPECT_NE(ended.err.find(part), std::string::npos) << "'" << part << "' in: " << ended.err;
    EXPECT_EQ(listing(folder_), before);
  }
};

TEST_F(Models, InitWritesWhatInspectTells) {
  const Json t5 = inspected(init("t5_v1_1_small", "t5"));
  EXPECT_EQ(t5.at("model_type"), "t5");
  EXPECT_EQ(t5.at("bytes").at("F32"), 4 * t5.at("total_parameters").get<int64_t>());
  EXPECT_NE(t5.at("tokenizer").get<std::string>().find("spiece.model"), std::string::npos);
  const Json hf = inspected(
      init("switch_base", "hf",
           {"model.moe.num_experts=3", "model.moe.expert_capacity=9", "--dtype", "bfloat16", "--max-shard", "40kB"}));
  EXPECT_EQ(hf.at("model_type"), "switch_transformers");
  EXPECT_EQ(hf.at("bytes").at("BF16"), 2 * hf.at("total_parameters").get<int64_t>());
  EXPECT_TRUE(fs::exists(folder_ / "hf/model.safetensors.index.json"));
  EXPECT_NE(run({"inspect", at("hf")}).out.find("Hugging Face's rule"), std::string::npos);
}

TEST_F(Models, InspectNeedsNoWeights) {
  EXPECT_NE(run({"inspect", "st_moe_32b"}).out.find("269,104,613,376"), std::string::npos);
  init("t5_v1_0_small", "t5");
  fs::remove(folder_ / "t5/model.safetensors");
  EXPECT_FALSE(inspected(at("t5/config.json")).at("stored").get<bool>());
}

TEST_F(Models, ConvertKeepsWhatTheModelSays) {
  const std::string ours = init("switch_base", "ours", {"model.moe.num_experts=3"});
  EXPECT_NE(
      run({"convert", ours, "--out", at("half"), "--dtype", "bfloat16", "--max-shard", "50kB"}).out.find("bfloat16"),
      std::string::npos);
  run({"convert", ours, "--out", at("hf"), "--to", "huggingface", "moe.expert_capacity=50"});
  EXPECT_EQ(inspected(at("hf")).at("model_type"), "switch_transformers");
  EXPECT_EQ(inspected(at("hf")).at("options").at("moe").at("expert_capacity"), 50);
  run({"convert", at("hf"), "--out", at("back"), "--to", "flanmoe", "moe.capacity_factor_eval=0"});
  EXPECT_EQ(content_of(folder_ / "back/model.safetensors"), content_of(folder_ / "ours/model.safetensors"));
  // No expert is full, but under Hugging Face's rule padding is routed too: an expert then gets other numbers of rows,
  // and on some processors a product's last bits depend on them (docs/numerics.md).
  expect_same_but_for_rounding(scores(at("back")), scores(at("hf")));
}

// docs/numerics.md: neighbours in the batch and threads change the last bits at most.
TEST_F(Models, NeighboursAndThreadsChangeRoundingOnly) {
  for (const std::string preset : {"t5_v1_1_small", "gshard_base", "switch_base"}) {
    const std::string model = init(preset, preset);
    const Json alone = scores(model);
    std::string batch;
    for (const std::string prompt :
         {"x", "Who is it?", "What is the longest of these questions, and why is it so long?"})
      batch += Json{{"prompt", prompt}, {"answers", {"me", "you"}}}.dump() + "\n";
    std::istringstream lines(run({"score", model}, batch).out);
    std::string line;
    for (int i = 0; i < 2; ++i) std::getline(lines, line);
    expect_same_but_for_rounding(alone, Json::parse(line));
    const std::string threads = std::getenv("OMP_NUM_THREADS") == nullptr ? "1" : std::getenv("OMP_NUM_THREADS");
    ::setenv("OMP_NUM_THREADS", "3", 1);
    const Json other = scores(model);
    ::setenv("OMP_NUM_THREADS", threads.c_str(), 1);
    expect_same_but_for_rounding(alone, other);
  }
}

TEST_F(Models, UpcycleSaysHowFarTheOutputMoved) {
  const std::string dense = init("t5_v1_1_small", "t5");
  const Ended exact = run({"upcycle", dense, "--out", at("gshard"), "--routing", "gshard", "model.moe.num_experts=3",
                           "model.moe.capacity_factor_eval=0"});
  EXPECT_NE(exact.out.find("100.0% of the best tokens stay"), std::string::npos) << exact.out;
  EXPECT_NE(exact.out.find("weigh 1.000 together"), std::string::npos) << exact.out;
  const Ended moved = run({"upcycle", dense, "--out", at("switch"), "--routing", "switch", "--noise", "0.1"});
  EXPECT_NE(moved.out.find("noise on the experts: 0.1"), std::string::npos) << moved.out;
  EXPECT_EQ(inspected(at("switch")).at("options").at("moe").at("num_experts"), 16);
  run({"generate", at("gshard"), "Who is it?", "max_new_tokens=3"});
}

TEST_F(Models, AveragesAreModelsNoRuns) {
  const std::string a = init("t5_v1_1_small", "a"), b = init("t5_v1_1_small", "b", {"--seed", "2"});
  const Ended mean = run({"average", a, b, "--out", at("mean")});
  EXPECT_NE(mean.out.find(at("mean") + ": the mean of 2 models, without optimiser state\n  " + a + "\n  " + b + "\n"),
            std::string::npos)
      << mean.out;
  EXPECT_EQ(inspected(at("mean")).at("parameters"), inspected(a).at("parameters"));
  run({"generate", at("mean"), "Who is it?", "max_new_tokens=3"});
  refused({"average", a, "--out", at("x")}, {"one folder is given", "--last N"});
  refused({"average", a, a, "--out", at("x")}, {"is given twice"});
  refused({"average", a, b, "--out", at("x"), "--last", "2"}, {"2 folders are given"});
  refused({"average", a, "--out", at("x"), "--last", "2"}, {a, "no training run"});
  refused({"average", a, b, "--out", at("mean")}, {"exists already"});
}

TEST_F(Models, TwinsAreConfigurationsForInit) {
  run({"twin", "gshard_small", "--out", at("twin.json")});
  refused({"twin", "switch_base", "--out", at("twin.json")}, {"twin.json: exists already; expected a new file"});
  const Json twin = inspected(at("twin.json")),
             sparse = parse_json(run({"inspect", "gshard_small", "--json"}).out, "x");
  EXPECT_EQ(twin.at("model_type"), "t5");
  EXPECT_NEAR(twin.at("flops_per_token").get<double>() / sparse.at("flops_per_token").get<double>(), 1.0, 0.01);
  EXPECT_NE(run({"twin", "t5_v1_1_small", "--routing", "st_moe"}).out.find("FLOPs differ by"), std::string::npos);
  const std::string kept = content_of(folder_ / "twin.json");
  refused({"twin", "switch_base", "--out", at("twin.json")}, {"--out", "twin.json: exists already", "a new file"});
  EXPECT_EQ(content_of(folder_ / "twin.json"), kept);
  refused({"twin", "t5_v1_1_small"}, {"the model is dense", "--routing"});
  refused({"twin", "gshard_small", "--routing", "switch"}, {"the model is sparse"});
}

TEST_F(Models, GenerateReadsAndWritesFiles) {
  put("in.jsonl", "{\"prompt\": \"Who is it?\", \"id\": 7}\n{\"prompt\": \"Where is the boat?\"}\n");
  const Words common = {"generate", model().string(), "--input", at("in.jsonl"), "max_new_tokens=4", "num_beams=2"};
  Words arguments = common;
  arguments.insert(arguments.end(), {"--output", at("out.jsonl"), "--routing", "num_answers=2"});
  run(arguments);
  const std::vector<std::string> lines = read_lines(folder_ / "out.jsonl");
  ASSERT_EQ(lines.size(), 2u);
  const Json first = parse_json(lines[0], "out");
  EXPECT_EQ(first.at("id"), 7);
  EXPECT_EQ(first.at("answers").size(), 2u);
  double sum = 0.0;
  for (const Json& token : first.at("answers")[0].at("tokens")) sum += token.at("log_probability").get<double>();
  EXPECT_NEAR(first.at("answers")[0].at("log_probability").get<double>(), sum, 1e-4);
  EXPECT_FALSE(first.at("routing").at("encoder")[0].at("tokens")[0].at("experts").empty());
  EXPECT_EQ(first.at("routing").at("decoder")[0].at("tokens").size(), first.at("answers")[0].at("tokens").size());
  refused(arguments, {"out.jsonl", "exists already", "--resume"});
  // Half an output is gone on with.
  put("out.jsonl", lines[0] + "\n");
  arguments.push_back("--resume");
  run(arguments);
  const std::vector<std::string> again = read_lines(folder_ / "out.jsonl");
  ASSERT_EQ(again.size(), 2u);
  EXPECT_TRUE(again[0] == lines[0]);
  EXPECT_EQ(parse_json(again[1], "out").at("answer"), parse_json(lines[1], "out").at("answer"));
}

TEST_F(Models, GenerateTalks) {
  const Ended ended =
      run({"generate", model().string(), "--interactive", "max_new_tokens=3"}, "Who is it?\nWhere?\n\n");
  EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 2);
}

TEST_F(Models, BadPromptsAndFilesAreRefused) {
  const std::string folder = model().string();
  refused({"generate", folder, ""}, {"prompt 1", "empty"});
  refused({"generate", folder, "max_prompt_tokens=3", "one two three four five"}, {"prompt 1", "at most 3"});
  refused({"generate", folder}, {"no prompt", "--input"});
  put("bad.jsonl", "{\"prompt\": \"a\"}\n{\"question\": \"b\"}\n");
  refused({"generate", folder, "--input", at("bad.jsonl")}, {"bad.jsonl:2", "'prompt'", "missing"});
  refused({"generate", folder, "--input", at("none.txt")}, {"none.txt", "No such file"});
  refused({"generate", folder, "a", "num_beams=2", "temperature=1"}, {"num_beams", "temperature"});
  const std::string latin1 = "caf\xE9";  // typed words are texts as those of files are
  refused({"generate", folder, "one", latin1}, {"prompt 2: byte 3 (0xe9) is no UTF-8"});
  refused({"score", folder, "one", latin1}, {"answer 1: byte 3 (0xe9) is no UTF-8"});
  refused({"tokenizer", "encode", folder, latin1}, {"a text of the command line: byte 3 (0xe9) is no UTF-8"});
  refused({"score", folder, "only a prompt"}, {"a prompt and at least one answer"});
  refused({"score", folder}, {"stdin:1", "'answers'"}, "{\"prompt\": \"a\"}\n");
  refused({"score", folder}, {"stdin:1", "malformed JSON"}, "{\"prompt\"\n");
}

TEST_F(Models, BadFoldersAreRefused) {
  const std::string t5 = init("t5_v1_0_small", "t5");
  refused({"init", "t5_v1_0_small", "--out", t5}, {"exists already"});
  refused({"init", "t5_v1_0_smal", "--out", at("x")}, {"t5_v1_0_smal", "did you mean 't5_v1_0_small'"});
  refused({"init", "t5_v1_0_small", "--out", at("x"), "--dtype", "int8"}, {"--dtype", "int8", "bfloat16"});
  refused({"init", "t5_v1_0_small", "--out", at("x"), "--max-shard", "big"}, {"--max-shard", "big", "5GB"});
  refused({"init", "t5_v1_0_small", "model.vocab_size=50", "--out", at("x"), "--tokenizer",
           (world() / "spiece.model").string()},
          {"the embedding 50 rows"});
  const std::string narrow = at("narrow");
  Words to_narrow = {"init", "switch_base", "--out", narrow};
  to_narrow.insert(to_narrow.end(), kTiny.begin(), kTiny.end());
  to_narrow.insert(to_narrow.end(), {"model.vocab_size=50", "model.moe.num_experts=2"});
  run(to_narrow);
  fs::copy_file(world() / "spiece.model", fs::path(narrow) / "spiece.model");
  refused({"generate", narrow, "hello"}, {narrow, "the embedding 50 rows"});
  refused({"score", narrow, "hello", "you"}, {narrow, "the embedding 50 rows"});
  refused({"eval", narrow, "--data", world().string(), "tasks=[\"{data}/heldout/exam\"]"}, {narrow, "50 rows"});
  refused({"analyze", narrow, "--data", world().string(), "tasks=[\"{data}/heldout/exam\"]"}, {narrow, "50 rows"});
  refused({"convert", at("none"), "--out", at("x")}, {"no such model folder"});
  refused({"upcycle", model().string(), "--out", at("x")}, {"has experts already"});
  refused({"upcycle", t5, "--out", at("x"), "--routing", "t5_v1_0_small"}, {"has no experts"});
  const std::string gated = init("switch_xxl", "gated", {"model.moe.num_experts=2", "model.tied=true"});
  refused({"convert", gated, "--out", at("x"), "--to", "huggingface"}, {"transformers has no such model"});
  fs::remove(folder_ / "t5/model.safetensors");
  refused({"generate", t5, "hello"}, {"t5/model.safetensors is missing"});
  fs::remove(folder_ / "t5/manifest.json");  // a folder of others
  put("t5/pytorch_model.bin", "pickle");
  refused({"generate", t5, "hello"}, {"pytorch_model.bin", "refused", "safe_serialization"});
}

}  // namespace
}  // namespace flanmoe::e2e
