// Tokens that a folder adds and rules about them, on T5's own vocabulary: every value is what transformers 4.57.6's
// T5Tokenizer gives.
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/data_case.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

struct Expected {
  std::string text;
  TokenIds ids;
  std::string decoded, without_special;
};

// A folder with T5's spiece.model and small files of one's own.
class TokenizerFolder : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    const auto model = std::filesystem::path(FLANMOE_SOURCE_DIR) / "../shared/data/tokenizer/t5_spiece.model";
    if (!std::filesystem::exists(model)) GTEST_SKIP() << "no " << model;
    std::filesystem::create_symlink(std::filesystem::canonical(model), folder_ / "spiece.model");
  }
  void put_json(const std::string& name, const Json& json) const { put(name, json.dump()); }
  std::string refusal() const {
    return message_of<UserError>([&] { open_model_tokenizer(folder_); });
  }
  void expect(const std::vector<Expected>& cases) const {
    const Tokenizer t = open_model_tokenizer(folder_);
    for (const Expected& one : cases) {
      EXPECT_EQ(t.encode(one.text), one.ids) << one.text;
      EXPECT_EQ(t.decode_with_special(one.ids), one.decoded) << one.text;
      EXPECT_EQ(t.decode_without_special(one.ids), one.without_special) << one.text;
    }
  }
  // As transformers writes it; `takes` lists the sides whose spaces it takes.
  static Json token(const std::string& text, const std::string& takes = "", bool special = false) {
    return {{"content", text},      {"lstrip", takes.find('l') != std::string::npos},
            {"normalized", false},  {"rstrip", takes.find('r') != std::string::npos},
            {"single_word", false}, {"special", special}};
  }
};

const Json kAdded = {{"{", 32100}, {"}", 32101}, {"<sep>", 32102}};

TEST_F(TokenizerFolder, OldAddedTokens) {
  put_json("added_tokens.json", kAdded);
  expect({
      {"f { x } <sep> y", {3, 89, 32100, 3, 226, 32101, 32102, 3, 63}, "f { x } <sep> y", "f { x } <sep> y"},
      {"Hello <extra_id_0>.", {8774, 32099, 3, 5}, "Hello <extra_id_0> .", "Hello ."},
      {"Hello <extra_id_0> .", {8774, 32099, 3, 5}, "Hello <extra_id_0> .", "Hello ."},
      {"{x}", {32100, 3, 226, 32101}, "{ x }", "{ x }"},
      {"a{ b}c", {3, 9, 32100, 3, 115, 32101, 3, 75}, "a { b } c", "a { b } c"},
      {"  <sep>  end", {32102, 414}, "<sep> end", "<sep> end"},
      {"x <sep></s> y", {3, 226, 32102, 1, 3, 63}, "x <sep> </s>y", "x <sep> y"},
      {"The <extra_id_0> walks in <extra_id_1> park",
       {37, 32099, 10681, 16, 32098, 2447},
       "The <extra_id_0> walks in <extra_id_1> park",
       "The walks in park"},
      {"a <sep>b <sep> c", {3, 9, 32102, 3, 115, 32102, 3, 75}, "a <sep> b <sep> c", "a <sep> b <sep> c"},
      {"▁x ▁<sep>▁ y", {3, 226, 32102, 3, 63}, "x <sep> y", "x <sep> y"},
      {"\n{\ny", {32100, 3, 63}, "{ y", "{ y"},
  });
}

