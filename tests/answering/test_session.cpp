#include "answering/session.h"

#include "base/error.h"
#include "decode/generate.h"
#include "session_case.h"

namespace flanmoe {
namespace {

TEST(Session, HoldsPromptsToItsLimit) {
  cases::Opened opened("switch");
  opened.options.max_prompt_tokens = 4;
  const Session session = opened.session();
  const Prompt fits{"the river", nullptr, "here"}, too_long{"the river runs past quiet towns", nullptr, "here"};
  EXPECT_EQ(session.encode(fits), cases::tokenizer().encode_with_end(fits.text));
  EXPECT_NE(message_of<UserError>([&] { session.encode(too_long); }).find("at most 4"), std::string::npos);
}

TEST(Session, CutsTextsAtTheFirstStopText) {
  cases::Opened opened("switch");
  const TokenIds ids = cases::tokenizer().encode_with_end("the river runs past quiet towns");
  EXPECT_EQ(opened.session().text_of(ids), "the river runs past quiet towns");
  opened.options.stop = {"towns", "past"};
  EXPECT_EQ(opened.session().text_of(ids), "the river runs ");
}

TEST(Session, HasAHookForStopTextsOnly) {
  cases::Opened opened("switch");
  EXPECT_FALSE(opened.session().hooks().stops);
  opened.options.stop = {"past"};
  const GenerateHooks hooks = opened.session().hooks();
  EXPECT_TRUE(hooks.stops(cases::tokenizer().encode("the river runs past")));
  EXPECT_FALSE(hooks.stops(cases::tokenizer().encode("the river runs")));
  EXPECT_FALSE(hooks.ids_only);
  EXPECT_FALSE(hooks.token);
  EXPECT_FALSE(hooks.prompts_done);
}

// What is said first without stop texts becomes one: the answer ends there, and its text is empty.
TEST(Session, EndsAnAnswerAtAStopText) {
  cases::Opened opened("dense_v11");
  const TokenIds source = opened.session().encode({"the river runs", nullptr, ""});
  const auto answer = [&] {
    const Session session = opened.session();
    return generate_answers(session.weights, {source}, session.options, session.hooks())[0][0];
  };
  const Answer whole = answer();
  ASSERT_GT(whole.ids.size(), 2u);
  for (size_t said = 1; said <= whole.ids.size() && opened.options.stop.empty(); ++said) {
    const std::string text = opened.session().text_of({whole.ids.begin(), whole.ids.begin() + said});
    if (!text.empty()) opened.options.stop = {text};
  }
  ASSERT_FALSE(opened.options.stop.empty());
  const Answer stopped = answer();
  EXPECT_TRUE(stopped.ended);
  EXPECT_LT(stopped.ids.size(), whole.ids.size());
  EXPECT_EQ(opened.session().text_of(stopped.ids), "");
}

}  // namespace
}  // namespace flanmoe
