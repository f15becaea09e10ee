// What the most frequent answer scores, of tasks written here.
#include "study/majority.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class MajorityTest : public FolderTest {
 protected:
  void put_world(const std::string& world, const std::vector<std::string>& answers) const {
    std::string rows;
    for (const std::string& answer : answers) {
      const Json row = {{"id", std::to_string(rows.size())},
                        {"fields", {{"q", "is it"}}},
                        {"options", {"yes", "no"}},
                        {"answers", {answer}}};
      rows += row.dump() + "\n";
    }
    make_folders(folder_ / world);
    put(world + "/rows.jsonl", rows);
    put(world + "/one.yaml",
        "name: one\nsuite: exam\nformat: jsonl\nchance: 50\nsplits: {test: rows.jsonl}\ntemplates: [{input: "
        "\"{q}\"}]\n");
  }
  StudyOptions options() const {
    StudyOptions options;
    options.seeds = {1, 2};
    options.heldout.tasks = {"{data}/one.yaml"};
    return options;
  }
  StudyFolder study() const { return {folder_}; }
};

TaskResult result(const std::string& task) { return {task, "exam", ""}; }

TEST_F(MajorityTest, IsTheShareOfTheMostFrequentAnswer) {
  put_world("world", {"no", "no", "yes", "no"});
  const MajorityScores scores = majority_scores(options(), study());
  EXPECT_EQ(majority_of(scores, result("one")), 75.0);
  EXPECT_TRUE(majority_of(scores, result("other")).is_null());
}

TEST_F(MajorityTest, IsTheMeanOverTheWorldsOfTheSeeds) {
  put_world("worlds/seed-1", {"no", "no", "yes", "no"});
  put_world("worlds/seed-2", {"yes", "no"});
  StudyOptions by_seed = options();
  by_seed.world_by_seed = true;
  EXPECT_EQ(majority_of(majority_scores(by_seed, study()), result("one")), 62.5);
}

TEST_F(MajorityTest, CountsTheItemsThatAreAsked) {
  put_world("world", {"no", "no", "yes", "no"});
  StudyOptions few = options();
  few.heldout.max_items = 2;
  EXPECT_EQ(majority_of(majority_scores(few, study()), result("one")), 100.0);
}

TEST_F(MajorityTest, OfNoTaskThereIsNone) { EXPECT_TRUE(majority_scores(StudyOptions(), study()).empty()); }

}  // namespace
}  // namespace flanmoe
