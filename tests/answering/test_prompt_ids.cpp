#include "answering/prompt_ids.h"

#include "base/error.h"
#include "data/data_case.h"

namespace flanmoe {
namespace {

const std::string kText = "the river runs past quiet towns.";

std::string refusal(const std::string& text, int64_t max_tokens) {
  return message_of<UserError>([&] { encode_prompt({text, nullptr, "in.txt:7"}, cases::tokenizer(), max_tokens); });
}

TEST(EncodePrompt, GivesTheIdsOfTheTextAndTheEnd) {
  TokenIds expected = cases::tokenizer().encode(kText);
  expected.push_back(kEosId);
  EXPECT_EQ(encode_prompt({kText, 17, "in.txt:7"}, cases::tokenizer(), 0), expected);
}

TEST(EncodePrompt, CountsTheEndAgainstTheLimit) {
  const auto length = static_cast<int64_t>(cases::tokenizer().encode(kText).size()) + 1;
  EXPECT_EQ(encode_prompt({kText, nullptr, ""}, cases::tokenizer(), length).size(), static_cast<size_t>(length));
  EXPECT_EQ(refusal(kText, length - 1),
            fmt::format("in.txt:7: the prompt has {} tokens with its end, expected at most {} (max_prompt_tokens)",
                        length, length - 1));
}

TEST(EncodePrompt, RefusesAPromptWithoutTokens) {
  const std::string empty = "in.txt:7: the prompt is empty; expected a text";
  EXPECT_EQ(refusal("", 0), empty);
  EXPECT_EQ(refusal("  ", 1), empty);
  EXPECT_EQ(encode_prompt({"</s>", nullptr, ""}, cases::tokenizer(), 0),
            (TokenIds{kEosId, kEosId}));  // a token written
}

// As a file of prompts is: a typed one is no exception.
TEST(EncodePrompt, RefusesBytesThatAreNoUtf8) {
  EXPECT_EQ(refusal("caf\xe9", 0), "in.txt:7: byte 3 (0xe9) is no UTF-8; expected a text in UTF-8");
}

}  // namespace
}  // namespace flanmoe
