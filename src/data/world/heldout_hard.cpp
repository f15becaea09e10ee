#include <fmt/format.h>

#include <algorithm>

#include "data/world/people.h"
#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

using Make = std::function<WorldRow(RandomStream&)>;

// A kind of task that the mixture does not know, unless `trained_cluster` says where its like is.
WorldTask hard(const std::string& name, double chance, Make make, const std::string& trained_cluster = "") {
  WorldTask task{"hard_" + name,
                 "heldout",
                 trained_cluster.empty() ? name : trained_cluster,
                 {"Question: {text} {options} Answer:"},
                 std::move(make),
                 {"Question: {text} {options} Explain first."}};
  task.suite = "hard";
  task.chance = chance;
  task.held_out = trained_cluster.empty() ? HeldOutBy::kCluster : HeldOutBy::kItem;
  return task;
}

// "not true and false or true", worked out from left to right.
struct Expression {
  std::vector<bool> words, negated;  // of three terms
  Words joins = {"and", "or"};       // between them

  bool value(std::string* steps = nullptr) const {
    bool value = term(0);
    for (size_t i = 1; i < words.size(); ++i) {
      if (steps != nullptr) *steps += (i > 1 ? " " : "") + name(value) + " " + joins[i - 1] + " " + name(term(i)) + ".";
      value = joins[i - 1] == "and" ? value && term(i) : value || term(i);
    }
    return value;
  }
  std::string text() const {
    std::string text;
    for (size_t i = 0; i < words.size(); ++i)
      text += (i > 0 ? " " + joins[i - 1] + " " : "") + (negated[i] ? "not " : "") + name(words[i]);
    return text;
  }
  static std::string name(bool value) { return value ? "true" : "false"; }

 private:
  bool term(size_t i) const { return words[i] != negated[i]; }
};

Expression shuffled(Expression expression, RandomStream& s) {
  s.shuffle(expression.joins);
  for (auto* values : {&expression.words, &expression.negated}) {
    std::vector<int> order(values->begin(), values->end());
    s.shuffle(order);
    values->assign(order.begin(), order.end());
  }
  return expression;
}

// The words are drawn first, such that their order alone decides between true and false.
WorldRow boolean_expression(RandomStream& s) {
  constexpr int kOrders = 40;
  std::map<bool, Expression> of_value;
  while (of_value.size() < 2) {
    of_value.clear();
    Expression drawn;
    for (size_t i = 0; i < 3; ++i) {
      drawn.words.push_back(s.chance(0.5));
      drawn.negated.push_back(s.chance(0.5));
    }
    for (int i = 0; i < kOrders; ++i) {
      const Expression other = shuffled(drawn, s);
      of_value[other.value()] = other;
    }
  }
  const bool wanted = s.chance(0.5);
  std::string steps;
  of_value[wanted].value(&steps);
  return {{{"text", of_value[wanted].text() + " is"}}, {"true", "false"}, {Expression::name(wanted)}, steps, ""};
}

WorldRow swaps(RandomStream& s) {
  const Words people = draw(story_names(), 3, s);
  Words things = draw(words("tool"), 3, s);
  std::string text;
  for (size_t i = 0; i < 3; ++i) text += people[i] + " has the " + things[i] + ". ";
  const std::vector<size_t> swapped = s.sample(3, 2);
  std::swap(things[swapped[0]], things[swapped[1]]);
  const size_t asked = s.below(3);
  const bool is_swapped = asked == swapped[0] || asked == swapped[1];
  text += people[swapped[0]] + " and " + people[swapped[1]] + " swap. What has " + people[asked] + " now?";
  return explained(choice_row({{"text", text}}, things[asked], things, 3, s),
                   people[asked] + (is_swapped ? " gets the " : " keeps the ") + things[asked] + ".");
}

// A place in a cycle of days or months, three to six steps from the one that is told, in either direction. The options
// are all of these, so that none can be left out without counting.
WorldRow away(const std::string& list, const std::string& today, RandomStream& s) {
  constexpr int64_t kFewest = 3, kMost = 6;
  const Words& names = words(list);
  const bool later = s.chance(0.5);
  const auto size = static_cast<int64_t>(names.size()), steps = s.between(kFewest, kMost),
             begin = s.between(0, size - 1);
  const auto at = [&](int64_t i) { return names[static_cast<size_t>((begin + (later ? i : size - i)) % size)]; };
  Words options;
  for (int64_t i = kFewest; i <= kMost; ++i) options.push_back(at(i));
  const std::string text = fmt::format(fmt::runtime(later ? "{} {}. {} comes in {} {}s. Which {} is that?"
                                                          : "{} {}. {} came {} {}s ago. Which {} was that?"),
                                       today, at(0), s.pick(story_names()), steps, list, list);
  return explained(choice_row({{"text", text}}, at(steps), options, options.size(), s),
                   (later ? "After " : "Before ") + at(0) + " comes " + at(1) + ".");
}

WorldRow days_away(RandomStream& s) { return away("day", "Today is", s); }

