// Texts and rows that are kept out of training: every one is on one side, the same ones for every seed.
#include <set>

#include "data/batch_source.h"
#include "data/corpus.h"
#include "data/mixture/mixture_source.h"
#include "mixture_case.h"

namespace flanmoe {
namespace {

class HeldOut : public cases::Mixture {
 protected:
  using Texts = std::multiset<std::string>;

  // The documents of the first `num_batches` batches, one per row.
  Texts documents(const CorpusOptions& o, uint64_t seed, CorpusPart part, uint64_t num_batches) const {
    const auto source = make_corpus_source(o, cases::tokenizer(), seed, part);
    Texts texts;
    for (uint64_t i = 0; i < num_batches; ++i) {
      const TokenBatch batch = source->batch(i);
      for (int64_t row = 0; row < batch.source_ids.size(0); ++row) {
        const cases::Merged merged =
            cases::merged(cases::without_padding(cases::row_of(batch.source_ids, row)),
                          cases::without_padding(cases::row_of(batch.target_ids, row)), cases::tokenizer());
        EXPECT_EQ(merged.fault, "");
        texts.insert(cases::tokenizer().decode(TokenIds(merged.ids.begin(), merged.ids.end())));
      }
    }
    return texts;
  }
  std::set<std::string> rows(const MixtureOptions& o, const MixtureRows& which, uint64_t seed = 3) const {
    std::set<std::string> ids;
    const MixtureStream stream(o, folder_, seed, which);
    for (const MixtureTask& task : stream.tasks()) {
      for (const TaskRow& row : task.rows) EXPECT_TRUE(ids.insert(task.task.name + "-" + row.id).second);
    }
    return ids;
  }
};

TEST_F(HeldOut, EveryDocumentIsOnOneSide) {
  std::string text;
  std::set<std::string> all;
  for (const std::string& sentence : cases::sentences(60, 4)) {
    all.insert(sentence);
    text += sentence + "\n\n";
  }
  put("c.txt", text);
  CorpusOptions o;
  o.files = {(folder_ / "c.txt").string()};
  o.source_length = 200;
  o.split_documents = true;
  o.rows_per_batch = 1;
  o.held_out_share = 0.25;
  const auto describe = [&](CorpusPart part) { return make_corpus_source(o, cases::tokenizer(), 1, part)->describe(); };
  int64_t trained = 0, held_out = 0;
  EXPECT_EQ(std::sscanf(describe(CorpusPart::kTrained).c_str(), "%ld documents", &trained), 1);
  EXPECT_EQ(std::sscanf(describe(CorpusPart::kHeldOut).c_str(), "%ld documents", &held_out), 1);
  EXPECT_EQ(trained + held_out, 60);
  EXPECT_GT(held_out, 5);
  EXPECT_LT(held_out, 25);
  // A row holds many documents: all text of an epoch, whatever the order.
  const auto sentences_of = [](const Texts& rows) {
    std::set<std::string> found;
    for (std::string row : rows) {
      for (size_t end = row.find(". "); end != std::string::npos; end = row.find(". ")) {
        found.insert(row.substr(0, end + 1));
        row.erase(0, end + 2);
      }
      found.insert(row);
    }
    return found;
  };
  const auto left = sentences_of(documents(o, 1, CorpusPart::kTrained, 20)),
             right = sentences_of(documents(o, 1, CorpusPart::kHeldOut, 20));
  EXPECT_EQ(static_cast<int64_t>(left.size() + right.size()), static_cast<int64_t>(all.size()));
  for (const std::string& sentence : right) EXPECT_FALSE(left.contains(sentence)) << sentence;
  EXPECT_EQ(right, sentences_of(documents(o, 2, CorpusPart::kHeldOut, 20)));
}

TEST_F(HeldOut, WithoutAShareNothingIs) {
  put("c.txt", "one text of stone\n\nand bread\n");
  CorpusOptions o;
  o.files = {(folder_ / "c.txt").string()};
  const auto message = [&](CorpusPart part) {
    return message_of<UserError>([&] { make_corpus_source(o, cases::tokenizer(), 1, part); });
  };
  EXPECT_TRUE(cases::tells(message(CorpusPart::kHeldOut), "'corpus.held_out_share' is 0, which of the 2 documents"));
  o.held_out_share = 0.999999999;
  EXPECT_TRUE(cases::tells(message(CorpusPart::kTrained), "leaves none to train on"));
}

TEST_F(HeldOut, EveryRowIsOnOneSide) {
  add_task("a", "g", 80);
  add_task("b", "g", 40);
  add_task("tiny", "g", 1);
  MixtureOptions o = options();
  const std::set<std::string> all = rows(o, {});
  EXPECT_EQ(all.size(), 121u);
  o.held_out_share = 0.2;
  const std::set<std::string> trained = rows(o, {}), held_out = rows(o, {"train", true});
  EXPECT_EQ(trained.size() + held_out.size(), 121u);
  EXPECT_GT(held_out.size(), 10u);
  EXPECT_LT(held_out.size(), 40u);
  for (const std::string& id : held_out) EXPECT_FALSE(trained.contains(id)) << id;
  EXPECT_TRUE(trained.contains("tiny-0"));  // a task keeps something to train on
  EXPECT_EQ(held_out, rows(o, {"train", true}, 9));
  o.held_out_share = 0.999999999;
  EXPECT_EQ(rows(o, {}), all);
}

TEST_F(HeldOut, RowsOfAnotherSplitAreOfTheTasksThatHaveIt) {
  add_task("a", "g", 8);
  add_task("b", "h", 8);
  put("v.jsonl", R"({"id": "v0", "fields": {"q": "v"}, "answers": ["w"]})"
                 "\n");
  put("a.yaml",
      "name: a\ngroup: g\nformat: jsonl\nsplits: {train: a.jsonl, validation: v.jsonl}\ntemplates: [{input: "
      "\"{q}\"}]\n");
  MixtureOptions o = options();
  o.groups = {"g", "h"};
  o.proportions = {0.5, 0.5};
  o.rates = parse_config("{b: 2}", "rates");  // names a task without such rows: no slip of the pen
  EXPECT_EQ(rows(o, {"validation"}), (std::set<std::string>{"a-v0"}));
  EXPECT_TRUE(cases::tells(message_of<UserError>([&] { load_mixture(o, folder_, {"dev"}); }), "of split 'dev'"));
  o.held_out_share = 0.3;  // of training rows alone
  EXPECT_EQ(rows(o, {"validation"}), (std::set<std::string>{"a-v0"}));
}

TEST_F(HeldOut, ExemplarsOfHeldOutPromptsAreHeldOut) {
  add_task("a", "g", 60);
  MixtureOptions o = options();
  o.held_out_share = 0.3;
  o.few_shot_share = 1.0;
  const std::set<std::string> held_out = rows(o, {"train", true});
  const MixtureStream trained(o, folder_, 3), validated(o, folder_, 3, {"train", true});
  for (uint64_t i = 0; i < 40; ++i) {
    for (const TaskRow* row : trained.draw(i).exemplars) EXPECT_FALSE(held_out.contains("a-" + row->id));
    for (const TaskRow* row : validated.draw(i).exemplars) EXPECT_TRUE(held_out.contains("a-" + row->id));
  }
}

}  // namespace
}  // namespace flanmoe
