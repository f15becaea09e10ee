// A tokenizer.json holds what its spiece.model held: the same ids for every text.
#include "data/tokenizer/tokenizer_json.h"

#include <sentencepiece_processor.h>

#include "base/error.h"
#include "base/files.h"
#include "data/data_case.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "data/tokenizer/written_names.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

std::string base64(const std::string& bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  uint32_t bits = 0;
  int num_bits = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (num_bits += 8; num_bits >= 6; num_bits -= 6) text += kDigits[bits >> (num_bits - 6) & 63];
  }
  if (num_bits > 0) text += kDigits[bits << (6 - num_bits) & 63];
  return text + std::string((4 - text.size() % 4) % 4, '=');
}

uint64_t varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

// The field's bytes in a message whose fields are bytes, numbers and floats.
std::string_view field_of(std::string_view message, uint64_t wanted) {
  while (!message.empty()) {
    const uint64_t tag = varint(message), type = tag & 7;
    const size_t size = type == 5 ? 4 : type == 2 ? varint(message) : (varint(message), 0);
    if (type == 2 && tag >> 3 == wanted) return message.substr(0, size);
    message.remove_prefix(size);
  }
  return "";
}

Json added_token(int64_t id, const std::string& text, bool special) {
  return {{"id", id},        {"content", text},     {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", special}};
}

// As transformers 5.24 writes it.
Json tokenizer_json_of(const std::string& spiece, int64_t num_sentinels) {
  sentencepiece::SentencePieceProcessor processor;
  EXPECT_TRUE(processor.LoadFromSerializedProto(spiece).ok());
  Json vocabulary = Json::array(), added = Json::array();
  for (int id = 0; id < processor.GetPieceSize(); ++id)
    vocabulary.push_back({processor.IdToPiece(id), processor.GetScore(id)});
  const int64_t num_pieces = processor.GetPieceSize();
  for (int64_t id = 0; id < 3; ++id) added.push_back(added_token(id, processor.IdToPiece(static_cast<int>(id)), true));
  for (int64_t i = 0; i < num_sentinels; ++i) {
    vocabulary.push_back({sentinel_name(num_sentinels - 1 - i), 0.0});
    added.push_back(added_token(num_pieces + i, sentinel_name(num_sentinels - 1 - i), true));
  }
  const std::string table(field_of(field_of(spiece, 3), 2));
  const Json metaspace = {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}, {"split", true}};
  return {{"version", "1.0"},
          {"added_tokens", added},
          {"normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", base64(table)}}},
          {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "WhitespaceSplit"}}, metaspace}}}},
          {"model", {{"type", "Unigram"}, {"unk_id", 2}, {"vocab", vocabulary}, {"byte_fallback", false}}}};
}

class TokenizerJson : public FolderTest {
 protected:
  void put_json(const Json& json) const { put("tokenizer.json", json.dump()); }
  std::string refusal(const Json& json) const {
    put_json(json);
    return message_of<UserError>([&] { open_model_tokenizer(folder_); });
  }
};

void expect_same(const Tokenizer& found, const Tokenizer& expected) {
  EXPECT_EQ(found.num_pieces(), expected.num_pieces());
  EXPECT_EQ(found.num_ids(), expected.num_ids());
  for (const char* text :
       {"The <extra_id_0> walks in <extra_id_1> park", "Hello  world </s> x", "caf\u00e9 \ufb01ne \u2460 \uff21\u3000b",
        " \t two\nlines ", "", "\u4f60\u597d, 1/2 and 3.5%", "<pad> <unk>.", "Temmel lives by the river",
        "un\u00adhyphen\u200bated \u00a0 spaces", "e\u0301"}) {
    EXPECT_EQ(found.encode(text), expected.encode(text)) << text;
    EXPECT_EQ(found.encode_text(text), expected.encode_text(text)) << text;
    const TokenIds ids = expected.encode(text);
    EXPECT_EQ(found.decode(ids), expected.decode(ids)) << text;
  }
}

