// More generated texts of every rule, in no order: what models write beside the forms of the other tables.
#include "eval/extract_case.h"

namespace flanmoe {
namespace {

constexpr size_t kFew = 9;

TEST(ExtractMore, Letters) {
  ExtractionRule r{"choice",
                   false,
                   {"photosynthesis", "respiration", "an increase in temperature", "All of the above"},
                   OptionMarkers::kLetters};
  r.answers_by_marker = true;
  expect_answers(r,
                 {
                     {"C) an increase in temperature", "an increase in temperature"},
                     {"The correct answer is (C) an increase in temperature.", "an increase in temperature"},
                     {"I would go with C.", "an increase in temperature"},
                     {"It's B.", "respiration"},
                     {"My answer: B", "respiration"},
                     {"B - respiration", "respiration"},
                     {"(B) - respiration, because photosynthesis makes sugar", "respiration"},
                     {"Respiration (B)", "respiration"},
                     {"respiration is the correct answer", "respiration"},
                     {"Photosynthesis is not correct; respiration is.", "respiration"},
                     {"Option A: photosynthesis", "photosynthesis"},
                     {"A: photosynthesis", "photosynthesis"},
                     {"A) photosynthesis", "photosynthesis"},
                     {"A photosynthesis", "photosynthesis"},
                     {"Answer is D", "All of the above"},
                     {"all of the above", "All of the above"},
                     {"All", "All of the above"},
                     {"The answer is C, not D.", "an increase in temperature"},
                     {"Both A and B", ""},
                     {"A and B only", ""},
                     {"A, B, and C", ""},
                     {"The answer could be A or B", ""},
                     {"A? No. B.", ""},
                     {"None of these", ""},
                     {"It depends.", ""},
                     {"The answer is in the text", ""},
                     {"Temperature", ""},
                     {"increase in temperature", "an increase in temperature"},
                     {"answer B", "respiration"},
                     {"The answer is choice B: respiration", "respiration"},
                     {"Clearly B", "respiration"},
                     {"Definitely (B)!", "respiration"},
                     {"<B>", "respiration"},
                     {"{B}", "respiration"},
                     {"*B*", "respiration"},
                     {"_B_", "respiration"},
                     {"B;", "respiration"},
                     {"B?", "respiration"},
                     {"B/", "respiration"},
                     {"(B", "respiration"},
                     {"The answer is: **C) an increase in temperature**", "an increase in temperature"},
                     {"A. photosynthesis B. respiration", ""},
                     {"Answer: (A) photosynthesis\nExplanation: respiration is the reverse.", "photosynthesis"},
                     {"The best choice is A.", "photosynthesis"},
                     {"(A) is incorrect because it makes sugar. (B) is correct.", "respiration"},
                     {"B is the correct option", "respiration"},
                     {"I think the answer is B, but A is possible.", "respiration"},
                     {"The answer is B?", "respiration"},
                     {"The answer is definitely not A", ""},
                     {"We can eliminate A and C. The answer is B.", "respiration"},
                     {"Not B", ""},
                     {"The options are A, B, C. The answer is B", "respiration"},
                     {"Answer: A\nAnswer: B", "respiration"},
                     {"(A) photosynthesis\n(B) respiration\n(C) an increase in temperature", ""},
                 },
                 kFew);
}

TEST(ExtractMore, Cot) {
  ExtractionRule r{"choice", true, {"(A)", "(B)", "(C)"}, OptionMarkers::kHidden};
  expect_answers(r,
                 {
                     {"Let's think. So the answer is (C).", "(C)"},
                     {"Let's think step by step. (A) is not valid. (B) is valid. So the answer is (B).", "(B)"},
                     {"So the answer is (B)", "(B)"},
                     {"The answer is (B) deductively invalid", "(B)"},
                     {"The correct answer is therefore (B).", "(B)"},
                     {"So (A) it is", "(A)"},
                     {"Option (A) is out, option (B) fits.", "(B)"},
                     {"Thus, answer: C.", "(C)"},
                     {"Therefore, the correct option is (C)", "(C)"},
                     {"Therefore the right answer would be C", "(C)"},
                     {"I conclude that the answer is A, as a cat is a pet.", "(A)"},
                     {"Hence the answer is (A). Hence the answer is (A).", "(A)"},
                     {"answer is(B)", "(B)"},
                     {"So the answer is ( B ).", "(B)"},
                 },
                 kFew);
}

TEST(ExtractMore, YesNo) {
  ExtractionRule r{"yes_no", true, {"yes", "no"}, OptionMarkers::kHidden};
  expect_answers(r,
                 {
                     {"Dogs bark. Thus, the answer is no.", "no"},
                     {"So the final answer is Yes!", "yes"},
                     {"Therefore, it is false.", "no"},
                     {"Hence no.", "no"},
                     {"The answer is definitely yes", "yes"},
                     {"The answer is no one knows", ""},
                     {"There is no way. So no", "no"},
                     {"So the answer is not no but yes", "yes"},
                     {"It is correct. The answer is yes, that is correct.", "yes"},
                     {"Yes or no? The answer is no.", "no"},
                     {"Yes. Dogs bark and cats do not.", "yes"},
                 },
                 kFew);
  ExtractionRule d{"yes_no", false, {"yes", "no"}, OptionMarkers::kHidden};
  expect_answers(d,
                 {
                     {"No way", ""},
                     {"No, dogs do bark. Yes?", "no"},
                     {"yes yes yes", "yes"},
                     {"no no no", "no"},
                     {"yes no", ""},
                     {"False, it is true that dogs bark", "no"},
                     {"It's a yes", "yes"},
                     {"Y", ""},
                     {"Yes - dogs bark", "yes"},
                     {"true/false", ""},
                     {"The statement is false.", "no"},
                     {"The statement is not false.", "yes"},
                     {"Yes; no dog is silent", "yes"},
                 },
                 kFew);
}

TEST(ExtractMore, Numbers) {
  expect_answers({"number", true},
                 {
                     {"He pays 3 * 4 = $12. The answer is $12.00.", "12.00"},
                     {"So 12/4 = 3 each. The answer is 3 each.", "3"},
                     {"The answer is 1/2 cup.", "1/2"},
                     {"The answer is about 3.14.", "3.14"},
                     {"The answer is therefore 18 - 6 = 12.", "12"},
                     {"Thus the final answer is 1,000,000.", "1000000"},
                     {"The total is 5 dollars and 30 cents, i.e. 5.30", "5.30"},
                     {"The answer is 20 minutes per mile x 3 miles = 60 minutes.", "60"},
                     {"The answer is 7. #### 7", "7"},
                     {"#### 72", "72"},
                     {"Answer: 5 apples, 3 pears left over", "5; 3"},
                     {"The answer is 4th.", "4"},
                     {"The answer is (12).", "12"},
                     {"the answer is 12 o'clock", "12"},
                     {"So she has 12.5% left", "12.5"},
                     {"So there are 4 - 2 = 2 left", "2"},
                     {"The answer is -3.", "-3"},
                     {"The answer is minus 3", "-3"},
                     {"The answer is 10^3", "1e3"},
                     {"The answer is 2 dozen", "2"},
                     {"The answer is no more than 5", "5"},
                     {"Step 1: 5 apples. Step 2: 7 apples.", "7"},
                     {"The answer is $\\$5$", "5"},
                     {"The answer is 12\xe5\x80\x8b", "12"},
                     {"\xe7\xad\x94\xe3\x81\x88\xe3\x81\xaf"
                      "12\xe3\x81\xa7\xe3\x81\x99",
                      "12"},
                     {"The answer is one hundred and twenty-three.", "123"},
                     {"The answer is 3,5", "3.5"},
                 },
                 kFew);
}

TEST(ExtractMore, Spans) {
  expect_answers(
      {"span", false},
      {
          {"in 1969.", "in 1969"},
          {"Washington, D.C.", "Washington, D.C."},
          {"\"The Raven\" by Poe", "\"The Raven\" by Poe"},
          {"Answer: \"The Raven\"", "The Raven"},
          {"A: Paris", "A: Paris"},
          {"'tis", "'tis"},
          {"**Paris** is the capital", "Paris is the capital"},
          {"The answer is Paris, the capital of France. It lies on the Seine.", "Paris, the capital of France"},
          {"$5", "$5"},
          {"50%", "50%"},
          {"C++", "C++"},
          {"...", ""},
          {"unanswerable", "unanswerable"},
          {"snake_case", "snake_case"},
      },
      kFew);
}

}  // namespace
}  // namespace flanmoe
