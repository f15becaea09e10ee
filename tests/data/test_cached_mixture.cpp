// Batches from a token cache are those computed on the fly, bit for bit; a cache that does not fit is never used.
#include "base/error.h"
#include "data/batch_source.h"
#include "data/mixture/cached_mixture.h"
#include "data/mixture/length_buckets.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "data/mixture/token_cache.h"
#include "data/packing.h"
#include "data_case.h"

namespace flanmoe {
namespace {

class CachedMixture : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    std::filesystem::create_directories(folder_ / "tasks");
    add_task("a", 20);
    add_task("b", 7);
  }
  void add_task(const std::string& name, int64_t num_rows) const {
    std::string rows;
    for (int64_t i = 0; i < num_rows; ++i)
      rows += fmt::format("{{\"id\": \"{}\", \"fields\": {{\"q\": \"{} {}\"}}, \"answers\": [\"the {}\"]}}\n", i, name,
                          i * 37, i);
    put("tasks/" + name + ".jsonl", rows);
    put("tasks/" + name + ".yaml", fmt::format("name: {0}\ngroup: muffin\nformat: jsonl\nsplits: {{train: {0}.jsonl}}\n"
                                               "templates:\n  - {{input: \"ask {{q}}#\"}}\n",
                                               name));
  }
  MixtureOptions options() const {
    MixtureOptions o;
    o.tasks = {(folder_ / "tasks").string()};
    o.source_length = 40;
    o.target_length = 6;
    o.examples_per_batch = 6;
    o.cache = (folder_ / "cache").string();
    return o;
  }
  std::unique_ptr<BatchSource> cached(const MixtureOptions& o, int64_t num_examples, uint64_t seed = 3) const {
    return make_cached_mixture_source(o, folder_, cases::tokenizer(), seed, num_examples);
  }
  // When the cache's header was written: another one is another cache.
  std::filesystem::file_time_type built() const {
    return std::filesystem::last_write_time(folder_ / "cache" / "header.json");
  }
  // Whether asking for the cache with `o` builds it again.
  bool builds(const MixtureOptions& o, int64_t num_examples = 60, uint64_t seed = 3) const {
    std::filesystem::last_write_time(folder_ / "cache" / "header.json", built() - std::chrono::hours(24));
    const auto before = built();
    cached(o, num_examples, seed);
    return built() != before;
  }
};

TEST_F(CachedMixture, BatchesAreThoseComputedOnTheFly) {
  for (const bool pack : {false, true}) {
    for (const int64_t window : {1, 4}) {
      if (pack && window > 1) continue;
      MixtureOptions o = options();
      o.pack = pack;
      o.length_window = window;
      const auto direct = make_mixture_source(o, folder_, cases::tokenizer(), 3);
      const auto from_cache = cached(o, num_examples_of(10, 6, window));
      for (uint64_t step = 0; step < 10; ++step) {
        const TokenBatch a = direct->batch(step), b = from_cache->batch(step);
        EXPECT_TRUE(cases::same(a, b)) << step;
        EXPECT_EQ(a.source_segments.defined(), b.source_segments.defined());
        if (pack) {
          EXPECT_TRUE(at::equal(a.source_segments, b.source_segments));
          EXPECT_TRUE(at::equal(a.target_segments, b.target_segments));
        }
      }
    }
  }
}

TEST_F(CachedMixture, IsUsedWhileItFits) {
  cached(options(), 60);
  EXPECT_FALSE(builds(options()));
  EXPECT_FALSE(builds(options(), 30));
  MixtureOptions o = options();  // how examples become batches does not matter
  o.examples_per_batch = 3;
  o.pack = true;
  EXPECT_FALSE(builds(o));
}

TEST_F(CachedMixture, IsBuiltAgainWhenWhatDecidesTheExamplesChanges) {
  cached(options(), 60);
  MixtureOptions o = options();
  o.few_shot_share = 0.5;
  EXPECT_TRUE(builds(o));
  EXPECT_TRUE(builds(o, 60, 4));  // seed
  o.max_rows = 5;
  EXPECT_TRUE(builds(o, 60, 4));
  o.max_rows = 0;
  EXPECT_TRUE(builds(o, 60, 4));
  EXPECT_TRUE(builds(o, 61, 4));  // more examples
  EXPECT_FALSE(builds(o, 61, 4));
  add_task("a", 21);
  EXPECT_TRUE(builds(o, 61, 4));  // rows
  put("tasks/b.yaml", content_of(folder_ / "tasks/b.yaml") + "  - {input: \"tell {q}#\"}\n");
  EXPECT_TRUE(builds(o, 61, 4));  // templates
  EXPECT_FALSE(builds(o, 61, 4));
}

