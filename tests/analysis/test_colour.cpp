// One text with the expert of every token: what forward() says about each, in order.
#include "analysis/routing.h"
#include "model/forward.h"
#include "routing_case.h"

namespace flanmoe {
namespace {

class Colour : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, Colour, ::testing::Values("switch", "gshard", "st_moe", "expert_choice"),
                         [](const auto& arm) { return arm.param; });

const TextIds& long_text() {
  static const TextIds text = [] {
    std::string words;
    for (const std::string& sentence : cases::sentences(3, 8)) words += sentence + " ";
    return TextIds{routed::text_of(words), routed::text_of(cases::sentences(2, 9)[1])};
  }();
  return text;
}

TEST_P(Colour, OneEntryPerTokenInOrder) {
  const TextIds& text = long_text();
  const auto coloured = colour_text(routed::tight_model(GetParam()), routed::tokenizer(), text);
  ASSERT_EQ(coloured.size(), 2u);
  EXPECT_EQ(coloured[0].stack, Stack::kEncoder);
  EXPECT_EQ(coloured[1].stack, Stack::kDecoder);
  for (const ColouredText& layer : coloured) {
    const bool encoder = layer.stack == Stack::kEncoder;
    EXPECT_EQ(layer.layer, 1);
    ASSERT_EQ(layer.tokens.size(), encoder ? text.source.size() : text.target.size());
    for (size_t t = 0; t < layer.tokens.size(); ++t) {
      EXPECT_EQ(layer.tokens[t].piece, routed::tokenizer().piece(routed::read_id(text, encoder, t))) << t;
    }
  }
  EXPECT_EQ(coloured[0].tokens.back().piece, "</s>");
}

TEST_P(Colour, TheExpertIsTheKeptOneOfLargestWeight) {
  const T5Model model = routed::tight_model(GetParam(), 1.2);
  ForwardOptions call;
  call.collect_tokens = true;
  const TextIds& text = long_text();
  const std::vector<MoeTokens> tokens = forward(model, routed::batch_of({text}, 0, 1), call).tokens;
  const auto coloured = colour_text(model, routed::tokenizer(), text);
  for (size_t i = 0; i < coloured.size(); ++i) {
    for (size_t t = 0; t < coloured[i].tokens.size(); ++t) {
      const auto place = static_cast<int64_t>(t);
      int64_t best = -1;
      float largest = -1.0f;
      for (int64_t k = 0; k < tokens[i].experts.size(2); ++k) {
        if (tokens[i].experts[0][place][k].item<int64_t>() < 0) continue;
        const float weight = tokens[i].weights[0][place][k].item<float>();
        if (weight > largest) best = tokens[i].experts[0][place][k].item<int64_t>();
        largest = std::max(largest, weight);
      }
      EXPECT_EQ(coloured[i].tokens[t].expert, best) << t;
    }
  }
}

// Dropped: it asked and every asked expert was full. Under expert choice a token nobody took is not dropped.
TEST_P(Colour, MarksWhatWasDropped) {
  const auto coloured = colour_text(routed::tight_model(GetParam(), 0.5), routed::tokenizer(), long_text());
  for (const ColouredText& layer : coloured) {
    const bool experts_choose = GetParam() == "expert_choice" && layer.stack == Stack::kEncoder;
    int64_t without = 0;
    for (const ColouredToken& token : layer.tokens) {
      without += token.expert < 0 ? 1 : 0;
      EXPECT_EQ(token.dropped, token.expert < 0 && !experts_choose) << token.piece;
    }
    EXPECT_GT(without, 0) << name_of(layer.stack);
    EXPECT_LT(without, static_cast<int64_t>(layer.tokens.size()));
  }
}

TEST_P(Colour, NothingIsDroppedWithRoom) {
  for (const ColouredText& layer :
       colour_text(routed::tight_model(GetParam(), 0.0), routed::tokenizer(), long_text())) {
    for (const ColouredToken& token : layer.tokens) {
      EXPECT_GE(token.expert, 0);
      EXPECT_FALSE(token.dropped);
    }
  }
}

}  // namespace
}  // namespace flanmoe
