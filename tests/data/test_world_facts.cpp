// The facts of a world: all told by the corpus, marked where they stand, and none of the exam's told by the mixture.
#include <cctype>

#include "data/world/facts.h"
#include "data/world/tasks.h"
#include "data/world/world.h"
#include "world_case.h"

namespace flanmoe {
namespace {

using cases::small_world;
using cases::WorldTask;
using world::Attribute;
using world::Entity;
using world::told;

const std::vector<Attribute>& attributes_of(const Entity& entity) { return world::kinds()[entity.kind].attributes; }

struct Fact {
  const Entity* entity;
  size_t attribute;
  const Attribute& of() const { return attributes_of(*entity)[attribute]; }
  const std::string& value() const { return entity->values[attribute]; }
  // May the exam ask it? No instruction names the entity, or none asks for the attribute.
  bool is_examined() const { return !entity->instructed || !of().asked; }
};

std::vector<Fact> all_facts() {
  std::vector<Fact> facts;
  for (const Entity& entity : small_world().drawn.entities) {
    for (size_t i = 0; i < entity.values.size(); ++i) facts.push_back({&entity, i});
  }
  return facts;
}

TEST(WorldCorpus, TellsEveryFactOnceInEveryPhrasing) {
  std::map<std::string, int64_t> sentences;
  for (const auto& document : cases::documents_of(small_world().folder / "corpus/facts.jsonl")) {
    for (const auto& [sentence, begin] : cases::sentences_of(document.text)) ++sentences[sentence];
  }
  int64_t num_told = 0;
  for (const Fact& fact : all_facts()) {
    ASSERT_EQ(fact.of().statements.size(), 4u);
    for (const std::string& statement : fact.of().statements) {
      const std::string sentence = told(statement, fact.entity->name, fact.value());
      EXPECT_EQ(sentences[sentence], 1) << sentence;
      ++num_told;
    }
  }
  int64_t num_sentences = 0;
  for (const auto& [sentence, count] : sentences) num_sentences += count;
  EXPECT_EQ(num_sentences, num_told);  // and tells nothing else
}

class WorldPhrasings : public FolderTest {};

TEST_F(WorldPhrasings, FewerPhrasingsTellEveryFactAsOften) {
  WorldOptions options = cases::tiny_options();
  make_world(options, folder_ / "world");
  std::map<std::string, int64_t> sentences;
  for (const auto& document : cases::documents_of(folder_ / "world/corpus/facts.jsonl")) {
    for (const auto& [sentence, begin] : cases::sentences_of(document.text)) ++sentences[sentence];
  }
  const world::World drawn = world::draw_world(options);
  for (const Entity& entity : drawn.entities) {
    for (size_t i = 0; i < entity.values.size(); ++i) {
      int64_t phrasings = 0;
      for (const std::string& statement : attributes_of(entity)[i].statements) {
        phrasings += sentences[told(statement, entity.name, entity.values[i])];
      }
      EXPECT_EQ(phrasings, options.num_phrasings) << entity.name << " " << attributes_of(entity)[i].noun;
    }
  }
}

TEST(WorldCorpus, SalientSpansAreTheValues) {
  std::map<std::string, std::pair<size_t, size_t>> values;  // sentence -> where its value stands
  for (const Fact& fact : all_facts()) {
    for (const std::string& statement : fact.of().statements) {
      const std::string before = statement.substr(0, statement.find("{v}"));
      const size_t begin = told(before, fact.entity->name, "").size();
      values[told(statement, fact.entity->name, fact.value())] = {begin, begin + fact.value().size()};
    }
  }
  for (const auto& document : cases::documents_of(small_world().folder / "corpus/facts.jsonl")) {
    std::vector<std::pair<size_t, size_t>> expected;
    for (const auto& [sentence, begin] : cases::sentences_of(document.text)) {
      ASSERT_TRUE(values.contains(sentence)) << sentence;
      expected.emplace_back(begin + values[sentence].first, begin + values[sentence].second);
    }
    EXPECT_EQ(document.spans, expected) << document.text;
  }
}

TEST(WorldCorpus, AsksEveryFactOnce) {
  std::map<std::string, std::string> answers;  // question -> the span behind it
  int64_t num_spans = 0;
  for (const auto& document : cases::documents_of(small_world().folder / "corpus/questions.jsonl")) {
    size_t begin = 0;
    for (const auto& [from, to] : document.spans) {
      const std::string question = document.text.substr(begin, from - 1 - begin);
      answers[question] = document.text.substr(from, to - from);
      EXPECT_EQ(document.text[to], '.');
      begin = to + 2;
      ++num_spans;
    }
    EXPECT_GE(begin, document.text.size()) << document.text;
  }
  const std::vector<Fact> facts = all_facts();
  for (const Fact& fact : facts)
    EXPECT_EQ(answers[told(fact.of().question, fact.entity->name, "")], fact.value()) << fact.entity->name;
  EXPECT_EQ(num_spans, facts.size());
}

// The first text is of every tenth entity, and tells and asks all of its facts.
TEST(WorldCorpus, FirstTextTellsOfAFewAll) {
  const cases::SmallWorld& w = small_world();
  std::map<std::string, size_t> told_of;  // entity -> facts told or asked
  for (const auto& document : cases::documents_of(w.folder / "corpus/first.jsonl")) {
    for (const world::Entity& entity : w.drawn.entities) {
      if (document.text.find(entity.name) != std::string::npos) told_of[entity.name] += document.spans.size();
    }
  }
  EXPECT_EQ(told_of.size(), (w.drawn.entities.size() + 9) / 10);
  for (size_t i = 0; i < w.drawn.entities.size(); i += 10) {
    const world::Entity& entity = w.drawn.entities[i];
    const auto times = static_cast<size_t>(w.options.num_phrasings) + 1;
    EXPECT_EQ(told_of[entity.name], times * entity.values.size()) << entity.name;
  }
}

// What comes again stands in the text before, once, with its own person; nothing else does, so that it cannot be told
// by leaving out.
TEST(WorldCorpus, ReadingsTellWhatComesAgain) {
  const auto documents = cases::documents_of(small_world().folder / "corpus/readings.jsonl");
  EXPECT_EQ(documents.size(), static_cast<size_t>(small_world().options.num_readings));
  const world::Words people = world::story_names();
  const auto count = [](const std::string& text, const std::string& word) {
    size_t found = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
  };
  size_t questions = 0;
  for (const auto& document : documents) {
    const auto sentences = cases::sentences_of(document.text);
    ASSERT_TRUE(sentences.size() == 3 || sentences.size() == 4) << document.text;
    ASSERT_EQ(document.spans.size(), 1u);
    const auto [from, to] = document.spans[0];
    const std::string value = document.text.substr(from, to - from), again = sentences.back().first;
    EXPECT_GE(from, sentences.back().second) << document.text;
    questions += again.find("? ") != std::string::npos ? 1 : 0;
    std::string who;
    for (const std::string& name : people) who = again.find(name) != std::string::npos ? name : who;
    EXPECT_EQ(count(document.text, who), 2u) << document.text;
    size_t tellers = 0;
    for (size_t i = 0; i + 1 < sentences.size(); ++i) {
      const std::string& sentence = sentences[i].first;
      const bool tells = sentence.find(" " + value + " ") != std::string::npos ||
                         sentence.find(" " + value + ".") != std::string::npos;
      EXPECT_EQ(tells, sentence.find(who) != std::string::npos) << document.text;
      tellers += tells ? 1 : 0;
    }
    EXPECT_EQ(tellers, 1u) << document.text;
  }
  EXPECT_GT(questions, documents.size() / 3);
  EXPECT_LT(questions, 2 * documents.size() / 3);
}

TEST(WorldCorpus, SpansOfTheGeneralTextAreWholeWords) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (const auto& document : cases::documents_of(small_world().folder / "corpus/general.jsonl")) {
    EXPECT_FALSE(document.spans.empty());
    EXPECT_EQ(document.spans.size(), cases::sentences_of(document.text).size()) << document.text;
    for (const auto& [begin, end] : document.spans) {
      ASSERT_LT(begin, end);
      ASSERT_LE(end, document.text.size());
      EXPECT_TRUE(begin == 0 || !is_letter(document.text[begin - 1])) << document.text;
      EXPECT_TRUE(end == document.text.size() || !is_letter(document.text[end])) << document.text;
    }
  }
}

TEST(WorldCorpus, TellsNothingOfStrangers) {
  std::string text;
  for (const auto& file : files_in(small_world().folder / "corpus", ".jsonl")) text += read_text(file);
  for (const std::string& name : small_world().drawn.strangers) EXPECT_EQ(text.find(name), std::string::npos) << name;
}

// Does the text tell or ask this attribute of this entity: its question, a statement with any value, "NOUN of NAME"?
bool speaks_of(const std::string& text, const Fact& fact) {
  const std::string& name = fact.entity->name;
  const Attribute& attribute = fact.of();
  const auto holds = [&text](const std::string& part) { return text.find(part) != std::string::npos; };
  if (holds(told(attribute.question, name, "")) || holds(attribute.noun + " of " + name)) return true;
  for (const std::string& statement : attribute.statements) {
    for (const std::string& value : world::words(attribute.list)) {
      if (holds(told(statement, name, value))) return true;
    }
  }
  return false;
}

// All texts of the rows, by the capitalised words in them.
std::map<std::string, std::set<std::string>> texts_by_name(const std::vector<WorldTask>& tasks) {
  std::map<std::string, std::set<std::string>> texts;
  for (const WorldTask& task : tasks) {
    for (const auto& [split, rows] : task.rows) {
      for (const TaskRow& row : rows) {
        const std::string text = cases::all_text(task.spec, row);
        for (size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
          for (end = begin; end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0;) ++end;
          if (end > begin && std::isupper(static_cast<unsigned char>(text[begin])) != 0) {
            texts[text.substr(begin, end - begin)].insert(text);
          }
        }
      }
    }
  }
  return texts;
}

bool anything_speaks_of(const std::map<std::string, std::set<std::string>>& texts, const Fact& fact) {
  const auto found = texts.find(fact.entity->name);
  if (found == texts.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const auto& text) { return speaks_of(text, fact); });
}

