// Choices whose list shows letters or numbers: which option a generated text names.
#include "eval/extract_case.h"

namespace flanmoe {
namespace {

ExtractionRule towns(bool cot, OptionMarkers markers = OptionMarkers::kLetters) {
  ExtractionRule rule{"choice", cot, {"Lusk", "Temmel", "New Harbour", "None of the above"}, markers};
  rule.answers_by_marker = true;
  return rule;
}

TEST(ExtractLetters, Direct) {
  expect_answers(towns(false), {
                                   {"(B)", "Temmel"},
                                   {"B", "Temmel"},
                                   {"b", "Temmel"},
                                   {"(b)", "Temmel"},
                                   {"b)", "Temmel"},
                                   {"B.", "Temmel"},
                                   {"B:", "Temmel"},
                                   {"[B]", "Temmel"},
                                   {" \n (B)\n", "Temmel"},
                                   {"**B**", "Temmel"},
                                   {"**(B) Temmel**", "Temmel"},
                                   {"\\boxed{B}", "Temmel"},
                                   {"$\\boxed{\\text{(B)}}$", "Temmel"},
                                   {"\"B\"", "Temmel"},
                                   {"\u201cB\u201d", "Temmel"},
                                   {"\uff08B\uff09", "Temmel"},
                                   {"(B) because A is too small", "Temmel"},
                                   {"B because A and C are wrong.", "Temmel"},
                                   {"b because it lies by the sea", "Temmel"},
                                   {"B, not A", "Temmel"},
                                   {"B rather than A", "Temmel"},
                                   {"B. Temmel", "Temmel"},
                                   {"(B) Temmel", "Temmel"},
                                   {"Temmel", "Temmel"},
                                   {"temmel.", "Temmel"},
                                   {"Option B", "Temmel"},
                                   {"option b is correct", "Temmel"},
                                   {"Choice (B).", "Temmel"},
                                   {"The second option", "Temmel"},
                                   {"I choose B over A.", "Temmel"},
                                   {"A is wrong. B is right.", "Temmel"},
                                   {"The answer is B.", "Temmel"},
                                   {"The correct answer is clearly (B)", "Temmel"},
                                   {"Answer: B", "Temmel"},
                                   {"**Answer:** B", "Temmel"},
                                   {"B\n\nQ: Which town is older? (A) Brell (C) Orm", "Temmel"},
                                   {"B\r\n", "Temmel"},
                                   {"B. I hope the answer is clear.", "Temmel"},
                                   {"The answer is not A but B.", "Temmel"},
                                   {"Neither A nor C. It is B.", "Temmel"},
                                   {"A", "Lusk"},
                                   {"a.", "Lusk"},
                                   {"A is correct", "Lusk"},
                                   {"A town by the sea: Temmel", "Temmel"},  // an article
                                   {"(D) None of the above", "None of the above"},
                                   {"None of the above.", "None of the above"},
                                   {"None", "None of the above"},
                                   {"D", "None of the above"},
                                   {"New Harbour", "New Harbour"},
                                   {"the new harbour", "New Harbour"},
                                   // nothing that a grader could count
                                   {"", ""},
                                   {" \n", ""},
                                   {"E", ""},
                                   {"(Z)", ""},
                                   {"A or B", ""},
                                   {"A, B", ""},
                                   {"(A) and (B)", ""},
                                   {"A/B", ""},
                                   {"either A or B", ""},
                                   {"(A) Temmel", ""},  // the letter says one, the text another
                                   {"The answer is not A", ""},
                                   {"The answer isn't A.", ""},
                                   {"not (A)", ""},
                                   {"A is wrong", ""},
                                   {"A dog", ""},
                                   {"Brell", ""},
                                   {"Because it lies by the sea", ""},
                                   {"I do not know", ""},
                                   {"e.g. by ship", ""},
                                   {"\xff\xfe", ""},
                               });
}

TEST(ExtractLetters, ChainOfThought) {
  expect_answers(towns(true), {
                                  {"Lusk is inland. So the answer is (B).", "Temmel"},
                                  {"Lusk is inland. So the answer is B.", "Temmel"},
                                  {"A has no port. The answer is b", "Temmel"},
                                  {"The answer is A. No, wait. The answer is B.", "Temmel"},
                                  {"The answer is (A)... the answer is (B)", "Temmel"},
                                  {"THE ANSWER IS B", "Temmel"},
                                  {"A, B and C are towns. Final answer: B", "Temmel"},
                                  {"Let us see. Final answer: (B).", "Temmel"},
                                  {"The final answer is (B) Temmel.", "Temmel"},
                                  {"It has a port.\nAnswer: B", "Temmel"},
                                  {"It has a port.\n\n**Answer:** (B)", "Temmel"},
                                  {"**Final Answer**: B", "Temmel"},
                                  {"The answer is: B", "Temmel"},
                                  {"The answer is:\n\n(B)", "Temmel"},
                                  {"So the answer is **B**.", "Temmel"},
                                  {"so $\\boxed{B}$", "Temmel"},
                                  {"The answer is $\\boxed{\\textbf{(B)}}$.", "Temmel"},
                                  {"A is not by the sea, so the answer is B because it is.", "Temmel"},
                                  {"The answer is option B.", "Temmel"},
                                  {"The answer is B, since A is inland.", "Temmel"},
                                  {"The answer is B. A is inland and C is new.", "Temmel"},
                                  {"The answer is not A, it is B.", "Temmel"},
                                  {"The answer is B rather than A.", "Temmel"},
                                  {"The answer is Temmel.", "Temmel"},
                                  {"The answer is the second option.", "Temmel"},
                                  {"The correct option is B.", "Temmel"},
                                  {"The correct choice is (B).", "Temmel"},
                                  {"The answer must be B.", "Temmel"},
                                  {"The answer should be (B)", "Temmel"},
                                  {"The answer is most likely B", "Temmel"},
                                  {"A is too small. C is too new. So B.", "Temmel"},
                                  {"Lusk has no port.\nNew Harbour is far.\n\nB", "Temmel"},
                                  {"We need a port.\n(B)", "Temmel"},
                                  {"So the answer is (B). I hope the answer is clear.", "Temmel"},
                                  {"The answer is (B).\n\nQ: What is the answer?", "Temmel"},
                                  {"A is wrong, C is wrong and D is wrong.\nSo B is right.", "Temmel"},
                                  {"So the answer is (B) and not (A).", "Temmel"},
                                  {"Option A is incorrect. The answer is A town with a port, Temmel.", "Temmel"},
                                  {"The answer is B\u2014the port.", "Temmel"},
                                  {"The answer is D: none of the above.", "None of the above"},
                                  {"All three are inland. The answer is none of the above.", "None of the above"},
                                  {"The answer is A", "Lusk"},
                                  {"The answer is A because it is old", "Lusk"},
                                  // nothing that a grader could count
                                  {"", ""},
                                  {"A may be right, B may be right.", ""},
                                  {"The answer is A or B.", ""},
                                  {"The answer is (A) and (C).", ""},
                                  {"The answer is not A.", ""},
                                  {"The answer is B. Wait, the answer is not B.", ""},
                                  {"The answer is E.", ""},
                                  {"The answer is unknown.", ""},
                                  {"A is inland. The answer is unknown.", ""},
                                  {"The answer is", ""},
                                  {"Let me think about the ports of these towns", ""},
                              });
}

TEST(ExtractLetters, Numbers) {
  expect_answers(towns(false, OptionMarkers::kNumbers), {
                                                            {"2", "Temmel"},
                                                            {"2.", "Temmel"},
                                                            {"2)", "Temmel"},
                                                            {"(2)", "Temmel"},
                                                            {"2:", "Temmel"},
                                                            {"[2]", "Temmel"},
                                                            {"#2", "Temmel"},
                                                            {"**2**", "Temmel"},
                                                            {"\\boxed{2}", "Temmel"},
                                                            {"2 because 1 is inland", "Temmel"},
                                                            {"2. Temmel", "Temmel"},
                                                            {"2) Temmel", "Temmel"},
                                                            {"Option 2", "Temmel"},
                                                            {"option 2.", "Temmel"},
                                                            {"Choice 2 is right", "Temmel"},
                                                            {"answer 2", "Temmel"},
                                                            {"The answer is 2.", "Temmel"},
                                                            {"The answer is (2)", "Temmel"},
                                                            {"The answer is option 2, since 1 is inland", "Temmel"},
                                                            {"The second one", "Temmel"},
                                                            {"The 2nd option", "Temmel"},
                                                            {"second", "Temmel"},
                                                            {"Temmel", "Temmel"},
                                                            {"2\n3", "Temmel"},
                                                            {"2, not 1", "Temmel"},
                                                            {"Option 1 is wrong, option 2 is right", "Temmel"},
                                                            {"4", "None of the above"},
                                                            {"the last option", "None of the above"},
                                                            {"1", "Lusk"},
                                                            {"5", ""},
                                                            {"0", ""},
                                                            {"-2", ""},
                                                            {"2.5", ""},
                                                            {"12", ""},
                                                            {"1 or 2", ""},
                                                            {"1, 2", ""},
                                                            {"(1) and (2)", ""},
                                                            {"not 2", ""},
                                                            {"two towns", ""},
                                                            {"B", ""},  // no letters were shown
                                                            {"", ""},
                                                        });
}

// Options that are letters themselves (the texts stand in the question), not always from A on.
TEST(ExtractLetters, OptionsThatAreMarkers) {
  const ExtractionRule rule{"choice", false, {"(A)", "(B)", "(C)", "a long text"}, OptionMarkers::kHidden};
  const std::vector<Said> table = {
      {"(B)", "(B)"}, {"B", "(B)"},  {"b.", "(B)"},           {"The answer is (C).", "(C)"},  {"Option B", "(B)"},
      {"(D)", ""},    {"A dog", ""}, {"(B) the tree", "(B)"}, {"A long text", "a long text"}, {"(A) or (B)", ""},
  };
  for (const Said& said : table) EXPECT_EQ(extract(rule, said.text).answer, said.answer) << said.text;
  const ExtractionRule broken{"choice", false, {"(C)", "(D)"}, OptionMarkers::kHidden};
  EXPECT_EQ(extract(broken, "C").answer, "(C)");
  EXPECT_EQ(extract(broken, "A").answer, "");
}

// A letter names a place only in a list that was shown; an option's own text goes first, unless markers were asked for.
TEST(ExtractLetters, WhatWasShownDecides) {
  ExtractionRule rule{"choice", false, {"x", "y", "b"}, OptionMarkers::kLetters};
  EXPECT_EQ(extract(rule, "b").answer, "b");
  for (const char* said : {"(B)", "(b)", "B)", " (B). ", "The answer is (B).", "Answer: (B)"})
    EXPECT_EQ(extract(rule, said).answer, "y") << said;
  EXPECT_EQ(extract(rule, "(b) y").answer, "y");
  EXPECT_EQ(extract(rule, "The answer is b.").answer, "b");
  rule.answers_by_marker = true;
  EXPECT_EQ(extract(rule, "b").answer, "y");
  EXPECT_EQ(extract(rule, "x").answer, "x");
  ExtractionRule counts{"choice", false, {"3", "1", "2"}, OptionMarkers::kNumbers};
  EXPECT_EQ(extract(counts, "2").answer, "2");
  counts.answers_by_marker = true;
  EXPECT_EQ(extract(counts, "2").answer, "1");
  ExtractionRule dashes{"choice", false, {"Lusk", "Temmel"}, OptionMarkers::kUnmarked};
  EXPECT_EQ(extract(dashes, "(B)").answer, "Temmel");
  dashes.markers = OptionMarkers::kHidden;
  EXPECT_EQ(extract(dashes, "(B)").answer, "");
}

}  // namespace
}  // namespace flanmoe
