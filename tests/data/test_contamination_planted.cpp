// 1,000 evaluation texts hidden in training files of several formats, disguised, and as many that are not there.
#include <set>

#include "base/json.h"
#include "base/random.h"
#include "data/overlap/checked_texts.h"
#include "data/overlap/contamination.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

constexpr size_t kNumPlanted = 1000;

using Words = std::vector<std::string>;

std::string joined(const Words& words, const std::string& between = " ") {
  return fmt::format("{}", fmt::join(words, between));
}

// Words as language has them: a few are everywhere. One in nine has an accent.
const Words& vocabulary() {
  static const Words kWords = [] {
    const Words heads = {"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"};
    const Words vowels = {"a", "e", "i", "o", "u", "a", "e", "o", "\u00e9"};
    RandomStream stream(1, "vocabulary");
    std::set<std::string> words;
    while (words.size() < 800) {
      std::string word;
      for (int64_t i = stream.between(1, 3); i > 0; --i) word += stream.pick(heads) + stream.pick(vowels);
      words.insert(word);
    }
    Words shuffled(words.begin(), words.end());
    stream.shuffle(shuffled);
    return shuffled;
  }();
  return kWords;
}

Words draw_words(RandomStream& stream, int64_t count) {
  Words words;
  for (int64_t i = 0; i < count; ++i) {
    const double u = stream.uniform();
    words.push_back(vocabulary()[static_cast<size_t>(u * u * u * static_cast<double>(vocabulary().size()))]);
  }
  return words;
}

// ---- the same words in other clothes ----
std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string disguised(const Words& words, uint64_t way) {
  switch (way) {
    case 0:
      return joined(words);
    case 1:
      return replaced(upper(joined(words)), "\u00e9", "\u00c9");
    case 2:
      return "\u201c" + joined(words, ", ") + "!\u201d";
    case 3:
      return replaced(joined(words), "\u00e9", "e\u0301");
    case 4:
      return joined(words, "\r\n");
    case 5:
      return joined(words, "\u00a0\u2014 ");
    case 6:
      return replaced(joined(words, "\n  "), "a", "\uff41");
    default:
      return replaced(joined(words, "_"), "o", "o\u00ad");
  }
}
constexpr uint64_t kNumWays = 8;

// A prompt as P3 renders it, or two exemplars in front of a query.
std::string rendered(const std::string& filler, const std::string& text, bool exemplars) {
  return exemplars ? fmt::format("Q: {}\nA: yes\n\nQ: {}\nA: no\n\nQ: {}\nA:", filler, text, filler)
                   : fmt::format("{}\n\nGiven the paragraph above, answer: {}\nOptions:\n- yes\n- no", filler, text);
}

// Training files of three formats, filled one hidden text at a time.
class TrainingFiles {
 public:
  void hide(const std::string& text, const std::string& filler, uint64_t place) {
    const std::string inside = filler + " " + text + " " + filler;
    const std::string id = std::to_string(instances_.size());
    switch (place) {
      case 0:
        instances_.push_back({{"id", id}, {"input", inside}, {"output", {"yes"}}});
        break;
      case 1:
        instances_.push_back({{"id", id}, {"input", filler}, {"output", {"yes", inside}}});
        break;
      case 2:
        examples_.push_back({{"input", inside}, {"output", "no"}, {"explanation", filler}});
        break;
      case 3:
        examples_.push_back({{"input", filler}, {"output", "no"}, {"explanation", inside}});
        break;
      case 4:
      case 5:
        prompts_ +=
            Json{{"prompt", rendered(filler, text, place == 5)}, {"completion", " yes<|endoftext|>"}}.dump() + "\n";
        break;
      case 6:
        prompts_ += Json{{"prompt", filler}, {"completion", inside + "<|endoftext|>"}}.dump() + "\n";
        break;
      default:
        rows_ += Json{{"id", std::to_string(rows_.size())},
                      {"fields", {{"question", filler}}},
                      {"answers", {"yes"}},
                      {"rationale", inside}}
                     .dump() +
                 "\n";
    }
  }
  static constexpr uint64_t kNumPlaces = 8;