TEST(WorldExam, NoExaminedFactIsInAnyRowOfTheMixture) {
  const auto mixture = texts_by_name(small_world().mixture), finetune = texts_by_name(small_world().finetune);
  size_t examined = 0, in_finetune = 0, others = 0, others_found = 0;
  for (const Fact& fact : all_facts()) {
    const bool found = anything_speaks_of(mixture, fact);
    if (!fact.is_examined()) {
      ++others;
      others_found += found ? 1 : 0;
      continue;
    }
    ++examined;
    in_finetune += anything_speaks_of(finetune, fact) ? 1 : 0;
    EXPECT_FALSE(found) << fact.of().noun << " of " << fact.entity->name;
    if (!fact.entity->instructed) {
      EXPECT_FALSE(mixture.contains(fact.entity->name)) << fact.entity->name;
    }
  }
  EXPECT_GT(examined, 200u);
  // The same search does find what is there.
  EXPECT_GT(others_found, others / 2);
  EXPECT_GT(in_finetune, 10u);
}

TEST(WorldExam, AsksExaminedFactsAndTheirTrueValues) {
  std::map<std::string, Fact> questions;
  for (const Fact& fact : all_facts()) {
    questions.insert_or_assign(told(fact.of().question, fact.entity->name, ""), fact);
  }
  EXPECT_EQ(questions.size(), all_facts().size());
  int64_t num_rows = 0;
  for (const WorldTask& task : small_world().heldout) {
    if (task.spec.suite != "exam") continue;
    for (const auto& [split, rows] : task.rows) {
      for (const TaskRow& row : rows) {
        const auto found = questions.find(row.fields.at("question"));
        ASSERT_NE(found, questions.end()) << row.fields.at("question");
        EXPECT_TRUE(found->second.is_examined()) << row.fields.at("question");
        EXPECT_EQ(row.answers[0], found->second.value()) << row.fields.at("question");
        ++num_rows;
      }
    }
  }
  EXPECT_GT(num_rows, 100);
}

