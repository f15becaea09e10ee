// The vocabulary of a world: few pieces for a name, and no text it does not know.
#include <algorithm>

#include "data/tokenizer/tokenizer.h"
#include "data/world/vocabulary.h"
#include "world_case.h"

namespace flanmoe {
namespace {

using cases::small_world;
using cases::WorldTask;
using world::Entity;
using world::Words;

TEST(WorldVocabulary, KnowsNamesInFewPieces) {
  const Tokenizer tokenizer(small_world().folder / "spiece.model");
  double pieces = 0.0, unknown = 0.0;
  for (const Entity& entity : small_world().drawn.entities) {
    for (const int32_t id : tokenizer.encode(entity.name)) {
      pieces += 1.0;
      unknown += id == kUnkId ? 1.0 : 0.0;
    }
  }
  const double mean = pieces / static_cast<double>(small_world().drawn.entities.size());
  std::printf("%.2f pieces per name, %ld pieces\n", mean, static_cast<long>(tokenizer.num_pieces()));
  EXPECT_LE(mean, 3.0);
  EXPECT_EQ(unknown, 0.0);
}

TEST(WorldVocabulary, KnowsEveryText) {
  const Tokenizer tokenizer(small_world().folder / "spiece.model");
  for (const auto* tasks : {&small_world().mixture, &small_world().heldout, &small_world().finetune}) {
    for (const WorldTask& task : *tasks) {
      const TokenIds ids = tokenizer.encode(cases::all_text(task.spec, task.rows.begin()->second.front()));
      EXPECT_EQ(std::count(ids.begin(), ids.end(), kUnkId), 0) << task.spec.name;
    }
  }
}

// "For" is a stem of names and a word of the texts: one symbol.
TEST(WorldVocabulary, NamesNoSymbolTwice) {
  WorldOptions options;
  options.num_facts = 100;
  options.name_stems = 720;  // all there are
  Words symbols = world::vocabulary_symbols(world::draw_world(options), {"For dinner Ren ran For ever."}, 2000);
  EXPECT_EQ(std::count(symbols.begin(), symbols.end(), "\u2581For"), 1);
  EXPECT_EQ(std::count(symbols.begin(), symbols.end(), "\u2581dinner"), 1);
  std::sort(symbols.begin(), symbols.end());
  EXPECT_EQ(std::adjacent_find(symbols.begin(), symbols.end()), symbols.end());
}

}  // namespace
}  // namespace flanmoe
