// safetensors files that are cut off, changed, or made to harm: all are refused with a UserError, or read without harm.
#include <ATen/ATen.h>

#include "tensor/safetensors_case.h"

namespace flanmoe {
namespace {

class DamagedSafetensors : public Safetensors {};

TEST_F(DamagedSafetensors, RefusesATruncatedFileAtEveryLength) {
  save_safetensors(folder_ / "a", {{"x", at::arange(3)}, {"y", at::ones({2, 2})}});
  const std::string bytes = content_of(folder_ / "a");
  for (size_t length = 0; length < bytes.size(); ++length) {
    SCOPED_TRACE(length);
    refusal_of(bytes.substr(0, length));
  }
}

// Any one byte changed: the file is refused, or read without harm.
TEST_F(DamagedSafetensors, SurvivesAChangedByte) {
  int num_read = 0, num_refused = 0;
  save_safetensors(folder_ / "a", {{"x", at::arange(3)}, {"y", at::ones({2, 2})}}, {{"format", "pt"}});
  const std::string bytes = content_of(folder_ / "a");
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const char other : {'\0', '9', '"', '\xff', '}'}) {
      std::string changed = bytes;
      changed[i] = other;
      const auto path = put("x.safetensors", changed);
      try {
        load_safetensors(path);
        ++num_read;
      } catch (const UserError&) {
        ++num_refused;
      }
    }
  }
  EXPECT_GT(num_read, 0);  // a byte of the data or of a name
  EXPECT_GT(num_refused, num_read);
}

// Any one bit of the header: the file is refused, or says the same but for a letter of a name or of the metadata.
TEST_F(DamagedSafetensors, AFlippedBitOfTheHeaderChangesNoTensor) {
  save_safetensors(folder_ / "a", {{"xyz", at::arange(3)}, {"m", at::ones({2, 2}, at::kHalf)}}, {{"format", "pt"}});
  const std::string bytes = content_of(folder_ / "a");
  const auto parse = [](const std::string& file) { return parse_safetensors(std::as_bytes(std::span(file)), "x"); };
  const SafetensorsHeader whole = parse(bytes);
  int num_read = 0;
  for (size_t bit = 0; bit < 8 * whole.data_begin; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    try {
      const SafetensorsHeader read = parse(changed);
      ASSERT_EQ(read.data_begin, whole.data_begin) << bit;
      ASSERT_EQ(read.entries.size(), 2u) << bit;
      for (size_t i = 0; i < 2; ++i) {
        const TensorEntry &entry = read.entries[i], &same = whole.entries[i];
        EXPECT_EQ(entry.name.size(), same.name.size()) << bit;
        EXPECT_TRUE(entry.type == same.type && entry.shape == same.shape) << bit;
        EXPECT_TRUE(entry.begin == same.begin && entry.end == same.end) << bit;
      }
      ++num_read;
    } catch (const UserError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("x:")) << error.what();
    }
  }
  EXPECT_GT(num_read, 0);
}

TEST_F(DamagedSafetensors, RefusesAHeaderThatIsTooMuch) {
  const std::string nested = "{\"x\":" + std::string(100'000, '[');
  EXPECT_NE(refusal(nested, 0).find("nested more than 500 deep"), std::string::npos);
  const std::string objects = [] {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "{\"x\":";
    return text;
  }();
  EXPECT_NE(refusal(objects, 0).find("nested more than 500 deep"), std::string::npos);
  // A sparse file whose header is one byte longer than the format allows.
  const auto path = put("x.safetensors", std::string("\x01\xe1\xf5\x05\0\0\0\0{", 9));
  std::filesystem::resize_file(path, 200'000'000);
  EXPECT_NE(message_of<UserError>([&] { load_safetensors(path); }).find("100000001 bytes, expected at most 100000000"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
