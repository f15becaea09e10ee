#include "cli/generate_interactive.h"

#include <iostream>

#include "base/error.h"
#include "base/log.h"
#include "decode/generate.h"

namespace flanmoe {
namespace {

// Answers one line, showing it as it comes.
void answer_line(const Session& session, const std::string& line) {
  TokenIds ids;
  size_t shown = 0;
  GenerateHooks hooks = session.hooks();
  hooks.ids_only = true;
  hooks.token = [&](int32_t id) {
    ids.push_back(id);
    const std::string text = session.text_of(ids);
    if (text.size() <= shown) return;
    std::cout << text.substr(shown) << std::flush;
    shown = text.size();
  };
  const TokenIds source = session.encode({line, nullptr, "the prompt"});
  const auto answers = generate_answers(session.weights, {source}, session.options, hooks);
  if (session.options.num_beams > 1) std::cout << session.text_of(answers[0][0].ids);
  std::cout << "\n";
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
