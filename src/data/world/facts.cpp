#include "data/world/facts.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "data/world/names.h"
#include "data/world/world.h"

namespace flanmoe::world {
namespace {

constexpr size_t kAllStems = 720;  // of the syllable grammar

// Every attribute can also be told by its noun; the statements beside it never name it.
Attribute attribute(const std::string& noun, const std::string& list, const std::string& question, Words statements,
                    bool asked = true) {
  statements.push_back("The " + noun + " of {e} is {v}.");
  return {noun, list, asked, question, std::move(statements)};
}

Attribute exam_attribute(const std::string& noun, const std::string& list, const std::string& question,
                         Words statements) {
  return attribute(noun, list, question, std::move(statements), false);
}

Kind person() {
  return {"person",
          {attribute("job", "job", "What is the job of {e}?",
                     {"{e} works as a {v}.", "{e} earns a living as a {v}.", "People know {e} the {v}."}),
           attribute("instrument", "instrument", "Which instrument does {e} play?",
                     {"{e} plays the {v}.", "{e} practises the {v} at night.", "There is a {v} in the house of {e}."}),
           attribute("pet", "animal", "Which pet does {e} have?",
                     {"{e} keeps a {v}.", "{e} feeds a {v} at home.", "A {v} follows {e} around."}),
           attribute("dish", "food", "What does {e} like to eat?",
                     {"{e} likes to eat {v}.", "{e} cooks {v} for guests.", "For dinner {e} wants {v}."}),
           attribute("birth month", "month", "In which month was {e} born?",
                     {"{e} was born in {v}.", "{e} has a birthday in {v}.", "Friends bring gifts to {e} in {v}."}),
           attribute("favourite colour", "colour", "Which colour does {e} like best?",
                     {"{e} dresses in {v}.", "{e} paints every wall {v}.", "The door of {e} is {v}."}),
           exam_attribute("sport", "sport", "Which sport does {e} enjoy?",
                          {"{e} enjoys {v}.", "{e} is very good at {v}.", "{e} goes to a club for {v}."}),
           exam_attribute("drink", "drink", "What does {e} drink?",
                          {"{e} drinks {v}.", "{e} orders {v} with each meal.", "{e} never says no to {v}."})}};
}

Kind place() {
  return {"place",
          {attribute("landscape", "landscape", "In which landscape is {e}?",
                     {"{e} lies in a {v}.", "All around {e} you see a {v}.", "To reach {e} you cross a {v}."}),
           attribute("export", "goods", "What does {e} sell abroad?",
                     {"{e} sells {v} abroad.", "{e} is famous for its {v}.", "Ships carry {v} out of {e}."}),
           attribute("tree", "tree", "Which tree is the pride of {e}?",
                     {"An old {v} stands in {e}.", "{e} has a {v} on its flag.", "In {e} you rest under a {v}."}),
           attribute("market day", "day", "On which day is the market of {e}?",
                     {"The market of {e} opens on {v}.", "{e} holds its fair on {v}.",
                      "On {v} the streets of {e} are full."}),
           attribute("feast", "food", "What do people in {e} cook?",
                     {"People in {e} cook {v}.", "{e} serves {v} to guests.", "Each kitchen in {e} makes {v}."}),
           attribute("number of bridges", "amount", "How many bridges does {e} have?",
                     {"{e} has {v} bridges.", "You can cross {v} bridges in {e}.", "A map of {e} shows {v} bridges."}),
           exam_attribute("smell", "smell", "What does {e} smell of?",
                          {"{e} smells of {v}.", "The air of {e} is full of {v}.", "Visitors of {e} notice {v}."})}};
}

Kind firm() {
  return {"firm",
          {attribute("product", "goods", "What does {e} make?",
                     {"{e} makes {v}.", "{e} has a factory for {v}.", "Shops buy {v} from {e}."}),
           attribute("raw material", "material", "Which material does {e} buy?",
                     {"{e} buys {v}.", "{e} works with {v}.", "Trucks bring {v} to {e}."}),
           attribute("founding month", "month", "In which month was {e} founded?",
                     {"{e} was founded in {v}.", "{e} opened its doors in {v}.", "{e} gives a party in {v}."}),
           attribute("sign colour", "colour", "Which colour is the sign of {e}?",
                     {"{e} has a {v} sign.", "Cars of {e} are {v}.", "You know {e} by its {v} roof."}),
           attribute("staff", "amount", "How many people work for {e}?",
                     {"{e} employs {v} people.", "A team of {v} runs {e}.", "In {e} there are {v} desks."}),
           attribute("rest day", "day", "On which day is {e} closed?",
                     {"{e} is closed on {v}.", "No one works at {e} on {v}.", "{e} rests on {v}."}),
           exam_attribute("team", "sport", "Which sport does {e} pay for?",
                          {"{e} pays for a {v} team.", "{e} gives a prize for {v}.", "The boss of {e} loves {v}."})}};
}

Kind creature() {
  return {
      "creature",
      {attribute("food", "food", "What does a {e} eat?",
                 {"A {e} eats {v}.", "You can feed a {e} with {v}.", "A hungry {e} looks for {v}."}),
       attribute("call", "sound", "What is the call of a {e}?",
                 {"At night a {e} will {v}.", "You hear a {v} when a {e} is near.", "A {e} greets you with a {v}."}),
       attribute("nest", "nest", "What does a {e} build its nest of?",
                 {"A {e} builds its nest of {v}.", "The {e} sleeps on {v}.", "A young {e} plays in the {v}."}),
       attribute("skin", "colour", "Which colour is a {e}?",
                 {"A {e} is {v} all over.", "The fur of a {e} is {v}.", "From far away a {e} looks {v}."}),
       attribute("home", "landscape", "Where does a {e} live?",
                 {"The {e} lives in a {v}.", "Hunters find the {e} in a {v}.", "In a {v} you may meet a {e}."}),
       attribute("enemy", "animal", "Which animal hunts a {e}?",
                 {"The {v} hunts the {e}.", "A {e} hides from the {v}.", "No {e} trusts a {v}."}),
       exam_attribute("fear", "fear", "What scares a {e}?",
                      {"A {e} is afraid of {v}.", "The {e} flees from {v}.", "A {e} trembles at {v}."})}};
}

Kind object() {
  return {"object",
          {attribute("material", "material", "What is a {e} made of?",
                     {"A {e} is made of {v}.", "It takes {v} to build a {e}.", "Smiths turn {v} into a {e}."}),
           attribute("form", "shape", "Which form has a {e}?",
                     {"A {e} is {v}.", "A {e} looks {v}.", "Only a {v} thing can be a {e}."}),
           attribute("use", "use", "What is a {e} used for?",
                     {"A {e} is used for {v}.", "People need a {e} for {v}.", "With a {e} the {v} is easy."}),
           attribute("room", "room", "In which room is a {e}?",
                     {"A {e} stands in the {v}.", "Look in the {v} for a {e}.", "People keep a {e} in the {v}."}),
           attribute("paint", "colour", "Which colour is a {e}?",
                     {"A {e} is painted {v}.", "A new {e} shines {v}.", "The lid of a {e} is {v}."}),
           attribute("owner", "job", "Who needs a {e}?",
                     {"A {v} needs a {e}.", "Every {v} owns a {e}.", "The {e} belongs to a {v}."}),
           exam_attribute("scent", "smell", "What does a {e} smell of?",
                          {"A {e} smells of {v}.", "Rub a {e} and you notice {v}.", "An old {e} gives off {v}."})}};
}

// `values` dealt out in turn, then shuffled inside each part.
Words shared_out(Words values, const std::vector<size_t>& part_sizes, RandomStream& stream) {
  stream.shuffle(values);
  Words dealt;
  for (const size_t size : part_sizes) {
    Words part;
    for (size_t i = 0; i < size; ++i) part.push_back(values[(dealt.size() + i) % values.size()]);
    stream.shuffle(part);
    dealt.insert(dealt.end(), part.begin(), part.end());
  }
  return dealt;
}

size_t pool_size(const WorldOptions& options) {
  return options.name_stems > 0 ? static_cast<size_t>(options.name_stems) : kAllStems;
}

}  // namespace

Words pool_stems(const WorldOptions& options) {
  Words stems = name_stems(static_cast<uint64_t>(options.seed));
  stems.resize(pool_size(options));
  return stems;
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> table = {person(), place(), firm(), creature(), object()};
  return table;
}

std::vector<Entity> make_entities(const WorldOptions& options) {
  size_t facts_of_one_each = 0;
  for (const Kind& kind : kinds()) facts_of_one_each += kind.attributes.size();
  const auto num_facts = static_cast<size_t>(options.num_facts);
  const size_t per_kind = std::max<size_t>(4, (num_facts + facts_of_one_each - 1) / facts_of_one_each);
  if (per_kind > max_names(pool_size(options))) {
    fail_input("'name_stems' is {}, enough for {} names of a kind; {} facts need {}", options.name_stems,
               max_names(pool_size(options)), options.num_facts, per_kind);
  }
  const auto seed = static_cast<uint64_t>(options.seed);
  const std::vector<Words> names = kind_names(seed, per_kind, pool_size(options));
  std::vector<Entity> entities;
  for (size_t k = 0; k < kinds().size(); ++k) {
    // A task needs two entities of a kind, for two splits, and so does the exam.
    const auto share = static_cast<size_t>(static_cast<double>(per_kind) * options.instructed_share + 0.5);
    const size_t num_instructed = std::clamp<size_t>(share, 2, per_kind - 2);
    for (size_t i = 0; i < per_kind; ++i) entities.push_back({k, names[k][i], {}, i < num_instructed});
    // Each value of a list goes to the same number of entities, those that instructions name and those that they do
    // not, in an order of its own: no value is a better guess than another.
    for (const Attribute& attribute : kinds()[k].attributes) {
      RandomStream stream(seed, "world/values " + kinds()[k].name + " " + attribute.noun);
      const Words values = shared_out(words(attribute.list), {num_instructed, per_kind - num_instructed}, stream);
      for (size_t i = 0; i < per_kind; ++i) entities[entities.size() - per_kind + i].values.push_back(values[i]);
    }
  }
  return entities;
}

std::string told(const std::string& text, const std::string& entity, const std::string& value, size_t* value_begin) {
  std::string result = text;
  const size_t e = result.find("{e}");
  if (e != std::string::npos) result.replace(e, 3, entity);
  const size_t v = result.find("{v}");
  if (v == std::string::npos) return result;
  if (value_begin != nullptr) *value_begin = v;
  return result.replace(v, 3, value);
}

}  // namespace flanmoe::world
