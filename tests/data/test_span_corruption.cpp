// Span corruption against docs/routing.md 14: lengths, masks, and that source and target merge into the text.
#include "base/error.h"
#include "data/packing.h"
#include "data/span_corruption.h"
#include "data_case.h"

namespace flanmoe {
namespace {

using Mask = std::vector<uint8_t>;
using Spans = std::vector<std::pair<int64_t, int64_t>>;

Spans runs_of(const Mask& mask) {
  Spans runs;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) continue;
    if (i == 0 || mask[i - 1] == 0) runs.emplace_back(static_cast<int64_t>(i), static_cast<int64_t>(i));
    runs.back().second = static_cast<int64_t>(i) + 1;
  }
  return runs;
}

int64_t noise_of(const Mask& mask) { return std::count(mask.begin(), mask.end(), uint8_t{1}); }

TEST(CorruptedLengths, AreTheReferencesTable) {
  for (const auto& [source, raw, target] : std::vector<std::array<int64_t, 3>>{
           {64, 70, 14}, {128, 141, 29}, {256, 284, 58}, {512, 568, 114}, {1024, 1137, 229}, {2048, 2274, 456}}) {
    const CorruptedLengths lengths = corrupted_lengths(source, 0.15, 3.0);
    EXPECT_EQ(lengths.raw, raw) << source;
    EXPECT_EQ(lengths.target, target) << source;
    EXPECT_LE(lengths.source, source);
  }
  for (int64_t source = 4; source < 90; ++source) {
    for (const double density : {0.15, 0.5}) {
      const CorruptedLengths lengths = corrupted_lengths(source, density, 3.0);
      EXPECT_GT(lengths.raw, 1) << source;
      EXPECT_LE(lengths.source, source);
    }
  }
}

TEST(RandomSpansMask, HidesTheRightNumberOfTokensInTheRightNumberOfSpans) {
  for (const auto& [density, mean_span] :
       std::vector<std::pair<double, double>>{{0.15, 3.0}, {0.5, 3.0}, {0.15, 1.0}, {0.3, 10.0}}) {
    for (int64_t length = 2; length < 300; length += 1 + length / 9) {
      RandomStream stream(static_cast<uint64_t>(length), "mask");
      const Mask mask = random_spans_mask(length, density, mean_span, stream);
      ASSERT_EQ(mask.size(), static_cast<size_t>(length));
      const auto noise = std::clamp<int64_t>(
          static_cast<int64_t>(std::nearbyint(density * static_cast<double>(length))), 1, length - 1);
      auto spans = std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(static_cast<double>(noise) / mean_span)));
      spans = std::min(spans, length - noise);  // each needs a kept token before it
      EXPECT_EQ(noise_of(mask), noise) << length << " " << density;
      EXPECT_EQ(runs_of(mask).size(), static_cast<size_t>(spans)) << length << " " << density;
      EXPECT_EQ(mask.front(), 0) << length;
      EXPECT_EQ(mask.back(), 1) << length;
    }
  }
}

TEST(RandomSpansMask, WorksForOneToken) {
  RandomStream stream(1, "mask");
  EXPECT_EQ(random_spans_mask(1, 0.15, 3.0, stream).size(), 1u);
}

TEST(RandomSpansMask,
     IsARandomComposition) {  // 3 noise tokens in 2 spans of a text of 6: 2 x 2 masks, each equally likely
  std::map<std::string, int64_t> counts;
  RandomStream stream(4, "mask");
  for (int64_t i = 0; i < 4000; ++i) {
    std::string text;
    for (const uint8_t hidden : random_spans_mask(6, 0.5, 1.5, stream)) text += hidden != 0 ? '#' : '.';
    ++counts[text];
  }
  EXPECT_EQ(counts.size(), 4u);
  for (const char* mask : {".#..##", "..#.##", ".##..#", "..##.#"})
    EXPECT_NEAR(static_cast<double>(counts[mask]), 1000.0, 120.0) << mask;
}