TEST(WorldHeldout, NoPromptOfASuiteIsTrainedOn) {
  std::set<std::string> trained;
  for (const WorldTask& task : small_world().mixture)
    trained.merge(cases::prompts_of(task.spec, task.rows.at("train")));
  EXPECT_GT(trained.size(), 4000u);
  for (const WorldTask& task : small_world().heldout) {
    for (const auto& [split, rows] : task.rows) {
      for (const std::string& prompt : cases::prompts_of(task.spec, rows)) {
        EXPECT_FALSE(trained.contains(prompt)) << task.spec.name << ": " << prompt;
      }
    }
  }
}

// A template without the names of its fields.
std::string shape_of(const std::string& input) {
  std::string shape;
  bool inside = false;
  for (const char c : input) {
    if (c == '}') inside = false;
    if (!inside) shape += c;
    if (c == '{') inside = true;
  }
  return shape;
}

struct Trained {
  std::set<std::string> clusters, shapes;
};
Trained trained() {
  Trained all;
  for (const WorldTask& task : small_world().mixture) {
    all.clusters.insert(task.spec.cluster);
    for (const PromptTemplate& prompt : cases::all_templates(task.spec)) all.shapes.insert(shape_of(prompt.input));
  }
  return all;
}

TEST(WorldHeldout, IsByClusterOrByItem) {
  const Trained mixture = trained();
  std::map<std::string, std::set<std::string>> by_cluster, by_item;  // suite -> tasks
  for (const WorldTask& task : small_world().heldout) {
    const TaskSpec& spec = task.spec;
    ASSERT_TRUE(spec.held_out == "cluster" || spec.held_out == "item") << spec.name;
    (spec.held_out == "cluster" ? by_cluster : by_item)[spec.suite].insert(spec.name);
    // Whose like is trained says so.
    EXPECT_EQ(mixture.clusters.contains(spec.cluster), spec.held_out == "item") << spec.name << ": " << spec.cluster;
  }
  EXPECT_GE(by_cluster["hard"].size(), 6u);
  EXPECT_GE(by_cluster["reasoning"].size(), 1u);
  EXPECT_EQ(by_cluster.count("exam") + by_cluster.count("qa"), 0u);
  EXPECT_GE(by_item["hard"].size() + by_item["reasoning"].size(), 10u);
  for (const auto* others : {&small_world().mixture, &small_world().validation, &small_world().finetune}) {
    for (const WorldTask& task : *others) EXPECT_EQ(task.spec.held_out, "") << task.spec.name;
  }
}

