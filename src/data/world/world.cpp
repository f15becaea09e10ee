#include "data/world/world.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "data/world/corpus_text.h"
#include "data/world/tasks.h"
#include "data/world/vocabulary.h"
#include "data/world/write_tasks.h"

#include <algorithm>

namespace flanmoe {

void WorldOptions::fields(FieldVisitor& v) {
  v.field("seed", seed, "the world's own seed: another seed, other facts");
  v.require_within(seed, 0, INT64_MAX, "seed");
  v.field("num_facts", num_facts, "facts told by the corpus (entity, attribute, value); at most 20,000");
  v.require(num_facts >= 100 && num_facts <= 20000, "num_facts", "an integer in [100, 20000]");
  v.field("num_phrasings", num_phrasings, "sentences that tell each fact");
  v.require(num_phrasings >= 1 && num_phrasings <= 4, "num_phrasings", "an integer in [1, 4]");
  v.field("num_readings", num_readings, "texts of the corpus that tell of people, then tell it again or ask for it");
  v.require_within(num_readings, 0, 100'000, "num_readings");
  v.field("name_stems", name_stems, "stems that names share, so that a name is known by stem and ending; 0 = one each");
  v.require(name_stems == 0 || (name_stems >= 20 && name_stems <= 720), "name_stems", "0, or an integer in [20, 720]");
  v.field("vocab_pieces", vocab_pieces, "SentencePiece pieces of the vocabulary");
  v.require_within(vocab_pieces, 300, 100'000, "vocab_pieces");
  v.field("examples_per_task", examples_per_task, "training rows of an instruction task");
  v.require_within(examples_per_task, 8, 100'000, "examples_per_task");
  v.field("eval_items_per_task", eval_items_per_task, "rows of a held-out task and of a validation split");
  v.require_within(eval_items_per_task, 4, 100'000, "eval_items_per_task");
  v.field(
      "finetune_examples", finetune_examples,
      "training rows of a finetune set; once the evaluation rows are held back for validation, three times to test");
  v.require_within(finetune_examples, 8, 100'000, "finetune_examples");
  v.field("label_noise", label_noise, "share of the training rows of a finetune set whose answer is another option");
  v.require(label_noise >= 0.0 && label_noise <= 0.5, "label_noise", "a number in [0, 0.5]");
  v.field("instructed_share", instructed_share, "share of entities that instruction tasks may name");
  v.require(instructed_share > 0.0 && instructed_share < 1.0, "instructed_share", "a number in (0, 1)");
}

namespace world {

namespace {

// What is counted on the way, for world.json.
struct Written {
  Words texts;  // everything the vocabulary is trained on
  int64_t num_documents = 0, num_tasks = 0, num_heldout = 0, num_finetune = 0;
  std::set<std::string> clusters;
};

void write_corpus(const std::vector<Document>& documents, const fs::path& file, Written& written) {
  std::string lines;
  for (const Document& document : documents) {
    Json spans = Json::array();
    for (const auto& [begin, end] : document.spans) spans.push_back({begin, end});
    lines += Json{{"text", document.text}, {"spans", spans}}.dump() + "\n";
    written.texts.push_back(document.text);
  }
  written.num_documents += static_cast<int64_t>(documents.size());
  write_atomically(file, lines);
}

void keep_texts(Written& written, Words texts) {
  written.texts.insert(written.texts.end(), std::make_move_iterator(texts.begin()),
                       std::make_move_iterator(texts.end()));
}

void write_instructions(const World& world, const fs::path& root, Written& written) {
  const WorldOptions& o = world.options;
  const auto seed = static_cast<uint64_t>(o.seed);
  std::set<std::string> validated;
  for (const WorldTask& task : instruction_tasks(world)) {
    keep_texts(written, write_task(task, {{"train", o.examples_per_task}, {"validation", o.eval_items_per_task}}, root,
                                   "tasks/" + task.group, seed));
    ++written.num_tasks;
    written.clusters.insert(task.cluster);
    // The first two tasks of every cluster stand for it in held-in validation.
    if (validated.insert(task.cluster + " 1").second || validated.insert(task.cluster + " 2").second)
      write_validation(task, root);
  }
}

void write_heldout(const World& world, const fs::path& root, Written& written) {
  const WorldOptions& o = world.options;
  for (const auto suite : {exam_tasks, hard_tasks, reasoning_tasks, qa_tasks}) {
    for (const WorldTask& task : suite(world)) {
      write_task(task, {{"test", o.eval_items_per_task}, {"dev", 8}}, root, "heldout/" + task.suite,
                 static_cast<uint64_t>(o.seed));
      ++written.num_heldout;
    }
  }
  for (const WorldTask& task : finetune_sets(world)) {
    keep_texts(written, write_task(task,
                                   {{"test", 3 * o.eval_items_per_task},
                                    {"validation", o.eval_items_per_task},
                                    {"train", o.finetune_examples, o.label_noise}},
                                   root, "finetune", static_cast<uint64_t>(o.seed)));
    ++written.num_finetune;
  }
}

void train_vocabulary(const World& world, Words texts, const fs::path& file) {
  constexpr int64_t kFewest = 120;  // pieces for single characters and rare words; no world has 100 characters
  const int64_t pieces = world.options.vocab_pieces, most = pieces - std::max(pieces / 10, kFewest);
  const Words symbols = vocabulary_symbols(world, texts, static_cast<size_t>(most));
  // Characters that stand in symbols only would be unknown in a new word: this word, no symbol, has every letter.
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  texts.push_back(letters + letters);
  train_tokenizer(texts, pieces, file, symbols);
}

Json description(const World& world, const Written& written, const fs::path& root) {
  Json result = {{"format", kWorldFormat},
                 {"description", fmt::format("built-in world, seed {}", world.options.seed)},
                 {"counts",
                  {{"entities", world.entities.size()},
                   {"documents", written.num_documents},
                   {"instruction tasks", written.num_tasks},
                   {"clusters", written.clusters.size()},
                   {"held-out tasks", written.num_heldout},
                   {"finetune sets", written.num_finetune}}},
                 {"options", dump_options(world.options)}};
  std::map<std::string, std::string> checksums;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) checksums[fs::relative(entry.path(), root).string()] = checksum_file(entry.path());
  }
  result["checksums"] = checksums;
  return result;
}

}  // namespace
}  // namespace world

void make_world(const WorldOptions& options, const std::filesystem::path& folder) {
  const world::World drawn = world::draw_world(options);
  create_folder_atomically(folder, [&](const fs::path& root) {
    make_folders(root / "corpus");
    make_folders(root / "rows");
    world::Written written;
    world::write_corpus(world::fact_documents(drawn), root / "corpus" / "facts.jsonl", written);
    world::write_corpus(world::question_documents(drawn), root / "corpus" / "questions.jsonl", written);
    world::write_corpus(world::first_documents(drawn), root / "corpus" / "first.jsonl", written);
    world::write_corpus(world::general_documents(drawn), root / "corpus" / "general.jsonl", written);
    world::write_corpus(world::reading_documents(drawn), root / "corpus" / "readings.jsonl", written);
    world::write_instructions(drawn, root, written);
    world::write_heldout(drawn, root, written);
    world::train_vocabulary(drawn, std::move(written.texts), root / "spiece.model");
    write_json(root / "world.json", world::description(drawn, written, root));
  });
}

void require_world(const std::filesystem::path& folder) {
  const fs::path file = folder / "world.json";
  if (!fs::is_regular_file(file))
    fail_input("{}: no such file, so {} holds no world; 'flanmoe data make' writes one", file.string(),
               folder.string());
  const Json described = read_json(file);
  const Json found = described.is_object() ? described.value("format", Json(1)) : Json();  // the first ones said none
  if (found == Json(kWorldFormat)) return;
  fail_input("{}: a world of format {}, expected {}; make a new world with the same options ('flanmoe data make')",
             file.string(), json_excerpt(found), kWorldFormat);
}

}  // namespace flanmoe
