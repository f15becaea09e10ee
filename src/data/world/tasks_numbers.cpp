#include <algorithm>

#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

using Make = std::function<WorldRow(RandomStream&)>;

WorldTask number_task(const std::string& name, const std::string& cluster, const std::string& definition, Make make) {
  WorldTask task{name,
                 "niv2",
                 cluster,
                 {"{definition} {text} {options}", "{definition} {text}", "{text} {definition} {options}"},
                 std::move(make),
                 {}};
  task.definition = definition;
  return task;
}

WorldRow number_row(const std::string& text, int64_t answer, RandomStream& stream) {
  return choice_row({{"text", text}}, std::to_string(answer), numbers_near(answer), 4, stream);
}

std::string text_of(int64_t number) { return std::to_string(number); }

std::vector<WorldTask> arithmetic() {
  const auto sum = [](RandomStream& s) {
    const int64_t a = s.between(0, 10), b = s.between(0, 10);
    return number_row(text_of(a) + " plus " + text_of(b), a + b, s);
  };
  const auto difference = [](RandomStream& s) {
    const int64_t b = s.between(0, 10), c = s.between(0, 10);
    return number_row(text_of(b + c) + " minus " + text_of(b), c, s);
  };
  const auto next = [](RandomStream& s) {
    const int64_t a = s.between(0, 19);
    return number_row(text_of(a), a + 1, s);
  };
  const auto larger = [](RandomStream& s) {
    const Words pair = draw(first_words(word_pairs("number")), 2, s);
    const int64_t a = std::stoll(pair[0]), b = std::stoll(pair[1]);
    return choice_row({{"text", pair[0] + " or " + pair[1]}}, text_of(std::max(a, b)), pair, 2, s);
  };
  const auto gets = [](RandomStream& s) {
    const int64_t a = s.between(1, 10), b = s.between(1, 10);
    const std::string who = s.pick(story_names()), thing = s.pick(words("tool"));
    return number_row(who + " has " + text_of(a) + " of the kind " + thing + " and gets " + text_of(b) + " more.",
                      a + b, s);
  };
  const auto loses = [](RandomStream& s) {
    const int64_t b = s.between(1, 10), c = s.between(0, 10);
    const std::string who = s.pick(story_names()), thing = s.pick(words("food"));
    return number_row(who + " has " + text_of(b + c) + " bags of " + thing + " and sells " + text_of(b) + ".", c, s);
  };
  std::vector<WorldTask> tasks = {number_task("add", "arithmetic", "Add.", sum),
                                  number_task("subtract", "arithmetic", "Subtract.", difference),
                                  number_task("next_number", "arithmetic", "Which number comes next?", next),
                                  number_task("larger_number", "arithmetic", "Which number is larger?", larger),
                                  number_task("word_problem_gets", "arithmetic", "How many now?", gets),
                                  number_task("word_problem_sells", "arithmetic", "How many are left?", loses)};
  tasks[3].chance = 50.0;
  return tasks;
}

size_t rank_of(const std::string& animal) {
  const Words& sizes = words("size");
  return static_cast<size_t>(std::find(sizes.begin(), sizes.end(), animal) - sizes.begin());
}

std::vector<WorldTask> ordering() {
  const auto bigger = [](RandomStream& s) {
    const Words pair = draw(words("size"), 2, s);
    return choice_row({{"text", pair[0] + " or " + pair[1]}}, rank_of(pair[0]) > rank_of(pair[1]) ? pair[0] : pair[1],
                      pair, 2, s);
  };
  const auto smaller = [](RandomStream& s) {
    const Words pair = draw(words("size"), 2, s);
    return choice_row({{"text", pair[0] + " or " + pair[1]}}, rank_of(pair[0]) < rank_of(pair[1]) ? pair[0] : pair[1],
                      pair, 2, s);
  };
  const auto is_bigger = [](RandomStream& s) {
    const Words pair = draw(words("size"), 2, s);
    return yes_no_row({{"text", "Is a " + pair[0] + " bigger than a " + pair[1] + "?"}},
                      rank_of(pair[0]) > rank_of(pair[1]));
  };
  const auto taller = [](RandomStream& s) {
    const Words people = draw(story_names(), 2, s);
    const bool first = s.chance(0.5);
    return choice_row({{"text", people[0] + (first ? " is taller than " : " is shorter than ") + people[1] + "."}},
                      people[first ? 0 : 1], people, 2, s);
  };
  const auto older_of_three = [](RandomStream& s) {
    const Words people = draw(story_names(), 3, s);
    const std::string text =
        people[0] + " is older than " + people[1] + ". " + people[1] + " is older than " + people[2] + ".";
    return choice_row({{"text", text}}, people[0], people, 3, s);
  };
  std::vector<WorldTask> tasks = {number_task("bigger_animal", "ordering", "Which is bigger?", bigger),
                                  number_task("smaller_animal", "ordering", "Which is smaller?", smaller),
                                  number_task("is_it_bigger", "ordering", "Answer yes or no.", is_bigger),
                                  number_task("who_is_taller", "ordering", "Who is taller?", taller),
                                  number_task("oldest_of_three", "ordering", "Who is oldest?", older_of_three)};
  for (WorldTask& task : tasks) task.chance = 50.0;
  tasks[4].chance = 100.0 / 3.0;
  return tasks;
}

WorldTask calendar(const std::string& list, int64_t step) {
  const std::string definition = "Which " + list + " comes " + (step > 0 ? "after?" : "before?");
  return number_task(list + (step > 0 ? "_after" : "_before"), "calendar", definition, [=](RandomStream& s) {
    const Words& names = words(list);
    const size_t i = s.below(names.size()), size = names.size();
    return choice_row({{"text", names[i]}},
                      names[(i + size + static_cast<size_t>(step + static_cast<int64_t>(size))) % size], names, 4, s);
  });
}

