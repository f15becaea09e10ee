// flanmoe generate as a batch job: prompts of every format, answers that are gone on with, one owner of a file.
#include <gtest/gtest.h>

#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"
#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

using Words = std::vector<std::string>;

class Generate : public FolderTest {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  Words command(const Words& more) const {
    Words words = {"generate", model().string(), "max_new_tokens=3"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string run(const Words& more, const std::string& input = "") const {
    const Ended ended = flanmoe(command(more), input);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return ended.out;
  }
  void refused(const Words& more, const Words& parts) const {
    const Ended ended = flanmoe(command(more));
    EXPECT_EQ(ended.status, 2) << ended.err;
    for (const std::string& part : parts)
      EXPECT_NE(ended.err.find(part), std::string::npos) << part << " in " << ended.err;
  }
  // Forty prompts; "in.txt".
  void put_prompts() const {
    std::string prompts;
    for (int i = 0; i < 40; ++i) prompts += "Who is number " + std::to_string(i) + " of them?\n";
    put("in.txt", prompts);
  }
};

TEST_F(Generate, PromptsOfEveryFormatAreTheSame) {
  const std::string expected = run({"Who is it?", "Where is the boat?"});
  const std::string lines = "{\"prompt\": \"Who is it?\"}\n\n{\"prompt\": \"Where is the boat?\"}\n";
  for (const char* name : {"a.jsonl", "a.NDJSON", "a.json"}) {
    put(name, lines);
    EXPECT_EQ(run({"--input", at(name)}), expected) << name;
  }
  put("list.json", "[{\"prompt\": \"Who is it?\"}, {\"prompt\": \"Where is the boat?\"}]");
  put("a.csv", "id,prompt\n1,Who is it?\n2,Where is the boat?\n");
  put("a.txt", "\xEF\xBB\xBFWho is it?\r\nWhere is the boat?\r\n");
  for (const char* name : {"list.json", "a.csv", "a.txt"}) EXPECT_EQ(run({"--input", at(name)}), expected) << name;
  EXPECT_EQ(run({}, "Who is it?\nWhere is the boat?\n"), expected);
}

TEST_F(Generate, APromptMayLookLikeASetting) {
  const std::string expected = run({}, "x=3, y=4. What is x+y?\n");
  EXPECT_EQ(run({"x=3, y=4. What is x+y?"}), expected);
  EXPECT_EQ(run({"--", "x=3, y=4. What is x+y?"}), expected);
  EXPECT_EQ(run({"--", "num_beams=2"}), run({}, "num_beams=2\n"));
  refused({"num_beems=2", "Who is it?"}, {"num_beems", "did you mean 'num_beams'"});
}

// All prompts are looked at before the first answer is written.
TEST_F(Generate, ABlankPromptIsFoundBeforeTheFirstAnswer) {
  put("in.txt", "Who is it?\nWhere?\n\nWhy?\n");
  refused({"--input", at("in.txt"), "--output", at("out.txt")}, {"in.txt:3", "the prompt is empty"});
  EXPECT_FALSE(fs::exists(folder_ / "out.txt"));
}

// Whatever a fault left of the file, it ends as if nothing had happened.
TEST_F(Generate, ATornFileIsGoneOnWith) {
  put_prompts();
  for (const Words& how : std::vector<Words>{{"out.jsonl"}, {"out.txt"}, {"two.txt", "num_answers=2", "num_beams=2"}}) {
    const std::string file = at(how[0]);
    Words words = {"--input", at("in.txt"), "--output", file, "batch=1"};
    words.insert(words.end(), how.begin() + 1, how.end());
    run(words);
    const std::string whole = content_of(file);
    words.push_back("--resume");
    for (const size_t size :
         {size_t{0}, size_t{1}, whole.size() / 3, whole.size() / 2, whole.size() - 1, whole.size()}) {
      std::ofstream(file, std::ios::binary) << whole.substr(0, size);
      run(words);
      EXPECT_TRUE(content_of(file) == whole) << how[0] << " from byte " << size;
    }
  }
}

TEST_F(Generate, AnotherConfigurationIsNotGoneOnWith) {
  put_prompts();
  const Words words = {"--input", at("in.txt"), "--output", at("out.jsonl")};
  run(words);
  const std::string whole = content_of(folder_ / "out.jsonl");
  const auto with = [&](const Words& more) {
    Words all = words;
    all.insert(all.end(), more.begin(), more.end());
    all.push_back("--resume");
    return all;
  };
  refused(with({"num_beams=2"}), {"out.jsonl", "another configuration", "settings/num_beams' is 1 there and 2 here"});
  refused(with({"--routing"}), {"'routing' is false there and true here"});
  put("in.txt", "Who is it?\n");
  refused(with({}), {"'num_prompts' is 40 there and 1 here"});
  put_prompts();
  fs::remove(folder_ / "out.jsonl.config.json");
  refused(with({}), {"there is no", "out.jsonl.config.json"});
  EXPECT_EQ(content_of(folder_ / "out.jsonl"), whole);
}

// A line that was lost, doubled or glued would set the answers behind it off their prompts.
TEST_F(Generate, AFileThatNoOneRunWroteIsNotGoneOnWith) {
  put("in.txt", "Who is it?\nWhere is the boat?\nWhy?\n");
  for (const char* name : {"out.jsonl", "out.txt"}) {
    const Words words = {"--input", at("in.txt"), "--output", at(name)};
    Words again = words;
    again.push_back("--resume");
    run(words);
    const std::string whole = content_of(folder_ / name);
    put(name, whole + whole);
    refused(again, {name, "the answers of 6 prompts, expected 3 at most"});
    if (name == std::string("out.txt")) continue;
    const size_t second = whole.find('\n') + 1, third = whole.find('\n', second) + 1;
    put(name, whole.substr(0, second) + whole.substr(third));
    refused(again, {"out.jsonl:2: the answer to another prompt, \"Why?\"", "expected \"Where is the boat?\""});
    put(name, whole.substr(0, second / 2) + whole.substr(second));
    refused(again, {"out.jsonl:1", "malformed JSON"});
  }
}

TEST_F(Generate, AFileHasOneWriter) {
  put_prompts();
  const Words words = {"--input", at("in.txt"), "--output", at("out.txt")};
  run(words);
  const FileLock other(folder_ / "out.txt", "");
  Words again = words;
  again.push_back("--resume");
  refused(again, {"out.txt", "another process is writing it"});
}

// Where routes go is said; the table holds what the JSON holds.
TEST_F(Generate, RoutesAreInTheJsonAndInTheTable) {
  refused({"--routing", "Who is it?"}, {"--routing: routes are part of the JSON", "--routing-table FILE.csv"});
  refused({"--routing", "--output", at("a.txt"), "Who is it?"}, {"--routing: routes are part of the JSON"});
  EXPECT_FALSE(fs::exists(folder_ / "a.txt"));
  refused({"--routing-table", at("r.csv"), "--resume", "--output", at("a.txt"), "x"}, {"r.csv", "no --resume"});
  const Json answer = parse_json(run({"--json", "--routing", "--routing-table", at("r.csv"), "Who is it?"}), "out");
  EXPECT_EQ(answer["routing"]["decoder"][0]["tokens"][0]["piece"], "<pad>");  // what the decoder reads first
  std::istringstream table(content_of(folder_ / "r.csv"));
  std::string line;
  std::getline(table, line);
  EXPECT_EQ(line, "prompt,stack,layer,position,piece,rank,expert,weight,dropped");
  size_t num_rows = 0, num_routes = 0;
  while (std::getline(table, line)) num_rows += line.starts_with("0,");
  for (const char* stack : {"encoder", "decoder"}) {
    for (const Json& layer : answer["routing"][stack]) {
      for (const Json& token : layer["tokens"]) num_routes += token["experts"].size() + token["full"].size();
    }
  }
  EXPECT_EQ(num_rows, num_routes);
  EXPECT_GT(num_rows, 0u);
  refused({"--routing-table", at("r.csv"), "Who is it?"}, {"--routing-table", "r.csv: exists already"});
  run({"--routing-table", at("two.csv"), "Who is it?", "Where is the boat?"});  // without JSON, too
  EXPECT_NE(content_of(folder_ / "two.csv").find("\n1,encoder,"), std::string::npos);
  EXPECT_EQ(content_of(folder_ / "two.csv").find(content_of(folder_ / "r.csv")), 0u);
}

TEST_F(Generate, SettingsThatForbidEveryTokenAreNamed) {
  std::string all = "0";
  const auto vocab_size = read_json(model() / "config.json").at("vocab_size").get<int64_t>();
  for (int64_t id = 1; id < vocab_size; ++id) all += ", " + std::to_string(id);
  for (const char* beams : {"num_beams=1", "num_beams=3"})
    refused({"suppress_tokens=[" + all + "]", beams, "Who is it?"}, {"every token is forbidden", "'suppress_tokens'"});
  refused({"stop=[\"\"]", "Who is it?"}, {"'stop' is", "texts that are not empty"});
}

}  // namespace
}  // namespace flanmoe::e2e
