// Pre-training batches: what was hidden merges back into the documents, each document once an epoch.
#include <ATen/ATen.h>
#include <zlib.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/batch_source.h"
#include "data/corpus.h"
#include "data/span_corruption.h"
#include "data_case.h"

namespace flanmoe {
namespace {

class Corpus : public FolderTest {
 protected:
  CorpusOptions options(const std::string& file, int64_t source_length = 40) const {
    CorpusOptions o;
    o.files = {(folder_ / file).string()};
    o.source_length = source_length;
    o.rows_per_batch = 5;
    return o;
  }
  // 60 documents, each with a number of its own in it, words marked every now and then.
  std::vector<std::string> write_documents(const std::string& name, uint64_t seed = 1) const {
    std::vector<std::string> documents = cases::sentences(60, seed);
    std::string lines;
    for (const std::string& text : documents) {
      Json spans = Json::array();
      for (size_t at = text.find("Vorna"); at != std::string::npos; at = text.find("Vorna", at + 1))
        spans.push_back({at, at + 5});
      lines += Json{{"text", text}, {"spans", spans}}.dump() + "\n";
    }
    put(name, lines);
    return documents;
  }
  // The texts of the batches [begin, end), row by row.
  static std::vector<cases::Row> rows_of(const BatchSource& source, uint64_t begin, uint64_t end, int64_t longest) {
    std::vector<cases::Row> rows;
    for (uint64_t step = begin; step < end; ++step) {
      const TokenBatch batch = source.batch(step);
      EXPECT_LE(batch.source_ids.size(1), longest);
      for (int64_t i = 0; i < batch.source_ids.size(0); ++i) {
        const auto found =
            cases::merged(cases::without_padding(cases::row_of(batch.source_ids, i)),
                          cases::without_padding(cases::row_of(batch.target_ids, i)), cases::tokenizer());
        EXPECT_EQ(found.fault, "") << step;
        rows.push_back(found.ids);
      }
    }
    return rows;
  }
};

using Documents = std::map<cases::Row, int64_t>;

// Takes the documents off the front of a row one by one; false when something is left that is none.
bool split(const cases::Row& row, const std::vector<cases::Row>& documents, Documents& counts) {
  for (size_t begin = 0; begin < row.size();) {
    const cases::Row* longest = nullptr;
    for (const cases::Row& document : documents) {
      const bool fits = document.size() <= row.size() - begin &&
                        std::equal(document.begin(), document.end(), row.begin() + static_cast<std::ptrdiff_t>(begin));
      if (fits && (longest == nullptr || document.size() > longest->size())) longest = &document;
    }
    if (longest == nullptr) return false;
    ++counts[*longest];
    begin += longest->size();
  }
  return true;
}

TEST_F(Corpus, RowsHoldWholeDocumentsEachOnceAnEpoch) {
  std::vector<cases::Row> documents;
  for (const std::string& text : write_documents("c.jsonl")) {
    const TokenIds ids = cases::tokenizer().encode(text);
    documents.emplace_back(ids.begin(), ids.end());
  }
  for (const double salient_share : {0.0, 0.8}) {
    CorpusOptions o = options("c.jsonl", 100);
    o.salient_share = salient_share;
    o.split_documents = false;
    const auto source = make_corpus_source(o, cases::tokenizer(), 3);
    const int64_t longest = salient_share == 0.0 ? 100 : corrupted_lengths(100, 0.15, 3.0).raw + 1;
    Documents counts;
    size_t taken = 0;
    for (const cases::Row& row : rows_of(*source, 0, 40, longest)) {
      if (taken == documents.size()) break;  // an epoch ends with a row
      Documents in_row;
      ASSERT_TRUE(split(row, documents, in_row));
      for (const auto& [document, count] : in_row) {
        counts[document] += count;
        taken += static_cast<size_t>(count);
      }
    }
    EXPECT_EQ(taken, documents.size());
    Documents expected;
    for (const cases::Row& document : documents) ++expected[document];
    EXPECT_EQ(counts, expected);
  }
}

TEST_F(Corpus, LongDocumentsAreCutAndNothingIsLost) {
  std::string text;
  for (const std::string& sentence : cases::sentences(40, 8)) text += sentence + " ";
  put("long.txt", text + "\n");
  const auto source = make_corpus_source(options("long.txt"), cases::tokenizer(), 3);
  const TokenIds ids = cases::tokenizer().encode(text);
  const int64_t raw = corrupted_lengths(40, 0.15, 3.0).raw;
  const auto num_rows = (ids.size() + static_cast<size_t>(raw) - 1) / static_cast<size_t>(raw);
  std::vector<cases::Row> rows = rows_of(*source, 0, num_rows / 5 + 1, 40);
  rows.resize(num_rows);  // the first epoch
  std::multiset<cases::Row> expected;
  for (size_t begin = 0; begin < ids.size(); begin += static_cast<size_t>(raw)) {
    expected.emplace(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                     ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), begin + static_cast<size_t>(raw))));
  }
  EXPECT_EQ(std::multiset<cases::Row>(rows.begin(), rows.end()), expected);
}

