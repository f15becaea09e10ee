// Examples on disk come back as they were; whatever is wrong with the folder is one clear error.
#include "base/error.h"
#include "base/signals.h"
#include "data/mixture/token_cache.h"
#include "data/packing.h"
#include "data_case.h"

#include <sys/resource.h>

#include <csignal>

namespace flanmoe {
namespace {

constexpr int64_t kSmallVocabulary = 1000, kLargeVocabulary = 100'000;

TokenPair drawn(uint64_t index, int64_t vocab_size) {
  RandomStream stream(5, "pairs", index);
  TokenPair pair;
  for (int64_t i = stream.between(0, 20); i > 0; --i) pair.source.push_back(stream.between(0, vocab_size - 1));
  for (int64_t i = stream.between(0, 5); i > 0; --i) pair.target.push_back(stream.between(0, vocab_size - 1));
  return pair;
}

class TokenCacheFolder : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    cache_ = folder_ / "above" / "cache";
  }
  void write(int64_t num_examples = 300, int64_t vocab_size = kSmallVocabulary, int64_t num_threads = 2) const {
    write_token_cache(
        cache_, {{"seed", 3}}, [vocab_size](uint64_t n) { return drawn(n, vocab_size); }, num_examples, vocab_size,
        num_threads);
  }
  std::string refusal() const {
    const std::string message = message_of<UserError>([this] { TokenCache{cache_}; });
    EXPECT_NE(message.find(cache_.string()), std::string::npos) << message;
    EXPECT_NE(message.find("data build"), std::string::npos) << message;
    return message;
  }
  void change(const std::string& name, const std::function<void(std::string&)>& edit) const {
    std::string content = content_of(cache_ / name);
    edit(content);
    std::ofstream(cache_ / name, std::ios::binary) << content;
  }
  std::filesystem::path cache_;
};

TEST_F(TokenCacheFolder, GivesBackTheExamples) {
  for (const int64_t vocab_size : {kSmallVocabulary, int64_t{65536}, kLargeVocabulary}) {
    write(5000, vocab_size);
    const TokenCache cache(cache_);
    ASSERT_EQ(cache.num_examples(), 5000);
    EXPECT_EQ(cache.facts(), (Json{{"seed", 3}}));
    int64_t num_ids = 0;
    for (uint64_t i = 0; i < 5000; ++i) {
      const TokenPair expected = drawn(i, vocab_size), found = cache.example(i);
      ASSERT_EQ(found.source, expected.source) << i;
      ASSERT_EQ(found.target, expected.target) << i;
      num_ids += static_cast<int64_t>(found.source.size() + found.target.size());
    }
    EXPECT_EQ(cache.num_ids(), num_ids);
    const auto id_bytes = vocab_size == kLargeVocabulary ? sizeof(int32_t) : sizeof(uint16_t);
    EXPECT_EQ(std::filesystem::file_size(cache_ / "ids.bin"), static_cast<size_t>(num_ids) * id_bytes);
    const std::string message = message_of<UserError>([&] { cache.example(5000); });
    EXPECT_NE(message.find("example 5000 is asked for, the token cache holds 5000"), std::string::npos) << message;
    std::filesystem::remove_all(cache_);
  }
}

TEST_F(TokenCacheFolder, HasTheSameBytesForAnyNumberOfThreads) {
  std::map<std::string, std::string> expected;
  for (const int64_t num_threads : {1, 3}) {
    write(4500, kSmallVocabulary, num_threads);
    for (const char* name : {"header.json", "ids.bin", "ends.bin"}) {
      const auto [entry, is_new] = expected.emplace(name, content_of(cache_ / name));
      EXPECT_TRUE(is_new || entry->second == content_of(cache_ / name)) << name;
    }
    std::filesystem::remove_all(cache_);
  }
}

