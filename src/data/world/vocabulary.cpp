#include "data/world/vocabulary.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "data/world/names.h"

namespace flanmoe::world {
namespace {

const std::string kSpace = "▁";

void count_words(const std::string& text, std::map<std::string, size_t>& counts) {
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end]))) ++end;
    if (end > i) ++counts[text.substr(i, end - i)];
    i = std::max(end, i + 1);
  }
}

}  // namespace

Words vocabulary_symbols(const World& world, const Words& texts, size_t most) {
  std::map<std::string, size_t> counts;
  for (const std::string& text : texts) count_words(text, counts);
  Words symbols;
  if (world.options.name_stems > 0) {
    for (const Entity& entity : world.entities) counts.erase(entity.name);
    symbols = all_endings();
    for (const std::string& stem : pool_stems(world.options)) {
      symbols.push_back(kSpace + stem);
      counts.erase(stem);  // "For" is a stem and a word
    }
  }
  std::vector<std::pair<size_t, std::string>> by_count;
  for (const auto& [word, count] : counts) by_count.emplace_back(count, word);
  std::stable_sort(by_count.begin(), by_count.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [count, word] : by_count) {
    if (symbols.size() >= most) break;
    symbols.push_back(kSpace + word);
  }
  return symbols;
}

}  // namespace flanmoe::world
