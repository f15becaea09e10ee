// Encoding by words met before gives the ids that SentencePiece gives for the whole text.
#include <cstdlib>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/tokenizer/spiece_check.h"
#include "data_case.h"

namespace flanmoe {
namespace {

namespace files = std::filesystem;

TokenIds ids_by_library(const Tokenizer& tokenizer, const std::string& text) {
  TokenIds ids;
  for (const Tokenizer::Piece& piece : tokenizer.encode_with_offsets(text)) ids.push_back(piece.id);
  return ids;
}

// One text of everything that could go wrong: blanks, controls, characters of all kinds, special tokens, broken UTF-8.
std::string random_text(RandomStream& stream) {
  static const std::vector<std::string> kParts = {
      " ",        "  ",     "\n",   "\t",     "\r\n",   "\u00a0", "\u3000",   "\u200b",       "▁",    "▁▁",    "the",
      "Vorna",    "bread",  "st",   "one",    "Temmel", "New",    "York",     "<extra_id_3>", "</s>", "<pad>", "<unk>",
      "<",        "<extra", "...",  "......", "1111",   "--",     "é",        "e\u0301",      "ﬁ",    "½",     "日本語",
      "ｆｕｌｌ", "\x01",   "\x7f", "¨",      "{x}",    "\xff",   "\xe2\x82", "\xc3",         "’",    "“a”",   "ﷺ",
      "~",        "ß",      "🙂", "a",      "a",      "e",      "s",        "INTRODUCTION", "wlll."};
  std::string text;
  const int64_t length = stream.between(0, 24);
  for (int64_t i = 0; i < length; ++i) {
    if (stream.chance(0.3)) text += " ";
    text += stream.chance(0.05)
                ? std::string(static_cast<size_t>(stream.between(1, 200)), 'a' + static_cast<char>(stream.below(3)))
                : stream.pick(kParts);
  }
  return text;
}

void expect_equal_on_random_texts(const Tokenizer& tokenizer, uint64_t seed, int64_t count) {
  RandomStream stream(seed, "texts");
  for (int64_t i = 0; i < count; ++i) {
    const std::string text = random_text(stream);
    ASSERT_EQ(tokenizer.encode(text), ids_by_library(tokenizer, text)) << seed << " " << i << " '" << text << "'";
  }
}

class TokenizerWords : public FolderTest {
 protected:
  Tokenizer trained(const std::vector<std::string>& whole_words, int64_t num_pieces = 90) const {
    train_tokenizer(cases::sentences(300), num_pieces, folder_ / "spiece.model", whole_words);
    return Tokenizer(folder_ / "spiece.model", 20);
  }
  bool cuts() const { return cuts_word_by_word(read_text(folder_ / "spiece.model")); }
};

TEST_F(TokenizerWords, TrainedModelsWithWholeWords) {
  const Tokenizer plain = trained({});
  EXPECT_TRUE(cuts());
  expect_equal_on_random_texts(plain, 1, 3000);
  const Tokenizer with_words = trained({"Temmel", "st", "{x}", "..."});
  EXPECT_TRUE(cuts());
  expect_equal_on_random_texts(with_words, 2, 3000);
}

TEST_F(TokenizerWords, WholeWordsThatHoldSpacesOrReachBeyondAsciiGoThroughTheLibrary) {
  const Tokenizer with_space = trained({"New York", "the river"});
  EXPECT_FALSE(cuts());
  expect_equal_on_random_texts(with_space, 3, 1000);
  const std::string text = "New York the river";
  EXPECT_EQ(with_space.encode(text), ids_by_library(with_space, text));
  const Tokenizer beyond = trained({"日本"});
  EXPECT_FALSE(cuts());
  expect_equal_on_random_texts(beyond, 4, 1000);
}

// Two cuts of "aaa…" into the same pieces are equally good: what stands in front decides by rounding.
TEST_F(TokenizerWords, RoundingDecidesAsInTheWholeText) {
  const Tokenizer tokenizer = trained({}, 60);
  RandomStream stream(5, "ties");
  for (int64_t i = 0; i < 2000; ++i) {
    std::string text;
    for (int64_t words = stream.between(1, 300); words > 0; --words) {
      for (int64_t letters = stream.between(1, 7); letters > 0; --letters) text += "aes"[stream.below(i % 2 + 1)];
      text += ' ';
    }
    ASSERT_EQ(tokenizer.encode(text), ids_by_library(tokenizer, text)) << i;
  }
}

TEST_F(TokenizerWords, ThreadsShareWhatTheyLearn) {
  const Tokenizer tokenizer = trained({"Temmel"});
  const auto texts = cases::sentences(400, 3);
  std::vector<std::vector<TokenIds>> found(4);
  std::vector<std::thread> threads;
  for (auto& ids : found) {
    threads.emplace_back([&] {
      for (const std::string& text : texts) ids.push_back(tokenizer.encode(text));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const auto& ids : found) ASSERT_EQ(ids[i], ids_by_library(tokenizer, texts[i]));
  }
}

// ---- real texts ----

void append_strings(const Json& value, std::vector<std::string>& texts) {
  if (value.is_string()) texts.push_back(value.get<std::string>());
  if (value.is_structured()) {
    for (const Json& part : value) append_strings(part, texts);
  }
}

// The strings of a JSON file, the strings and lines of any other.
std::vector<std::string> texts_of(const files::path& file) {
  std::vector<std::string> texts;
  const std::string content = read_text(file);
  const Json whole = Json::parse(content, nullptr, false);
  if (!whole.is_discarded()) {
    append_strings(whole, texts);
    return texts;
  }
  for (const std::string& line : read_lines(file)) {
    const Json row = line.starts_with('{') ? Json::parse(line, nullptr, false) : Json();
    append_strings(row, texts);
    if (!row.is_object()) texts.push_back(line);
  }
  return texts;
}

class RealTexts : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = files::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!files::is_directory(data_ / "tokenizer")) GTEST_SKIP() << "no real data in " << data_;
  }

