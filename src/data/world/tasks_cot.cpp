#include "data/world/people.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

using Make = std::function<WorldRow(RandomStream&)>;

std::string text_of(int64_t number) { return std::to_string(number); }

// `question` stands behind the text, with a space in front; empty when the text asks.
WorldTask cot_task(const std::string& name, const std::string& cluster, const std::string& question, Make make) {
  return {name,
          "cot",
          cluster,
          {"{text}" + question + " {options}", "{text}" + question},
          std::move(make),
          {"{text}" + question + " Think step by step.", "{text}" + question + " {options} Explain first."}};
}

std::string sum_steps(int64_t a, int64_t b) {
  return text_of(a) + " plus " + text_of(b) + " is " + text_of(a + b) + ".";
}

WorldRow finds(RandomStream& s) {
  const NumberChoice c = draw_numbers(2, 18, s);
  const int64_t a = draw_addend(c.answer, 1, 9, s), b = c.answer - a;
  return explained(number_row(s.pick(story_names()) + " has " + text_of(a) + " coins and finds " + text_of(b) + ".", c),
                   sum_steps(a, b));
}

WorldRow eats(RandomStream& s) {
  const NumberChoice c = draw_numbers(0, 9, s);
  const int64_t b = s.between(1, 9);
  return explained(
      number_row(s.pick(story_names()) + " has " + text_of(b + c.answer) + " eggs and eats " + text_of(b) + ".", c),
      text_of(b + c.answer) + " minus " + text_of(b) + " is " + text_of(c.answer) + ".");
}

WorldRow together(RandomStream& s) {
  const Words people = draw(story_names(), 2, s);
  const NumberChoice c = draw_numbers(2, 18, s);
  const int64_t a = draw_addend(c.answer, 1, 9, s), b = c.answer - a;
  return explained(
      number_row(people[0] + " has " + text_of(a) + " cards. " + people[1] + " has " + text_of(b) + " cards.", c),
      sum_steps(a, b));
}

WorldRow count_things(RandomStream& s) {
  const NumberChoice length = draw_numbers(1, 4, s);
  const Words list = draw(words("food"), static_cast<size_t>(length.answer), s);
  Words steps;
  for (size_t i = 0; i < list.size(); ++i) steps.push_back(list[i] + " is " + std::to_string(i + 1) + ".");
  return explained(number_row("On the table: " + join(list) + ".", length), join(steps, " "));
}

WorldRow order_of_height(RandomStream& s) {
  return order_row({"taller", "shorter", {"tallest", "in the middle", "shortest"}}, s);
}

WorldRow order_of_speed(RandomStream& s) {
  return order_row({"faster", "slower", {"fastest", "in the middle", "slowest"}}, s);
}

WorldRow day_in_two_days(RandomStream& s) {
  const Words& days = words("day");
  const size_t i = s.below(days.size());
  const std::string &today = days[i], &next = days[(i + 1) % 7], &asked = days[(i + 2) % 7];
  return explained(choice_row({{"text", "Today is " + today + "."}}, asked, days, 4, s),
                   "After " + today + " comes " + next + ". After " + next + " comes " + asked + ".");
}

Make reading(const World& world) {
  return [=](RandomStream& s) {
    const People people = draw_people(world, 3, true, s);
    const size_t asked = s.below(3);
    WorldRow row = people_row(people, asked, s);
    row.fields = {{"text", row.fields["passage"] + " " + row.fields["question"]}};
    return explained(row, "The text says: " + people.sentences[asked]);
  };
}

}  // namespace

std::vector<WorldTask> cot_tasks(const World& world) {
  std::vector<WorldTask> tasks = {cot_task("cot_finds", "cot_arithmetic", " How many now?", finds),
                                  cot_task("cot_eats", "cot_arithmetic", " How many are left?", eats),
                                  cot_task("cot_together", "cot_arithmetic", " How many together?", together),
                                  cot_task("cot_count", "cot_arithmetic", " How many things?", count_things),
                                  cot_task("cot_day", "cot_calendar", " Which day is in two days?", day_in_two_days),
                                  cot_task("cot_order_of_height", "cot_ordering", "", order_of_height),
                                  cot_task("cot_order_of_speed", "cot_ordering", "", order_of_speed),
                                  cot_task("cot_reading", "cot_reading", " Find it.", reading(world))};
  for (size_t i = 5; i < tasks.size(); ++i) tasks[i].chance = 100.0 / 3.0;
  return tasks;
}

}  // namespace flanmoe::world
