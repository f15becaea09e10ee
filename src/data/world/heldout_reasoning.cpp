#include <algorithm>
#include <tuple>

#include "data/world/people.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

using Make = std::function<WorldRow(RandomStream&)>;

std::string text_of(int64_t number) { return std::to_string(number); }

// The cluster is the mixture's, or one that it does not know.
WorldTask reasoning(const std::string& name, const std::string& cluster, HeldOutBy held_out, double chance, Make make) {
  WorldTask task{"reasoning_" + name,
                 "heldout",
                 cluster,
                 {"Question: {text} {options} Answer:"},
                 std::move(make),
                 {"Question: {text} {options} Explain first."}};
  task.suite = "reasoning";
  task.held_out = held_out;
  task.chance = chance;
  return task;
}

std::string sum_step(int64_t a, int64_t b) {
  return text_of(a) + " plus " + text_of(b) + " is " + text_of(a + b) + ".";
}

std::string difference_step(int64_t a, int64_t b) {
  return text_of(a) + " minus " + text_of(b) + " is " + text_of(a - b) + ".";
}

// `count` different numbers of [1, highest]. All numbers of a text are in it: what is asked of which decides.
std::vector<int64_t> different_numbers(size_t count, size_t highest, RandomStream& s) {
  std::vector<int64_t> numbers;
  for (const size_t i : s.sample(highest, count)) numbers.push_back(static_cast<int64_t>(i) + 1);
  return numbers;
}

WorldRow among(const std::string& text, int64_t answer, const std::vector<int64_t>& options,
               const std::string& rationale, RandomStream& s) {
  Words shown;
  for (const int64_t option : options) shown.push_back(text_of(option));
  return explained(choice_row({{"text", text}}, text_of(answer), shown, shown.size(), s), rationale);
}

// The options are what is left when another of the three numbers is eaten.
WorldRow finds_and_eats(RandomStream& s) {
  std::vector<int64_t> n;
  do {
    n = different_numbers(3, 9, s);
  } while (2 * *std::max_element(n.begin(), n.end()) > n[0] + n[1] + n[2]);
  const auto [has, finds, eats] = std::tuple(n[0], n[1], n[2]);
  const bool eats_first = eats <= has && s.chance(0.5);
  const std::string who = s.pick(story_names()) + " has " + text_of(has) + " nuts, ", found = "finds " + text_of(finds),
                    eaten = "eats " + text_of(eats);
  return among(who + (eats_first ? eaten + " and " + found : found + " and " + eaten) + ". How many are left?",
               has + finds - eats, {has + finds - eats, has - finds + eats, finds + eats - has},
               eats_first ? difference_step(has, eats) + " " + sum_step(has - eats, finds)
                          : sum_step(has, finds) + " " + difference_step(has + finds, eats),
               s);
}

std::string owned(const Words& people, const std::vector<int64_t>& numbers, const std::string& things) {
  std::string text;
  for (size_t i = 0; i < people.size(); ++i) text += people[i] + " has " + text_of(numbers[i]) + " " + things + ". ";
  return text;
}

// Four people of whom three are asked for; the options leave out another one each.
WorldRow three_together(RandomStream& s) {
  const Words p = draw(story_names(), 4, s);
  const std::vector<int64_t> n = different_numbers(4, 7, s);
  const std::vector<size_t> order = s.sample(4, 4);  // the last is left out
  const int64_t a = n[order[0]], b = n[order[1]], c = n[order[2]], all = a + b + c + n[order[3]];
  return among(owned(p, n, "pens") + "How many have " + p[order[0]] + ", " + p[order[1]] + " and " + p[order[2]] + "?",
               a + b + c, {all - n[0], all - n[1], all - n[2], all - n[3]}, sum_step(a, b) + " " + sum_step(a + b, c),
               s);
}

// Three people of whom two are compared; the options compare others.
WorldRow how_many_more(RandomStream& s) {
  const Words p = draw(story_names(), 3, s);
  std::vector<int64_t> sorted, n;
  do {
    sorted = n = different_numbers(3, 14, s);
    std::sort(sorted.begin(), sorted.end());
  } while (sorted[2] - sorted[1] == sorted[1] - sorted[0]);
  std::vector<size_t> two = s.sample(3, 2);
  if (n[two[0]] < n[two[1]]) std::swap(two[0], two[1]);
  const int64_t more = n[two[0]], less = n[two[1]];
  return among(owned(p, n, "shells") + "How many more has " + p[two[0]] + " than " + p[two[1]] + "?", more - less,
               {sorted[2] - sorted[1], sorted[1] - sorted[0], sorted[2] - sorted[0]}, difference_step(more, less), s);
}

WorldRow order_of_four(RandomStream& s) {
  return order_row({"stronger", "weaker", {"strongest", "second strongest", "second weakest", "weakest"}}, s);
}

// Who has which of three things: the first is told, of the second what he has not, the third has what is left.
WorldRow one_each(RandomStream& s) {
  const Words people = draw(story_names(), 3, s), things = draw(words("tool"), 3, s);
  const Words listed_people = draw(people, 3, s), listed_things = draw(things, 3, s);
  Words sentences = {people[0] + " has the " + things[0] + ".", people[1] + " has not the " + things[2] + "."};
  s.shuffle(sentences);
  const size_t asked = s.below(3);
  const std::string text = join(listed_people) + " have one each: " + join(listed_things) + ". " +
                           join(sentences, " ") + " What has " + people[asked] + "?";
  return explained(choice_row({{"text", text}}, things[asked], things, 3, s),
                   people[1] + " has the " + things[1] + " and " + people[2] + " has the " + things[2] + ".");
}

}  // namespace

std::vector<WorldTask> reasoning_tasks(const World&) {
  constexpr auto kItem = HeldOutBy::kItem;
  constexpr double kOfThree = 100.0 / 3.0;
  return {reasoning("finds_and_eats", "cot_arithmetic", kItem, kOfThree, finds_and_eats),
          reasoning("three_together", "cot_arithmetic", kItem, 25.0, three_together),
          reasoning("how_many_more", "cot_arithmetic", kItem, kOfThree, how_many_more),
          reasoning("order_of_four", "cot_ordering", kItem, 25.0, order_of_four),
          reasoning("one_each", "elimination", HeldOutBy::kCluster, kOfThree, one_each)};
}

}  // namespace flanmoe::world
