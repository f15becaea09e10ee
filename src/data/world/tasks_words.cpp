#include <algorithm>
#include <optional>

#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

// A skill on one word: which words it takes and what it makes of them.
struct WordSkill {
  std::string name, phrase;  // phrase: "the opposite of"
  Words domain, range;
  std::function<std::string(const std::string&)> apply;
};

std::string look_up(const WordPairs& pairs, const std::string& word) {
  for (const auto& [from, to] : pairs) {
    if (from == word) return to;
  }
  return word;
}

WordSkill pair_skill(const std::string& name, const std::string& phrase, const WordPairs& pairs) {
  return {name, phrase, first_words(pairs), second_words(pairs),
          [=](const std::string& word) { return look_up(pairs, word); }};
}

WordPairs turned(const WordPairs& pairs) {
  WordPairs result;
  for (const auto& [a, b] : pairs) result.emplace_back(b, a);
  return result;
}

WordSkill category_skill() {
  Words domain;
  for (const std::string& list : categories()) domain.insert(domain.end(), words(list).begin(), words(list).end());
  return {"category", "the category of", domain, categories(),
          [](const std::string& word) { return category_of(word); }};
}

WordSkill translate_skill(const Language& language) {
  Words domain, range;
  for (const auto& [english, foreign] : language.dictionary) {
    domain.push_back(english);
    range.push_back(foreign);
  }
  return {"in_" + language.name, "the " + language.name + " word for", domain, range,
          [=](const std::string& word) { return language.dictionary.at(word); }};
}

std::vector<WordSkill> word_skills(const World& world) {
  return {pair_skill("opposite", "the opposite of", word_pairs("opposite")),
          pair_skill("synonym", "another word for", word_pairs("synonym")),
          pair_skill("plural", "the plural of", word_pairs("plural")),
          pair_skill("number_word", "the word for", word_pairs("number")),
          category_skill(),
          translate_skill(world.languages[0]),
          translate_skill(world.languages[1])};
}

WorldTask word_task(const WordSkill& skill) {
  WorldTask task{"word_" + skill.name,
                 "niv2",
                 "word_skills",
                 {"{definition} {word} {options}", "{definition} {word}", "What is {phrase} {word}? {options}"},
                 {},
                 {}};
  task.definition = "Give " + skill.phrase + " the word.";
  task.make = [=](RandomStream& stream) {
    const std::string answer = stream.pick(skill.range);  // each as often, however many words have it
    std::string word = stream.pick(skill.domain);
    while (skill.apply(word) != answer) word = stream.pick(skill.domain);
    return choice_row({{"word", word}, {"phrase", skill.phrase}}, answer, skill.range, 4, stream);
  };
  return task;
}

// A skill on a list: which member it picks.
constexpr size_t kListLength = 3;  // of compositions
struct ListSkill {
  std::string name, phrase;
  size_t place;
};
const std::vector<ListSkill> kListSkills = {
    {"first", "the first word", 0}, {"second", "the second word", 1}, {"last", "the last word", 2}};

const Words kListTemplates = {"{definition} {list} {options}", "{definition} {list}",
                              "List: {list} {definition} {options}"};

WorldTask list_task(const std::string& name, const std::string& definition,
                    std::function<WorldRow(RandomStream&)> make) {
  WorldTask task{name, "niv2", "lists", kListTemplates, std::move(make), {}};
  task.definition = definition;
  return task;
}

Words mixed_list(size_t count, RandomStream& stream) {
  Words result;
  for (size_t i : stream.sample(categories().size(), count)) result.push_back(stream.pick(words(categories()[i])));
  return result;
}

WorldTask pick_place(const ListSkill& skill, size_t length) {
  return list_task("list_" + skill.name + "_of_" + std::to_string(length), "Give " + skill.phrase + ".",
                   [=](RandomStream& stream) {
                     const Words list = mixed_list(length, stream);
                     return choice_row({{"list", join(list)}}, list[skill.name == "last" ? length - 1 : skill.place],
                                       list, 3, stream);
                   });
}

WorldTask pick_category(const std::string& category) {
  return list_task("list_find_" + category, "Find the " + category + ".", [=](RandomStream& stream) {
    Words list;
    while (std::none_of(list.begin(), list.end(), [&](const auto& word) { return category_of(word) == category; }))
      list = mixed_list(4, stream);
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& word) { return category_of(word) == category; });
    return choice_row({{"list", join(list)}}, *found, list, 4, stream);
  });
}