// No mask has more, and one of the longest text has as many (of random spans; salient ones may have fewer).
TEST(MostSpans, IsABoundThatIsReached) {
  for (const double density : {0.05, 0.15, 0.3, 0.5, 0.75, 0.99}) {
    for (const double mean_span : {1.0, 1.5, 3.0, 10.0}) {
      for (const int64_t longest : {1, 2, 3, 7, 40, 150}) {
        const int64_t random = most_spans(longest, density, mean_span, false);
        const int64_t salient = most_spans(longest, density, mean_span, true);
        size_t most = 0;
        for (int64_t length = 1; length <= longest; ++length) {
          RandomStream stream(static_cast<uint64_t>(length), "mask");
          most = std::max(most, runs_of(random_spans_mask(length, density, mean_span, stream)).size());
          if (length < 2) continue;
          const auto mask = salient_spans_mask(length, {{0, 1}, {2, 3}}, density, mean_span, 0.5, stream);
          EXPECT_LE(static_cast<int64_t>(runs_of(mask).size()), salient) << length << " " << density;
        }
        EXPECT_LE(static_cast<int64_t>(most), random) << longest << " " << density << " " << mean_span;
        if (longest < 2) continue;
        EXPECT_EQ(static_cast<int64_t>(most), random) << longest << " " << density << " " << mean_span;
      }
    }
  }
  // By hand: 100 tokens, half of them hidden, each alone: 50 spans; 15 hidden in threes: 5; marked ones, up to 15.
  EXPECT_EQ(most_spans(100, 0.5, 1.0, false), 50);
  EXPECT_EQ(most_spans(100, 0.15, 3.0, false), 5);
  EXPECT_EQ(most_spans(100, 0.15, 3.0, true), 15);
}

TEST(Corrupt, ByHand) {
  const Tokenizer& t = cases::tokenizer();
  const TokenPair pair = corrupt({11, 12, 13, 14, 15, 16, 17}, {0, 1, 1, 0, 0, 1, 0}, t);
  EXPECT_EQ(pair.source, (TokenIds{11, t.sentinel(0), 14, 15, t.sentinel(1), 17, 1}));
  EXPECT_EQ(pair.target, (TokenIds{t.sentinel(0), 12, 13, t.sentinel(1), 16, 1}));  // no sentinel at the end
  const TokenPair whole = corrupt({11, 12}, {1, 1}, t);
  EXPECT_EQ(whole.source, (TokenIds{t.sentinel(0), 1}));
  EXPECT_EQ(whole.target, (TokenIds{t.sentinel(0), 11, 12, 1}));
  const TokenPair nothing = corrupt({11, 12}, {0, 0}, t);
  EXPECT_EQ(nothing.source, (TokenIds{11, 12, 1}));
  EXPECT_EQ(nothing.target, (TokenIds{1}));
}

TEST(Corrupt, SourceAndTargetMergeIntoTheText) {
  const Tokenizer& t = cases::tokenizer();
  for (uint64_t seed = 0; seed < 60; ++seed) {
    RandomStream stream(seed, "text");
    const int64_t length = stream.between(2, 250);
    TokenIds ids;
    cases::Row expected;
    for (int64_t i = 0; i < length; ++i) ids.push_back(static_cast<int32_t>(stream.between(3, t.num_pieces() - 1)));
    expected.assign(ids.begin(), ids.end());
    const Mask mask = random_spans_mask(length, 0.15, 3.0, stream);
    const TokenPair pair = corrupt(ids, mask, t);
    const auto found =
        cases::merged({pair.source.begin(), pair.source.end()}, {pair.target.begin(), pair.target.end()}, t);
    EXPECT_EQ(found.fault, "") << seed;
    EXPECT_EQ(found.ids, expected) << seed;
    EXPECT_EQ(found.num_noise, noise_of(mask));
    EXPECT_EQ(pair.source.size(), static_cast<size_t>(length - noise_of(mask)) + runs_of(mask).size() + 1);
  }
}