TEST(WorldHeldout, NoTemplateIsTheMixtures) {
  EXPECT_EQ(shape_of("Say {a}: {options} now"), "Say {}: {} now");
  const Trained mixture = trained();
  EXPECT_TRUE(mixture.shapes.contains("{} {}"));
  for (const WorldTask& task : small_world().heldout) {
    for (const PromptTemplate& prompt : cases::all_templates(task.spec))
      EXPECT_FALSE(mixture.shapes.contains(shape_of(prompt.input))) << task.spec.name << ": " << prompt.input;
  }
}

TEST(WorldHeldout, CompositionsAreOfPartsThatAreTrained) {
  std::string definitions;
  for (const WorldTask& task : small_world().mixture) definitions += task.spec.definition + "\n";
  size_t compositions = 0;
  for (const WorldTask& task : small_world().heldout) {
    if (task.spec.cluster != "compositions") continue;
    ++compositions;
    const std::string& input =
        task.spec.templates.front().input;  // "{list}. What is the opposite of the last word? ..."
    const size_t begin = input.find("What is ") + 8, end = input.find('?');
    const std::string phrase = input.substr(begin, end - begin);
    EXPECT_EQ(definitions.find(phrase), std::string::npos) << phrase;
    const size_t place = phrase.rfind(" the ");
    EXPECT_NE(definitions.find("Give " + phrase.substr(0, place)), std::string::npos) << phrase;
    EXPECT_NE(definitions.find("Give " + phrase.substr(place + 1)), std::string::npos) << phrase;
  }
  EXPECT_GE(compositions, 5u);
}

}  // namespace
}  // namespace flanmoe
