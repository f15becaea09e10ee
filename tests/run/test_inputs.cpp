// A run goes on with the data it began with, known by content and not by place.
#include "run/inputs.h"

#include "base/error.h"
#include "run/run.h"
#include "run/tokenizer.h"
#include "run_case.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

class Inputs : public cases::RunTest {
 protected:
  // What the folder of a run says when the same command is given again.
  std::string again(const RunOptions& run) const {
    return message_of<UserError>([&] { run_training(run, folder_ / "run", "again"); });
  }
  // The run of two of four steps.
  void begin(RunOptions run) const {
    run_training(run, folder_ / "run", "first");
    fs::remove_all(folder_ / "run/checkpoints/step-4");
    EXPECT_EQ(newest_checkpoint(folder_ / "run").filename(), "step-2");
  }
  // `change` is refused by a message that holds `name`, and taken back it goes on.
  void expect_refused(const RunOptions& run, const std::string& file, const std::string& name,
                      const std::function<std::string(std::string)>& change) const {
    const std::filesystem::path path = data_ / file;
    const std::string before = content_of(path), after = change(before);
    ASSERT_NE(before, after) << file;
    put_data(file, after);
    const std::string message = again(run);
    EXPECT_NE(message.find(name + " is no longer what the run began with"), std::string::npos)
        << file << ": " << message;
    EXPECT_NE(message.find(file), std::string::npos) << message;
    EXPECT_NE(message.find("Put it back"), std::string::npos) << message;
    put_data(file, before);
  }
};

std::string with_a_line_less(std::string text) { return text.substr(text.find('\n') + 1); }
// Of the same size.
std::string with_another_letter(std::string text) {
  text[text.size() / 2] = text[text.size() / 2] == 'e' ? 'a' : 'e';
  return text;
}
// Still a vocabulary: readers of protobuf pass over what they do not know.
std::string with_an_unknown_field(const std::string& model) { return model + "\xa0\x06\x01"; }
std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST_F(Inputs, OfAPretrainingAreTextAndVocabulary) {
  RunOptions run = pretraining();
  put_data("held.txt", content_of(data_ / "corpus.txt"));
  run.train.eval_every = 2;
  run.validation.files = {"{data}/held.txt"};
  begin(run);
  expect_refused(run, "corpus.txt", "'corpus.files', file 1", with_another_letter);
  expect_refused(run, "corpus.txt", "'corpus.files', file 1", with_a_line_less);
  expect_refused(run, "held.txt", "'validation.files', file 1", with_another_letter);
  expect_refused(run, "spiece.model", "the vocabulary", with_an_unknown_field);
  EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 4);
}

TEST_F(Inputs, OfATuningAreRowsPromptsAndWhatIsAsked) {
  RunOptions run = tuning();
  put_data("asked.jsonl", rows("a", 2));
  put_data("asked.yaml", task("t", "", "{test: asked.jsonl}"));  // of the same name as the mixture's
  run.train.eval_every = 2;
  run.validation.tasks = {"{data}/asked.yaml"};
  begin(run);
  const auto other_prompt = [](const std::string& text) { return replaced(text, "{q}", "Say: {q}"); };
  expect_refused(run, "rows.jsonl", "task 't', train rows, file 1", with_a_line_less);
  expect_refused(run, "held.jsonl", "task 't', validation rows, file 1", with_a_line_less);
  expect_refused(run, "task.yaml", "task 't'", other_prompt);
  expect_refused(run, "asked.jsonl", "validation task 't', test rows, file 1", with_a_line_less);
  expect_refused(run, "asked.yaml", "validation task 't'", other_prompt);
  EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 4);
}

// A task cache is not built anew for rows that the run did not begin with.
TEST_F(Inputs, OfARunWithATokenCacheAreItsRows) {
  RunOptions run = tuning();
  run.mixture.cache = (folder_ / "cache").string();
  begin(run);
  const std::string header = content_of(folder_ / "cache/header.json");
  expect_refused(run, "rows.jsonl", "task 't', train rows, file 1", with_a_line_less);
  EXPECT_EQ(content_of(folder_ / "cache/header.json"), header);
}

