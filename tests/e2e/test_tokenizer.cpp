// The command `tokenizer`: texts to ids and back, training, what a vocabulary holds, and what is said of bad input.
#include <unistd.h>

#include "base/json.h"
#include "data/spiece_bytes.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class TokenizerCommand : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    put("corpus.txt", corpus());
    put("words.txt", "Temmel\n\nVorna\n");
    spiece_ = (folder_ / "spiece.model").string();
    static const std::string trained = train();  // once for all tests
    put("spiece.model", trained);
  }

  std::string train() const {
    const Ended ended = run(
        {"train", text_file(), "--pieces", "34", "--whole-words", (folder_ / "words.txt").string(), "--out", spiece_});
    EXPECT_EQ(ended.status, 0) << ended.err;
    return content_of(spiece_);
  }

  static std::string corpus() {
    const Words words = {"the", "river", "runs", "past",   "quiet", "towns",
                         "of",  "stone", "and",  "bakers", "sell",  "bread"};
    std::string text;
    for (size_t i = 0; i < 400; ++i) text += words[i * i % 11] + (i % 8 == 7 ? ".\n" : " ") + words[i * 5 % 12] + " ";
    return text;
  }
  std::string text_file() const { return (folder_ / "corpus.txt").string(); }

  static Ended run(Words arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "tokenizer");
    return flanmoe(arguments, input);
  }

  static void expect_parts(const std::string& text, const Words& parts) {
    for (const std::string& part : parts)
      EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' in: " << text;
  }

  void expect_refused(const Words& arguments, const Words& parts, const std::string& input = "", int status = 2) const {
    const Words before = listing(folder_);
    const Ended ended = run(arguments, input);
    EXPECT_EQ(ended.status, status) << ended.err;
    EXPECT_EQ(ended.out, "");
    expect_parts(ended.err, parts);
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    for (const char* trace : {"std::", "what():", "terminate", "internal error", ".cpp", "darts", "LOG("})
      EXPECT_EQ(ended.err.find(trace), std::string::npos) << "'" << trace << "' in: " << ended.err;
    EXPECT_EQ(listing(folder_), before);
  }

  std::string spiece_;
};

TEST_F(TokenizerCommand, EncodesAndDecodes) {
  const std::string text = "the river runs past Temmel";
  const Ended ids = run({"encode", spiece_, text, "quiet towns"});
  ASSERT_EQ(ids.status, 0) << ids.err;
  EXPECT_EQ(ids.err, "");
  EXPECT_EQ(std::count(ids.out.begin(), ids.out.end(), '\n'), 2);
  const Ended lines = run({"encode", spiece_}, text + "\nquiet towns\n");
  EXPECT_EQ(lines.out, ids.out);
  const Ended back = run({"decode", spiece_}, ids.out);
  EXPECT_EQ(back.out, text + "\nquiet towns\n");
  EXPECT_EQ(run({"decode", spiece_, "--special"}, ids.out).out, back.out);
}

TEST_F(TokenizerCommand, WritesPiecesEndsAndObjects) {
  const Ended pieces = run({"encode", spiece_, "--pieces", "--eos", "past Vorna"});
  expect_parts(pieces.out, {"Vorna", " </s>\n"});
  const Ended object = run({"encode", spiece_, "--json", "--eos", "a \"quiet\" 日 <extra_id_3>"});
  const Json json = Json::parse(object.out);
  EXPECT_EQ(json.at("text"), "a \"quiet\" 日 <extra_id_3>");
  EXPECT_EQ(json.at("ids").size(), json.at("pieces").size());
  EXPECT_EQ(json.at("ids").back(), 1);
  EXPECT_EQ(json.at("pieces").back(), "</s>");
  EXPECT_GE(json.at("num_unknown"), 1);
  EXPECT_NE(std::find(json.at("pieces").begin(), json.at("pieces").end(), "<extra_id_3>"), json.at("pieces").end());
  EXPECT_EQ(run({"encode", spiece_, "--plain", "--pieces", "<extra_id_3>"}).out.find("<extra_id_3>"),
            std::string::npos);
  expect_refused({"encode", spiece_, "--json", "the \xff"}, {"byte 4 (0xff) is no UTF-8"});
  EXPECT_EQ(run({"encode", spiece_, "--", "-the"}).status, 0);
}

TEST_F(TokenizerCommand, SpecialTokensAreKeptOrLeftOut) {
  const Ended ids = run({"encode", spiece_, "--eos", "the <extra_id_0> runs"});
  EXPECT_EQ(run({"decode", spiece_, "--special"}, ids.out).out, "the <extra_id_0> runs</s>\n");
  EXPECT_EQ(run({"decode", spiece_}, ids.out).out, "theruns\n");
  EXPECT_EQ(run({"decode", spiece_, "0", "1,", "2", "--special"}).out, "<pad></s><unk>\n");
}