TEST_F(Corpus, BatchesArePureFunctionsOfTheStep) {
  write_documents("c.jsonl");
  for (const double salient_share : {0.0, 1.0}) {
    CorpusOptions o = options("c.jsonl");
    o.salient_share = salient_share;
    const auto one = make_corpus_source(o, cases::tokenizer(), 3), two = make_corpus_source(o, cases::tokenizer(), 3);
    const auto other = make_corpus_source(o, cases::tokenizer(), 4);
    for (uint64_t step = 0; step < 5; ++step) one->batch(step);
    for (const uint64_t step : {90, 2, 300, 0}) EXPECT_TRUE(cases::same(one->batch(step), two->batch(step))) << step;
    EXPECT_FALSE(cases::same(one->batch(2), one->batch(3)));
    EXPECT_FALSE(cases::same(one->batch(2), other->batch(2)));
    EXPECT_NE(one->describe().find("60 documents"), std::string::npos) << one->describe();
  }
}

// A prefix LM's source and target, one behind the other, are the row; both have something of it.
TEST_F(Corpus, PrefixesAndWhatFollowsAreTheDocuments) {
  const auto texts = write_documents("a.jsonl");
  CorpusOptions o = options("a.jsonl", 24);
  o.objective = Objective::kPrefixLm;
  std::vector<cases::Row> documents;
  for (const std::string& text : texts) {
    const TokenIds ids = cases::tokenizer().encode(text);
    for (size_t begin = 0; begin < ids.size(); begin += 23)
      documents.emplace_back(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                             ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), begin + 23)));
  }
  const auto source = make_corpus_source(o, cases::tokenizer(), 3),
             again = make_corpus_source(o, cases::tokenizer(), 3);
  Documents counts;
  std::map<size_t, int64_t> cuts;
  for (uint64_t step = 0; step < 12; ++step) {
    const TokenBatch batch = source->batch(step);
    EXPECT_TRUE(cases::same(batch, again->batch(step)));
    EXPECT_LE(batch.source_ids.size(1) + batch.target_ids.size(1), 2 * 24);
    for (int64_t i = 0; i < 5; ++i) {
      cases::Row row = cases::without_padding(cases::row_of(batch.source_ids, i)),
                 rest = cases::without_padding(cases::row_of(batch.target_ids, i));
      ASSERT_EQ(row.back(), kEosId);
      ASSERT_EQ(rest.back(), kEosId);
      EXPECT_GT(rest.size(), 1u);
      row.pop_back();
      rest.pop_back();
      EXPECT_EQ(row.empty(), row.size() + rest.size() == 1);
      ++cuts[row.size()];
      row.insert(row.end(), rest.begin(), rest.end());
      EXPECT_LE(row.size(), 23u);
      EXPECT_TRUE(split(row, documents, counts));
    }
  }
  EXPECT_GT(cuts.size(), 12u);  // anywhere
}