TEST_F(TokenizerFolder, AddedTokensWithoutLegacy) {
  put_json("added_tokens.json", kAdded);
  put_json("tokenizer_config.json", {{"extra_ids", 100}, {"legacy", false}});
  expect({
      {"f { x } <sep> y", {3, 89, 32100, 3, 226, 32101, 32102, 3, 63}, "f { x } <sep> y", "f { x } <sep> y"},
      {"Hello <extra_id_0>.", {8774, 32099, 5}, "Hello <extra_id_0> .", "Hello."},
      {"Hello <extra_id_0> .", {8774, 32099, 5}, "Hello <extra_id_0> .", "Hello."},
      {"{x}", {32100, 226, 32101}, "{ x }", "{ x }"},
      {"a{ b}c", {3, 9, 32100, 3, 115, 32101, 75}, "a { b } c", "a { b } c"},
      {"  <sep>  end", {32102, 414}, "<sep> end", "<sep> end"},
      {"x <sep></s> y", {3, 226, 32102, 1, 3, 63}, "x <sep> </s>y", "x <sep> y"},
      {"The <extra_id_0> walks in <extra_id_1> park",
       {37, 32099, 12539, 7, 16, 32098, 6334},
       "The <extra_id_0> walks in <extra_id_1> park",
       "Thewalks inpark"},
      {"a <sep>b <sep> c", {3, 9, 32102, 115, 32102, 3, 75}, "a <sep> b <sep> c", "a <sep> b <sep> c"},
      {"▁x ▁<sep>▁ y", {3, 226, 32102, 3, 63}, "x <sep> y", "x <sep> y"},
      {"\n{\ny", {32100, 63}, "{ y", "{ y"},
  });
  EXPECT_EQ(open_model_tokenizer(folder_).vocab_size(), 32128);
  EXPECT_EQ(open_model_tokenizer(folder_).num_ids(), 32103);
}

TEST_F(TokenizerFolder, TokensThatTakeSpaces) {
  const Json tokens = {{"32100", token("{")}, {"32101", token("}", "l")}, {"32102", token("<sep>", "lr")}};
  put_json("tokenizer_config.json", {{"added_tokens_decoder", tokens}});
  expect({
      {"Hello <extra_id_0>.", {8774, 32099, 3, 5}, "Hello <extra_id_0> .", "Hello ."},
      {"Hello <extra_id_0> .", {8774, 32099, 3, 5}, "Hello <extra_id_0> .", "Hello ."},
      {"a{ b}c", {3, 9, 32100, 3, 115, 32101, 3, 75}, "a { b } c", "a { b } c"},
      {"  <sep>  end", {32102, 414}, "<sep> end", "<sep> end"},
      {"a <sep>b <sep> c", {3, 9, 32102, 3, 115, 32102, 3, 75}, "a <sep> b <sep> c", "a <sep> b <sep> c"},
  });
  put_json("tokenizer_config.json", {{"added_tokens_decoder", tokens}, {"legacy", false}});
  expect({
      {"f { x } <sep> y", {3, 89, 32100, 3, 226, 32101, 32102, 63}, "f { x } <sep> y", "f { x } <sep> y"},
      {"Hello <extra_id_0> .", {8774, 32099, 5}, "Hello <extra_id_0> .", "Hello."},
      {"{x}", {32100, 226, 32101}, "{ x }", "{ x }"},
      {"a{ b}c", {3, 9, 32100, 3, 115, 32101, 75}, "a { b } c", "a { b } c"},
      {"  <sep>  end", {32102, 989}, "<sep> end", "<sep> end"},
      {"a <sep>b <sep> c", {3, 9, 32102, 115, 32102, 75}, "a <sep> b <sep> c", "a <sep> b <sep> c"},
      {"▁x ▁<sep>▁ y", {3, 226, 32102, 63}, "x <sep> y", "x <sep> y"},
  });
}

TEST_F(TokenizerFolder, SentinelsThatLeaveSpaces) {
  Json tokens = Json::object();
  for (int i = 0; i < 100; ++i) tokens[std::to_string(32099 - i)] = token(fmt::format("<extra_id_{}>", i), "", true);
  put_json("tokenizer_config.json", {{"added_tokens_decoder", tokens}, {"legacy", false}});
  expect({
      {"Hello <extra_id_0>.", {8774, 32099, 5}, "Hello <extra_id_0> .", "Hello."},
      {"Hello <extra_id_0> .", {8774, 32099, 3, 5}, "Hello <extra_id_0> .", "Hello ."},
      {"The <extra_id_0> walks in <extra_id_1> park",
       {37, 32099, 10681, 16, 32098, 2447},
       "The <extra_id_0> walks in <extra_id_1> park",
       "The walks in park"},
  });
}

