// Answers and scores on another device: those of the CPU.
#include "decode/generate.h"
#include "decode/routing_trace.h"
#include "decode/score.h"
#include "testing/pretend_device.h"
#include "whole.h"

namespace flanmoe {
namespace {

class DecodeOnADevice : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, DecodeOnADevice, ::testing::ValuesIn(tiny::arms()),
                         [](const auto& arm) { return arm.param; });

TEST_P(DecodeOnADevice, AnswersAsTheCpuDoes) {
  const T5Model here = whole::lively(GetParam()), there = here.to(pretend_device());
  EXPECT_FALSE(prepare_decoding(there).prepared());
  GenerateOptions greedy, beams, sampled;
  greedy.max_new_tokens = beams.max_new_tokens = sampled.max_new_tokens = 8;
  beams.num_beams = 3;
  sampled.temperature = 1.0;
  sampled.num_answers = 2;
  for (const GenerateOptions& options : {greedy, beams, sampled}) {
    EXPECT_EQ(generate(prepare_decoding(there), whole::sources(), options), generate(here, whole::sources(), options));
  }
}

TEST_P(DecodeOnADevice, ScoresAndTracesAsTheCpuDoes) {
  const T5Model here = whole::lively(GetParam()), there = here.to(pretend_device());
  const std::vector<ScoreRequest> requests = {{whole::sources()[0], {{4, 5, 1}, {6, 1}}}, {whole::sources()[2], {{1}}}};
  const auto mine = score_targets(there, requests), expected = score_targets(here, requests);
  for (size_t i = 0; i < requests.size(); ++i) {
    for (size_t j = 0; j < requests[i].targets.size(); ++j) {
      EXPECT_NEAR(mine[i][j].log_probability, expected[i][j].log_probability, 1e-4);
    }
  }
  const auto traced = trace_routing(there, whole::sources()[0], {4, 5, 1}),
             trace = trace_routing(here, whole::sources()[0], {4, 5, 1});
  ASSERT_EQ(traced.size(), trace.size());
  for (size_t i = 0; i < trace.size(); ++i) EXPECT_TRUE(traced[i].experts.equal(trace[i].experts));
}

}  // namespace
}  // namespace flanmoe
