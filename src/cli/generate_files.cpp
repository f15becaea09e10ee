#include "cli/generate_files.h"

#include <ATen/ATen.h>

#include <iostream>

#include "base/error.h"
#include "cli/output.h"
#include "data/stop_text.h"
#include "decode/routing_trace.h"

namespace flanmoe {
namespace {

Prompt prompt_of_json(const std::string& line, const std::string& file, int64_t number) {
  const std::string where = fmt::format("{}:{}", file, number);
  const Json object = parse_json(line, file, number);
  Prompt prompt{json_string(object, "prompt", where), nullptr, where};
  if (object.contains("id")) prompt.id = object["id"];
  return prompt;
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
  return text;
}

Json routed_tokens(const MoeTokens& layer, const std::vector<std::string>& pieces) {
  Json tokens = Json::array();
  for (size_t t = 0; t < pieces.size(); ++t) {
    const auto at = static_cast<int64_t>(t);
    Json experts = Json::array(), weights = Json::array();
    for (int64_t i = 0; i < layer.experts.size(2); ++i) {
      const int64_t expert = layer.experts[0][at][i].item<int64_t>();
      if (expert < 0) continue;
      experts.push_back(expert);
      weights.push_back(layer.weights[0][at][i].item<float>());
    }
    const int64_t asked = layer.asked[0][at].item<int64_t>();
    const auto dropped = std::max<int64_t>(0, asked - static_cast<int64_t>(experts.size()));
    tokens.push_back({{"piece", pieces[t]}, {"experts", experts}, {"weights", weights}, {"dropped", dropped}});
  }
  return tokens;
}

std::vector<std::string> pieces_of(const TokenIds& ids, const Tokenizer& tokenizer) {
  std::vector<std::string> pieces;
  for (const int32_t id : ids) pieces.push_back(tokenizer.piece(id));
  return pieces;
}

}  // namespace

std::vector<Prompt> prompts_of_file(const fs::path& path) {
  const std::string name = path.string();
  const bool json = name.ends_with(".jsonl") || name.ends_with(".jsonl.gz");
  std::vector<Prompt> prompts;
  int64_t number = 0;
  for (const std::string& line : read_lines(path)) {
    ++number;
    if (json && line.find_first_not_of(" \t") == std::string::npos) continue;
    prompts.push_back(json ? prompt_of_json(line, name, number)
                           : Prompt{line, nullptr, fmt::format("{}:{}", name, number)});
  }
  if (prompts.empty()) fail_input("{}: no prompts in it", name);
  return prompts;
}

std::vector<Prompt> prompts_of_stream(std::istream& in) {
  std::vector<Prompt> prompts;
  for (std::string line; std::getline(in, line);) {
    prompts.push_back({line, nullptr, fmt::format("stdin:{}", prompts.size() + 1)});
  }
  if (prompts.empty()) {
    fail_input("no prompt: give prompts as arguments, with --input FILE, or one per line on stdin");
  }
  return prompts;
}

TokenIds encode_prompt(const Prompt& prompt, const Tokenizer& tokenizer, int64_t max_tokens) {
  TokenIds ids = tokenizer.encode(prompt.text);
  if (ids.empty()) fail_input("{}: the prompt is empty; expected a text", prompt.where);
  ids.push_back(kEosId);
  const auto length = static_cast<int64_t>(ids.size());
  if (max_tokens > 0 && length > max_tokens) {
    fail_input("{}: the prompt has {} tokens with its end, expected at most {} (max_prompt_tokens)", prompt.where,
               length, max_tokens);
  }
  return ids;
}

Json routing_json(const T5Model& model, const Tokenizer& tokenizer, const TokenIds& source, const Answer& answer) {
  TokenIds said = answer.ids;
  if (said.size() < answer.log_probabilities.size()) said.push_back(kEosId);
  TokenIds decoded = said;
  if (model.options().decoder_only) {
    decoded = source;
    decoded.insert(decoded.end(), said.begin(), said.end());
  }
  Json routing = Json::object();
  for (const MoeTokens& layer : trace_routing(model, source, said)) {
    const auto pieces = pieces_of(layer.stack == Stack::kEncoder ? source : decoded, tokenizer);
    routing[name_of(layer.stack)].push_back({{"layer", layer.layer}, {"tokens", routed_tokens(layer, pieces)}});
  }
  return routing;
}

AnswerWriter::AnswerWriter(const Tokenizer& tokenizer, const GenerateOptions& options, const OutputOptions& output)
    : tokenizer_(tokenizer), options_(options), json_(output.json || output.file.ends_with(".jsonl")) {
  if (output.file.empty()) return;
  if (fs::exists(output.file)) {
    if (!output.resume) fail_input("--output {}: exists already; expected a new file, or --resume", output.file);
    num_written_ = read_lines(output.file).size() / (json_ ? 1 : static_cast<size_t>(options.num_answers));
  }
  file_ = std::make_unique<LineWriter>(output.file);
}

std::string AnswerWriter::text_of(const Answer& answer) const {
  return cut_at_stop(tokenizer_.decode(answer.ids), options_.stop);
}

Json AnswerWriter::json_of(const Answer& answer) const {
  Json tokens = Json::array();
  for (size_t i = 0; i < answer.log_probabilities.size(); ++i) {
    const int32_t id = i < answer.ids.size() ? answer.ids[i] : kEosId;
    tokens.push_back({{"id", id}, {"piece", tokenizer_.piece(id)}, {"log_probability", answer.log_probabilities[i]}});
  }
  return {{"text", text_of(answer)},
          {"score", answer.score},
          {"log_probability", answer.log_probability},
          {"ended", answer.ended},
          {"tokens", tokens}};
}

void AnswerWriter::line(const std::string& text) {
  if (file_ != nullptr) return file_->write(text);
  std::cout << text << "\n" << std::flush;
}

void AnswerWriter::write(const Prompt& prompt, const std::vector<Answer>& answers, const Json& routing) {
  if (!json_) {
    for (const Answer& answer : answers) line(one_line(text_of(answer)));
    return;
  }
  Json object = {{"prompt", prompt.text}, {"answer", text_of(answers.at(0))}};
  if (!prompt.id.is_null()) object["id"] = prompt.id;
  for (const Answer& answer : answers) object["answers"].push_back(json_of(answer));
  if (!routing.is_null()) object["routing"] = routing;
  line(json_line(object));
}

}  // namespace flanmoe