TEST_F(TokenizerCommand, SaysOnceWhatIsLost) {
  const Ended ended = run({"encode", spiece_, "the\nriver", "the\triver", "bread", "日 本"});
  EXPECT_EQ(ended.status, 0);
  expect_parts(ended.err, {"line ends or tabs in 2 of 4 texts", "2 unknown pieces in 1 of 4 texts"});
  EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 2) << ended.err;
  EXPECT_EQ(run({"encode", spiece_, "the\nriver", "-q"}).status, 0);
}

TEST_F(TokenizerCommand, TellsWhatAVocabularyHolds) {
  const Ended told = run({"info", spiece_});
  ASSERT_EQ(told.status, 0) << told.err;
  expect_parts(told.out,
               {spiece_, "unigram", "\npieces              34\n", "100, <extra_id_0> is 133", "134, padded to 136",
                "0, 1, 2", "longest piece", "line ends           lost", "upper case          kept"});
  const Json json = Json::parse(run({"info", spiece_, "--json"}).out);
  EXPECT_EQ(json.at("num_pieces"), 34);
  EXPECT_EQ(json.at("first_sentinel_id"), 133);
  EXPECT_EQ(json.at("vocab_size"), 136);
  EXPECT_EQ(json.at("keeps_tabs"), false);
  EXPECT_FALSE(json.at("longest_piece").get<std::string>().empty());
}

TEST_F(TokenizerCommand, TakesAModelFolder) {
  const std::string folder = (folder_ / "model").string();
  std::filesystem::create_directories(folder);
  std::filesystem::copy(spiece_, folder + "/spiece.model");
  put("model/tokenizer_config.json", "{\"extra_ids\": 10}");
  EXPECT_EQ(Json::parse(run({"info", folder, "--json"}).out).at("first_sentinel_id"), 43);
  expect_refused({"decode", folder, "48"}, {"id 48", "0 to 47"});
  EXPECT_EQ(run({"decode", folder, "44", "47", "--special"}).out, "\n");  // as generate does with unused ids
  put("model/added_tokens.json", "{\"<sep>\": 44, \"<cls>\": 45}");       // ids, too
  expect_parts(run({"info", folder}).out, {"\nids                 46, padded to 48 rows"});
  std::filesystem::remove(folder + "/added_tokens.json");
  put("model/tokenizer_config.json", "{\"extra_ids\": 1000000000000}");
  expect_refused({"info", folder}, {"tokenizer_config.json", "1000000000000", "0 to 100000"});
  std::filesystem::remove(folder + "/spiece.model");
  expect_refused({"info", folder}, {folder, "no spiece.model"});
}

TEST_F(TokenizerCommand, TrainsOnRowsAndSaysSo) {
  std::string rows;
  for (int i = 0; i < 30; ++i)
    rows += "{\"text\": \"the river runs past towns\\nbakers sell bread " + std::to_string(i) + "\"}\n";
  const std::string file = put("rows.jsonl", rows), out = (folder_ / "new.model").string();
  const Ended ended = run({"train", file, text_file(), "--pieces", "40", "--out", out});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
  expect_parts(ended.err, {"40 pieces", " sentences of 2 files", out});
  EXPECT_EQ(Json::parse(run({"info", out, "--json"}).out).at("num_pieces"), 40);
}

TEST_F(TokenizerCommand, RefusesWhatCannotBeTrained) {
  const std::string out = (folder_ / "new.model").string(), blank = put("blank.txt", "\n \n"),
                    dots = put("dots.txt", "...\n");
  const auto training = [&](const std::string& file, const std::string& pieces) {
    return Words{"train", file, "--pieces", pieces, "--out", out};
  };
  expect_refused({"train", text_file(), "--pieces", "34", "--out", spiece_}, {spiece_, "exists already"});
  expect_refused(training(blank, "60"), {"blank.txt", "no text"});
  const Ended ended = run(training(dots, "60"));
  EXPECT_EQ(ended.status, 2);
  expect_parts(ended.err, {"no text with letters or digits"});
  expect_refused(training((folder_ / "none.txt").string(), "60"), {"none.txt", "No such file"});
  expect_refused(training(put("bad.jsonl", "{\"text\": \"a\"}\n{\"text\": 3}\n"), "60"), {"bad.jsonl:2", "'text'"});
  expect_refused({"train", text_file(), "--out", out}, {"--pieces is required"});
  expect_refused(training(text_file(), "many"), {"--pieces", "many"});
}

