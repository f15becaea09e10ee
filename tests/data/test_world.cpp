// The files of a world: the same bytes again, checked sums, what is refused.
#include "base/error.h"
#include "data/world/facts.h"
#include "data/world/world.h"
#include "world_case.h"

namespace flanmoe {
namespace {

class WorldFiles : public FolderTest {
 protected:
  Json made(const WorldOptions& options, const std::string& name) const {
    make_world(options, folder_ / name);
    return read_json(folder_ / name / "world.json");
  }
};

// entity, attribute, value
using Facts = std::set<std::vector<std::string>>;

Facts facts_of(const WorldOptions& options) {
  Facts facts;
  for (const world::Entity& entity : world::draw_world(options).entities) {
    const auto& attributes = world::kinds()[entity.kind].attributes;
    for (size_t i = 0; i < attributes.size(); ++i) facts.insert({entity.name, attributes[i].noun, entity.values[i]});
  }
  return facts;
}

TEST_F(WorldFiles, TheSameOptionsGiveTheSameBytesAndAnotherSeedOtherOnes) {
  const Json one = made(cases::tiny_options(), "one"), two = made(cases::tiny_options(), "two");
  const Json other = made(cases::tiny_options(2), "other");
  EXPECT_GT(one.at("checksums").size(), 400u);
  EXPECT_EQ(one, two);
  EXPECT_EQ(content_of(folder_ / "one/world.json"), content_of(folder_ / "two/world.json"));
  ASSERT_EQ(one.at("checksums").size(), other.at("checksums").size());
  for (const char* file : {"corpus/facts.jsonl", "corpus/general.jsonl", "spiece.model", "rows/add.train.jsonl",
                           "rows/exam_person_sport.test.jsonl", "rows/translate_English_Lumi.train.jsonl"}) {
    EXPECT_NE(one.at("checksums").at(file), other.at("checksums").at(file)) << file;
  }
}

TEST(WorldFacts, AnotherSeedTellsOtherFacts) {
  const Facts one = facts_of(cases::tiny_options()), other = facts_of(cases::tiny_options(2));
  size_t shared = 0;
  for (const auto& fact : one) shared += other.count(fact);
  EXPECT_LT(static_cast<double>(shared), 0.05 * static_cast<double>(one.size()));
}

TEST(WorldFacts, AreAsManyAsAskedFor) {
  size_t of_one_each = 0;  // facts come in whole entities, the same number of each kind
  for (const world::Kind& kind : world::kinds()) of_one_each += kind.attributes.size();
  for (const int64_t asked : {144, 145, 400, 3000, 20000}) {
    WorldOptions options = cases::tiny_options();
    options.num_facts = asked;
    const auto found = static_cast<int64_t>(facts_of(options).size());
    EXPECT_GE(found, asked);
    EXPECT_LT(found, asked + static_cast<int64_t>(of_one_each)) << asked;
  }
}

TEST_F(WorldFiles, ChecksumsAndCountsAreOfTheFiles) {
  const cases::SmallWorld& w = cases::small_world();
  const Json described = read_json(w.folder / "world.json");
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(w.folder)) {
    const std::string name = fs::relative(entry.path(), w.folder).string();
    if (entry.is_regular_file() && name != "world.json") found[name] = checksum_file(entry.path());
  }
  EXPECT_EQ(described.at("checksums"), Json(found));
  const Json& counts = described.at("counts");
  EXPECT_EQ(counts.at("entities"), w.drawn.entities.size());
  EXPECT_EQ(counts.at("instruction tasks"), w.mixture.size());
  EXPECT_EQ(counts.at("held-out tasks"), w.heldout.size());
  EXPECT_EQ(counts.at("finetune sets"), w.finetune.size());
  size_t documents = 0;
  for (const auto& file : files_in(w.folder / "corpus", ".jsonl")) documents += cases::documents_of(file).size();
  EXPECT_EQ(counts.at("documents"), documents);
  std::set<std::string> clusters;
  for (const auto& task : w.mixture) clusters.insert(task.spec.cluster);
  EXPECT_EQ(counts.at("clusters"), clusters.size());
  WorldOptions options;
  load_options(parse_config(described.at("options").get<std::string>(), "options"), options);
  EXPECT_EQ(dump_options(options), dump_options(w.options));
}

TEST_F(WorldFiles, AWorldOfAnotherFormatIsRefused) {
  const auto refused = [&] { return message_of<UserError>([&] { require_world(folder_); }); };
  EXPECT_EQ(refused(), (folder_ / "world.json").string() + ": no such file, so " + folder_.string() +
                           " holds no world; 'flanmoe data make' writes one");
  const std::string remedy = "; make a new world with the same options ('flanmoe data make')";
  const std::vector<std::pair<std::string, std::string>> others = {
      {"{}", "1"}, {"{\"format\": 2}", "2"}, {"{\"format\": \"2\"}", "\"2\""}, {"[]", "null"}};
  for (const auto& [text, found] : others) {
    put("world.json", text);
    EXPECT_EQ(refused(), (folder_ / "world.json").string() + ": a world of format " + found + ", expected 4" + remedy);
  }
  put("world.json", "{\n\"format\" 2}");
  EXPECT_NE(refused().find("world.json:2"), std::string::npos) << refused();
  EXPECT_NO_THROW(require_world(cases::small_world().folder));
}

TEST_F(WorldFiles, AFolderThatExistsIsRefused) {
  put("mine.txt", "kept");
  const std::string message = message_of<RunError>([&] { make_world(cases::tiny_options(), folder_); });
  EXPECT_NE(message.find(folder_.string()), std::string::npos) << message;
  EXPECT_NE(message.find("exists"), std::string::npos) << message;
  EXPECT_EQ(content_of(folder_ / "mine.txt"), "kept");
  EXPECT_EQ(num_entries(), 1u);
}

TEST_F(WorldFiles, EverySplitHasARowHoweverFewRowsATaskHas) {
  WorldOptions options = cases::tiny_options();
  options.eval_items_per_task = 150;  // some tasks have 7 rows in all
  for (const double share : {0.01, 0.99}) {
    options.instructed_share = share;
    const fs::path folder = folder_ / std::to_string(share);
    make_world(options, folder);
    for (const char* part : {"tasks", "heldout", "finetune", "validation"}) {
      for (const auto& task : cases::tasks_of(folder / part, folder)) {  // an empty split throws
        const std::string name = part;
        EXPECT_EQ(task.rows.size(), name == "validation" ? 1u : name == "finetune" ? 3u : 2u) << task.spec.name;
      }
    }
  }
}

TEST(WorldOptions, ImpossibleValuesAreNamed) {
  const auto refused = [](const std::string& yaml) {
    WorldOptions options;
    return message_of<UserError>([&] { load_options(parse_config(yaml, "w.yaml"), options); });
  };
  const std::vector<std::vector<std::string>> mistakes = {
      {"num_facts", "99"},     {"num_facts", "20001"},     {"num_phrasings", "0"},       {"num_phrasings", "5"},
      {"vocab_pieces", "299"}, {"examples_per_task", "7"}, {"eval_items_per_task", "3"}, {"finetune_examples", "7"},
      {"label_noise", "-0.1"}, {"label_noise", "0.6"},     {"instructed_share", "0"},    {"instructed_share", "1"},
      {"seed", "-1"}};
  for (const auto& mistake : mistakes) {
    const std::string message = refused(mistake[0] + ": " + mistake[1]);
    for (const std::string& part : {std::string("w.yaml:1"), mistake[0], mistake[1]}) {
      EXPECT_NE(message.find(part), std::string::npos) << message;
    }
  }
  const std::string unknown = refused("num_fact: 300");
  EXPECT_NE(unknown.find("num_facts"), std::string::npos) << unknown;
}

}  // namespace
}  // namespace flanmoe
