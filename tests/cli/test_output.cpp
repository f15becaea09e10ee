// New files have one writer, and are there only once they are whole.
#include "cli/output.h"

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class Output : public FolderTest {
 protected:
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
};

TEST_F(Output, ANewFileHasOneOwner) {
  {
    const NewFileOwner owner("--output", at("x.jsonl"));
    EXPECT_EQ(message_of<UserError>([&] { NewFileOwner("--output", at("x.jsonl")); }),
              "--output " + at("x.jsonl") + ": another process is writing it");
  }
  EXPECT_NO_THROW(NewFileOwner("--output", at("x.jsonl")));  // nothing was written
  put("x.jsonl", "{}\n");                                    // by who came first and has ended
  EXPECT_EQ(message_of<UserError>([&] { NewFileOwner("--output", at("x.jsonl")); }),
            "--output " + at("x.jsonl") + ": exists already; expected a new file");
  EXPECT_EQ(message_of<RunError>([&] { NewFileOwner("--output", at("none/x.jsonl")); }),
            "cannot write " + at("none/x.jsonl") + ": No such file or directory");
}

TEST_F(Output, NamesPromiseWhatIsWritten) {
  EXPECT_NO_THROW(expect_unpacked_name("--output", ""));
  EXPECT_NO_THROW(expect_unpacked_name("--output", "x.gz.jsonl"));
  EXPECT_EQ(message_of<UserError>([] { expect_unpacked_name("--output", "x.jsonl.gz"); }),
            "--output x.jsonl.gz: what is written is not packed; expected a name without .gz");
  EXPECT_EQ(message_of<UserError>([&] { NewLinesFile("--out", at("x.csv.zst")); }),
            "--out " + at("x.csv.zst") + ": what is written is not packed; expected a name without .zst");
  EXPECT_EQ(num_entries(), 0u);
}

TEST_F(Output, LinesAreThereOnceAllAre) {
  put("x.csv.partial", "what a killed process left\n");
  NewLinesFile lines("--out", at("x.csv"));
  lines.write("one");
  EXPECT_FALSE(fs::exists(folder_ / "x.csv"));
  lines.finish();
  EXPECT_EQ(content_of(folder_ / "x.csv"), "one\n");
  EXPECT_EQ(num_entries(), 1u);
  EXPECT_EQ(message_of<UserError>([&] { NewLinesFile("--out", at("x.csv")); }),
            "--out " + at("x.csv") + ": exists already; expected a new file");
}

// The second neither takes the lines of the first nor is taken for it.
TEST_F(Output, LinesHaveOneWriter) {
  NewLinesFile first("--out", at("x.csv"));
  first.write("one");
  EXPECT_EQ(message_of<UserError>([&] { NewLinesFile("--out", at("x.csv")); }),
            "--out " + at("x.csv") + ": another process is writing it");
  first.finish();
  EXPECT_EQ(content_of(folder_ / "x.csv"), "one\n");
}

TEST_F(Output, LinesThatCannotBeKeptLeaveNothing) {
  {
    NewLinesFile lines("--out", at("x.csv"));
    lines.write("one");
    put("x.csv", "another's");
    EXPECT_EQ(message_of<RunError>([&] { lines.finish(); }), "cannot write " + at("x.csv") + ": it exists already");
  }
  EXPECT_EQ(content_of(folder_ / "x.csv"), "another's");
  EXPECT_EQ(num_entries(), 1u);
}

}  // namespace
}  // namespace flanmoe