  // Every `stride`-th text of the folders; FLANMOE_ALL_TEXTS=1 takes all.
  void expect_equal(const Tokenizer& tokenizer, size_t stride) const {
    if (std::getenv("FLANMOE_ALL_TEXTS") != nullptr) stride = 1;
    size_t place = 0, num_texts = 0;
    for (const char* part : {"corpus", "niv2", "p3", "cot", "mmlu", "bbh"}) {
      if (!files::is_directory(data_ / part)) continue;
      for (const auto& entry : files::recursive_directory_iterator(data_ / part)) {
        if (!entry.is_regular_file()) continue;
        for (const std::string& text : texts_of(entry.path())) {
          if (place++ % stride != 0) continue;
          ++num_texts;
          ASSERT_EQ(tokenizer.encode(text), ids_by_library(tokenizer, text)) << entry.path() << " '" << text << "'";
        }
      }
    }
    RecordProperty("texts", static_cast<int>(num_texts));
    EXPECT_GT(num_texts, 100u);
  }

  files::path data_;
};

TEST_F(RealTexts, OfT5sVocabulary) {
  const files::path model = data_ / "tokenizer" / "t5_spiece.model";
  EXPECT_TRUE(cuts_word_by_word(read_text(model)));
  const Tokenizer tokenizer(model);
  expect_equal_on_random_texts(tokenizer, 6, 3000);
  expect_equal(tokenizer, 127);
}

TEST_F(RealTexts, OfSmallModelsOfOthers) {
  int64_t num_models = 0;
  for (const auto& entry : files::directory_iterator(data_ / "tokenizer")) {
    if (entry.path().extension() != ".model" || entry.path().filename() == "t5_spiece.model") continue;
    std::unique_ptr<Tokenizer> tokenizer;
    try {
      tokenizer = std::make_unique<Tokenizer>(entry.path());
    } catch (const UserError&) {  // its pad, eos and unk are not T5's
      continue;
    }
    ++num_models;
    expect_equal_on_random_texts(*tokenizer, 7, 1000);
    expect_equal(*tokenizer, 1999);
  }
  EXPECT_GE(num_models, 1);
}

}  // namespace
}  // namespace flanmoe
