#include "data/world/rows.h"

#include <algorithm>

#include "base/error.h"
#include "data/world/names.h"
#include "data/world/world.h"

namespace flanmoe::world {
namespace {

// Words that the languages translate: nouns and adjectives of the word tasks.
Words translated_words() {
  Words result;
  for (const char* list : {"animal", "food", "tool", "colour"}) {
    result.insert(result.end(), words(list).begin(), words(list).end());
  }
  return result;
}

Language make_language(uint64_t seed, const std::string& name, const std::string& consonants) {
  const Words english = translated_words();
  const Words foreign = language_words(seed, consonants, english.size());
  Language language{name, {}};
  for (size_t i = 0; i < english.size(); ++i) language.dictionary[english[i]] = foreign[i];
  return language;
}

}  // namespace

World draw_world(const WorldOptions& options) {
  const auto seed = static_cast<uint64_t>(options.seed);
  World world{options, make_entities(options), {}, plain_names(seed, "ei", 60)};
  world.languages = {make_language(seed, "Lumi", "lmnw"), make_language(seed, "Kota", "ktpg"),
                     make_language(seed, "Zari", "zrsv")};
  return world;
}

WorldRow choice_row(Fields fields, const std::string& answer, const Words& pool, size_t num_options,
                    RandomStream& stream) {
  Words others;
  for (const std::string& word : pool) {
    if (word != answer && std::find(others.begin(), others.end(), word) == others.end()) others.push_back(word);
  }
  FLANMOE_ASSERT(others.size() + 1 >= num_options);
  WorldRow row{std::move(fields), draw(others, num_options - 1, stream), {answer}, "", ""};
  row.options.push_back(answer);
  stream.shuffle(row.options);
  return row;
}

WorldRow yes_no_row(Fields fields, bool yes) {
  return {std::move(fields), {"yes", "no"}, {yes ? "yes" : "no"}, "", ""};
}

WorldRow free_row(Fields fields, const std::string& answer) { return {std::move(fields), {}, {answer}, "", ""}; }

std::string join(const Words& parts, const std::string& separator) {
  std::string result;
  for (size_t i = 0; i < parts.size(); ++i) result += (i == 0 ? "" : separator) + parts[i];
  return result;
}

Words draw(const Words& list, size_t count, RandomStream& stream) {
  Words result;
  for (size_t i : stream.sample(list.size(), count)) result.push_back(list[i]);
  return result;
}

Words numbers_near(int64_t number) {
  Words result;
  for (int64_t n = std::max<int64_t>(0, number - 5); n <= number + 5; ++n) result.push_back(std::to_string(n));
  return result;
}

}  // namespace flanmoe::world
