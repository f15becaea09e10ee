// The one opener of texts: names, packing, encodings, line ends.
#include "base/text_file.h"

#include <zstd.h>

#include <fstream>
#include <sstream>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

Texts lines_of(const TextFile& file) {
  Texts lines;
  each_text_line(file.text, [&](std::string_view line, int64_t number) {
    lines.emplace_back(line);
    EXPECT_EQ(number, static_cast<int64_t>(lines.size()));
  });
  return lines;
}

std::string packed(const std::string& text) {
  std::string result(ZSTD_compressBound(text.size()), '\0');
  result.resize(ZSTD_compress(result.data(), result.size(), text.data(), text.size(), 1));
  return result;
}

class Texting : public FolderTest {
 protected:
  std::string refused(const std::string& content, BadBytes bad = BadBytes::kRefuse) const {
    const auto file = put("a.txt", content);
    return message_of<UserError>([&] { open_text_file(file, bad); });
  }
};

TEST(TextKinds, AreToldByTheName) {
  for (const char* name : {"a.jsonl", "a.ndjson", "a.json", "b/A.JSONL", "a.jsonl.gz", "a.Json.ZST", "x.y.ndjson.zst"})
    EXPECT_EQ(kind_of_name(name), TextKind::kJson) << name;
  for (const char* name : {"a.csv", "a.CSV.gz"}) EXPECT_EQ(kind_of_name(name), TextKind::kCsv) << name;
  EXPECT_EQ(kind_of_name("a.tsv.zst"), TextKind::kTsv);
  for (const char* name : {"a.txt", "a", "jsonl", "a.jsonl.txt", "a.gz", ".json/a"})
    EXPECT_EQ(kind_of_name(name), TextKind::kLines) << name;
  EXPECT_EQ(ending_of_name("Rows.TXT.gz"), ".txt");
}

TEST_F(Texting, LineEndsOfAllSystems) {
  for (const char* text : {"a\nb\n\nc", "a\r\nb\r\n\r\nc\r\n", "a\rb\r\rc",
                           "\xEF\xBB\xBF"
                           "a\nb\n\nc\n"}) {
    EXPECT_EQ(lines_of(open_text_file(put("a.txt", text))), (Texts{"a", "b", "", "c"})) << text;
  }
  EXPECT_TRUE(lines_of(open_text_file(put("a.txt", ""))).empty());
  std::istringstream in("a\nb");
  EXPECT_EQ(lines_of(text_of_stream(in, "stdin", TextKind::kLines)), (Texts{"a", "b"}));
}

// Whatever stands behind the last line of an old Mac's text.
TEST_F(Texting, CarriageReturnsAloneEndLines) {
  for (const char* text : {"a\rb", "a\rb\r", "a\rb\n", "a\rb\r\n"})
    EXPECT_EQ(lines_of(open_text_file(put("a.txt", text))), (Texts{"a", "b"})) << text;
  for (const char* text : {"a\r\n", "a\n", "a\r", "a"})
    EXPECT_EQ(lines_of(open_text_file(put("a.txt", text))), (Texts{"a"})) << text;
  EXPECT_EQ(lines_of(open_text_file(put("a.txt", "a\rb\nc"))), (Texts{"a\rb", "c"}));  // the text of a line
  EXPECT_EQ(lines_of(open_text_file(put("a.txt", "\r\n"))), (Texts{""}));
}

TEST(Blank, IsWhatShowsNothing) {
  for (const char* text : {"", " \t\r\n", "\u00a0", "\u3000 \u2003", "\u200b", "\ufeff", "\u00ad\u2060", "\u2028"})
    EXPECT_TRUE(is_blank(text)) << text;
  for (const char* text : {".", " a", "\u00a0-", "\u0301", "\u200bx", "\xff"}) EXPECT_FALSE(is_blank(text)) << text;
}

// Lines are looked at where they lie; a packed file cannot hold a thousand times its size.
TEST_F(Texting, BillionsOfEmptyLinesAreRefused) {
  const auto bomb = put("a.zst", packed(std::string(size_t{200} << 20, '\n')));
  const std::string message = message_of<UserError>([&] { open_text_file(bomb); });
  EXPECT_NE(message.find("a.zst: it unpacks to more than 67108864 bytes"), std::string::npos) << message;
  int64_t count = 0;
  each_text_line(open_text_file(put("b.zst", packed(std::string(size_t{1} << 20, '\n')))).text,
                 [&](std::string_view, int64_t) { ++count; });
  EXPECT_EQ(count, 1 << 20);
}