// They get the ids behind all others: "<s>" is 32100.
TEST_F(TokenizerFolder, SpecialTokensWithoutAnId) {
  Json special = Json::array();
  for (int i = 0; i < 100; ++i) special.push_back(fmt::format("<extra_id_{}>", i));
  special.push_back("<sep>");
  put_json("tokenizer_config.json", {{"additional_special_tokens", special}, {"bos_token", "<s>"}, {"legacy", false}});
  expect({
      {"f { x } <sep> y", {3, 89, 3, 2, 3, 226, 3, 2, 32101, 3, 63}, "f <unk> x <unk> <sep> y", "f  x  y"},
      {"<sep>", {32101}, "<sep>", ""},
      {"  <sep>  end", {32101, 414}, "<sep> end", "end"},
      {"x <sep></s> y", {3, 226, 32101, 1, 3, 63}, "x <sep> </s>y", "x y"},
      {"a <sep>b <sep> c", {3, 9, 32101, 115, 32101, 3, 75}, "a <sep> b <sep> c", "ab c"},
  });
  EXPECT_EQ(open_model_tokenizer(folder_).encode("<s>"), (TokenIds{32100}));
}

// The same wherever a token's object stands.
TEST_F(TokenizerFolder, SpecialTokensWithoutAnIdTakeSpacesAsTheirObjectSays) {
  put_json("tokenizer_config.json",
           {{"legacy", false}, {"added_tokens_decoder", {{"32100", token("<sep>", "lr", true)}}}});
  const TokenIds expected = open_model_tokenizer(folder_).encode("x <sep> y");
  EXPECT_EQ(expected, (TokenIds{3, 226, 32100, 63}));
  for (const char* key : {"sep_token", "mask_token"}) {
    put_json("tokenizer_config.json", {{"legacy", false}, {key, token("<sep>", "lr")}});
    EXPECT_EQ(open_model_tokenizer(folder_).encode("x <sep> y"), expected) << key;
  }
  Json listed = Json::array({token("<sep>", "lr")});
  for (int i = 0; i < 100; ++i) listed.push_back(fmt::format("<extra_id_{}>", i));
  put_json("tokenizer_config.json", {{"legacy", false}});
  put_json("special_tokens_map.json", {{"additional_special_tokens", listed}, {"eos_token", token("</s>")}});
  EXPECT_EQ(open_model_tokenizer(folder_).encode("x <sep> y"), expected);
  put_json("special_tokens_map.json", {{"eos_token", token("</s>", "l")}});
  EXPECT_NE(refusal().find("special_tokens_map.json: '</s>' takes the spaces beside it"), std::string::npos);
  std::filesystem::remove(folder_ / "special_tokens_map.json");
  put_json("tokenizer_config.json", {{"added_tokens_decoder", {{"1", token("</s>", "r")}}}});
  EXPECT_NE(refusal().find("added_tokens_decoder: '</s>' takes the spaces beside it"), std::string::npos);
}

// Else the other half would be read as tokens of their own, behind all others.
TEST_F(TokenizerFolder, ListedSentinelsAreAsManyAsThereAre) {
  Json special = Json::array();
  for (int i = 0; i < 50; ++i) special.push_back(fmt::format("<extra_id_{}>", i));
  for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
    put_json("tokenizer_config.json", {{key, special}, {"extra_ids", 50}});
    EXPECT_EQ(open_model_tokenizer(folder_).encode("<extra_id_0>"), (TokenIds{32049}));
    for (const Json& other : {Json(100), Json(49), Json(0), Json()}) {
      put_json("tokenizer_config.json", {{key, special}, {"extra_ids", other}});
      EXPECT_NE(refusal().find("50 sentinels are among the special tokens, expected " +
                               std::to_string(other.is_null() ? 100 : other.get<int>())),
                std::string::npos)
          << key << " " << other;
    }
  }
}

