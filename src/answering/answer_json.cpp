#include "answering/answer_json.h"

namespace flanmoe {

Json answer_json(const Session& session, const Answer& answer) {
  Json tokens = Json::array();
  for (size_t i = 0; i < answer.log_probabilities.size(); ++i) {
    const int32_t id = i < answer.ids.size() ? answer.ids[i] : kEosId;
    tokens.push_back(
        {{"id", id}, {"piece", session.tokenizer.piece(id)}, {"log_probability", answer.log_probabilities[i]}});
  }
  return {{"text", session.text_of(answer.ids)},
          {"score", answer.score},
          {"log_probability", answer.log_probability},
          {"ended", answer.ended},
          {"tokens", tokens}};
}

}  // namespace flanmoe
