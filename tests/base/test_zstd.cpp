// Files packed by Zstandard.
#include <zstd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/zstd.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

std::string packed(const std::string& text) {
  std::string result(ZSTD_compressBound(text.size()), '\0');
  result.resize(ZSTD_compress(result.data(), result.size(), text.data(), text.size(), 3));
  return result;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 60000; ++i) text += std::to_string(i) + " ";
  return text;
}

class Zstd : public FolderTest {};

TEST_F(Zstd, FilesAreReadAsTheyAre) {
  EXPECT_EQ(read_text(put("a.txt.zst", packed("one\ntwo\n"))), "one\ntwo\n");
  EXPECT_EQ(read_text(put("b.zst", packed(long_text()) + packed("") + packed("end"))), long_text() + "end");
}

TEST_F(Zstd, DamageIsNamed) {
  const std::string whole = packed(long_text());
  const auto says = [this](const std::string& content, const std::string& part) {
    const auto file = put("a.zst", content);
    const std::string message = message_of<UserError>([&] { read_text(file); });
    EXPECT_NE(message.find("a.zst"), std::string::npos) << message;
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  says("", "cut short");
  says(whole.substr(0, whole.size() / 2), "cut short");
  says(whole.substr(0, whole.size() - 1), "cut short");
  says("plain text", "damaged");
  says(whole + "more than nothing", "damaged");
}

TEST_F(Zstd, SizeIsBounded) {
  EXPECT_EQ(unpack_zstd(packed(std::string(1000, 'a')), 1000).size(), 1000u);
  EXPECT_NE(
      message_of<std::runtime_error>([] { unpack_zstd(packed(std::string(1001, 'a')), 1000); }).find("more than 1000"),
      std::string::npos);
}

}  // namespace
}  // namespace flanmoe