TEST_F(TokenizerFolder, LegacyIsWhatTheFileDoesNotDeny) {
  const TokenIds legacy = {8774, 32099, 3, 5}, ours = {8774, 32099, 5};
  const auto ids = [&] { return open_model_tokenizer(folder_).encode("Hello <extra_id_0>."); };
  EXPECT_EQ(ids(), legacy);  // no file
  put_json("tokenizer_config.json", {{"extra_ids", 100}});
  EXPECT_EQ(ids(), legacy);
  put_json("tokenizer_config.json", {{"legacy", nullptr}});
  EXPECT_EQ(ids(), legacy);
  put_json("tokenizer_config.json", {{"legacy", true}});
  EXPECT_EQ(ids(), legacy);
  put_json("tokenizer_config.json", {{"legacy", false}});
  EXPECT_EQ(ids(), ours);
  EXPECT_EQ(Tokenizer(folder_ / "spiece.model").encode("Hello <extra_id_0>."), ours);  // a file of its own has no rules
}

TEST_F(TokenizerFolder, DecodedTextsAreCleanedUpWhereTheFileSaysSo) {
  const TokenIds ids = {3, 5, 3, 6, 8774, 3, 58, 3, 5}, more = {8774, 3, 5, 3, 31, 7};
  EXPECT_EQ(open_model_tokenizer(folder_).decode_without_special(more), "Hello . 's");
  const std::string fingerprint = open_model_tokenizer(folder_).fingerprint();
  put_json("tokenizer_config.json", {{"clean_up_tokenization_spaces", true}});
  const Tokenizer t = open_model_tokenizer(folder_);
  EXPECT_EQ(t.decode_with_special(ids), "., Hello?.");
  EXPECT_EQ(t.decode_with_special(more), "Hello.'s");
  EXPECT_EQ(t.decode(more), "Hello.'s");
  EXPECT_EQ(t.fingerprint(), fingerprint + " clean_up");
}

// Tokens of the vocabulary are words of data, too; special ones are text there.
TEST_F(TokenizerFolder, DataHoldAddedWordsAndNoSpecialTokens) {
  put_json("added_tokens.json", kAdded);
  put_json("special_tokens_map.json", {{"sep_token", "<sep>"}});
  put_json("tokenizer_config.json", {{"legacy", false}});
  const Tokenizer t = open_model_tokenizer(folder_);
  EXPECT_EQ(t.encode_text("f { x }"), (TokenIds{3, 89, 32100, 3, 226, 32101}));
  EXPECT_EQ(t.encode_text("</s>"), (TokenIds{3, 2, 87, 7, 3155}));
  EXPECT_EQ(t.encode_text("<sep>"), (TokenIds{3, 2, 7, 15, 102, 3155}));
  EXPECT_EQ(t.encode("<sep>"), (TokenIds{32102}));
  EXPECT_EQ(t.num_written_tokens("{ <sep> </s> <extra_id_5> <extra_id_100>"), 3);
}

