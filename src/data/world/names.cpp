#include "data/world/names.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/random.h"

namespace flanmoe::world {
namespace {

constexpr size_t kEndingsPerKind = 4;
// Person, place, firm, creature, object.
const std::array<std::array<const char*, kEndingsPerKind>, 5> kEndings = {{
    {"na", "ro", "li", "des"},
    {"ton", "wick", "mar", "holm"},
    {"co", "tex", "gor", "lux"},
    {"bix", "rax", "mop", "zel"},
    {"dle", "ket", "pin", "fob"},
}};

const Words kOnsets = {"B", "D", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S", "T", "V", "W", "Y", "Z"};
const Words kVowels = {"a", "e", "i", "o", "u"};
const Words kCodas = {"l", "m", "n", "r", "s", "k", "v", "th"};

}  // namespace

Words name_stems(uint64_t seed) {
  Words stems;
  for (const std::string& onset : kOnsets) {
    for (const std::string& vowel : kVowels) {
      for (const std::string& coda : kCodas) stems.push_back(onset + vowel + coda);
    }
  }
  RandomStream(seed, "world/stems").shuffle(stems);
  return stems;
}

Words all_endings() {
  Words endings;
  for (const auto& of_kind : kEndings) endings.insert(endings.end(), of_kind.begin(), of_kind.end());
  return endings;
}

size_t max_names(size_t pool) { return kEndingsPerKind * pool; }

std::vector<Words> kind_names(uint64_t seed, size_t count, size_t pool) {
  const Words stems = name_stems(seed);
  FLANMOE_ASSERT(pool <= stems.size() && count <= max_names(pool));
  std::vector<Words> names(kEndings.size());
  for (size_t kind = 0; kind < kEndings.size(); ++kind) {
    for (size_t i = 0; i < count; ++i) {
      // A stem that comes round again takes the next ending.
      const size_t stem = (kind * count + i) % pool;
      const size_t turn = (stem + i / pool) % kEndingsPerKind;
      names[kind].push_back(stems[stem] + kEndings[kind][turn]);
    }
    RandomStream(seed, "world/name-order", kind).shuffle(names[kind]);
  }
  return names;
}

Words plain_names(uint64_t seed, const std::string& ending, size_t count) {
  Words stems = name_stems(seed);
  RandomStream(seed, "world/plain-names " + ending).shuffle(stems);
  FLANMOE_ASSERT(count <= stems.size());
  stems.resize(count);
  for (std::string& stem : stems) stem += ending;
  return stems;
}

Words language_words(uint64_t seed, const std::string& consonants, size_t count) {
  Words syllables;
  for (const char consonant : consonants) {
    for (const std::string& vowel : kVowels) syllables.push_back(consonant + vowel);
  }
  Words result;
  RandomStream stream(seed, "world/language " + consonants);
  while (result.size() < count) {
    const std::string word = stream.pick(syllables) + stream.pick(syllables);
    if (std::find(result.begin(), result.end(), word) == result.end()) result.push_back(word);
  }
  return result;
}

}  // namespace flanmoe::world
