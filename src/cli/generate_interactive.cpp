#include "cli/generate_interactive.h"

#include <iostream>

#include "answering/streamed_text.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text_file.h"
#include "decode/generate.h"

namespace flanmoe {
namespace {

// Answers one line, showing it as it comes.
void answer_line(const Session& session, const std::string& line) {
  expect_text("the prompt", line);
  TokenIds ids;
  StreamedText streamed;
  GenerateHooks hooks = session.hooks();
  hooks.ids_only = true;
  hooks.token = [&](int32_t id) {
    ids.push_back(id);
    std::cout << streamed.grown(session.text_of(ids)) << std::flush;
  };
  const TokenIds source = session.encode({line, nullptr, "the prompt"});
  const auto answers = generate_answers(session.weights, {source}, session.options, hooks);
  std::cout << streamed.ended(session.text_of(answers[0][0].ids)) << "\n";
  if (!answers[0][0].ended) log_info("cut at max_new_tokens ({})", session.options.max_new_tokens);
}

}  // namespace

void converse(const Session& session) {
  std::cerr << "one prompt per line; an empty line or end of input leaves\n";
  for (std::string line; std::cerr << "> " << std::flush, std::getline(std::cin, line) && !line.empty();) {
    try {
      answer_line(session, line);
    } catch (const UserError& error) {  // the next line may be a better one
      log_text(LogLevel::kError, error.what());
    }
  }
}

}  // namespace flanmoe