  std::string niv2() const {
    return Json{{"Definition", {"Do it."}},
                {"Categories", {"Towns"}},
                {"Instances", instances_},
                {"Positive Examples", examples_},
                {"Negative Examples", Json::array()}}
        .dump();
  }
  const std::string& prompts() const { return prompts_; }
  const std::string& rows() const { return rows_; }

 private:
  Json instances_ = Json::array(), examples_ = Json::array();
  std::string prompts_, rows_;
};

struct HiddenTexts {
  std::string evaluation;                  // rows with something of them in the files
  std::map<std::string, std::string> how;  // id -> what was done
};

// Every seventh row is planted by its long answer; of long questions every other one by thirteen of its words.
HiddenTexts hide_texts(TrainingFiles& files) {
  RandomStream stream(2, "planted");
  HiddenTexts hidden;
  for (size_t i = 0; i < kNumPlanted; ++i) {
    const bool by_answer = i % 7 == 0, is_short = i % 2 == 0;
    const Words question =
        draw_words(stream, is_short ? stream.between(kShortestQuestion, 12) : stream.between(13, 40));
    const Words answer = draw_words(stream, by_answer ? stream.between(13, 30) : 1);
    Words planted = by_answer ? answer : question;
    if (!is_short && stream.chance(0.5)) {
      const int64_t first = stream.between(0, static_cast<int64_t>(planted.size()) - kOverlapWindow);
      planted = Words(planted.begin() + first, planted.begin() + first + kOverlapWindow);
    }
    const uint64_t way = stream.below(kNumWays), place = stream.below(TrainingFiles::kNumPlaces);
    files.hide(disguised(planted, way), joined(draw_words(stream, 30)), place);
    hidden.evaluation += Json{{"id", std::to_string(i)},
                              {"fields", {{"question", joined(question) + "?"}}},
                              {"answers", {joined(answer)}}}
                             .dump() +
                         "\n";
    hidden.how[std::to_string(i)] =
        fmt::format("way {}, place {}, {} of {} words", way, place, planted.size(), question.size());
  }
  return hidden;
}

std::string disjoint_rows() {
  RandomStream stream(3, "disjoint");
  std::string rows;
  for (size_t i = 0; i < kNumPlanted; ++i) {
    rows += Json{{"id", std::to_string(i)},
                 {"fields", {{"question", joined(draw_words(stream, stream.between(kShortestQuestion, 40)))}}},
                 {"answers", {joined(draw_words(stream, 20))}}}
                .dump() +
            "\n";
  }
  return rows;
}

class PlantedOverlaps : public FolderTest {
 protected:
  TaskSpec task(const std::string& name, const std::string& format, const std::string& split,
                const std::string& content) {
    put(name + ".data", content);
    return load_tasks(
        put(name + ".yaml", fmt::format("name: {}\nformat: {}\nsplits: {{{}: {}.data}}\ntemplates: [{{input: x}}]\n",
                                        name, format, split, name)),
        folder_)[0];
  }
};

TEST_F(PlantedOverlaps, AreFoundAndNothingElse) {
  TrainingFiles files;
  const HiddenTexts hidden = hide_texts(files);
  ContaminationCheck check(
      {task("planted", "jsonl", "test", hidden.evaluation), task("disjoint", "jsonl", "test", disjoint_rows())},
      kOverlapWindow, 5);
  std::set<std::string> found;
  const PairSink note = [&found](const OverlapPair& pair) {
    if (pair.task == "planted") found.insert(pair.id);
  };
  for (const TaskSpec& training :
       {task("instructions", "niv2", "train", files.niv2()), task("prompts", "prompt_jsonl", "train", files.prompts()),
        task("thoughts", "jsonl", "train", files.rows())}) {
    visit_training_texts(
        training, [&](const std::string& id, const std::string& text) { check.scan(training.name, id, text, note); });
  }
  for (const auto& [id, how] : hidden.how) {
    if (!found.contains(id)) std::cout << "missed: " << how << "\n";
  }
  EXPECT_GE(found.size(), kNumPlanted * 99 / 100);
  const SplitOverlap& disjoint = check.report().splits.at(1);
  EXPECT_EQ(disjoint.num_rows, static_cast<int64_t>(kNumPlanted));
  EXPECT_LT(disjoint.num_questions + disjoint.num_answers, static_cast<int64_t>(kNumPlanted / 100));
}

}  // namespace
}  // namespace flanmoe
