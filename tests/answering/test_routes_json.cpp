#include "answering/routes_json.h"

#include "decode/routing_trace.h"
#include "session_case.h"

namespace flanmoe {
namespace {

const std::string kPrompt = "the river runs past quiet towns of stone and bakers sell bread near every bridge.";

Answer said(const std::string& text, bool ended) {
  Answer answer;
  answer.ids = cases::tokenizer().encode(text);
  answer.log_probabilities.resize(answer.ids.size() + (ended ? 1 : 0), -1.0f);
  answer.ended = ended;
  return answer;
}

std::vector<std::string> pieces_in(const Json& layer) {
  std::vector<std::string> pieces;
  for (const Json& token : layer.at("tokens")) pieces.push_back(token.at("piece"));
  return pieces;
}

std::vector<std::string> pieces_of(const TokenIds& ids) {
  std::vector<std::string> pieces;
  for (const int32_t id : ids) pieces.push_back(cases::tokenizer().piece(id));
  return pieces;
}

// Experts and weights of a layer as its trace has them, token by token.
void expect_traced(const Json& layer, const MoeTokens& trace) {
  const Json& tokens = layer.at("tokens");
  EXPECT_EQ(layer.at("layer"), trace.layer);
  ASSERT_EQ(static_cast<int64_t>(tokens.size()), trace.experts.size(1));
  for (size_t t = 0; t < tokens.size(); ++t) {
    const auto experts = tokens[t].at("experts").get<std::vector<int64_t>>();
    const auto weights = tokens[t].at("weights").get<std::vector<float>>();
    ASSERT_EQ(experts.size(), weights.size());
    size_t kept = 0;
    for (int64_t i = 0; i < trace.experts.size(2); ++i) {
      const auto at = static_cast<int64_t>(t);
      if (trace.experts[0][at][i].item<int64_t>() < 0) continue;
      ASSERT_LT(kept, experts.size());
      EXPECT_EQ(experts[kept], trace.experts[0][at][i].item<int64_t>());
      EXPECT_EQ(weights[kept++], trace.weights[0][at][i].item<float>());
    }
    EXPECT_EQ(kept, experts.size());
  }
}

int64_t num_dropped(const Json& layers) {
  int64_t sum = 0;
  for (const Json& layer : layers) {
    for (const Json& token : layer.at("tokens")) sum += token.at("dropped").get<int64_t>();
  }
  return sum;
}

TEST(RoutesJson, TellsTheExpertsOfPromptAndAnswerInEverySparseLayer) {
  const cases::Opened opened("gshard");
  const TokenIds source = cases::tokenizer().encode_with_end(kPrompt);
  const Answer answer = said("quiet towns", true);
  TokenIds decoded = answer.ids, read = {kPadId};
  decoded.push_back(kEosId);
  read.insert(read.end(), answer.ids.begin(), answer.ids.end());  // its last token, the end, is not read
  const Json routes = routes_json(routes_of(opened.session(), source, answer));
  ASSERT_EQ(routes.at("encoder").size(), 1u);  // of two layers, and of three in the decoder
  ASSERT_EQ(routes.at("decoder").size(), 1u);
  EXPECT_EQ(pieces_in(routes.at("encoder")[0]), pieces_of(source));
  EXPECT_EQ(pieces_in(routes.at("decoder")[0]), pieces_of(read));
  const auto traces = trace_routing(opened.model, source, decoded);
  ASSERT_EQ(traces.size(), 2u);
  expect_traced(routes.at("encoder")[0], traces[0]);
  expect_traced(routes.at("decoder")[0], traces[1]);
}

TEST(RoutesJson, LeavesTheEndOutOfAnAnswerThatDidNotEndByIt) {
  const cases::Opened opened("switch");
  const Answer answer = said("quiet towns", false);
  const Json routes = routes_json(routes_of(opened.session(), cases::tokenizer().encode_with_end("the river"), answer));
  TokenIds read = {kPadId};
  read.insert(read.end(), answer.ids.begin(), answer.ids.end() - 1);
  EXPECT_EQ(pieces_in(routes.at("decoder")[0]), pieces_of(read));
}

// Each token asks for one expert: it has it, or it is dropped. Only the encoder's experts can be full.
TEST(RoutesJson, CountsWhatFullExpertsDrop) {
  const cases::Opened opened("switch", 0.5);
  const Json routes =
      routes_json(routes_of(opened.session(), cases::tokenizer().encode_with_end(kPrompt), said("bread", true)));
  for (const char* stack : {"encoder", "decoder"}) {
    for (const Json& layer : routes.at(stack)) {
      for (const Json& token : layer.at("tokens")) EXPECT_EQ(token.at("experts").size() + token.at("full").size(), 1u);
      for (const Json& token : layer.at("tokens"))
        EXPECT_EQ(token.at("dropped").get<size_t>(), token.at("full").size());
    }
  }
  EXPECT_GT(num_dropped(routes.at("encoder")), 0);
  EXPECT_EQ(num_dropped(routes.at("decoder")), 0);
}

TEST(RoutesJson, PutsTheSourceInFrontInADecoderOnlyModel) {
  const cases::Opened opened("decoder_switch");
  const TokenIds source = cases::tokenizer().encode_with_end("the river runs");
  const Answer answer = said("past", true);
  TokenIds all = {kPadId};
  all.insert(all.end(), source.begin(), source.end());
  all.insert(all.end(), answer.ids.begin(), answer.ids.end());
  const Json routes = routes_json(routes_of(opened.session(), source, answer));
  EXPECT_FALSE(routes.contains("encoder"));
  EXPECT_EQ(pieces_in(routes.at("decoder")[0]), pieces_of(all));
}

TEST(RoutesJson, IsEmptyForADenseModel) {
  const cases::Opened opened("dense_v10");
  const TokenIds source = cases::tokenizer().encode_with_end("the river");
  EXPECT_EQ(routes_json(routes_of(opened.session(), source, said("past", true))), Json::object());
}

}  // namespace
}  // namespace flanmoe