TEST_F(CachedMixture, TheFilesOfAPatternCountOneByOne) {
  std::filesystem::remove_all(folder_ / "tasks");
  std::filesystem::create_directories(folder_ / "tasks");
  const std::string row = "{\"id\": \"%\", \"fields\": {\"q\": \"%\"}, \"answers\": [\"x\"]}\n";
  const auto put_row = [&](const std::string& name) {
    std::string line = row;
    for (size_t i = line.find('%'); i != std::string::npos; i = line.find('%')) line.replace(i, 1, name);
    put("tasks/rows_" + name + ".jsonl", line);
  };
  put_row("1");
  put("tasks/a.yaml",
      "name: a\ngroup: muffin\nformat: jsonl\nsplits: {train: \"rows_*.jsonl\"}\ntemplates: [{input: \"{q}\"}]\n");
  cached(options(), 60);
  EXPECT_FALSE(builds(options()));
  put_row("2");
  EXPECT_TRUE(builds(options()));
}

TEST_F(CachedMixture, NeverWrapsAround) {
  const auto source = cached(options(), 60);
  source->batch(9);
  EXPECT_NE(message_of<UserError>([&] { source->batch(10); }).find("holds 60"), std::string::npos);
}

TEST_F(CachedMixture, OfAnotherVocabularyIsRefused) {
  cached(options(), 60);
  train_tokenizer(cases::sentences(50, 9), 40, folder_ / "other.model");
  const Tokenizer other(folder_ / "other.model", 20);
  const std::string message =
      message_of<UserError>([&] { make_cached_mixture_source(options(), folder_, other, 3, 60); });
  for (const char* part : {"mixture.cache", "cache", "vocabulary", "other.model"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_FALSE(builds(options()));  // it is still there
}

TEST_F(CachedMixture, ThatIsDamagedIsNotReplaced) {
  cached(options(), 60);
  std::ofstream(folder_ / "cache" / "ids.bin", std::ios::binary | std::ios::app) << "x";
  EXPECT_NE(message_of<UserError>([&] { cached(options(), 60); }).find("ids.bin"), std::string::npos);
  std::filesystem::remove_all(folder_ / "cache");
  put("cache", "a file");
  EXPECT_NE(message_of<UserError>([&] { cached(options(), 60); }).find("no token cache"), std::string::npos);
  EXPECT_EQ(content_of(folder_ / "cache"), "a file");
}

TEST_F(CachedMixture, OnePassIsTheSumOfTheCappedSizes) {
  MixtureOptions o = options();
  o.groups = {"muffin"};
  o.caps = {10};
  build_mixture_cache(folder_ / "cache", o, folder_, cases::tokenizer(), 3, 0, 2);
  EXPECT_EQ(TokenCache(folder_ / "cache").num_examples(), 10 + 7);
}

TEST_F(CachedMixture, RowsArePackedOrSorted) {
  MixtureOptions o = options();
  o.pack = true;
  o.length_window = 4;
  const std::string message = message_of<UserError>([&] { make_mixture_source(o, folder_, cases::tokenizer(), 3); });
  EXPECT_NE(message.find("'length_window' is 4 and 'pack' is true"), std::string::npos) << message;
}

// When this fails the examples of a mixture have changed: caches made before must not be taken for them. Raise
// kExamplesVersion in data/mixture/cached_mixture.cpp and put the new number here.
TEST_F(CachedMixture, ExamplesAreThoseOfTheirVersion) {
  MixtureOptions o = options();
  o.few_shot_share = 0.5;
  const NumberedExamples examples = mixture_examples(o, folder_, cases::tokenizer(), 3);
  std::string text;
  for (uint64_t n = 0; n < 50; ++n) {
    const TokenPair pair = examples.example(n);
    text += fmt::format("{} => {}\n", cases::tokenizer().decode(pair.source), cases::tokenizer().decode(pair.target));
  }
  EXPECT_EQ(fmt::format("{} {}", mixture_facts(o, folder_, cases::tokenizer(), 3)["version of the examples"].dump(),
                        checksum_text(text)),
            "2 96f193e1f49dbf03");
}

}  // namespace
}  // namespace flanmoe