TEST_F(TokenizerJson, OfT5GivesTheIdsOfItsSpieceModel) {
  const auto file = std::filesystem::path(FLANMOE_SOURCE_DIR) / "../shared/data/tokenizer/t5_spiece.model";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
  put_json(tokenizer_json_of(read_text(file), 100));
  const Tokenizer found = open_model_tokenizer(folder_);
  std::filesystem::create_directories(folder_ / "other");
  put("other/spiece.model", read_text(file));
  expect_same(found, open_model_tokenizer(folder_ / "other"));  // both begin a word behind every token
  // transformers 5.24.0
  EXPECT_EQ(found.encode_with_end("The <extra_id_0> walks in <extra_id_1> park"),
            (TokenIds{37, 32099, 10681, 16, 32098, 2447, 1}));
  EXPECT_EQ(found.encode_with_end("Hello  world </s> x"), (TokenIds{8774, 296, 1, 3, 226, 1}));
  EXPECT_EQ(found.encode_with_end("caf\u00e9 \ufb01ne"), (TokenIds{11949, 1399, 1}));
}

// It is written as the spiece.model that it was made from, and read back.
TEST_F(TokenizerJson, OfASmallVocabularyIsWrittenAsASpieceModel) {
  const std::string spiece = trained_spiece_model(cases::sentences(300), 90);
  put("tokenizer_config.json", R"({"extra_ids": 7})");
  Json json = tokenizer_json_of(spiece, 7);
  const auto num_pieces = static_cast<int64_t>(json["model"]["vocab"].size()) - 7;
  json["added_tokens"].push_back(added_token(num_pieces + 7, "<sep>", true));
  put_json(json);
  const Tokenizer found = open_model_tokenizer(folder_);
  EXPECT_EQ(found.num_pieces(), num_pieces);
  EXPECT_EQ(found.encode("a <sep>").back(), num_pieces + 7);
  EXPECT_TRUE(found.rules().legacy);
  std::filesystem::create_directories(folder_ / "out");
  write_tokenizer_files(files_of(found), folder_ / "out");
  const Tokenizer back = open_model_tokenizer(folder_ / "out");
  EXPECT_EQ(back.fingerprint(), found.fingerprint());
  expect_same(back, found);
  json["pre_tokenizer"]["pretokenizers"][1]["prepend_scheme"] = "first";
  put_json(json);
  EXPECT_FALSE(open_model_tokenizer(folder_).rules().legacy);
}

TEST_F(TokenizerJson, AnotherKindOfVocabularyIsRefused) {
  put("tokenizer_config.json", R"({"extra_ids": 2})");
  const Json good = tokenizer_json_of(trained_spiece_model(cases::sentences(300), 90), 2);
  const auto expect_refused = [&](const std::function<void(Json&)>& change, const std::vector<std::string>& parts) {
    Json json = good;
    change(json);
    const std::string message = refusal(json);
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect_refused([](Json& json) { json = Json::object(); }, {"tokenizer.json: pre_tokenizer: there is no Metaspace"});
  expect_refused([](Json& json) { json["model"]["type"] = "BPE"; }, {"'type' is 'BPE', expected Unigram"});
  expect_refused([](Json& json) { json["model"]["vocab"][5] = "x"; }, {"piece 5 of 'vocab' is \"x\""});
  expect_refused([](Json& json) { json["model"]["vocab"].erase(json["model"]["vocab"].size() - 1); },
                 {"'vocab' ends with 0 sentinels", "expected 2", "extra_ids"});
  expect_refused([](Json& json) { json["model"]["unk_id"] = 5; }, {"'unk_id' is 5, expected 2"});
  expect_refused(
      [](Json& json) {
        json["pre_tokenizer"] = {{"type", "ByteLevel"}};
      },
      {"pre_tokenizer: 'ByteLevel' is no step of T5's"});
  expect_refused([](Json& json) { json["pre_tokenizer"] = nullptr; }, {"pre_tokenizer: there is no Metaspace"});
  expect_refused([](Json& json) { json["normalizer"] = {{"type", "Lowercase"}}; }, {"'Lowercase' is no step of T5's"});
  expect_refused([](Json& json) { json["normalizer"]["precompiled_charsmap"] = "*"; }, {"not in base 64"});
  expect_refused([](Json& json) { json["normalizer"]["precompiled_charsmap"] = "AAAA"; }, {"tokenizer.json"});
  expect_refused([](Json& json) { json["added_tokens"][0].erase("id"); }, {"added_tokens", "key 'id' is missing"});
}

}  // namespace
}  // namespace flanmoe
