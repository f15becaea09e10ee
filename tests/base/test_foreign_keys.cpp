// The keys that other libraries write: each stands in one table, once, and is honoured, harmless, refused or told.
#include "base/foreign_keys.h"

#include <set>

#include "base/error.h"
#include "base/nearest_name.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

constexpr SettingsFile kKinds[] = {SettingsFile::kModel, SettingsFile::kDecoding, SettingsFile::kTokenizer,
                                   SettingsFile::kSpecialTokens};

std::string refusal(const std::string& json, SettingsFile kind) {
  return message_of<UserError>([&] { check_foreign_keys(Json::parse(json), kind, "x.json"); });
}

std::string told(const std::string& json, SettingsFile kind) {
  testing::internal::CaptureStderr();
  check_foreign_keys(Json::parse(json), kind, "x.json");
  return testing::internal::GetCapturedStderr();
}

TEST(ForeignKeys, StandInTheirTableOnce) {
  for (const SettingsFile kind : kKinds) {
    std::set<std::string_view> seen;
    for (const ForeignKey& row : foreign_keys(kind)) {
      EXPECT_TRUE(seen.insert(row.key).second) << row.key;
      const bool asks = row.use == KeyUse::kOnly || row.use == KeyUse::kTold;
      EXPECT_EQ(asks, !row.values.empty()) << row.key;
      EXPECT_EQ(asks, !row.reason.empty()) << row.key;
      EXPECT_TRUE(!asks || Json::parse(row.values).is_array()) << row.key;
    }
  }
}

// A value that does nothing there does nothing here.
TEST(ForeignKeys, NeutralValuesAreTaken) {
  for (const SettingsFile kind : kKinds) {
    for (const ForeignKey& row : foreign_keys(kind)) {
      Json settings = {{row.key, nullptr}};
      EXPECT_EQ(told(settings.dump(), kind), "") << row.key;
      if (row.values.empty()) continue;
      for (const Json& value : Json::parse(row.values)) {
        settings[std::string(row.key)] = value;
        EXPECT_EQ(told(settings.dump(), kind), "") << row.key;
      }
    }
  }
  EXPECT_EQ(told(R"({"diversity_penalty": 0.0, "typical_p": 1.0, "num_beam_groups": 1})", SettingsFile::kDecoding), "");
}

TEST(ForeignKeys, WhatIsNotDoneHereIsRefusedByName) {
  EXPECT_EQ(refusal(R"({"num_beam_groups": 4})", SettingsFile::kDecoding),
            "x.json: 'num_beam_groups' is 4, expected 1: flanmoe has no groups of beams");
  EXPECT_EQ(refusal(R"({"force_words_ids": [[5]]})", SettingsFile::kDecoding),
            "x.json: 'force_words_ids' is [[5]], expected null: flanmoe has no constrained beam search");
  for (const char* json : {R"({"diversity_penalty": 0.5})", R"({"constraints": [3]})", R"({"penalty_alpha": 0.6})",
                           R"({"encoder_repetition_penalty": 1.2})", R"({"encoder_no_repeat_ngram_size": 3})",
                           R"({"exponential_decay_length_penalty": [5, 1.1]})", R"({"typical_p": 0.9})",
                           R"({"sequence_bias": [[[5], 1.0]]})", R"({"guidance_scale": 2})",
                           R"({"decoder_start_token_id": 5})", R"({"renormalize_logits": true})"}) {
    const std::string message = refusal(json, SettingsFile::kDecoding);
    EXPECT_NE(message.find("x.json: '" + Json::parse(json).begin().key() + "' is "), std::string::npos) << message;
  }
  for (const char* json : {R"({"tie_encoder_decoder": true})", R"({"pruned_heads": {"0": [1]}})",
                           R"({"quantization_config": {"bits": 4}})", R"({"is_decoder": true})"}) {
    EXPECT_NE(refusal(json, SettingsFile::kModel).find(Json::parse(json).begin().key()), std::string::npos) << json;
  }
}

TEST(ForeignKeys, AMisspeltKeyThatDecidesIsRefused) {
  EXPECT_EQ(refusal(R"({"num_decoder_layurs": 3})", SettingsFile::kModel),
            "x.json: the key 'num_decoder_layurs' is unknown; did you mean 'num_decoder_layers', which is not there?");
  for (const char* key : {"dropout_rates", "d_modle", "feed_forward_prj", "tie_word_embedding", "Num_heads"})
    EXPECT_NE(refusal(Json{{key, 1}}.dump(), SettingsFile::kModel).find(key), std::string::npos);
  EXPECT_NE(refusal(R"({"num_beems": 4})", SettingsFile::kDecoding).find("'num_beams'"), std::string::npos);
  EXPECT_NE(refusal(R"({"legcy": true})", SettingsFile::kTokenizer).find("'legacy'"), std::string::npos);
}

TEST(ForeignKeys, AnyOtherUnknownKeyIsToldOf) {
  const std::string both = told(R"({"num_decoder_layurs": 3, "num_decoder_layers": 3})", SettingsFile::kModel);
  EXPECT_NE(both.find("the key 'num_decoder_layurs' is unknown and not read; did you mean 'num_decoder_layers'?"),
            std::string::npos)
      << both;
  const std::string harmless = told(R"({"use_cach": true})", SettingsFile::kModel);
  EXPECT_NE(harmless.find("'use_cach' is unknown"), std::string::npos) << harmless;
  const std::string foreign = told(R"({"rope_theta": 10000})", SettingsFile::kModel);
  EXPECT_NE(foreign.find("x.json: the key 'rope_theta' is unknown and not read"), std::string::npos) << foreign;
  EXPECT_NE(told("{\"\\u001b[2J\": 1}", SettingsFile::kModel).find("\\x1b[2J"), std::string::npos);
  const std::string bytes = told(R"({"tokenizer_class": "ByT5Tokenizer"})", SettingsFile::kModel);
  EXPECT_NE(bytes.find("'tokenizer_class' is \"ByT5Tokenizer\": flanmoe has T5's"), std::string::npos) << bytes;
  const std::string dtype = told(R"({"router_dtype": "bfloat16"})", SettingsFile::kModel);
  EXPECT_NE(dtype.find("'router_dtype' is \"bfloat16\": routers are computed in float32"), std::string::npos) << dtype;
}

// A config.json may hold decoding keys; they are looked at where answers are generated.
TEST(ForeignKeys, DecodingKeysOfAnOldConfigAreKnown) {
  EXPECT_EQ(told(R"({"num_beams": 4, "num_beam_groups": 2, "early_stopping": true})", SettingsFile::kModel), "");
}

TEST(ForeignKeys, EditDistanceCountsLetters) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("num_layers", "num_layers"), 0u);
}

class Settings : public FolderTest {};

TEST_F(Settings, NaNIsNoValue) {
  const std::string file = put("c.json", "{\n  \"a\": \"NaN\",\n  \"b\": NaN\n}").string();
  EXPECT_EQ(message_of<UserError>([&] { read_settings(file); }),
            file + ":3: NaN stands for a value; expected a number, or the key left out");
  EXPECT_EQ(read_settings(put("d.json", "{\"a\": \"a \\\" NaN\", \"b\": null}")).at("a"), "a \" NaN");
  EXPECT_NE(message_of<UserError>([&] { read_settings(put("e.json", "{\"a\": Infinity}")); }).find("e.json:1"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