TEST_F(TokenizerCommand, RefusesTooFewAndTooManyPieces) {
  const std::string out = (folder_ / "new.model").string();
  const auto said = [&](const std::string& pieces, const Words& more = {}) {
    Words arguments = {"-q", "train", text_file(), "--pieces", pieces, "--out", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_FALSE(std::filesystem::exists(out));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    return ended.err;
  };
  expect_parts(said("8"), {"8 pieces", " or more"});
  expect_parts(said("-3"), {"-3 pieces", "expected 4 to"});
  expect_parts(said("5000"), {"--pieces 5000", "no more than", "more text"});
  expect_parts(said("3000000000"), {"3000000000 pieces", "to 1000000"});
  expect_parts(said("60", {"--whole-words", put("twice.txt", "Vorna\nVorna\n")}), {"'Vorna'", "twice"});
  expect_parts(said("60", {"--whole-words", (folder_ / "none.txt").string()}), {"none.txt", "No such file"});
}

TEST_F(TokenizerCommand, RefusesWhatIsNoIdAndNoText) {
  expect_refused({"decode", spiece_, "3", "136"}, {"id 136", "0 to 135"});
  expect_refused({"decode", spiece_, "3", "-5"}, {"id -5", "0 to 135"});
  expect_refused({"decode", spiece_, "99999999999999999999"}, {"id 99999999999999999999", "0 to 135"});
  expect_refused({"decode", spiece_, "3", "bread"}, {"'bread' is no id", "0 to 135"});
  expect_refused({"decode", spiece_, "3.5"}, {"'3.5' is no id"});
  expect_refused({"decode", spiece_}, {"no ids", "stdin"});
  expect_refused({"encode", spiece_}, {"no text", "stdin"});
  const Ended second = run({"decode", spiece_}, "3 4\n5 x\n");
  EXPECT_EQ(second.status, 2);
  expect_parts(second.err, {"stdin:2", "'x' is no id"});
}

TEST_F(TokenizerCommand, RefusesUnreadableModels) {
  const std::string whole = content_of(spiece_);
  expect_refused({"info", (folder_ / "none.model").string()}, {"none.model", "No such file"});
  expect_refused({"info", put("empty.model", "")}, {"empty.model", "not a SentencePiece model"});
  expect_refused({"info", put("garbage.model", "no model at all")}, {"garbage.model", "not a SentencePiece model"});
  expect_refused({"info", put("html.model", "<!DOCTYPE html><html></html>")},
                 {"html.model", "not a SentencePiece model"});
  for (const size_t size : {whole.size() / 2, whole.size() - 1, size_t{700}, size_t{3}})
    expect_refused({"info", put("cut.model", whole.substr(0, size))}, {"cut.model", "cut short"});
  std::filesystem::create_directories(folder_ / "odd/spiece.model");
  expect_refused({"info", (folder_ / "odd").string()}, {"odd/spiece.model", "Is a directory"});
  if (::geteuid() == 0) return;  // root may read everything
  std::filesystem::permissions(put("closed.model", whole), std::filesystem::perms::none);
  expect_refused({"info", (folder_ / "closed.model").string()}, {"closed.model", "Permission denied"});
}

TEST_F(TokenizerCommand, RefusesModelsMadeToDoHarm) {
  for (const std::string& table :
       {std::string("\xff"), std::string(2, '\xff'), std::string(3, '\0'), spiece::word(7) + "abcd",
        spiece::word(4) + spiece::word(0x7fffffff) + std::string(2, '\0')}) {
    expect_refused({"info", put("harm.model", spiece::model({table}))},
                   {"harm.model", "table of normalised characters"});
  }
  EXPECT_EQ(run({"info", put("plain.model", spiece::model())}).status, 0);
}

TEST_F(TokenizerCommand, HelpIsEnoughToUseIt) {
  const std::vector<std::pair<std::string, Words>> expected = {
      {"encode", {"MODEL", "TEXT", "--pieces", "--json", "--eos", "stdin", "Examples:\n  flanmoe tokenizer encode "}},
      {"decode", {"MODEL", "ID", "--special", "stdin", "Examples:\n  flanmoe tokenizer decode "}},
      {"train", {"--out", "--pieces", "--whole-words", ".jsonl", ".gz", "Examples:\n  flanmoe tokenizer train "}},
      {"info", {"MODEL", "--json", "Examples:\n  flanmoe tokenizer info "}}};
  for (const auto& [command, parts] : expected) {
    const Ended ended = run({command, "--help"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.err, "");
    expect_parts(ended.out, parts);
  }
}

}  // namespace
}  // namespace flanmoe::e2e
