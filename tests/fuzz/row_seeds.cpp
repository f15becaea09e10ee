#include "fuzz/row_seeds.h"

#include <fstream>
#include <string>
#include <vector>

namespace flanmoe {
namespace {

// In the order of the forms of the target: the first byte chooses among them.
void write(const std::filesystem::path& folder, const std::vector<std::string>& texts) {
  std::filesystem::create_directories(folder);
  for (size_t i = 0; i < texts.size(); ++i)
    std::ofstream(folder / std::to_string(i), std::ios::binary) << static_cast<char>(i) << texts[i];
}

const std::vector<std::string> kJson = {
    R"({"id": "1", "fields": {"question": "Q"}, "options": ["a", "b"], "answers": ["b"], "rationale": "R", "cluster_id": "c"})",
    R"({"q": "Q", "a": "x", "o": ["x", "y"]})",
    R"([{"question": "Q", "year": 1.5, "answers": ["a", 2]}])",
    R"({"Definition": ["D"], "Categories": ["C"], "Instances": [{"id": "i", "input": "a", "output": ["b"]}, {"input": "", "output": "c"}]})",
    R"({"Positive Examples": [{"input": "a", "output": "b", "explanation": "E"}]})",
    R"j({"examples": [{"input": "Q\nOptions:\n(A) x\n- (B) y", "target": "(B)"}, {"input": "Q", "target": "True"}]})j",
    "c\n-----\nD\n\nQ: a\nOptions:\n(A) x\nA: Let's think step by step.\nR. So the answer is (A).\n\nQ: b\nA: so the "
    "answer is b.",
    R"j({"s": "H\n\nQ: a\n(A) x (B) y\nA: Let's think step by step. R. The answer is (B).", "t": "\nQ: "})j",
    R"j({"s": "\nQ: a\n(A) x\n(B) y\nA: R. The answer is (A).\n\n"})j",
    R"([{"instruction": "Please choose the correct answer to the question: Q\n\nAnswer1: a Answer2: b\n\nAnswer format: answer1/answer2", "answer": "answer2"}])",
    R"([{"sentence": "question: q\npassage: T -- p", "label": "True"}])",
    R"({"question": "Q", "answer": "1+1=<<1+1=2>>2\n#### 2,000"})",
    R"j({"question": "Q", "options": ["A)1", "B)2"], "rationale": "R", "correct": "B"})j",
    R"([{"ID": "1", "Body": "B", "Question": "Q", "Equation": "E", "Answer": 5.0, "Type": "T"}])",
    R"([{"qid": "1", "question": "Q", "answer": true, "facts": ["f", "g"]}])",
    R"({"sentence1": "p", "sentence2": "q", "label": "DON'T KNOW", "PassageID": 4, "PassageEditID": 1, "QuestionID": "q1", "SampleID": 2})",
    R"([{"instruction": "I", "input": "", "output": "o"}])",
    R"({"id": "s", "instruction": "I", "instances": [{"input": "i", "output": "o"}, {"input": "", "output": "p"}]})",
    R"({"inputs": "i", "targets": "t", "task_name": "n", "template_idx": 3})",
    R"({"prompt": "p", "completion": " c<|endoftext|>"}
{"inputs_pretokenized": "i", "targets_pretokenized": "a", "answer_choices": ["a", "b"], "is_correct": true})",
    R"([{"id": "c", "conversations": [{"from": "human", "value": "h"}, {"from": "gpt", "value": "g"}]}])",
    R"({"messages": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}]})",
    R"({"header": {}}
{"context": "c", "qas": [{"qid": "1", "question": "q", "answers": ["a", "a"]}]})",
    R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "fi-1", "question": "q", "answers": [{"text": "a"}]}]}]}]})",
    R"({"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "fi-1", "question": "q", "answers": [{"text": "a"}]}]}]}]})",
    // once more from the first form on
    R"({"id": "1", "fields": {"a\u0007": 3}, "answers": ["b"]})",
    R"({"q": " Q ", "a": " x", "o": [" x", "y\n"]})",
};
const std::vector<std::string> kCsv = {
    "id,question,answer,options\n1,\"a, \"\"b\"\"\nc\",x,x|y\r\n\n2,q,z,\n",
    "a,q,n\nx|y,Q,3\n",
    "Q,a,a|b\nR,\"c\",\n",
    "question,A,B,C,D,answer\nQ,1,2,3,4,3\nQ,\"1\",2,3,4,A\n",
    "Q,1,2,3,4,D\n",
};
const std::vector<std::string> kTsv = {
    "question\tanswer\toptions\nQ\ta\ta|b\n",
    "Q\ta|b\nR\tc\r\n",
    "Q\\nOptions:\\n- (A) x\\n- (B) y\t(B)\tR\nQ\\nOptions:\\n- Sentence A: x\tSentence A\tR\n",
    "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment\n1\ta\tb\t3.5\tNEUTRAL\n",
    "Q\t1,200\nR\t-3.5\n",
    "<s> a </s> ||| clue ||| answer\n",
};
const std::vector<std::string> kXml = {
    "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<M><ProblemSet><Problem ID=\"1\" Grade=\"2\"><Body>B &amp; "
    "b</Body><Question>Q"
    "</Question><Solution-Type>S</Solution-Type><Answer>9 "
    "(apples)</Answer><Formula>F</Formula></Problem></ProblemSet></M>",
    "<M><!-- c --><ProblemSet><Problem "
    "ID='1'><Body><![CDATA[B]]></Body><Question>Q</Question><Answer>3:4</Answer></Problem>"
    "\n<Problem ID='1'/></ProblemSet></M>",
};

}  // namespace

void write_row_seeds(const std::filesystem::path& folder) {
  write(folder / "json_rows", kJson);
  write(folder / "csv_rows", kCsv);
  write(folder / "tsv_rows", kTsv);
  write(folder / "xml_rows", kXml);
}

}  // namespace flanmoe