TEST_F(TokenCacheFolder, EveryFlippedByteIsSeen) {
  write(40);
  for (const char* name : {"header.json", "ids.bin", "ends.bin"}) {
    const std::string whole = content_of(cache_ / name);
    for (size_t at = 0; at < whole.size(); at += 1 + whole.size() / 60) {
      change(name, [&](std::string& content) { content[at] = static_cast<char>(content[at] ^ 4); });
      if (std::string(name) == "header.json") {
        EXPECT_THROW(TokenCache{cache_}, UserError) << at;
      } else {
        EXPECT_NE(refusal().find(std::string(name) + " is damaged"), std::string::npos);
      }
      change(name, [&](std::string& content) { content = whole; });
    }
  }
  EXPECT_EQ(TokenCache(cache_).num_examples(), 40);
}

TEST_F(TokenCacheFolder, MissingAndShortFilesAreNamed) {
  for (const std::string name : {"ids.bin", "ends.bin"}) {
    write(40);
    change(name, [](std::string& content) { content.pop_back(); });
    EXPECT_NE(refusal().find(name + " has "), std::string::npos);
    std::filesystem::remove(cache_ / name);
    EXPECT_NE(refusal().find(name + " is missing"), std::string::npos);
    std::filesystem::remove_all(cache_);
  }
}

TEST_F(TokenCacheFolder, AFolderThatIsNoCacheIsNamed) {
  std::filesystem::create_directories(cache_);
  EXPECT_NE(refusal().find("it has no header.json"), std::string::npos);
  std::ofstream(cache_ / "header.json") << R"({"kind": "something else"})";
  EXPECT_NE(refusal().find("\"kind\": \"flanmoe token cache\""), std::string::npos);
  std::ofstream(cache_ / "header.json") << "no JSON";
  EXPECT_NE(refusal().find("no token cache"), std::string::npos);
}

TEST_F(TokenCacheFolder, AnotherVersionIsNamed) {
  write(40);
  Json header = read_json(cache_ / "header.json");
  header.erase("checksum");
  header["version"] = 7;
  header["checksum"] = checksum_text(header.dump());
  write_json(cache_ / "header.json", header);
  EXPECT_NE(refusal().find("version 7"), std::string::npos);
}

TEST_F(TokenCacheFolder, AnExampleThatCannotBeMadeLeavesNothing) {
  const auto broken = [](uint64_t n) {
    if (n == 77) fail_input("row 77 is broken");
    return drawn(n, kSmallVocabulary);
  };
  EXPECT_EQ(message_of<UserError>([&] { write_token_cache(cache_, {}, broken, 300, kSmallVocabulary, 3); }),
            "row 77 is broken");
  EXPECT_TRUE(std::filesystem::is_empty(cache_.parent_path()));
}

TEST_F(TokenCacheFolder, ASignalLeavesNothing) {
  const StopSignals signals;
  std::raise(SIGTERM);
  EXPECT_NE(message_of<Interrupted>([&] { write(); }).find("nothing was written"), std::string::npos);
  clear_pending_signal();
  EXPECT_TRUE(std::filesystem::is_empty(cache_.parent_path()));
}

TEST_F(TokenCacheFolder, ADiskThatFillsUpLeavesNothing) {
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {3000, before.rlim_max};  // bytes of a file, as a full disk would refuse more
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = message_of<RunError>([&] { write(); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(message.starts_with("cannot write " + cache_.string())) << message;
  EXPECT_NE(message.find("File too large"), std::string::npos) << message;
  EXPECT_TRUE(std::filesystem::is_empty(cache_.parent_path()));
}

TEST_F(TokenCacheFolder, AFolderThatIsThereIsLeftAlone) {
  write(40);
  const std::string before = content_of(cache_ / "ids.bin");
  EXPECT_NE(message_of<RunError>([&] { write(50); }).find("it exists already"), std::string::npos);
  EXPECT_EQ(content_of(cache_ / "ids.bin"), before);
}

}  // namespace
}  // namespace flanmoe
