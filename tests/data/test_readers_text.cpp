// Plain text as it is found: novels begin with a byte order mark.
#include "data/data_case.h"

namespace flanmoe {
namespace {

class TextCorpus : public FolderTest {};

TEST_F(TextCorpus, AByteOrderMarkIsNoText) {
  const std::string text = "the river runs past quiet towns\n\nbakers sell bread near every bridge\n";
  CorpusOptions plain, marked;
  plain.files = {put("plain.txt", text).string()};
  marked.files = {put("marked.txt", "\xEF\xBB\xBF" + text).string()};
  const auto a = make_corpus_source(plain, cases::tokenizer(), 3),
             b = make_corpus_source(marked, cases::tokenizer(), 3);
  EXPECT_EQ(a->describe(), b->describe());
  EXPECT_TRUE(cases::same(a->batch(0), b->batch(0)));
}

}  // namespace
}  // namespace flanmoe
