#include <algorithm>

#include "data/world/people.h"
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

std::string text_of(int64_t number) { return std::to_string(number); }

std::vector<WorldTask> arithmetic() {
  const auto sum = [](RandomStream& s) {
    const NumberChoice c = draw_numbers(0, 20, s);
    const int64_t a = draw_addend(c.answer, 0, 10, s);
    return number_row(text_of(a) + " plus " + text_of(c.answer - a), c);
  };
  const auto difference = [](RandomStream& s) {
    const NumberChoice c = draw_numbers(0, 10, s);
    const int64_t b = s.between(0, 10);
    return number_row(text_of(b + c.answer) + " minus " + text_of(b), c);
  };
  const auto next = [](RandomStream& s) {
    const NumberChoice c = draw_numbers(1, 20, s);
    return number_row(text_of(c.answer - 1), c);
  };
  const auto gets = [](RandomStream& s) {
    const NumberChoice c = draw_numbers(2, 20, s);
    const int64_t a = draw_addend(c.answer, 1, 10, s);
    const std::string who = s.pick(story_names()), thing = s.pick(words("tool"));
    return number_row(
        who + " has " + text_of(a) + " of the kind " + thing + " and gets " + text_of(c.answer - a) + " more.", c);
  };
  const auto loses = [](RandomStream& s) {
    const NumberChoice c = draw_numbers(0, 10, s);
    const int64_t b = s.between(1, 10);
    const std::string who = s.pick(story_names()), thing = s.pick(words("food"));
    return number_row(who + " has " + text_of(b + c.answer) + " bags of " + thing + " and sells " + text_of(b) + ".",
                      c);
  };
  return {number_task("add", "arithmetic", "Add.", sum), number_task("subtract", "arithmetic", "Subtract.", difference),
          number_task("next_number", "arithmetic", "Which number comes next?", next),
          number_task("word_problem_gets", "arithmetic", "How many now?", gets),
          number_task("word_problem_sells", "arithmetic", "How many are left?", loses)};
}

// Which of two things comes first or last in an order that is known: "bigger: dog or ant".
WorldRow compare(const Words& smallest_first, const std::string& more, const std::string& less, RandomStream& s) {
  std::vector<size_t> places = s.sample(smallest_first.size(), 2);
  const std::string &one = smallest_first[places[0]], &other = smallest_first[places[1]];
  const bool asks_more = s.chance(0.5);
  return choice_row({{"text", (asks_more ? more : less) + ": " + one + " or " + other}},
                    asks_more == (places[0] > places[1]) ? one : other, {one, other}, 2, s);
}

std::vector<WorldTask> ordering() {
  const auto numbers = [](RandomStream& s) {
    return compare(first_words(word_pairs("number")), "larger", "smaller", s);
  };
  const auto animals = [](RandomStream& s) { return compare(words("size"), "bigger", "smaller", s); };
  const auto is_bigger = [](RandomStream& s) {
    const Words& sizes = words("size");
    const std::vector<size_t> places = s.sample(sizes.size(), 2);
    const bool bigger = s.chance(0.5);
    return yes_no_row({{"text", "Is a " + sizes[places[0]] + (bigger ? " bigger" : " smaller") + " than a " +
                                    sizes[places[1]] + "?"}},
                      bigger == (places[0] > places[1]));
  };
  const auto height_of_two = [](RandomStream& s) { return order_row({"taller", "shorter", {"taller", "shorter"}}, s); };
  const auto age_of_three = [](RandomStream& s) {
    return order_row({"older", "younger", {"oldest", "in the middle", "youngest"}}, s);
  };
  std::vector<WorldTask> tasks = {number_task("larger_or_smaller", "ordering", "Compare the numbers.", numbers),
                                  number_task("bigger_or_smaller", "ordering", "Compare the animals.", animals),
                                  number_task("is_it_bigger", "ordering", "Answer yes or no.", is_bigger),
                                  number_task("height_of_two", "ordering", "Compare the people.", height_of_two),
                                  number_task("age_of_three", "ordering", "Compare the people.", age_of_three)};
  for (WorldTask& task : tasks) task.chance = 50.0;
  tasks.back().chance = 100.0 / 3.0;
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

}  // namespace flanmoe::world
