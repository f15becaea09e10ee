#include "data/world/tasks.h"

namespace flanmoe::world {
namespace {

WorldTask sentiment(const std::string& name, const Words& subjects, Words templates, const std::string& good,
                    const std::string& bad) {
  WorldTask task{name, "muffin", "sentiment", std::move(templates), {}, {}};
  task.chance = 50.0;
  task.make = [=](RandomStream& stream) {
    const bool is_good = stream.chance(0.5);
    const Words feelings = draw(words(is_good ? "good" : "bad"), 2, stream);
    const std::string text = "The " + stream.pick(subjects) + " was " + feelings[0] + " and " + feelings[1] + ".";
    return WorldRow{{{"text", text}}, {good, bad}, {is_good ? good : bad}, "", ""};
  };
  return task;
}

std::vector<WorldTask> sentiment_tasks() {
  return {
      sentiment("sentiment_food", words("food"),
                {"{text} Good or bad? {options}", "Review: {text} How was it? {options}", "{text} Is it praise?"},
                "good", "bad"),
      sentiment("sentiment_room", words("room"),
                {"{text} The guest was {options}", "{text} Did the guest like it? {options}", "Mood: {text}"}, "happy",
                "unhappy"),
      sentiment("sentiment_instrument", words("instrument"),
                {"{text} Verdict? {options}", "{text} Positive or negative?", "Rate: {text} {options}"}, "positive",
                "negative"),
      sentiment("sentiment_goods", words("goods"),
                {"{text} Buy it again? {options}", "A buyer says: {text} Again?", "{text} {options}"}, "yes", "no")};
}

WorldTask topic(const std::string& name, size_t num_words, Words templates) {
  WorldTask task{name, "muffin", "topic", std::move(templates), {}, {}};
  task.make = [=](RandomStream& stream) {
    const std::string category = stream.pick(categories());
    const std::string person = stream.pick(story_names());
    const std::string text = person + " talks about " + join(draw(words(category), num_words, stream), " and ") + ".";
    return choice_row({{"text", text}}, category, categories(), 4, stream);
  };
  return task;
}

// "Mira called Tobo because he was ill." The pronoun tells who.
WorldTask pronoun(const std::string& name, bool in_passive) {
  WorldTask task{
      name,
      "muffin",
      "coreference",
      {"{text} Who was {state}? {options}", "{text} Who does the pronoun mean? {options}", "{text} Who was {state}?"},
      {},
      {}};
  task.chance = 50.0;
  task.make = [=](RandomStream& stream) {
    const bool she_first = stream.chance(0.5);
    const std::string first = stream.pick(words(she_first ? "she" : "he")),
                      second = stream.pick(words(she_first ? "he" : "she"));
    const std::string verb = stream.pick(second_words(word_pairs("passive")));
    static const Words kStates = {"ill", "late", "lost", "glad", "tired", "lonely"};
    const std::string state = stream.pick(kStates), word = stream.chance(0.5) ? second : first;
    const std::string text =
        in_passive ? second + " was " + verb + " by " + first + " because " : first + " was with " + second + " when ";
    const std::string reply = text + (is_she(word) ? "she" : "he") + " was " + state + ".";
    return choice_row({{"text", reply}, {"state", state}}, word, {first, second}, 2, stream);
  };
  return task;
}

// "Tobo gave the saw to Mira." Who has it now?
WorldTask who_has() {
  WorldTask task{"who_has_it",
                 "muffin",
                 "coreference",
                 {"{text} Who has the {thing}? {options}", "{text} Who has the {thing}?",
                  "{text} The {thing} is now with {options}"},
                 {},
                 {}};
  task.chance = 50.0;
  task.make = [](RandomStream& stream) {
    const Words people = draw(story_names(), 2, stream);
    const std::string thing = stream.pick(words("tool"));
    const bool gives = stream.chance(0.5);
    const std::string text =
        people[0] + (gives ? " gave the " : " took the ") + thing + (gives ? " to " : " from ") + people[1] + ".";
    return choice_row({{"text", text}, {"thing", thing}}, people[gives ? 1 : 0], people, 2, stream);
  };
  return task;
}

WorldTask passive(bool to_passive) {
  WorldTask task{to_passive ? "to_passive" : "to_active",
                 "niv2",
                 "grammar",
                 {"{definition} {text}", "{text} {definition}", "Rewrite: {text} {definition}"},
                 {},
                 {}};
  task.definition = to_passive ? "Begin with the one to whom it is done." : "Begin with the one who does it.";
  task.metric = "exact_match";
  task.chance = 0.0;
  task.make = [=](RandomStream& stream) {
    const auto& [active, participle] = stream.pick(word_pairs("passive"));
    const Words people = draw(story_names(), 2, stream);
    const std::string does = people[0] + " " + active + " " + people[1] + ".",
                      done = people[1] + " is " + participle + " by " + people[0] + ".";
    return free_row({{"text", to_passive ? does : done}}, to_passive ? done : does);
  };
  return task;
}

WorldTask negate() {
  WorldTask task{
      "negate", "niv2", "grammar", {"{definition} {text}", "{text} {definition}", "Say the contrary: {text}"}, {}, {}};
  task.definition = "Say that it is not so.";
  task.metric = "exact_match";
  task.chance = 0.0;
  task.make = [](RandomStream& stream) {
    const std::string start = stream.pick(story_names()) + " is ",
                      end = stream.pick(words("good")) + " and has a " + stream.pick(words("tool")) + ".";
    return free_row({{"text", start + end}}, start + "not " + end);
  };
  return task;
}

}  // namespace

std::vector<WorldTask> story_tasks(const World&) {
  std::vector<WorldTask> tasks = sentiment_tasks();
  tasks.push_back(topic("topic_two_words", 2,
                        {"{text} Topic? {options}", "What is this about? {text} {options}", "{text} Topic:"}));
  tasks.push_back(
      topic("topic_three_words", 3,
            {"{text} The subject is {options}", "{text} Which kind of thing? {options}", "Subject of: {text}"}));
  tasks.push_back(pronoun("pronoun_of_object", true));
  tasks.push_back(pronoun("pronoun_of_subject", false));
  tasks.push_back(who_has());
  tasks.push_back(passive(true));
  tasks.push_back(passive(false));
  tasks.push_back(negate());
  return tasks;
}

}  // namespace flanmoe::world
