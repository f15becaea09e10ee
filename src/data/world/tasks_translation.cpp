#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

using Dictionary = std::map<std::string, std::string>;

Dictionary turned(const Dictionary& dictionary) {
  Dictionary result;
  for (const auto& [from, to] : dictionary) result[to] = from;
  return result;
}

Words sources(const Dictionary& dictionary) {
  Words result;
  for (const auto& [from, to] : dictionary) result.push_back(from);
  return result;
}

std::string translate(const Words& text, const Dictionary& dictionary) {
  Words result;
  for (const std::string& word : text) result.push_back(dictionary.at(word));
  return join(result, " ");
}

// Words of one language with their order kept. The options are two first words with two second ones each, so that none
// is more like the others.
WorldTask translation(const std::string& from, const std::string& to, const Dictionary& dictionary) {
  WorldTask task{"translate_" + from + "_" + to,
                 "muffin",
                 "translation",
                 {"From {from} to {to}: {text} {options}", "From {from} to {to}: {text}", "Say in {to}: {text}",
                  "{text} In {to}: {options}"},
                 {},
                 {}};
  const Words vocabulary = sources(dictionary);
  task.make = [=](RandomStream& stream) {
    const Words drawn = draw(vocabulary, 4, stream);
    const Words text = {drawn[stream.below(2)], drawn[2 + stream.below(2)]};
    Words options;
    for (size_t i = 0; i < 4; ++i) options.push_back(translate({drawn[i / 2], drawn[2 + i % 2]}, dictionary));
    return choice_row({{"from", from}, {"to", to}, {"text", join(text, " ")}}, translate(text, dictionary), options, 4,
                      stream);
  };
  return task;
}

}  // namespace

std::vector<WorldTask> translation_tasks(const World& world) {
  std::vector<WorldTask> tasks;
  for (const Language& language : world.languages) {
    tasks.push_back(translation("English", language.name, language.dictionary));
    tasks.push_back(translation(language.name, "English", turned(language.dictionary)));
    const Language& next = world.languages[tasks.size() / 3 % world.languages.size()];
    if (next.name == language.name) continue;
    Dictionary between;
    for (const auto& [english, foreign] : language.dictionary) between[foreign] = next.dictionary.at(english);
    tasks.push_back(translation(language.name, next.name, between));
  }
  return tasks;
}

}  // namespace flanmoe::world