WorldRow months_away(RandomStream& s) { return away("month", "Now it is", s); }

WorldRow two_hops(RandomStream& s) {
  const Words people = draw(story_names(), 2, s), things = draw(words("tool"), 2, s), rooms = draw(words("room"), 2, s);
  Words sentences;
  for (size_t i = 0; i < 2; ++i) {
    sentences.push_back(people[i] + " owns the " + things[i] + ".");
    sentences.push_back("The " + things[i] + " is in the " + rooms[i] + ".");
  }
  s.shuffle(sentences);
  const size_t asked = s.below(2);
  const std::string text = join(sentences, " ") + " Where is the thing of " + people[asked] + "?";
  return explained(choice_row({{"text", text}}, rooms[asked], rooms, 2, s),
                   people[asked] + " owns the " + things[asked] + ".");
}

WorldRow truth_teller(RandomStream& s) {
  const Words people = draw(story_names(), 2, s);
  const bool first = s.chance(0.5), says_lies = s.chance(0.5);
  const std::string text = people[0] + (first ? " tells the truth. " : " lies. ") + people[1] + " says that " +
                           people[0] + (says_lies ? " lies." : " tells the truth.") + " Does " + people[1] +
                           " tell the truth?";
  return explained(yes_no_row({{"text", text}}, first != says_lies),
                   people[0] + (first ? " tells the truth." : " lies."));
}

// Where the last word stands among all by its length; among equals it is drawn.
size_t rank_by_length(const Words& words, RandomStream& s) {
  size_t shorter = 0, equal = 0;  // it is one of the equals
  for (const std::string& word : words) {
    shorter += word.size() < words.back().size() ? 1 : 0;
    equal += word.size() == words.back().size() ? 1 : 0;
  }
  return shorter + s.below(equal);
}

// Of each category as many words, or the odd one would be one of few more often; and the odd one is the longest as
// often as any other.
WorldRow odd_one_out(RandomStream& s) {
  constexpr int64_t kWords = 10;
  const auto first_words_of = [](const Words& list) { return Words(list.begin(), list.begin() + kWords); };
  const size_t rank = s.below(4);
  Words lists, shown;
  do {
    lists = draw(categories(), 2, s);
    shown = draw(first_words_of(words(lists[0])), 3, s);
    shown.push_back(s.pick(first_words_of(words(lists[1]))));
  } while (rank_by_length(shown, s) != rank);
  const std::string odd = shown.back();
  s.shuffle(shown);
  return explained(choice_row({{"text", "Which word does not belong? " + join(shown)}}, odd, shown, 4, s),
                   odd + " is a kind of " + lists[1] + ".");
}

// Five words in all, so that a long list does not mean a large number.
WorldRow count_kind(RandomStream& s) {
  constexpr size_t kShown = 5;
  const Words lists = draw(categories(), 2, s);
  const NumberChoice count = draw_numbers(1, kShown - 1, s);
  const auto many = static_cast<size_t>(count.answer);
  Words shown = draw(words(lists[0]), many, s);
  for (const std::string& word : draw(words(lists[1]), kShown - many, s)) shown.push_back(word);
  s.shuffle(shown);
  return explained(number_row("How many words of the kind " + lists[0] + "? " + join(shown), count),
                   std::to_string(count.answer) + " are of the kind " + lists[0] + ".");
}

WorldRow size_of_three(RandomStream& s) {
  const Words& sizes = words("size");
  std::vector<size_t> places = s.sample(sizes.size(), 3);
  Words shown;
  for (const size_t place : places) shown.push_back(sizes[place]);
  std::sort(places.begin(), places.end());
  static const Words kAsked = {"smallest", "one in the middle", "biggest"};
  const size_t asked = s.below(3);
  const std::string answer = sizes[places[asked]];
  return explained(choice_row({{"text", "Which is the " + kAsked[asked] + "? " + join(shown)}}, answer, shown, 3, s),
                   "The " + kAsked[asked] + " is the " + answer + ".");
}

}  // namespace

std::vector<WorldTask> hard_tasks(const World& world) {
  constexpr double kOfThree = 100.0 / 3.0;
  std::vector<WorldTask> tasks = {hard("boolean_expressions", 50.0, boolean_expression),
                                  hard("tracking_swaps", kOfThree, swaps),
                                  hard("days_away", 25.0, days_away, "calendar"),
                                  hard("months_away", 25.0, months_away, "calendar"),
                                  hard("two_hops", 50.0, two_hops),
                                  hard("truth_teller", 50.0, truth_teller),
                                  hard("odd_one_out", 25.0, odd_one_out),
                                  hard("count_of_a_kind", 25.0, count_kind),
                                  hard("size_of_three", kOfThree, size_of_three, "ordering")};
  for (const Composition& c : compositions(world, true)) {
    tasks.push_back(hard("compose_" + c.name, kOfThree, c.make, "compositions"));
    tasks.back().templates = {"{list}. What is " + c.phrase + "? {options}"};
    tasks.back().cot_templates.clear();
  }
  return tasks;
}

}  // namespace flanmoe::world
