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

WorldRow explained(WorldRow row, const std::string& rationale) {
  row.rationale = rationale;
  return row;
}

NumberChoice draw_numbers(int64_t lowest, int64_t highest, RandomStream& stream) {
  constexpr int64_t kWindow = 5;
  constexpr size_t kOptions = 4;
  const int64_t window = std::min(kWindow, highest - lowest + 1), begin = stream.between(lowest, highest - window + 1);
  NumberChoice choice{0, {}};
  for (const size_t i : stream.sample(static_cast<size_t>(window), kOptions))
    choice.options.push_back(std::to_string(begin + static_cast<int64_t>(i)));
  choice.answer = std::stoll(stream.pick(choice.options));
  return choice;
}

WorldRow number_row(const std::string& text, const NumberChoice& numbers) {
  return {{{"text", text}}, numbers.options, {std::to_string(numbers.answer)}, "", ""};
}

int64_t draw_addend(int64_t sum, int64_t lowest, int64_t highest, RandomStream& stream) {
  return stream.between(std::max(lowest, sum - highest), std::min(highest, sum - lowest));
}

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

Words first_of(const Words& list, size_t count) {
  FLANMOE_ASSERT(count <= list.size());
  return {list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace flanmoe::world
