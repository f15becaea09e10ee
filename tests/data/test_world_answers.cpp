// The answers of a world's rows, found again from the corpus and the row's own text, by rules written down here.
#include <algorithm>
#include <regex>

#include "world_case.h"

namespace flanmoe {
namespace {

using cases::small_world;
using cases::Strings;
using cases::WorldTask;
using Table = std::map<std::string, std::string>;

std::vector<Strings> matches(const std::string& text, const std::string& pattern) {
  std::vector<Strings> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i) {
    Strings groups;
    for (size_t g = 1; g < i->size(); ++g) groups.push_back((*i)[g]);
    found.push_back(groups);
  }
  return found;
}

Strings only_match(const std::string& text, const std::string& pattern) {
  const auto found = matches(text, pattern);
  EXPECT_EQ(found.size(), 1u) << pattern << " in " << text;
  return found.empty() ? Strings(9) : found[0];
}

Strings split(const std::string& text, const std::string& separator) {
  Strings parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  return parts;
}

// What a reader of the general text knows.
struct Knowledge {
  std::map<std::string, Table> skills;  // "opposite" -> word -> word
  Table after;                          // days and months
  std::map<std::string, size_t> size;   // rank of the animals

  Knowledge() {
    std::string text;
    for (const auto& document : cases::documents_of(small_world().folder / "corpus/general.jsonl")) {
      text += document.text + "\n";
    }
    const auto learn = [&](const std::string& skill, const std::string& pattern) {
      for (const Strings& pair : matches(text, pattern)) skills[skill][pair[0]] = pair[1];
    };
    learn("opposite", "The opposite of (\\w+) is (\\w+)\\.");
    learn("synonym", "Another word for (\\w+) is (\\w+)\\.");
    learn("plural", "One (\\w+), two (\\w+)\\.");
    learn("category", "The word (\\w+) names a kind of (\\w+)\\.");
    learn("number_word", "(\\w+) is written (\\w+)\\.");
    for (const char* name : {"Lumi", "Kota", "Zari"}) {
      const std::string language = name;
      learn("in_" + language, "In " + language + " the word for (\\w+) is (\\w+)\\.");
      for (const auto& [english, foreign] : skills["in_" + language]) skills["from_" + language][foreign] = english;
    }
    for (const auto& [one, many] : skills["plural"]) skills["singular"][many] = one;
    for (const auto& [digits, word] : skills["number_word"]) skills["digits"][word] = digits;
    for (const Strings& pair : matches(text, "After (\\w+) comes (\\w+)\\.")) after[pair[0]] = pair[1];
    Table bigger;
    std::set<std::string> not_smallest;
    for (const Strings& pair : matches(text, "A (\\w+) is smaller than a (\\w+)\\.")) {
      bigger[pair[0]] = pair[1];
      not_smallest.insert(pair[1]);
    }
    for (const auto& [smaller, larger] : bigger) {
      if (not_smallest.contains(smaller)) continue;
      for (std::string animal = smaller; !animal.empty();) {
        size[animal] = size.size();
        animal = bigger.contains(animal) ? bigger.at(animal) : "";
      }
    }
  }
  std::string later(std::string name, int64_t steps) const {
    for (; steps > 0; --steps) name = after.at(name);
    return name;
  }
  std::string translated(const std::string& text, const std::string& from, const std::string& to) const {
    std::string result;
    for (std::string word : split(text, " ")) {
      if (from != "English") word = skills.at("from_" + from).at(word);
      if (to != "English") word = skills.at("in_" + to).at(word);
      result += (result.empty() ? "" : " ") + word;
    }
    return result;
  }
};

const Knowledge& known() {
  static const Knowledge knowledge;
  return knowledge;
}

size_t place_of(const std::string& name, size_t size) { return name == "first" ? 0 : name == "second" ? 1 : size - 1; }

std::string composed(const std::string& name, const TaskRow& row) {  // "last_opposite"
  const Strings list = split(row.fields.at("list"), ", ");
  const size_t stop = name.find('_');
  return known().skills.at(name.substr(stop + 1)).at(list[place_of(name.substr(0, stop), list.size())]);
}

const std::string& category(const std::string& word) { return known().skills.at("category").at(word); }

std::string list_answer(const std::string& name, const TaskRow& row) {
  Strings list = split(row.fields.at("list"), ", ");
  const Strings words = split(name, "_");  // "first_of_3", "find_animal", "count"
  if (name == "count") return std::to_string(list.size());
  if (name == "reverse") {
    std::string result = list.back();
    for (size_t i = list.size() - 1; i-- > 0;) result += ", " + list[i];
    return result;
  }
  if (name != "repeated" && words[1] == "of") return list[place_of(words[0], list.size())];
  const auto holds = [&](const std::string& word) {
    return name == "repeated" ? std::count(list.begin(), list.end(), word) == 2 : category(word) == words[1];
  };
  return *std::find_if(list.begin(), list.end(), holds);
}

// "not true and false or true is", from left to right.
std::string expression_value(const std::string& text) {
  bool value = false, negated = false, use_and = false;
  for (const std::string& word : split(text, " ")) {
    if (word == "not") negated = true;
    if (word == "and" || word == "or") use_and = word == "and";
    if (word != "true" && word != "false") continue;
    const bool term = (word == "true") != negated;
    value = use_and ? value && term : value || term;
    negated = false;
  }
  return value ? "true" : "false";
}

std::string after_swap(const std::string& text) {
  Table holds;
  for (const Strings& pair : matches(text, "(\\w+) has the (\\w+)\\.")) holds[pair[0]] = pair[1];
  const Strings people = only_match(text, "(\\w+) and (\\w+) swap\\. What has (\\w+) now");
  std::swap(holds[people[0]], holds[people[1]]);
  return holds[people[2]];
}

std::string place_of_thing(const std::string& text) {
  Table owns, room;
  for (const Strings& pair : matches(text, "(\\w+) owns the (\\w+)\\.")) owns[pair[0]] = pair[1];
  for (const Strings& pair : matches(text, "The (\\w+) is in the (\\w+)\\.")) room[pair[0]] = pair[1];
  return room[owns[only_match(text, "the thing of (\\w+)\\?")[0]]];
}

std::string tells_truth(const std::string& text) {
  const bool first = split(text, " ")[1] == "tells";  // "Mira tells the truth." or "Mira lies."
  const bool says_lies = text.find(" lies. Does") != std::string::npos;
  return first != says_lies ? "yes" : "no";
}

std::string odd_or_counted(const std::string& text) {
  const Strings list = split(text.substr(text.find("? ") + 2), ", ");
  std::map<std::string, Strings> by_category;
  for (const std::string& word : list) by_category[category(word)].push_back(word);
  if (text.starts_with("How many")) {
    return std::to_string(by_category[only_match(text, "of the kind (\\w+)\\?")[0]].size());
  }
  for (const auto& [name, members] : by_category) {
    if (members.size() == 1) return members[0];
  }
  return "";
}

// Two of them, or three, by the animals' sizes; the place is counted from the smallest.
std::string in_size(const std::string& listed, const std::string& separator, size_t place) {
  Strings animals = split(listed, separator);
  std::sort(animals.begin(), animals.end(),
            [](const auto& a, const auto& b) { return known().size.at(a) < known().size.at(b); });
  return animals[std::min(place, animals.size() - 1)];
}

// "bigger: dog or ant"
std::string bigger_or_smaller(const std::string& text) {
  return in_size(text.substr(text.find(": ") + 2), " or ", text.starts_with("bigger") ? 1 : 0);
}

// "Mira is older than Tobo. Ria is younger than Tobo. ... Who is in the middle?"
std::string in_order(const std::string& text) {
  static const std::set<std::string> kMore = {"taller", "older", "faster", "stronger"};
  std::map<std::string, std::set<std::string>> above;
  for (const Strings& pair : matches(text, "(\\w+) is (\\w+) than (\\w+)\\.")) {
    const bool more = kMore.contains(pair[1]);
    above[pair[more ? 2 : 0]].insert(pair[more ? 0 : 2]);
    above[pair[more ? 0 : 2]];
  }
  for (size_t round = 0; round < above.size(); ++round) {  // who is above one above is above
    for (auto& [name, higher] : above) {
      for (const std::string& other : std::set<std::string>(higher))
        higher.insert(above[other].begin(), above[other].end());
    }
  }
  const std::string asked = only_match(text, "Who is ([a-z ]+)\\?$")[0];
  static const std::map<std::string, size_t> kPlaces = {
      {"taller", 0},    {"tallest", 0},       {"oldest", 0},           {"fastest", 0},
      {"strongest", 0}, {"in the middle", 1}, {"second strongest", 1}, {"second weakest", 2}};
  const auto place = kPlaces.find(asked);
  const size_t num_above = place == kPlaces.end() ? above.size() - 1 : place->second;
  for (const auto& [name, higher] : above) {
    if (higher.size() == num_above) return name;
  }
  return "";
}

// "Mira, Tobo, Ria have one each: saw, rope, drill. Mira has the saw. Tobo has not the rope. What has Ria?"
std::string left_over(const std::string& text) {
  const Strings all = only_match(text, "(\\w+), (\\w+), (\\w+) have one each: (\\w+), (\\w+), (\\w+)\\."),
                has = only_match(text, "(\\w+) has the (\\w+)\\."),
                has_not = only_match(text, "(\\w+) has not the (\\w+)\\.");
  const std::string asked = only_match(text, "What has (\\w+)\\?$")[0];
  if (asked == has[0]) return has[1];
  if (asked != has_not[0]) return has_not[1];
  return *std::find_if(all.begin() + 3, all.end(),
                       [&](const std::string& thing) { return thing != has[1] && thing != has_not[1]; });
}

// "Today is Friday. Mira comes in 4 days. ...", "... came 4 days ago."
std::string away(const std::string& text, int64_t length) {
  const Strings p = only_match(text, "is (\\w+)\\. \\w+ (comes in|came) (\\d+) ");
  return known().later(p[0], p[1] == "came" ? length - std::stoll(p[2]) : std::stoll(p[2]));
}

// "Mira has 3 pens. ... 2 ..." with the rule of the task over the numbers in the text.
std::string counted(const std::string& text, const std::function<int64_t(const std::vector<int64_t>&)>& rule) {
  std::vector<int64_t> numbers;
  for (const Strings& number : matches(text, "(\\d+)")) numbers.push_back(std::stoll(number[0]));
  return std::to_string(rule(numbers));
}

int64_t owned(const std::string& text, const std::string& name) {
  return std::stoll(only_match(text, name + " has (\\d+) ")[0]);
}

using Rule = std::function<std::string(const TaskRow&)>;

Rule of_numbers(const std::function<int64_t(const std::vector<int64_t>&)>& rule) {
  return [=](const TaskRow& row) { return counted(row.fields.at("text"), rule); };
}

Rule of_text(const std::function<std::string(const std::string&)>& rule) {
  return [=](const TaskRow& row) { return rule(row.fields.at("text")); };
}

std::map<std::string, Rule> rules() {
  using Numbers = std::vector<int64_t>;
  const auto sum = of_numbers([](const Numbers& n) { return n[0] + n[1]; });
  const auto difference = of_numbers([](const Numbers& n) { return n[0] - n[1]; });
  return {
      {"add", sum},
      {"word_problem_gets", sum},
      {"cot_finds", sum},
      {"cot_together", sum},
      {"subtract", difference},
      {"word_problem_sells", difference},
      {"cot_eats", difference},
      {"next_number", of_numbers([](const Numbers& n) { return n[0] + 1; })},
      {"larger_or_smaller", of_text([](const auto& text) {
         return counted(text, [&](const Numbers& n) {
           return text.starts_with("larger") ? std::max(n[0], n[1]) : std::min(n[0], n[1]);
         });
       })},
      {"reasoning_finds_and_eats", of_text([](const auto& text) {
         const auto number = [&](const std::string& verb) { return std::stoll(only_match(text, verb + " (\\d+)")[0]); };
         return std::to_string(number("has") + number("finds") - number("eats"));
       })},
      {"reasoning_three_together", of_text([](const auto& text) {
         int64_t together = 0;
         for (const std::string& name : only_match(text, "have (\\w+), (\\w+) and (\\w+)\\?"))
           together += owned(text, name);
         return std::to_string(together);
       })},
      {"reasoning_how_many_more", of_text([](const auto& text) {
         const Strings two = only_match(text, "How many more has (\\w+) than (\\w+)\\?");
         return std::to_string(owned(text, two[0]) - owned(text, two[1]));
       })},
      {"cot_count", of_text([](const auto& text) { return std::to_string(split(text, ", ").size()); })},
      {"height_of_two", of_text(in_order)},
      {"age_of_three", of_text(in_order)},
      {"cot_order_of_height", of_text(in_order)},
      {"cot_order_of_speed", of_text(in_order)},
      {"reasoning_order_of_four", of_text(in_order)},
      {"reasoning_one_each", of_text(left_over)},
      {"bigger_or_smaller", of_text(bigger_or_smaller)},
      {"hard_size_of_three", of_text([](const auto& text) {
         const size_t place = text.starts_with("Which is the smallest") ? 0
                              : text.starts_with("Which is the one")    ? 1
                                                                        : 2;
         return in_size(text.substr(text.find("? ") + 2), ", ", place);
       })},
      {"is_it_bigger", of_text([](const auto& text) {
         const Strings p = only_match(text, "Is a (\\w+) (bigger|smaller) than a (\\w+)\\?");
         return (known().size.at(p[0]) > known().size.at(p[2])) == (p[1] == "bigger") ? "yes" : "no";
       })},
      {"day_after", of_text([](const auto& text) { return known().later(text, 1); })},
      {"day_before", of_text([](const auto& text) { return known().later(text, 6); })},
      {"month_after", of_text([](const auto& text) { return known().later(text, 1); })},
      {"month_before", of_text([](const auto& text) { return known().later(text, 11); })},
      {"cot_day", of_text([](const auto& text) { return known().later(only_match(text, "is (\\w+)\\.")[0], 2); })},
      {"hard_days_away", of_text([](const auto& text) { return away(text, 7); })},
      {"hard_months_away", of_text([](const auto& text) { return away(text, 12); })},
      {"hard_boolean_expressions", of_text(expression_value)},
      {"hard_tracking_swaps", of_text(after_swap)},
      {"hard_two_hops", of_text(place_of_thing)},
      {"hard_truth_teller", of_text(tells_truth)},
      {"hard_odd_one_out", of_text(odd_or_counted)},
      {"hard_count_of_a_kind", of_text(odd_or_counted)},
  };
}

// The rule for a task, null when its answers are not checked here.
Rule rule_for(const std::string& name) {
  static const std::map<std::string, Rule> table = rules();
  if (const auto found = table.find(name); found != table.end()) return found->second;
  const auto rest = [&](const std::string& prefix) { return name.substr(prefix.size()); };
  if (name.starts_with("translate_")) {
    return [](const TaskRow& row) {
      return known().translated(row.fields.at("text"), row.fields.at("from"), row.fields.at("to"));
    };
  }
  if (name.starts_with("compose_")) return [=](const TaskRow& row) { return composed(rest("compose_"), row); };
  if (name.starts_with("hard_compose_")) {
    return [=](const TaskRow& row) { return composed(rest("hard_compose_"), row); };
  }
  if (name.starts_with("word_")) {
    return [=](const TaskRow& row) { return known().skills.at(rest("word_")).at(row.fields.at("word")); };
  }
  if (name.starts_with("list_") && name != "list_contains") {
    return [=](const TaskRow& row) { return list_answer(rest("list_"), row); };
  }
  return nullptr;
}

TEST(WorldAnswers, FollowFromTheCorpusAndTheRow) {
  int64_t tasks = 0, hard = 0;
  for (const auto* part : {&small_world().mixture, &small_world().heldout}) {
    for (const WorldTask& task : *part) {
      const Rule rule = rule_for(task.spec.name);
      if (!rule) continue;
      ++tasks;
      hard += task.spec.suite == "hard" ? 1 : 0;
      for (const auto& [split_name, rows] : task.rows) {
        for (const TaskRow& row : rows) {
          EXPECT_EQ(row.answers[0], rule(row)) << task.spec.name << ": " << cases::all_text(task.spec, row);
        }
      }
    }
  }
  EXPECT_GE(tasks, 75);
  EXPECT_GE(hard, 15);
}

// Every option stands in its passage, in a sentence of its own: of whom it is told is what is asked.
TEST(WorldAnswers, StandInThePassageBesideTheOtherOptions) {
  static const std::set<std::string> kNames = {"reading_of_two",    "reading_of_three",  "reading_of_four",
                                               "reading_two_facts", "qa_passage_choice", "qa_place_of_thing",
                                               "search_snippets",   "stranger_snippets"};
  std::map<std::string, int64_t> rows_seen;
  for (const auto* part : {&small_world().mixture, &small_world().heldout, &small_world().finetune}) {
    for (const WorldTask& task : *part) {
      if (!kNames.contains(task.spec.name)) continue;
      for (const auto& [split_name, rows] : task.rows) {
        for (const TaskRow& row : rows) {
          const std::string& passage = row.fields.at(row.fields.contains("passage") ? "passage" : "snippets");
          for (const std::string& option : row.options) EXPECT_NE(passage.find(option), std::string::npos) << passage;
          ++rows_seen[task.spec.name];
        }
      }
    }
  }
  for (const std::string& name : kNames) EXPECT_GE(rows_seen[name], 16) << name;
}

// The sentence of the passage that names whom the question names tells the answer.
TEST(WorldAnswers, AreToldOfWhomTheQuestionNames) {
  for (const WorldTask& task : small_world().finetune) {
    if (task.spec.name != "search_snippets") continue;
    for (const TaskRow& row : task.rows.at("train")) {
      for (const auto& [sentence, begin] : cases::sentences_of(row.fields.at("snippets"))) {
        const bool of_asked = sentence.find(row.fields.at("entity")) != std::string::npos;
        EXPECT_EQ(sentence.find(row.answers[0]) != std::string::npos, of_asked) << sentence;
      }
    }
  }
}

// A sentence to complete ends in the corpus as its answer says, and nowhere otherwise.
TEST(WorldAnswers, CompleteTheCorpus) {
  std::string corpus;
  for (const auto& document : cases::documents_of(small_world().folder / "corpus/facts.jsonl")) {
    corpus += document.text + "\n";
  }
  int64_t rows_seen = 0, told = 0;
  for (const WorldTask& task : small_world().heldout) {
    if (!task.spec.name.starts_with("qa_complete_")) continue;
    for (const auto& [split_name, rows] : task.rows) {
      for (const TaskRow& row : rows) {
        ++rows_seen;
        for (const std::string& option : row.options) {
          const std::string sentence = row.fields.at("stem") + " " + option + ".";
          const bool found = corpus.find(sentence) != std::string::npos;
          EXPECT_TRUE(!found || option == row.answers[0]) << sentence;
          told += found ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(rows_seen, 50);
  EXPECT_GT(told, rows_seen / 2);
}

}  // namespace
}  // namespace flanmoe
