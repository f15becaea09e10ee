// Finetune sets of a world: of any size, with wrong answers among the training rows where these are asked for.
#include "base/error.h"
#include "data/world/tasks.h"
#include "data/world/write_tasks.h"
#include "world_case.h"

namespace flanmoe {
namespace {

class WorldFinetune : public FolderTest {
 protected:
  // A world of its own, with its finetune sets.
  std::vector<cases::WorldTask> sets(const std::string& name, int64_t examples, double label_noise) const {
    WorldOptions options = cases::tiny_options();
    options.finetune_examples = examples;
    options.label_noise = label_noise;
    make_world(options, folder_ / name);
    return cases::tasks_of(folder_ / name / "finetune", folder_ / name);
  }
};

// Places of the rows whose answers differ; all else is the same.
std::set<size_t> answered_otherwise(const cases::WorldTask& one, const cases::WorldTask& other) {
  std::set<size_t> places;
  const auto &a = one.rows.at("train"), &b = other.rows.at("train");
  EXPECT_EQ(a.size(), b.size()) << one.spec.name;
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(reads_like(a[i], b[i])) << one.spec.name << " " << i;
    EXPECT_EQ(a[i].id, b[i].id);
    if (a[i].answers != b[i].answers) places.insert(i);
  }
  return places;
}

TEST_F(WorldFinetune, LabelNoiseChangesItsShareOfTrainingAnswersAlone) {
  const auto clean = sets("clean", 40, 0.0), some = sets("some", 40, 0.25), more = sets("more", 40, 0.5);
  ASSERT_EQ(clean.size(), some.size());
  for (size_t i = 0; i < clean.size(); ++i) {
    const std::set<size_t> wrong = answered_otherwise(clean[i], some[i]),
                           more_wrong = answered_otherwise(clean[i], more[i]);
    EXPECT_EQ(wrong.size(), 10u) << clean[i].spec.name;
    EXPECT_EQ(more_wrong.size(), 20u) << clean[i].spec.name;
    for (const size_t place : wrong) {
      EXPECT_TRUE(more_wrong.contains(place)) << clean[i].spec.name;
      const TaskRow& row = some[i].rows.at("train")[place];
      EXPECT_GE(row.answer_index(), 0) << clean[i].spec.name;
      EXPECT_EQ(row.answers, more[i].rows.at("train")[place].answers) << clean[i].spec.name;
    }
    for (const char* split : {"test", "validation"}) {
      const std::string file = "rows/" + clean[i].spec.name + "." + split + ".jsonl";
      EXPECT_EQ(content_of(folder_ / "clean" / file), content_of(folder_ / "more" / file)) << file;
    }
  }
}

TEST_F(WorldFinetune, MoreTrainingRowsBeginWithTheFewerAndAreTestedOnTheSame) {
  const auto few = sets("few", 32, 0.0), many = sets("many", 2000, 0.0);
  ASSERT_EQ(few.size(), many.size());
  for (size_t i = 0; i < few.size(); ++i) {
    EXPECT_EQ(few[i].rows.at("train").size(), 32u) << few[i].spec.name;
    EXPECT_EQ(many[i].rows.at("train").size(), 2000u) << few[i].spec.name;
    const std::string name = "rows/" + few[i].spec.name;
    EXPECT_TRUE(content_of(folder_ / "many" / (name + ".train.jsonl"))
                    .starts_with(content_of(folder_ / "few" / (name + ".train.jsonl"))))
        << name;
    for (const char* split : {".test.jsonl", ".validation.jsonl"}) {
      EXPECT_EQ(content_of(folder_ / "few" / (name + split)), content_of(folder_ / "many" / (name + split))) << name;
    }
  }
}

TEST_F(WorldFinetune, ASetWithoutEnoughDifferentRowsIsRefused) {
  world::WorldTask few = world::finetune_set("tosses", 50.0, "{coin}", [](RandomStream& s) {
    return world::yes_no_row({{"coin", s.chance(0.5) ? "heads" : "tails"}}, true);
  });
  const auto write = [&] { world::write_task(few, {{"test", 3}, {"train", 5}}, folder_, "finetune", 1); };
  EXPECT_EQ(message_of<UserError>(write),
            "finetune set 'tosses' has only 2 different rows; 'finetune_examples' and what is held back ask for 8");
}

}  // namespace
}  // namespace flanmoe