TEST(Corrupt, MoreSpansThanSentinelsIsRefused) {  // never ordinary tokens as sentinels
  TokenIds ids(50, 5);
  Mask mask(50, 0);
  for (size_t i = 1; i < 43; i += 2) mask[i] = 1;  // 21 spans, 20 sentinels
  EXPECT_NE(message_of<UserError>([&] { corrupt(ids, mask, cases::tokenizer()); }).find("20"), std::string::npos);
}

TEST(SalientSpansMask, HidesMarkedSpansOnly) {
  const Spans marked = {{3, 6}, {10, 11}, {15, 17}, {20, 24}, {30, 33}, {40, 42}};
  for (uint64_t seed = 0; seed < 30; ++seed) {
    RandomStream stream(seed, "salient");
    const Mask mask = salient_spans_mask(60, marked, 0.15, 3.0, 1.0, stream);
    ASSERT_EQ(mask.size(), 60u);
    const Spans runs = runs_of(mask);
    EXPECT_GE(noise_of(mask), 9);  // 15% of 60, overshot by less than the last span
    EXPECT_LT(noise_of(mask), 9 + 4);
    for (const auto& run : runs) EXPECT_NE(std::find(marked.begin(), marked.end(), run), marked.end()) << run.first;
  }
}

TEST(SalientSpansMask, EveryMarkedSpanIsChosenAlikeOften) {
  const Spans marked = {{3, 6}, {10, 13}, {15, 18}, {20, 23}, {30, 33}, {40, 43}};
  std::map<int64_t, int64_t> counts;
  RandomStream stream(2, "salient");
  for (int64_t i = 0; i < 2000; ++i) {
    for (const auto& run : runs_of(salient_spans_mask(60, marked, 0.15, 3.0, 1.0, stream))) ++counts[run.first];
  }
  for (const auto& span : marked) EXPECT_NEAR(static_cast<double>(counts[span.first]), 1000.0, 120.0) << span.first;
}

TEST(SalientSpansMask, FillsUpWithRandomSpans) {
  for (const double share : {0.0, 0.5, 1.0}) {
    double spans = 0.0, marked_ones = 0.0, noise = 0.0;
    for (uint64_t seed = 0; seed < 400; ++seed) {
      RandomStream stream(seed, "salient");
      const Mask mask = salient_spans_mask(100, {{20, 23}, {40, 43}}, 0.15, 3.0, share, stream);
      for (const auto& run : runs_of(mask))
        marked_ones += run == std::pair<int64_t, int64_t>{20, 23} || run == std::pair<int64_t, int64_t>{40, 43};
      spans += static_cast<double>(runs_of(mask).size());
      noise += static_cast<double>(noise_of(mask));
    }
    EXPECT_NEAR(spans / 400.0, 5.5, 0.7) << share;  // 15 tokens and what the last span overshoots, 3 a span
    EXPECT_NEAR(noise / 400.0, 16.0, 1.0) << share;
    const double least = share == 1.0 ? 1.9 : 0.0, most = share == 0.0 ? 0.4 : 2.0;
    EXPECT_GE(marked_ones / 400.0, least) << share;
    EXPECT_LE(marked_ones / 400.0, most) << share;
  }
}

TEST(SalientSpansMask, TakesAnyMarks) {
  Spans everything;
  for (int64_t i = 0; i < 40; ++i) everything.emplace_back(i, i + 1);
  const std::vector<Spans> odd = {
      {}, {{0, 40}}, {{0, 1}}, {{39, 40}}, everything, {{5, 9}, {7, 12}, {5, 9}}, {{30, 32}, {2, 4}}, {{4, 6}, {6, 8}}};
  for (const Spans& marked : odd) {
    for (int64_t length : {2, 3, 5, 40}) {
      Spans inside;
      for (const auto& span : marked) {
        if (span.second <= length) inside.push_back(span);
      }
      for (uint64_t seed = 0; seed < 20; ++seed) {
        RandomStream stream(seed, "salient");
        const Mask mask = salient_spans_mask(length, inside, 0.15, 3.0, 0.8, stream);
        ASSERT_EQ(mask.size(), static_cast<size_t>(length));
        EXPECT_GE(noise_of(mask), 1) << length;
      }
    }
  }
}

}  // namespace
}  // namespace flanmoe