TEST_F(TokenizerFolder, IdsMayNotContradict) {
  const auto expect_refused = [&](const std::vector<std::string>& parts) {
    const std::string message = refusal();
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  put_json("added_tokens.json", {{"<sep>", 5}});
  expect_refused({"added_tokens.json", "'<sep>' is 5, which is '.'", "from 32100 on"});
  put_json("added_tokens.json", {{"<sep>", 32099}});
  expect_refused({"'<sep>' is 32099, which is '<extra_id_0>'"});
  put_json("added_tokens.json", {{"<extra_id_0>", 32000}});
  expect_refused({"'<extra_id_0>' is 32000, expected 32099"});
  put_json("added_tokens.json", {{"<a>", 32100}, {"<b>", 32100}});
  expect_refused({"32100 is '<a>' and '<b>'"});
  put_json("added_tokens.json", {{"<a>", "x"}});
  expect_refused({"added_tokens.json", "'<a>' is \"x\", expected an integer"});
  put_json("added_tokens.json", {{"<sep>", 32101}});
  put_json("tokenizer_config.json", {{"added_tokens_decoder", {{"32100", token("<sep>")}}}});
  expect_refused({"added_tokens.json", "'<sep>' is 32101, but 32100 in"});
  std::filesystem::remove(folder_ / "added_tokens.json");
  put_json("tokenizer_config.json", {{"added_tokens_decoder", {{"0", token("</s>")}}}});
  expect_refused({"tokenizer_config.json: added_tokens_decoder", "'</s>' is 0, which is '<pad>'"});
  put_json("tokenizer_config.json", {{"added_tokens_decoder", {{"x", token("a")}}}});
  expect_refused({"'x' is", "an id with a token"});
}

TEST_F(TokenizerFolder, WhatTheFilesAskForIsRefusedByName) {
  const auto expect_refused = [&](const Json& config, const std::vector<std::string>& parts) {
    put_json("tokenizer_config.json", config);
    const std::string message = refusal();
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_NE(message.find("tokenizer_config.json"), std::string::npos) << message;
  };
  expect_refused({{"tokenizer_class", "ByT5Tokenizer"}}, {"'tokenizer_class' is \"ByT5Tokenizer\"", "T5's tokenizer"});
  expect_refused({{"do_lower_case", true}}, {"'do_lower_case' is true, expected false"});
  expect_refused({{"sp_model_kwargs", {{"enable_sampling", true}}}}, {"'sp_model_kwargs'", "without sampling"});
  expect_refused({{"eos_token", "[EOS]"}}, {"'eos_token' is \"[EOS]\", expected \"</s>\""});
  expect_refused({{"pad_token", {{"content", "</s>"}}}}, {"'pad_token'", "expected \"<pad>\""});
  expect_refused({{"extra_id", 10}}, {"'extra_id' is unknown; did you mean 'extra_ids'"});
  expect_refused({{"additional_special_tokens", {"<sep>"}}}, {"additional_special_tokens", "without the sentinels"});
  expect_refused({{"legacy", "no"}}, {"'legacy' is \"no\", expected true or false"});
  Json whole_word = token("<w>");
  whole_word["single_word"] = true;
  expect_refused({{"added_tokens_decoder", {{"32100", whole_word}}}}, {"single_word", "expected false"});
  put("tokenizer_config.json", "{\n \"extra_ids\": NaN}");
  EXPECT_NE(refusal().find("tokenizer_config.json:2: NaN"), std::string::npos) << refusal();
}

// What we write is read as what it was, and the usual rules leave the usual files.
TEST_F(TokenizerFolder, RulesAreWrittenAndReadBack) {
  put_json("tokenizer_config.json",
           {{"added_tokens_decoder", {{"32100", token("{")}, {"32102", token("<sep>", "lr", true)}}},
            {"clean_up_tokenization_spaces", true}});
  const Tokenizer t = open_model_tokenizer(folder_);
  const std::filesystem::path out = folder_ / "out";
  std::filesystem::create_directories(out);
  write_tokenizer_files(files_of(t), out);
  EXPECT_EQ(open_model_tokenizer(out).rules(), t.rules());
  EXPECT_EQ(open_model_tokenizer(out).fingerprint(), t.fingerprint());
  write_tokenizer_files({folder_ / "spiece.model", 100}, out);
  const Json config = read_json(out / "tokenizer_config.json");
  EXPECT_EQ(config.at("legacy"), false);
  EXPECT_FALSE(config.contains("added_tokens_decoder"));
  EXPECT_EQ(open_model_tokenizer(out).rules(), TokenizerRules());
  EXPECT_NE(open_model_tokenizer(out).fingerprint(), t.fingerprint());
}

// A run that goes on reads the vocabulary of a checkpoint that it deletes before it saves its last one.
TEST_F(TokenizerFolder, IsWrittenAnewWhenItsFileIsGone) {
  const std::filesystem::path file = folder_ / "there.model", other = folder_ / "other";
  std::filesystem::copy_file(cases::tokenizer().model_file(), file);
  const TokenizerFiles files = files_of(Tokenizer(file, 20));
  std::filesystem::remove(file);
  std::filesystem::create_directory(other);
  write_tokenizer_files(files, other);
  EXPECT_EQ(content_of(other / "spiece.model"), content_of(cases::tokenizer().model_file()));
}

}  // namespace
}  // namespace flanmoe
