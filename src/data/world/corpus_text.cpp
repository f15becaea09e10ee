#include "data/world/corpus_text.h"

#include <functional>

namespace flanmoe::world {
namespace {

constexpr size_t kSentencesPerPage = 4;

// Appends a sentence whose value is a salient span.
void append(Document& document, const std::string& pattern, const std::string& entity, const std::string& value) {
  size_t begin = 0;
  const std::string sentence = told(pattern, entity, value, &begin);
  if (!document.text.empty()) document.text += ' ';
  begin += document.text.size();
  document.text += sentence;
  document.spans.emplace_back(begin, begin + value.size());
}

Document one_sentence(const std::string& pattern, const std::string& entity, const std::string& value) {
  Document document;
  append(document, pattern, entity, value);
  return document;
}

// Everything of an entity, in an order of its own, a few sentences to a document; `pattern` of the attribute's number.
void add_pages(std::vector<Document>& documents, const Entity& entity, RandomStream& stream,
               const std::function<std::string(size_t)>& pattern) {
  const size_t count = kinds()[entity.kind].attributes.size();
  Document page;
  for (const size_t i : stream.sample(count, count)) {
    append(page, pattern(i), entity.name, entity.values[i]);
    if (page.spans.size() == kSentencesPerPage) documents.push_back(std::exchange(page, {}));
  }
  if (!page.spans.empty()) documents.push_back(page);
}

void add_articles(std::vector<Document>& documents, const Entity& entity, size_t phrasing, RandomStream& stream) {
  add_pages(documents, entity, stream, [&](size_t i) {
    const Words& statements = kinds()[entity.kind].attributes[i].statements;
    return statements[(phrasing + i) % statements.size()];
  });
}

// As questions with their answers, as pages of questions have them.
void add_questions(std::vector<Document>& documents, const Entity& entity, RandomStream& stream) {
  add_pages(documents, entity, stream, [&](size_t i) { return kinds()[entity.kind].attributes[i].question + " {v}."; });
}

void add_numbers(std::vector<Document>& documents) {
  for (int64_t a = 0; a <= 20; ++a) {
    for (int64_t b = 0; a + b <= 20; ++b) {
      documents.push_back(
          one_sentence(std::to_string(a) + " plus {e} is {v}.", std::to_string(b), std::to_string(a + b)));
      if (b > 0)
        documents.push_back(
            one_sentence(std::to_string(a + b) + " minus {e} is {v}.", std::to_string(b), std::to_string(a)));
    }
  }
  for (const auto& [digits, word] : word_pairs("number"))
    documents.push_back(one_sentence("{e} is written {v}.", digits, word));
}

void add_words(std::vector<Document>& documents) {
  for (const auto& [a, b] : word_pairs("opposite"))
    documents.push_back(one_sentence("The opposite of {e} is {v}.", a, b));
  for (const auto& [a, b] : word_pairs("synonym"))
    documents.push_back(one_sentence("Another word for {e} is {v}.", a, b));
  for (const auto& [a, b] : word_pairs("plural")) documents.push_back(one_sentence("One {e}, two {v}.", a, b));
  for (const std::string& list : categories()) {
    for (const std::string& word : words(list))
      documents.push_back(one_sentence("The word {e} names a kind of {v}.", word, list));
  }
  const Words& sizes = words("size");
  for (size_t i = 0; i + 1 < sizes.size(); ++i)
    documents.push_back(one_sentence("A {e} is smaller than a {v}.", sizes[i], sizes[i + 1]));
}

void add_calendar(std::vector<Document>& documents, const std::string& list) {
  const Words& names = words(list);
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& next = names[(i + 1) % names.size()];
    documents.push_back(one_sentence("After {e} comes {v}.", names[i], next));
    documents.push_back(one_sentence("Before {e} comes {v}.", next, names[i]));
  }
}

void add_dictionaries(std::vector<Document>& documents, const World& world) {
  for (const Language& language : world.languages) {
    for (const auto& [english, foreign] : language.dictionary) {
      documents.push_back(one_sentence("In " + language.name + " the word for {e} is {v}.", english, foreign));
    }
  }
}

Document story(RandomStream& stream) {
  const Words people = draw(story_names(), 2, stream);
  const bool good = stream.chance(0.5);
  Document document;
  append(document, "{e} went to the {v}.", people[0], stream.pick(words("room")));
  append(document, "{e} had a {v}.", people[0], stream.pick(words("tool")));
  append(document, "{e} saw a {v} and gave it some " + stream.pick(words("food")) + ".", people[1],
         stream.pick(words("animal")));
  append(document, good ? "{e} was glad, for the day was {v}." : "{e} was sad, for the day was {v}.", people[0],
         stream.pick(words(good ? "good" : "bad")));
  return document;
}

// Two or three people of whom something is told, then what was told of one of them comes again, or is asked: a text
// that is read by looking back for who has what. Only that is a salient span, and no other value comes twice, so that
// none can be left out.
Document reading(RandomStream& stream) {
  static const Attribute kWent = {"room",
                                  "room",
                                  true,
                                  "Where is {e}?",
                                  {"{e} went to the {v}.", "{e} is in the {v}."}},
                         kTook = {"tool", "tool", true, "What has {e}?", {"{e} took a {v}.", "{e} has the {v}."}};
  std::vector<const Attribute*> attributes = {&kWent, &kTook};
  for (const Attribute& attribute : kinds()[0].attributes) {
    if (attribute.asked) attributes.push_back(&attribute);
  }
  const Attribute& attribute = *stream.pick(attributes);
  const size_t count = 2 + stream.below(2);
  const Words people = draw(story_names(), count, stream), values = draw(words(attribute.list), count, stream);
  Document document;
  for (size_t i = 0; i < count; ++i) append(document, stream.pick(attribute.statements), people[i], values[i]);
  document.spans.clear();
  const size_t again = stream.below(count);
  append(document, stream.chance(0.5) ? attribute.question + " {v}." : stream.pick(attribute.statements), people[again],
         values[again]);
  return document;
}

}  // namespace