std::vector<WorldTask> other_list_tasks() {
  const auto count = [](RandomStream& stream) {
    const NumberChoice length = draw_numbers(1, 6, stream);
    const std::string list = join(mixed_list(static_cast<size_t>(length.answer), stream));
    return WorldRow{{{"list", list}}, length.options, {std::to_string(length.answer)}, "", ""};
  };
  const auto contains = [](RandomStream& stream) {
    const Words list = mixed_list(4, stream);
    const bool there = stream.chance(0.5);
    const Words shown(list.begin(), list.begin() + 3);
    return yes_no_row({{"list", join(shown) + ". Is " + (there ? stream.pick(shown) : list[3]) + " there?"}}, there);
  };
  const auto reverse = [](RandomStream& stream) {
    Words list = mixed_list(3, stream);
    const std::string shown = join(list);
    std::reverse(list.begin(), list.end());
    return free_row({{"list", shown}}, join(list));
  };
  const auto repeated = [](RandomStream& stream) {
    Words list = mixed_list(3, stream);
    const std::string twice = stream.pick(list);
    Words shown = list;
    shown.push_back(twice);
    stream.shuffle(shown);
    return choice_row({{"list", join(shown)}}, twice, list, 3, stream);
  };
  std::vector<WorldTask> tasks = {list_task("list_count", "How many words?", count),
                                  list_task("list_contains", "Look at the list.", contains),
                                  list_task("list_reverse", "Turn the list around.", reverse),
                                  list_task("list_repeated", "Which word comes twice?", repeated)};
  tasks[1].chance = 50.0;
  tasks[2].templates = {"{definition} {list}", "{list} {definition}", "Backwards: {list}"};
  tasks[2].metric = "exact_match";
  tasks[2].chance = 0.0;
  tasks[3].chance = 100.0 / 3.0;
  return tasks;
}

// The options are what the word skill makes of the list's words: only the place tells which.
Composition compose(const ListSkill& list_skill, const WordSkill& word_skill) {
  return {list_skill.name + "_" + word_skill.name, word_skill.phrase + " " + list_skill.phrase,
          [=](RandomStream& stream) {
            Words list, options;
            for (const size_t i : stream.sample(word_skill.range.size(), kListLength)) {
              options.push_back(word_skill.range[i]);
              std::string word = stream.pick(word_skill.domain);
              while (word_skill.apply(word) != options.back()) word = stream.pick(word_skill.domain);
              list.push_back(word);
            }
            const std::string answer = options[list_skill.place];
            return choice_row({{"list", join(list)}}, answer, options, kListLength, stream);
          }};
}

}  // namespace

std::vector<Composition> compositions(const World& world, bool held_out) {
  std::vector<Composition> result;
  const std::vector<WordSkill> skills = word_skills(world);
  for (size_t s = 0; s < skills.size(); ++s) {
    for (size_t l = 0; l < kListSkills.size(); ++l) {
      const bool is_held_out = s % kListSkills.size() == l;  // every skill is in the mixture in other company
      if (is_held_out == held_out) result.push_back(compose(kListSkills[l], skills[s]));
    }
  }
  return result;
}

std::vector<WorldTask> word_tasks(const World& world) {
  std::vector<WorldTask> tasks;
  for (const WordSkill& skill : word_skills(world)) tasks.push_back(word_task(skill));
  tasks.push_back(word_task(pair_skill("singular", "the singular of", turned(word_pairs("plural")))));
  tasks.push_back(word_task(pair_skill("digits", "the digits of", turned(word_pairs("number")))));
  for (const ListSkill& skill : kListSkills) {
    for (size_t length : {3, 4}) {
      tasks.push_back(pick_place(skill, length));
      tasks.back().chance = 100.0 / 3.0;
    }
  }
  for (const std::string& category : categories()) tasks.push_back(pick_category(category));
  for (WorldTask& task : other_list_tasks()) tasks.push_back(std::move(task));
  for (const Composition& c : compositions(world, false)) {
    WorldTask task{"compose_" + c.name, "niv2", "compositions", kListTemplates, c.make, {}};
    task.definition = "Give " + c.phrase + ".";
    task.chance = 100.0 / kListLength;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace flanmoe::world
