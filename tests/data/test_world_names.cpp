// Names that share stems: one entity each, known by a stem and an ending.
#include "base/error.h"
#include "data/tokenizer/tokenizer.h"
#include "data/world/world.h"
#include "world_case.h"

namespace flanmoe {
namespace {

using world::Entity;

class WorldNames : public FolderTest {};

// Names that share stems are a stem and an ending, so that nothing of a fact is in a piece of the name's own.
TEST_F(WorldNames, OfSharedStemsAreTwoPieces) {
  WorldOptions options = cases::tiny_options();
  options.name_stems = 20;
  options.vocab_pieces = 900;
  make_world(options, folder_ / "world");
  const Tokenizer tokenizer(folder_ / "world/spiece.model");
  std::map<std::string, int64_t> stems;
  for (const Entity& entity : world::draw_world(options).entities) {
    const TokenIds ids = tokenizer.encode(entity.name);
    EXPECT_EQ(ids.size(), 2u) << entity.name;
    ++stems[tokenizer.piece(ids[0])];
  }
  EXPECT_LE(stems.size(), 20u);
}

TEST(WorldNameStems, EachNameStandsForOneEntity) {
  for (const int64_t stems : {0, 160}) {
    WorldOptions options = cases::tiny_options();
    options.num_facts = 20000;
    options.name_stems = stems;
    const world::World drawn = world::draw_world(options);
    std::set<std::string> names;
    for (const world::Entity& entity : drawn.entities) EXPECT_TRUE(names.insert(entity.name).second) << entity.name;
    for (const std::string& name : drawn.strangers) EXPECT_TRUE(names.insert(name).second) << name;
    for (const std::string& name : world::story_names()) EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(WorldNameStems, TooFewForTheNamesAreRefused) {
  WorldOptions options = cases::tiny_options();
  options.num_facts = 20000;
  options.name_stems = 40;
  const std::string message = message_of<UserError>([&] { world::draw_world(options); });
  for (const char* part : {"name_stems", "40", "20000", "160"}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(WorldNameStems, ImpossibleNumbersAreNamed) {
  for (const char* number : {"-1", "1", "19", "721"}) {
    WorldOptions options;
    const std::string yaml = std::string("name_stems: ") + number;
    const std::string message = message_of<UserError>([&] { load_options(parse_config(yaml, "w.yaml"), options); });
    for (const char* part : {"w.yaml:1", "name_stems", number}) {
      EXPECT_NE(message.find(part), std::string::npos) << message;
    }
  }
}

}  // namespace
}  // namespace flanmoe