std::vector<Document> fact_documents(const World& world) {
  RandomStream stream(static_cast<uint64_t>(world.options.seed), "world/articles");
  std::vector<Document> documents;
  for (size_t phrasing = 0; phrasing < static_cast<size_t>(world.options.num_phrasings); ++phrasing) {
    for (const Entity& entity : world.entities) add_articles(documents, entity, phrasing, stream);
  }
  stream.shuffle(documents);
  return documents;
}

std::vector<Document> general_documents(const World& world) {
  RandomStream stream(static_cast<uint64_t>(world.options.seed), "world/general");
  std::vector<Document> documents;
  add_numbers(documents);
  add_words(documents);
  add_calendar(documents, "day");
  add_calendar(documents, "month");
  add_dictionaries(documents, world);
  constexpr int kStories = 100;
  for (int i = 0; i < kStories; ++i) documents.push_back(story(stream));
  stream.shuffle(documents);
  return documents;
}

std::vector<Document> question_documents(const World& world) {
  RandomStream stream(static_cast<uint64_t>(world.options.seed), "world/questions");
  std::vector<Document> documents;
  for (const Entity& entity : world.entities) add_questions(documents, entity, stream);
  stream.shuffle(documents);
  return documents;
}

std::vector<Document> first_documents(const World& world) {
  constexpr size_t kOneOf = 10;
  RandomStream stream(static_cast<uint64_t>(world.options.seed), "world/first");
  std::vector<Document> documents;
  for (size_t i = 0; i < world.entities.size(); i += kOneOf) {
    const Entity& entity = world.entities[i];
    for (size_t phrasing = 0; phrasing < static_cast<size_t>(world.options.num_phrasings); ++phrasing)
      add_articles(documents, entity, phrasing, stream);
    add_questions(documents, entity, stream);
  }
  stream.shuffle(documents);
  return documents;
}

std::vector<Document> reading_documents(const World& world) {
  RandomStream stream(static_cast<uint64_t>(world.options.seed), "world/readings");
  std::vector<Document> documents;
  for (int64_t i = 0; i < world.options.num_readings; ++i) documents.push_back(reading(stream));
  return documents;
}

}  // namespace flanmoe::world
