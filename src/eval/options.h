// How tasks are asked: the settings of an evaluation, a suite's file (configs/suites/) and a study's sections.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/names.h"

namespace flanmoe {

// Direct answers, chain of thought, or both.
enum class PromptKinds { kDirect, kCot, kBoth };
constexpr std::array<Named<PromptKinds>, 3> names_of(PromptKinds) {
  return {{{PromptKinds::kDirect, "direct"}, {PromptKinds::kCot, "cot"}, {PromptKinds::kBoth, "both"}}};
}
// Auto: rank where the task has options, else generate.
enum class AnswerMethod { kAuto, kRank, kGenerate };
constexpr std::array<Named<AnswerMethod>, 3> names_of(AnswerMethod) {
  return {{{AnswerMethod::kAuto, "auto"}, {AnswerMethod::kRank, "rank"}, {AnswerMethod::kGenerate, "generate"}}};
}
// How an answer is found in a text: extract_answer, or the task's own rule (eval/answers/extract.h).
enum class Extraction { kSimple, kTask };
constexpr std::array<Named<Extraction>, 2> names_of(Extraction) {
  return {{{Extraction::kSimple, "simple"}, {Extraction::kTask, "task"}}};
}
// What the best option has most of (eval/asking/ranking.h).
enum class RankingScore { kSum, kPerToken, kPerCharacter, kPerByte, kUnconditional };
constexpr std::array<Named<RankingScore>, 5> names_of(RankingScore) {
  return {{{RankingScore::kSum, "sum"},
           {RankingScore::kPerToken, "per_token"},
           {RankingScore::kPerCharacter, "per_character"},
           {RankingScore::kPerByte, "per_byte"},
           {RankingScore::kUnconditional, "unconditional"}}};
}
// What a prompt loses that is too long without exemplars (eval/asking/prompts.h).
enum class TooLong { kFront, kContext };
constexpr std::array<Named<TooLong>, 2> names_of(TooLong) {
  return {{{TooLong::kFront, "front"}, {TooLong::kContext, "context"}}};
}

struct EvalOptions {
  std::vector<std::string> tasks;
  std::string split = "test";
  PromptKinds prompts = PromptKinds::kDirect;
  std::optional<int64_t> shots = 0;  // fixed per task
  AnswerMethod method = AnswerMethod::kAuto;
  Extraction extraction = Extraction::kSimple;
  RankingScore ranking = RankingScore::kSum;
  bool score_eos = true;
  int64_t max_items = 0;
  int64_t max_new_tokens = 48;
  int64_t source_length = 512;
  TooLong too_long = TooLong::kFront;  // what is lost is counted
  void fields(FieldVisitor& visitor);
};

// As each task says: its split, exemplars, lengths and rule of extraction. What `flanmoe eval` begins with where no
// suite is named.
EvalOptions as_tasks_say();

}  // namespace flanmoe
