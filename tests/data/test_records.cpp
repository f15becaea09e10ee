// Objects of lines, lists and tables: the same records however they are written.
#include "data/records.h"

#include "base/error.h"
#include "data/documents.h"
#include "data/task_paths.h"
#include "data/tokenizer/sentences.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

class Records : public FolderTest {
 protected:
  Texts texts_of(const std::string& name, const std::string& content) const {
    Texts texts;
    each_object_of(open_text_file(put(name, content)), [&](const Json& object, const std::string& where) {
      texts.push_back(json_string(object, "text", where));
    });
    return texts;
  }
  std::string refused(const std::string& name, const std::string& content) const {
    return message_of<UserError>([&] { texts_of(name, content); });
  }
};

TEST_F(Records, AreTheSameInEveryFormat) {
  const Texts expected = {"one", "two, and \"three\""};
  const std::string lines = "{\"text\": \"one\"}\n\n{\"text\": \"two, and \\\"three\\\"\"}\n";
  for (const char* name : {"a.jsonl", "a.ndjson", "a.json", "a.JSONL"})
    EXPECT_EQ(texts_of(name, lines), expected) << name;
  EXPECT_EQ(texts_of("b.json", "[{\"text\": \"one\"},\n {\"text\": \"two, and \\\"three\\\"\"}]"), expected);
  EXPECT_EQ(texts_of("a.csv", "id,text\r\n1,one\r\n2,\"two, and \"\"three\"\"\"\r\n"), expected);
  EXPECT_EQ(texts_of("a.tsv", "id\ttext\n1\tone\n2\ttwo, and \"three\"\n"), expected);
  EXPECT_EQ(texts_of("mac.csv", "id,text\r1,one\r2,\"two, and \"\"three\"\"\"\r"), expected);
}

TEST_F(Records, FaultsAreNamed) {
  EXPECT_NE(refused("a.jsonl", "{\"text\": \"a\"}\n{\"text\"\n").find("a.jsonl:2: malformed JSON"), std::string::npos);
  EXPECT_NE(refused("a.jsonl", "{\"text\": \"a\"}\n7\n").find("a.jsonl:2"), std::string::npos);
  EXPECT_NE(refused("a.json", "[{\"text\": \"a\"}, {\"test\": \"b\"}]").find("a.json: row 2"), std::string::npos);
  EXPECT_NE(refused("a.csv", "text,id\na,1\nb\n").find("a.csv:3: the record has 1 cells, expected 2"),
            std::string::npos);
  EXPECT_NE(refused("a.csv", "text,id,text\na,1,b\n").find("a.csv:1: 2 columns are named 'text'"), std::string::npos);
  EXPECT_NE(refused("a.txt", "{\"text\": \"a\"}\n").find("a.txt: expected a name that ends with .jsonl"),
            std::string::npos);
}

// Who reads texts reads them alike.
TEST_F(Records, DocumentsAndSentencesOfEveryFormat) {
  for (const auto& [name, content] :
       std::map<std::string, std::string>{{"a.ndjson", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n"},
                                          {"a.json", "[{\"text\": \"one\"}, {\"text\": \"two\"}]"},
                                          {"a.csv", "text\none\ntwo\n"},
                                          {"a.txt", "one\r\n\r\ntwo\r\n"}}) {
    const auto file = put(name, content);
    Texts texts;
    for (const RawDocument& document : read_documents(file)) texts.push_back(document.text);
    EXPECT_EQ(texts, (Texts{"one", "two"})) << name;
    EXPECT_EQ(read_sentences({file.string()}), (Texts{"one", "two"})) << name;
  }
  const auto latin = put("latin.txt", "caf\xe9\n");
  EXPECT_NE(message_of<UserError>([&] { read_documents(latin); }).find("latin.txt:1"), std::string::npos);
  EXPECT_NE(message_of<UserError>([&] { read_sentences({latin.string()}); }).find("latin.txt:1"), std::string::npos);
}

// As a shell has them: hidden files only where the pattern says so, and the current folder without a name.
TEST_F(Records, PatternsAreAShells) {
  for (const char* name : {"a_x.csv", "b_x.csv", "._a_x.csv"}) put(name, "");
  const auto names = [](const std::filesystem::path& pattern) {
    Texts found;
    for (const FileMatch& match : matching_files(pattern, "test")) found.push_back(match.file.filename().string());
    return found;
  };
  EXPECT_EQ(names(folder_ / "*_x.csv"), (Texts{"a_x.csv", "b_x.csv"}));
  EXPECT_EQ(names(folder_ / "._*.csv"), (Texts{"._a_x.csv"}));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  EXPECT_EQ(names("*_x.csv"), (Texts{"a_x.csv", "b_x.csv"}));
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace flanmoe
