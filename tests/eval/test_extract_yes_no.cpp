// Yes, no and maybe in a generated text.
#include "eval/extract_case.h"

namespace flanmoe {
namespace {

const std::vector<std::string> kThree = {"yes", "no", "maybe"};

TEST(ExtractYesNo, Direct) {
  expect_answers({"yes_no", false, kThree, OptionMarkers::kUnmarked}, {
                                                                          {"yes", "yes"},
                                                                          {"Yes", "yes"},
                                                                          {"YES.", "yes"},
                                                                          {" yes\n", "yes"},
                                                                          {"**Yes**", "yes"},
                                                                          {"\"Yes\"", "yes"},
                                                                          {"Yes, it does.", "yes"},
                                                                          {"Yes, no doubt.", "yes"},
                                                                          {"Yes because it is not small", "yes"},
                                                                          {"True", "yes"},
                                                                          {"true.", "yes"},
                                                                          {"Correct.", "yes"},
                                                                          {"It is true.", "yes"},
                                                                          {"The answer is yes.", "yes"},
                                                                          {"Answer: Yes", "yes"},
                                                                          {"(A)", "yes"},
                                                                          {"no", "no"},
                                                                          {"No.", "no"},
                                                                          {"No, it is not.", "no"},
                                                                          {"No it is not", "no"},
                                                                          {"no because it is", "no"},
                                                                          {"False", "no"},
                                                                          {"false\n\nQ: yes or no?", "no"},
                                                                          {"Not true", "no"},
                                                                          {"That is not true.", "no"},
                                                                          {"Incorrect", "no"},
                                                                          {"No\r\nYes", "no"},
                                                                          {"maybe", "maybe"},
                                                                          {"Maybe.", "maybe"},
                                                                          {"Perhaps", "maybe"},
                                                                          {"I don't know", "maybe"},
                                                                          {"I don\u2019t know.", "maybe"},
                                                                          {"It cannot be determined", "maybe"},
                                                                          {"unknown", "maybe"},
                                                                          {"Maybe, but I would say so", "maybe"},
                                                                          {"", ""},
                                                                          {"yes or no", ""},
                                                                          {"Yes and no", ""},
                                                                          {"yes/no", ""},
                                                                          {"There is no evidence of that", ""},
                                                                          {"no evidence", ""},
                                                                          {"nothing", ""},
                                                                          {"yesterday", ""},
                                                                          {"The answer is not yes.", ""},
                                                                          {"It lies by the sea", ""},
                                                                          {"?", ""},
                                                                      });
}

TEST(ExtractYesNo, ChainOfThought) {
  expect_answers({"yes_no", true, kThree, OptionMarkers::kHidden},
                 {
                     {"Ships need water. So the answer is yes.", "yes"},
                     {"No ship sails there, yet the answer is yes", "yes"},
                     {"The answer is no. Wait. The answer is yes.", "yes"},
                     {"The answer is Yes, no doubt.", "yes"},
                     {"There is no doubt. The answer is yes.", "yes"},
                     {"So the answer is YES!", "yes"},
                     {"So the answer is true.", "yes"},
                     {"So the answer is **yes**.", "yes"},
                     {"Final answer: yes", "yes"},
                     {"Final answer: True.", "yes"},
                     {"Ships need water.\nAnswer: yes", "yes"},
                     {"Ships need water.\nYes", "yes"},
                     {"Ships need water. Yes.", "yes"},
                     {"Ships need water. So it is true.", "yes"},
                     {"\\boxed{\\text{Yes}}", "yes"},
                     {"The answer is: yes, because ships need water.", "yes"},
                     {"The answer is \"yes\"", "yes"},
                     {"The answer is yes.\n\nQ: Can ships fly? No.", "yes"},
                     {"Yes, at first sight. But the answer is no.", "no"},
                     {"Ships do not fly. So the answer is no.", "no"},
                     {"The answer is no because ships do not fly.", "no"},
                     {"The answer is No", "no"},
                     {"The answer is false.", "no"},
                     {"The answer is no, not yes.", "no"},
                     {"Ships sail. Thus it is not true.", "no"},
                     {"Final answer: no.", "no"},
                     {"#### no", "no"},
                     {"Some do. The answer is maybe.", "maybe"},
                     {"Some do. The answer is unknown.", "maybe"},
                     {"Some do. The answer cannot be determined.", "maybe"},
                     {"", ""},
                     {"The answer is yes or no.", ""},
                     {"The answer is yes and no.", ""},
                     {"The answer is not yes.", ""},
                     {"The answer is", ""},
                     {"The answer is a ship.", ""},
                     {"There is no ship that flies", ""},
                 });
}

TEST(ExtractYesNo, OptionsOfOtherWording) {
  const ExtractionRule truth{"yes_no", false, {"True", "False"}, OptionMarkers::kHidden};
  EXPECT_EQ(extract(truth, "yes").answer, "True");
  EXPECT_EQ(extract(truth, "no, never").answer, "False");
  EXPECT_EQ(extract(truth, "maybe").answer, "");
  const ExtractionRule span{"yes_no", false, {"yes", "no", "don't know", "the red house"}, OptionMarkers::kHidden};
  EXPECT_EQ(extract(span, "DON'T KNOW").answer, "don't know");
  EXPECT_EQ(extract(span, "I do not know").answer, "don't know");
  EXPECT_EQ(extract(span, "The red house.").answer, "the red house");
  EXPECT_EQ(extract(span, "it is a red house").answer, "the red house");
  const ExtractionRule none{"yes_no", false, {}, OptionMarkers::kHidden};  // no options: yes and no
  EXPECT_EQ(extract(none, "True").answer, "yes");
  EXPECT_EQ(extract(none, "No.").answer, "no");
}

}  // namespace
}  // namespace flanmoe