TEST_F(Corpus, AnUnknownObjectiveIsNamed) {
  CorpusOptions o;
  const std::string message =
      message_of<UserError>([&] { load_options(parse_config("objective: prefix_ml", "here"), o); });
  for (const char* part : {"objective", "prefix_ml", "prefix_lm"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(Corpus, MarkedWordsAreHidden) {
  write_documents("c.jsonl");
  CorpusOptions o = options("c.jsonl", 60);
  o.split_documents = false;
  const auto hidden_share = [&](double salient_share) {
    o.salient_share = salient_share;
    const auto source = make_corpus_source(o, cases::tokenizer(), 3);
    int64_t hidden = 0, all = 0;
    for (uint64_t step = 0; step < 10; ++step) {
      const TokenBatch batch = source->batch(step);
      const auto count = [&](const at::Tensor& ids) {
        int64_t names = 0;
        for (int64_t i = 0; i < ids.size(0); ++i) {
          const cases::Row row = cases::row_of(ids, i);
          const std::string text = cases::tokenizer().decode(TokenIds(row.begin(), row.end()));
          for (size_t at = text.find("Vorna"); at != std::string::npos; at = text.find("Vorna", at + 1)) ++names;
        }
        return names;
      };
      const int64_t in_target = count(batch.target_ids);
      hidden += in_target;
      all += in_target + count(batch.source_ids);
    }
    return static_cast<double>(hidden) / static_cast<double>(all);
  };
  EXPECT_GT(hidden_share(1.0), 0.6);
  EXPECT_LT(hidden_share(0.0), 0.35);
}

TEST_F(Corpus, TextFilesHaveDocumentsBetweenBlankLines) {
  put("c.txt", "the river Vorna\nruns past\n\n\n  \nquiet towns of stone.\n");
  CorpusOptions o = options("c.txt");
  o.split_documents = false;
  const auto source = make_corpus_source(o, cases::tokenizer(), 3);
  EXPECT_NE(source->describe().find("2 documents"), std::string::npos) << source->describe();
}

TEST_F(Corpus, BlankLinesOfAJsonlFileAreNoDocuments) {
  put("c.jsonl", R"({"text": "the river"})" + std::string("\n\n") + R"({"text": "quiet towns"})" + "\n\n");
  const auto source = make_corpus_source(options("c.jsonl"), cases::tokenizer(), 3);
  const size_t tokens = cases::tokenizer().encode("the river").size() + cases::tokenizer().encode("quiet towns").size();
  EXPECT_EQ(source->describe(), "2 documents, " + std::to_string(tokens) + " tokens per epoch");
}

TEST_F(Corpus, CompressedFilesHoldTheSameDocuments) {
  write_documents("c.jsonl");
  const std::string text = content_of(folder_ / "c.jsonl");
  gzFile out = gzopen((folder_ / "d.jsonl.gz").c_str(), "wb");
  ASSERT_NE(out, nullptr);
  ASSERT_EQ(gzwrite(out, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  ASSERT_EQ(gzclose(out), Z_OK);
  const auto plain = make_corpus_source(options("c.jsonl"), cases::tokenizer(), 3);
  const auto compressed = make_corpus_source(options("d.jsonl.gz"), cases::tokenizer(), 3);
  for (const uint64_t step : {0, 5}) EXPECT_TRUE(cases::same(plain->batch(step), compressed->batch(step)));
}

TEST_F(Corpus, SeveralFilesAreOneCorpusAndEachEpochHasAnOrderOfItsOwn) {
  std::vector<cases::Row> documents;
  for (const uint64_t seed : {1, 2}) {
    for (const std::string& text : write_documents("c" + std::to_string(seed) + ".jsonl", seed)) {
      const TokenIds ids = cases::tokenizer().encode(text);
      documents.emplace_back(ids.begin(), ids.end());
    }
  }
  CorpusOptions o = options("c1.jsonl", 120);  // every document fits
  o.files.push_back((folder_ / "c2.jsonl").string());
  o.rows_per_batch = 1;
  o.split_documents = false;
  const auto source = make_corpus_source(o, cases::tokenizer(), 3);
  Documents expected, counts;
  for (const cases::Row& document : documents) ++expected[document];
  std::vector<cases::Row> first_rows;
  size_t taken = 0, epochs = 0;
  for (uint64_t step = 0; epochs < 3; ++step) {
    const cases::Row row = rows_of(*source, step, step + 1, 120)[0];
    if (taken == 0) first_rows.push_back(row);
    Documents in_row;
    ASSERT_TRUE(split(row, documents, in_row));
    for (const auto& [document, count] : in_row) {
      counts[document] += count;
      taken += static_cast<size_t>(count);
    }
    if (taken < documents.size()) continue;
    EXPECT_EQ(counts, expected) << "epoch " << epochs;
    counts.clear();
    taken = 0;
    ++epochs;
  }
  EXPECT_NE(first_rows[0], first_rows[1]);
  EXPECT_NE(first_rows[1], first_rows[2]);
}

TEST_F(Corpus, FirstFilesAreReadAloneAndTheRestFromItsBeginning) {
  write_documents("few.jsonl", 1);
  write_documents("all.jsonl", 2);
  const CorpusOptions few = options("few.jsonl", 40), all = options("all.jsonl", 40);
  CorpusOptions both = all;
  both.first_files = few.files;
  both.first_batches = 3;
  const auto source = make_corpus_source(both, cases::tokenizer(), 5);
  const auto first = make_corpus_source(few, cases::tokenizer(), 5),
             then = make_corpus_source(all, cases::tokenizer(), 5);
  for (uint64_t step = 0; step < 8; ++step) {
    const TokenBatch expected = step < 3 ? first->batch(step) : then->batch(step - 3);
    EXPECT_TRUE(at::equal(source->batch(step).source_ids, expected.source_ids)) << step;
    EXPECT_TRUE(at::equal(source->batch(step).target_ids, expected.target_ids)) << step;
  }
  EXPECT_NE(source->describe().find("before that, 3 batches of "), std::string::npos);
}

TEST_F(Corpus, FirstBatchesNeedFilesAndFilesBatches) {
  for (const char* settings : {"first_batches: 2", "first_files: [a.txt]"}) {
    CorpusOptions o;
    const std::string message = message_of<UserError>([&] { load_options(parse_config(settings, "here"), o); });
    EXPECT_NE(message.find("'first_batches'"), std::string::npos) << message;
  }
}

// 20 sentinels: found before the first batch, with the settings that ask for more.
TEST_F(Corpus, TooFewSentinelsAreFoundAtTheStart) {
  write_documents("a.jsonl");
  CorpusOptions o = options("a.jsonl", 100);
  o.noise_density = 0.5;
  o.mean_span_length = 1.0;
  const auto refused = [&o] { return message_of<UserError>([&] { make_corpus_source(o, cases::tokenizer(), 3); }); };
  const std::string message = refused();
  for (const char* part :
       {"'source_length' 100", "'noise_density' 0.5", "'mean_span_length' 1", "has 20 sentinels", "'num_sentinels' 4"})
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  o.salient_share = 0.5;
  o.mean_span_length = 3.0;
  EXPECT_NE(refused().find("'salient_share' above 0"), std::string::npos);
  o.objective = Objective::kPrefixLm;  // has no spans
  make_corpus_source(o, cases::tokenizer(), 3)->batch(0);
  o = options("a.jsonl", 70);  // 17 spans
  o.noise_density = 0.5;
  o.mean_span_length = 3.0;
  const auto source = make_corpus_source(o, cases::tokenizer(), 3);
  for (uint64_t step = 0; step < 20; ++step) source->batch(step);  // what is let through stops at no step
}

TEST_F(Corpus, MistakesNameFileAndLine) {
  const auto refused = [&](const std::string& name, const std::string& content) {
    put(name, content);
    return message_of<UserError>([&] { make_corpus_source(options(name), cases::tokenizer(), 3); });
  };
  const std::string good = R"({"text": "the river"})" + std::string("\n");
  for (const char* bad : {R"({"text": "x", "spans": [[0, 9]]})", R"({"text": "abc", "spans": [[2, 2]]})",
                          R"({"text": "abc", "spans": [[-1, 2]]})", R"({"text": "abc", "spans": [3]})",
                          R"({"txt": "abc"})", R"({"text": 3})", "{"}) {
    const std::string message = refused("bad.jsonl", good + bad + "\n");
    EXPECT_NE(message.find("bad.jsonl:2"), std::string::npos) << message;
  }
  EXPECT_NE(refused("empty.txt", "\n\n").find("empty.txt"), std::string::npos);
  const std::string nothing = refused("controls.txt", "\x01\x02\x03\n");  // which a vocabulary leaves out
  EXPECT_NE(nothing.find("the corpus is empty: none of the 1 documents"), std::string::npos) << nothing;
  const std::string missing =
      message_of<UserError>([&] { make_corpus_source(options("gone.jsonl"), cases::tokenizer(), 3); });
  EXPECT_NE(missing.find("gone.jsonl"), std::string::npos) << missing;
}

}  // namespace
}  // namespace flanmoe