TEST_F(Inputs, MovedDataIsTheSame) {
  RunOptions run = tuning();
  run.train.eval_every = 2;
  run.validation.tasks = run.mixture.tasks;
  const Json before = inputs_of(run, open_tokenizer(run));
  fs::copy(data_, folder_ / "elsewhere", fs::copy_options::recursive);
  fs::remove_all(data_);
  run.data = (folder_ / "elsewhere").string();
  const Json after = inputs_of(run, open_tokenizer(run));
  EXPECT_NE(before, after);  // paths stand there for messages
  std::filesystem::create_directories(folder_ / "run/checkpoints/step-2");
  write_json(folder_ / "run/inputs.json", before);
  keep_inputs(after, folder_ / "run");
  put("elsewhere/rows.jsonl", rows("other", 6));
  EXPECT_NE(message_of<UserError>([&] {
              keep_inputs(inputs_of(run, open_tokenizer(run)), folder_ / "run");
            }).find("task 't', train rows, file 1"),
            std::string::npos);
}

// And a run goes on with it, whatever places its configuration named, and names the new ones from then on.
TEST_F(Inputs, ARunGoesOnWithMovedData) {
  RunOptions run = pretraining();
  run.corpus.files = {(data_ / "corpus.txt").string()};
  begin(run);
  fs::create_directories(folder_ / "elsewhere/deep");
  fs::rename(data_, folder_ / "elsewhere/deep/data");
  run.data = (folder_ / "elsewhere/deep/data").string();
  run.corpus.files = {run.data + "/corpus.txt"};
  EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 4);
  RunOptions kept;
  load_run_options(load_config(folder_ / "run/config.yaml"), kept);
  EXPECT_EQ(kept.corpus.files, (std::vector<std::string>{(fs::canonical(run.data) / "corpus.txt").string()}));
  EXPECT_EQ(kept.data, fs::canonical(run.data).string());
  put("elsewhere/deep/data/corpus.txt", "another text.\n\nand one more.\n");
  EXPECT_NE(again(run).find("'corpus.files', file 1 is no longer"), std::string::npos);
  put("other.txt", "another text.\n");
  run.corpus.files = {(folder_ / "other.txt").string()};
  EXPECT_NE(again(run).find("corpus.files"), std::string::npos);
}

// Before the first checkpoint no content is compared, so that another place is another run.
TEST_F(Inputs, APlaceCountsBeforeTheFirstCheckpoint) {
  RunOptions run = pretraining();
  begin(run);
  fs::remove_all(folder_ / "run/checkpoints");
  fs::copy(data_, folder_ / "copy", fs::copy_options::recursive);
  run.data = (folder_ / "copy").string();
  EXPECT_NE(again(run).find("asked: data: " + fs::canonical(folder_ / "copy").string()), std::string::npos);
}

// More or fewer inputs than there were, as a pattern of files may give.
TEST_F(Inputs, NewAndMissingOnesAreNamed) {
  put_data("task.yaml", task("t", "", "{train: part-*.jsonl}"));
  put_data("part-1.jsonl", rows("x", 3));
  put_data("part-2.jsonl", rows("y", 3));
  const RunOptions run = tuning();
  begin(run);
  put_data("part-3.jsonl", rows("z", 3));
  EXPECT_NE(again(run).find("task 't', train rows, file 3 is no longer what the run began with: it was nothing"),
            std::string::npos);
  fs::remove(data_ / "part-3.jsonl");
  fs::remove(data_ / "part-2.jsonl");
  EXPECT_NE(again(run).find("task 't', train rows, file 2"), std::string::npos);
}

// Before the first checkpoint nothing has been learned: what was mended counts.
TEST_F(Inputs, AreTakenAnewBeforeTheFirstCheckpoint) {
  const RunOptions run = pretraining();
  begin(run);
  fs::remove_all(folder_ / "run/checkpoints");
  put_data("corpus.txt", with_a_line_less(content_of(data_ / "corpus.txt")));
  EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 4);
  put_data("corpus.txt", with_a_line_less(content_of(data_ / "corpus.txt")));
  EXPECT_NE(again(run).find("'corpus.files', file 1"), std::string::npos);
}

TEST_F(Inputs, ARunOfBeforeGoesOnWithOneWarning) {
  const RunOptions run = pretraining();
  begin(run);
  fs::remove(folder_ / "run/inputs.json");
  for (const bool warns : {true, false}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_training(run, folder_ / "run", "again").steps, 4);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(said.find("kept no record of its inputs") != std::string::npos, warns) << said;
  }
}

}  // namespace
}  // namespace flanmoe
