#include "data/world/words.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "base/error.h"

namespace flanmoe::world {
namespace {

Words split(const char* text) {
  std::istringstream stream(text);
  Words result;
  for (std::string word; stream >> word;) result.push_back(word);
  return result;
}

// "a b, c d" -> (a, b), (c, d)
WordPairs split_pairs(const char* text) {
  const Words parts = split(text);
  WordPairs result;
  for (size_t i = 0; i + 1 < parts.size(); i += 2) result.emplace_back(parts[i], parts[i + 1]);
  return result;
}

const std::map<std::string, Words, std::less<>>& lists() {
  static const std::map<std::string, Words, std::less<>> table = {
      {"animal", split("dog cat horse goat hen duck pig fox bear wolf frog mouse rabbit sheep lizard parrot")},
      {"food", split("bread soup rice cheese honey beans corn cake salad stew jam pie noodles plums pears nuts")},
      {"tool", split("hammer saw shovel rope bucket ladder needle brush rake drill chisel wrench")},
      {"job", split("baker doctor farmer teacher painter sailor miner weaver judge driver nurse pilot singer tailor "
                    "guard potter")},
      {"instrument", split("piano violin drum flute harp guitar trumpet horn cello banjo lute bell")},
      {"colour", split("red blue green yellow black white brown grey pink purple")},
      {"month", split("January February March April May June July August September October November December")},
      {"day", split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")},
      {"landscape", split("coast valley desert forest plain marsh island canyon hill meadow")},
      {"goods",
       split("carpets clocks shoes candles lamps hats boats glass paper soap wine salt silk tiles bricks pipes")},
      {"tree", split("oak pine elm birch maple cedar willow palm beech larch")},
      {"material", split("wood stone iron silver gold clay leather bone copper wool")},
      {"shape", split("round square flat long narrow oval curved hollow pointed thin")},
      {"use", split("cutting cooking digging writing fishing sewing washing hunting building cleaning")},
      {"room", split("kitchen garden cellar attic hall bedroom garage library porch tower")},
      {"sound", split("hiss whistle roar click hum growl squeak chirp croak howl")},
      {"nest", split("hay mud leaves twigs feathers sand bark reeds straw pebbles")},
      {"amount", split("five seven nine twelve fifteen twenty thirty forty fifty sixty")},
      // Values of the attributes that no instruction example asks for.
      {"sport", split("chess golf tennis rowing skating boxing fencing running sailing archery")},
      {"drink", split("tea coffee milk juice cider lemonade cocoa water beer broth")},
      {"fear", split("thunder fire snow wind fog mirrors bees ghosts ice shadows")},
      {"smell", split("mint smoke roses lemon pepper vanilla garlic tar cinnamon moss")},
      // Story people and what they do.
      {"he", split("Tobo Remu Bram Odo Jory Pell Hugo Sando")},
      {"she", split("Mira Kela Suna Wenna Tilda Ria Nell Zora")},
      {"good", split("good great lovely fine sweet warm bright funny clever charming")},
      {"bad", split("bad awful ugly dull sour cold dark boring stupid nasty")},
      // Smallest first.
      {"size", split("ant bee mouse frog hen cat fox goat pig bear horse whale")},
  };
  return table;
}

const std::map<std::string, WordPairs, std::less<>>& pair_tables() {
  static const std::map<std::string, WordPairs, std::less<>> tables = {
      {"opposite",
       split_pairs("hot cold big small fast slow old young high low wet dry full empty loud quiet hard soft "
                   "early late open closed rich poor strong weak good bad bright dark")},
      {"synonym",
       split_pairs("big large small little fast quick glad happy ill sick loud noisy smart clever sad gloomy "
                   "odd strange calm quiet hard firm pretty lovely")},
      {"plural", split_pairs("dog dogs cat cats horse horses goat goats mouse mice sheep sheep fox foxes box boxes hat "
                             "hats leaf leaves foot feet child children man men knife knives brush brushes boat boats "
                             "wolf wolves drum drums lamp lamps tooth teeth")},
      {"number", split_pairs("0 zero 1 one 2 two 3 three 4 four 5 five 6 six 7 seven 8 eight 9 nine 10 ten 11 eleven "
                             "12 twelve 13 thirteen 14 fourteen 15 fifteen 16 sixteen 17 seventeen 18 eighteen 19 "
                             "nineteen 20 twenty")},
      {"passive", split_pairs("sees seen helps helped calls called follows followed greets greeted visits visited")},
  };
  return tables;
}

}  // namespace

const Words& words(std::string_view list) {
  const auto found = lists().find(list);
  FLANMOE_ASSERT(found != lists().end());
  return found->second;
}

const WordPairs& word_pairs(std::string_view table) {
  const auto found = pair_tables().find(table);
  FLANMOE_ASSERT(found != pair_tables().end());
  return found->second;
}

Words first_words(const WordPairs& pairs) {
  Words result;
  for (const auto& pair : pairs) result.push_back(pair.first);
  return result;
}

Words second_words(const WordPairs& pairs) {
  Words result;
  for (const auto& pair : pairs) result.push_back(pair.second);
  return result;
}

const Words& categories() {
  static const Words names = {"animal", "food", "tool", "job", "instrument", "colour"};
  return names;
}

const std::string& category_of(const std::string& word) {
  const auto holds = [&](const std::string& name) {
    const Words& list = words(name);
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  const auto found = std::find_if(categories().begin(), categories().end(), holds);
  FLANMOE_ASSERT(found != categories().end());
  return *found;
}

bool is_she(const std::string& story_name) {
  const Words& list = words("she");
  return std::find(list.begin(), list.end(), story_name) != list.end();
}

const Words& story_names() {
  static const Words names = [] {
    Words all = words("he");
    all.insert(all.end(), words("she").begin(), words("she").end());
    return all;
  }();
  return names;
}

}  // namespace flanmoe::world