// A device that never ends, as file and as standard input.
TEST_F(Texting, WhatNeverEndsIsRefused) {
  EXPECT_NE(message_of<UserError>([] {
              open_text_file("/dev/zero");
            }).find("cannot read /dev/zero: it is no plain file and gives more than 1073741824 bytes"),
            std::string::npos);
  std::ifstream endless("/dev/zero");
  EXPECT_NE(message_of<UserError>([&] { text_of_stream(endless, "stdin", TextKind::kLines); }).find("stdin: more than"),
            std::string::npos);
}

TEST_F(Texting, PackedFilesAreFoundWithoutTheirEnding) {
  put("a.jsonl.zst", packed("{}\n"));
  const TextFile file = open_text_file(folder_ / "a.jsonl");
  EXPECT_EQ(file.name, (folder_ / "a.jsonl.zst").string());
  EXPECT_EQ(file.kind, TextKind::kJson);
  EXPECT_EQ(file.text, "{}\n");
  const std::string message = message_of<UserError>([&] { open_text_file(folder_ / "b.jsonl"); });
  EXPECT_NE(message.find("b.jsonl: No such file"), std::string::npos) << message;
}

TEST_F(Texting, PackedFilesMayBeNamedInAnyCase) {
  for (const char* name : {"a.jsonl.ZST", "A.JSONL.Zst"}) {
    const TextFile file = open_text_file(put(name, packed("{}\n")));
    EXPECT_EQ(file.text, "{}\n") << name;
    EXPECT_EQ(file.kind, TextKind::kJson) << name;
  }
  const std::string message = message_of<UserError>([&] { open_text_file(put("a.txt.GZ", "no gzip")); });
  EXPECT_NE(message.find("the gzip data is damaged"), std::string::npos) << message;
}

// Latin-1 is no help to whoever gives a file of another kind.
TEST_F(Texting, FilesThatAreNoTextAreNamed) {
  using namespace std::string_literals;
  for (const auto& [content, kind] :
       std::vector<std::pair<std::string, std::string>>{{packed("some text"), "zstd's"},
                                                        {"\x1f\x8b\x08\0\0"s, "gzip's"},
                                                        {"BZh91AY&SY\x8f\x9f", "bzip2's"},
                                                        {"\xfd\x37zXZ\0\0"s, "xz's"},
                                                        {"PK\x03\x04\x14\0\0"s, "zip's"},
                                                        {"PAR1\x15\x04\0"s, "Parquet's"}}) {
    const std::string message = refused(content);
    EXPECT_NE(message.find("a.txt:1: byte "), std::string::npos) << message;
    EXPECT_NE(message.find("the file begins as " + kind + " do"), std::string::npos) << message;
    EXPECT_EQ(message.find("iconv"), std::string::npos) << message;
  }
  EXPECT_EQ(open_text_file(put("a.txt", "BZh is how it begins")).text, "BZh is how it begins");
  EXPECT_NE(refused("h\0i\0"s).find("iconv -f utf-16le"), std::string::npos);
  EXPECT_NE(refused("\xFF\xFE\0\0h\0\0\0"s).find("UTF-32"), std::string::npos);
}

TEST_F(Texting, BytesThatAreNoUtf8AreNamed) {
  EXPECT_NE(refused("good\ncaf\xe9\n").find("a.txt:2: byte 8 (0xe9) is no UTF-8"), std::string::npos);
  EXPECT_NE(refused("caf\xe9").find("iconv"), std::string::npos);
  EXPECT_NE(refused(std::string("a\nb\0c", 5)).find("a.txt:2: byte 3 is zero"), std::string::npos);
  EXPECT_NE(refused(std::string("12345678\0", 9)).find("byte 8 is zero"), std::string::npos);
  EXPECT_NE(refused("\xFF\xFE"
                    "a")
                .find("UTF-16"),
            std::string::npos);
}

// A corpus of many lines may hold a few: they are read as U+FFFD and counted. A Latin-1 one is refused.
TEST_F(Texting, AFewBadLinesOfACorpusAreReplaced) {
  std::string corpus;
  for (int i = 0; i < 5000; ++i) corpus += "a plain line of text\n";
  const auto file = put("corpus.txt", corpus + "caf\xe9 and na\xefve\nlast\n");
  testing::internal::CaptureStderr();
  const Texts lines = lines_of(open_text_file(file, BadBytes::kReplaceFew));
  const std::string warning = testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines.size(), 5002u);
  EXPECT_EQ(lines[5000], "caf\xEF\xBF\xBD and na\xEF\xBF\xBDve");
  EXPECT_EQ(lines[5001], "last");
  EXPECT_NE(warning.find("1 of 5003 lines hold bytes that are no UTF-8"), std::string::npos) << warning;
  EXPECT_NE(warning.find("corpus.txt:5001"), std::string::npos) << warning;
  EXPECT_NE(refused("caf\xe9\nna\xefve\nplain\n", BadBytes::kReplaceFew).find("a.txt:1: byte 3"), std::string::npos);
}

}  // namespace
}  // namespace flanmoe
