// A token cache from the command line: built once, used by a training that ends as it would without.
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class Cache : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    mixture_ = put("mixture.yaml",
                   "tasks: [\"{data}/tasks\"]\nsource_length: 96\ntarget_length: 40\nmax_shots: 2\n"
                   "few_shot_share: 0.1\nexamples_per_batch: 64\n");
  }
  Words building(const std::string& out, const Words& more = {}) const {
    Words words = {
        "data",  "build", mixture_, "--data", world().string(), "--tokenizer", (world() / "spiece.model").string(),
        "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // Trains a few steps; returns the last loss.
  double trained(const std::string& name, const Words& settings) const {
    Words words = {"train",
                   "instruct",
                   "data=" + world().string(),
                   "init=" + model().string(),
                   "--out",
                   (folder_ / name).string(),
                   "train.steps=3",
                   "train.checkpoint_every=0"};
    words.insert(words.end(), settings.begin(), settings.end());
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 0) << ended.err;
    last_err_ = ended.err;
    return parse_json(read_lines(folder_ / name / "metrics.jsonl").back(), "metrics").at("train/loss");
  }
  std::string mixture_;
  mutable std::string last_err_;
};

TEST_F(Cache, IsBuiltOnceAndTrainsAlike) {
  const std::string cache = (folder_ / "cache").string();
  const Ended built = flanmoe(building(cache, {"--examples", "192", "--threads", "2", "--json"}));
  ASSERT_EQ(built.status, 0) << built.err;
  const Json told = parse_json(built.out, "stdout");
  EXPECT_EQ(told.at("examples"), 192);
  EXPECT_GT(told.at("tokens"), 192 * 4);
  EXPECT_NE(built.err.find("tokens/s"), std::string::npos) << built.err;
  const double direct = trained("direct", {});
  EXPECT_EQ(trained("cached", {"mixture.cache=" + cache}), direct);
  EXPECT_EQ(last_err_.find("is built"), std::string::npos) << last_err_;
  EXPECT_EQ(
      trained("more", {"mixture.cache=" + cache, "train.loader_threads=3", "train.accumulate=1", "train.steps=3"}),
      direct);
  trained("longer", {"mixture.cache=" + cache, "train.steps=4"});
  EXPECT_NE(last_err_.find("is built: it holds 192 examples, 256 are needed"), std::string::npos) << last_err_;
  trained("other", {"mixture.cache=" + cache, "seed=2"});
  EXPECT_NE(last_err_.find("is built: its seed changed"), std::string::npos) << last_err_;
}

// The rules beside spiece.model decide ids, too: those of transformers are the older ones unless a file says otherwise.
TEST_F(Cache, OfAModelFolderFitsARunThatBeginsWithIt) {
  fs::copy(model(), folder_ / "m", fs::copy_options::recursive);
  fs::remove(folder_ / "m/manifest.json");
  Json config = read_json(folder_ / "m/tokenizer_config.json");
  config["legacy"] = true;
  write_json(folder_ / "m/tokenizer_config.json", config);
  const std::string own = (folder_ / "own").string(), plain = (folder_ / "plain").string(),
                    init = "init=" + (folder_ / "m").string();
  Words words = building(own, {"--examples", "192"});
  words[6] = (folder_ / "m").string();
  ASSERT_EQ(words[5], "--tokenizer");
  EXPECT_EQ(flanmoe(words).status, 0);
  trained("run", {init, "mixture.cache=" + own});
  EXPECT_EQ(last_err_.find("is built"), std::string::npos) << last_err_;
  EXPECT_EQ(flanmoe(building(plain, {"--examples", "192"})).status, 0);
  const Ended refused = flanmoe({"train", "instruct", "data=" + world().string(), init, "mixture.cache=" + plain,
                                 "--mixture", mixture_, "--dry-run"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("`data build --tokenizer FOLDER` takes the model folder"), std::string::npos)
      << refused.err;
  words.insert(words.end(), {"--sentinels", "7"});
  words[8] = (folder_ / "seven").string();
  EXPECT_NE(flanmoe(words).err.find("its vocabulary has 100 sentinels, and 7 are asked for"), std::string::npos);
}

TEST_F(Cache, MistakesAreNamedAndLeaveNothing) {
  const auto refused = [&](const Words& words, const Words& parts) {
    const Words before = listing(folder_);
    const Ended ended = flanmoe(words);
    EXPECT_EQ(ended.status, 2) << ended.err;
    for (const std::string& part : parts) EXPECT_NE(ended.err.find(part), std::string::npos) << ended.err;
    EXPECT_EQ(listing(folder_), before);
  };
  const std::string out = (folder_ / "cache").string();
  refused(building(out, {"source_lenght=5"}), {"source_lenght", "source_length"});
  refused(building(folder_.string()), {folder_.string()});
  refused({"data", "build", "no_such_mixture", "--tokenizer", "x", "--out", out}, {});
  refused({"data", "build", mixture_, "--out", out}, {"--tokenizer"});
}

}  // namespace
}  // namespace flanmoe::e2e