// A row whose rationale tells the steps.
WorldRow explained(WorldRow row, const std::string& rationale) {
  row.rationale = rationale;
  return row;
}

WorldTask cot_task(const std::string& name, const std::string& cluster, const std::string& question, Make make) {
  WorldTask task{name,
                 "cot",
                 cluster,
                 {"{text} " + question + " {options}", "{text} " + question},
                 std::move(make),
                 {"{text} " + question + " Think step by step.", "{text} " + question + " {options} Explain first."}};
  return task;
}

std::vector<WorldTask> cot_of_numbers() {
  const auto gets = [](RandomStream& s) {
    const int64_t a = s.between(1, 9), b = s.between(1, 9);
    const std::string who = s.pick(story_names());
    return explained(number_row(who + " has " + text_of(a) + " coins and finds " + text_of(b) + ".", a + b, s),
                     text_of(a) + " plus " + text_of(b) + " is " + text_of(a + b) + ".");
  };
  const auto sells = [](RandomStream& s) {
    const int64_t b = s.between(1, 9), c = s.between(0, 9);
    const std::string who = s.pick(story_names());
    return explained(number_row(who + " has " + text_of(b + c) + " eggs and eats " + text_of(b) + ".", c, s),
                     text_of(b + c) + " minus " + text_of(b) + " is " + text_of(c) + ".");
  };
  const auto both = [](RandomStream& s) {
    const Words people = draw(story_names(), 2, s);
    const int64_t a = s.between(1, 9), b = s.between(1, 9);
    const std::string text =
        people[0] + " has " + text_of(a) + " cards. " + people[1] + " has " + text_of(b) + " cards.";
    return explained(number_row(text, a + b, s), text_of(a) + " plus " + text_of(b) + " is " + text_of(a + b) + ".");
  };
  const auto count = [](RandomStream& s) {
    const auto length = static_cast<size_t>(s.between(1, 4));
    const Words list = draw(words("food"), length, s);
    std::string steps;
    for (size_t i = 0; i < length; ++i) steps += list[i] + " is " + text_of(static_cast<int64_t>(i) + 1) + ". ";
    steps.pop_back();
    return explained(number_row("On the table: " + join(list) + ".", static_cast<int64_t>(length), s), steps);
  };
  return {cot_task("cot_finds", "cot_arithmetic", "How many now?", gets),
          cot_task("cot_eats", "cot_arithmetic", "How many are left?", sells),
          cot_task("cot_together", "cot_arithmetic", "How many together?", both),
          cot_task("cot_count", "cot_arithmetic", "How many things?", count)};
}

std::vector<WorldTask> cot_of_order(const World& world) {
  const auto tallest = [](RandomStream& s) {
    const Words p = draw(story_names(), 3, s);
    WorldRow row = choice_row(
        {{"text", p[0] + " is taller than " + p[1] + ". " + p[1] + " is taller than " + p[2] + "."}}, p[0], p, 3, s);
    return explained(row, p[0] + " is above " + p[1] + " and " + p[1] + " is above " + p[2] + ".");
  };
  const auto shortest = [](RandomStream& s) {
    const Words p = draw(story_names(), 3, s);
    WorldRow row = choice_row(
        {{"text", p[0] + " is taller than " + p[1] + ". " + p[1] + " is taller than " + p[2] + "."}}, p[2], p, 3, s);
    return explained(row, p[0] + " is above " + p[1] + " and " + p[1] + " is above " + p[2] + ".");
  };
  const auto day = [](RandomStream& s) {
    const Words& days = words("day");
    const size_t i = s.below(days.size());
    WorldRow row = choice_row({{"text", "Today is " + days[i] + "."}}, days[(i + 2) % 7], days, 4, s);
    return explained(row, "After " + days[i] + " comes " + days[(i + 1) % 7] + ". After " + days[(i + 1) % 7] +
                              " comes " + days[(i + 2) % 7] + ".");
  };
  const auto reading = [=](RandomStream& s) {
    const Stranger person = draw_stranger(world, 2, true, s);
    const Attribute& attribute = kinds()[0].attributes[person.attributes[1]];
    WorldRow row = choice_row({{"text", join(person.sentences, " ") + " " + told(attribute.question, person.name, "")}},
                              person.values[1], words(attribute.list), 4, s);
    return explained(row, "The text says: " + person.sentences[1]);
  };
  std::vector<WorldTask> tasks = {cot_task("cot_tallest", "cot_ordering", "Who is tallest?", tallest),
                                  cot_task("cot_shortest", "cot_ordering", "Who is shortest?", shortest),
                                  cot_task("cot_day", "cot_calendar", "Which day is in two days?", day),
                                  cot_task("cot_reading", "cot_reading", "Find it.", reading)};
  tasks[0].chance = tasks[1].chance = 100.0 / 3.0;
  return tasks;
}

}  // namespace

std::vector<WorldTask> number_tasks(const World&) {
  std::vector<WorldTask> tasks = arithmetic();
  for (WorldTask& task : ordering()) tasks.push_back(std::move(task));
  for (const char* list : {"day", "month"}) {
    tasks.push_back(calendar(list, 1));
    tasks.push_back(calendar(list, -1));
  }
  return tasks;
}

std::vector<WorldTask> cot_tasks(const World& world) {
  std::vector<WorldTask> tasks = cot_of_numbers();
  for (WorldTask& task : cot_of_order(world)) tasks.push_back(std::move(task));
  return tasks;
}

}  // namespace flanmoe::world
