// Routes as rows of a table: the values of the JSON, one per line.
#include "answering/routes_table.h"

#include <map>

#include "answering/routes_json.h"
#include "session_case.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

TEST(RoutesTable, ByHand) {
  const std::vector<RoutedLayer> layers = {
      {Stack::kEncoder, 1, {{"▁a", {{3, 0.75f, false}, {0, 0.25f, false}}}, {",\"x\"", {{2, 0.0f, true}}}}},
      {Stack::kDecoder, 0, {{"<pad>", {{1, 0.0f, true}, {4, 0.5f, false}}}, {"▁b", {}}}}};
  EXPECT_EQ(routes_header(), "prompt,stack,layer,position,piece,rank,expert,weight,dropped");
  EXPECT_EQ(routes_rows(7, layers),
            (Texts{"7,encoder,1,0,▁a,1,3,0.75,0", "7,encoder,1,0,▁a,2,0,0.25,0", "7,encoder,1,1,\",\"\"x\"\"\",1,2,0,1",
                   "7,decoder,0,0,<pad>,1,1,0,1", "7,decoder,0,0,<pad>,2,4,0.5,0", "7,decoder,0,1,▁b,,,,0"}));
  const Json json = routes_json(layers);
  EXPECT_EQ(json["decoder"][0]["tokens"][0],
            (Json{{"piece", "<pad>"}, {"experts", {4}}, {"weights", {0.5}}, {"dropped", 1}, {"full", {1}}}));
}

// Top-two routing with little room: every token asks for two experts, each of which has it or is full.
TEST(RoutesTable, HoldsKeptAndRefusedChoicesOfAModel) {
  const cases::Opened opened("gshard", 0.3);
  Answer answer;
  answer.ids = cases::tokenizer().encode("quiet towns");
  const TokenIds source = cases::tokenizer().encode_with_end(
      "the river runs past quiet towns of stone and bakers sell bread near every bridge.");
  const std::vector<RoutedLayer> layers = routes_of(opened.session(), source, answer);
  std::map<std::string, int> dropped;
  for (const RoutedLayer& layer : layers) {
    for (const RoutedToken& token : layer.tokens) {
      ASSERT_LE(token.routes.size(), 2u);
      if (token.routes.size() == 2) {
        EXPECT_NE(token.routes[0].expert, token.routes[1].expert);
      }
      for (const Route& route : token.routes) {
        EXPECT_EQ(route.weight == 0.0f, route.dropped);
        dropped[name_of(layer.stack)] += route.dropped ? 1 : 0;
      }
    }
  }
  EXPECT_GT(dropped["encoder"], 0);
  EXPECT_EQ(dropped["decoder"], 0);  // has room for all while decoding
}

}  // namespace
}  // namespace flanmoe
