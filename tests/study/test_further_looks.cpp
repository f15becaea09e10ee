// Where undecided questions go on: this study's next looks, another study, nowhere.
#include "study/further_looks.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "study/study_file.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

StudyOptions study(const std::string& more) {
  StudyOptions options;
  load_study_options(parse_config(more, "study.yaml"), options);
  return options;
}

// Of four seeds or fewer, one task: mean and spread of the difference.
Judgement judgement(double mean, double sd, int64_t num_seeds = 4) {
  const auto seeds = static_cast<double>(num_seeds);
  Judgement result;
  result.parts = {{num_seeds, mean, sd * sd / seeds, seeds - 1.0, sd * sd / seeds, seeds - 1.0}};
  result.difference_level = result.equality_level = 0.05;
  return result;
}

Json next(const StudyOptions& options, double mean, double sd, int64_t num_seeds = 4) {
  return next_json(judgement(mean, sd, num_seeds), 1.0, further_looks(options));
}

const std::string kFour = "seeds: [1, 2, 3, 9]\n";

// Ten seeds would decide a difference of one SD at 5%: the look after them is that of twelve.
TEST(FurtherLooks, AreThoseOfTheStudyItself) {
  const Json found = next(study(kFour + "protocol: {looks: [4, 8, 12, 16]}\n"), 2.8, 2.8);
  EXPECT_EQ(found["needed"], 10);
  EXPECT_EQ(found["study"], "");
  EXPECT_EQ(found["seeds"], Json({1, 2, 3, 9, 10, 11, 12, 13, 14, 15, 16, 17}));
  EXPECT_EQ(found["text"], "about 10 seeds would decide it, were difference and spread those seen here (power 80%)");
}

TEST(FurtherLooks, MayNotBeEnough) {
  const StudyOptions options = study(kFour + "protocol: {looks: [4, 6]}\n");
  const Json few = next(options, 2.8, 2.8), none = next(options, 0.9999, 30.0);
  EXPECT_EQ(few["seeds"], Json({1, 2, 3, 9, 10, 11}));
  EXPECT_EQ(few["text"],
            "about 10 seeds would decide it, were difference and spread those seen here (power 80%); not even the last "
            "look would, of 6 seeds");
  EXPECT_TRUE(none["needed"].is_null());
  EXPECT_EQ(none["text"],
            "not even 1000 seeds would decide it, were difference and spread those seen here; not even the last look "
            "would, of 6 seeds");
}

TEST(FurtherLooks, OfOneSeedAreTheFirst) {
  const StudyOptions options = study("seeds: [5]\nprotocol: {looks: [2, 4]}\n");
  Judgement one = judgement(7.0, 1.0, 1);
  const Json found = next_json(one, 1.0, further_looks(options));
  EXPECT_EQ(found["seeds"], Json({5, 6}));
  EXPECT_EQ(found["text"], "one seed tells no spread");
}

TEST(FurtherLooks, MayBeNone) {
  const Json found = next(study(kFour + "protocol: {looks: [4]}\n"), 2.8, 2.8);
  EXPECT_TRUE(found["seeds"].empty());
  EXPECT_EQ(found["text"],
            "about 10 seeds would decide it, were difference and spread those seen here (power 80%); no look is left");
}

class FurtherLooksElsewhere : public FolderTest {
 protected:
  // A study of two questions, looked at with three and with nine seeds.
  std::string other() const {
    return put("other.yaml",
               "model: {d_model: 16, d_kv: 4, num_heads: 3, d_ff: 24}\nseeds: [7]\nprotocol: {looks: [3, 9]}\n"
               "arms: {a: {}, b: {}}\n"
               "comparisons:\n"
               "  one: {measure: heldout/instructed, parts: [{arm: a, over: b}]}\n"
               "  two: {measure: gain/heldout, parts: [{arm: a, over: b}]}\n"
               "  three: {measure: loss/pretrain, primary: false, parts: [{arm: a, over: b}]}\n")
        .string();
  }
  StudyOptions asking(const std::string& looks) const {
    return study(kFour + "protocol: {looks: " + looks + "}\ndecided_by: \"" + other() + "\"\n");
  }
};

// At the level of that study's first answer, which is smaller: of two looks and two questions.
TEST_F(FurtherLooksElsewhere, AreThoseOfTheStudyThatIsNamed) {
  const FurtherLooks further = further_looks(asking("[4]"));
  EXPECT_EQ(further.study, other());
  EXPECT_EQ(further.looks, (std::vector<int64_t>{3, 9}));
  ASSERT_TRUE(further.levels);
  EXPECT_LT(further.levels->difference, 0.025);
  EXPECT_GT(further.levels->difference, 0.0125);
  const Json found = next_json(judgement(2.8, 2.0), 1.0, further);
  EXPECT_GT(found["needed"], 7);  // at 5% it were seven
  EXPECT_EQ(found["seeds"], Json({7, 8, 9, 10, 11, 12, 13, 14, 15}));
}

TEST_F(FurtherLooksElsewhere, ComeAfterTheStudysOwn) {
  EXPECT_EQ(further_looks(asking("[4, 8]")).study, "");
  EXPECT_EQ(further_looks(asking("[4, 8]")).looks, (std::vector<int64_t>{8}));
}

TEST(DecidedBy, IsAStudy) {
  const std::string message = message_of<UserError>([] { check_decided_by(study("decided_by: instructio\n")); });
  EXPECT_NE(message.find("'decided_by' is 'instructio': "), std::string::npos) << message;
  EXPECT_NE(message.find("is neither a file nor a study preset"), std::string::npos) << message;
  EXPECT_NO_THROW(check_decided_by(study("")));
}

// What the shipped mini cannot decide with four seeds, the grid can with sixteen.
TEST(DecidedBy, OfMiniIsTheGridThatAsksTheSame) {
  StudyOptions mini;
  load_study_options(load_config(study_file("mini")), mini);
  EXPECT_EQ(mini.decided_by, "instruction");
  const FurtherLooks further = further_looks(mini);
  EXPECT_EQ(further.study, "instruction");
  EXPECT_EQ(further.looks, (std::vector<int64_t>{4, 8, 12, 16}));
  EXPECT_LT(further.levels->difference, 0.0166);  // of a family of more than one question
}

}  // namespace
}  // namespace flanmoe
