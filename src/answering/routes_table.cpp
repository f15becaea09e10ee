#include "answering/routes_table.h"

#include <fmt/format.h>

namespace flanmoe {
namespace {

// A cell as RFC 4180 has it.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

}  // namespace

std::string routes_header() { return "prompt,stack,layer,position,piece,rank,expert,weight,dropped"; }

std::vector<std::string> routes_rows(int64_t prompt, const std::vector<RoutedLayer>& layers) {
  std::vector<std::string> rows;
  for (const RoutedLayer& layer : layers) {
    for (size_t position = 0; position < layer.tokens.size(); ++position) {
      const RoutedToken& token = layer.tokens[position];
      const std::string head =
          fmt::format("{},{},{},{},{}", prompt, name_of(layer.stack), layer.layer, position, quoted(token.piece));
      if (token.routes.empty()) rows.push_back(head + ",,,,0");
      for (size_t i = 0; i < token.routes.size(); ++i) {
        const Route& route = token.routes[i];
        rows.push_back(fmt::format("{},{},{},{},{}", head, i + 1, route.expert, route.weight, route.dropped ? 1 : 0));
      }
    }
  }
  return rows;
}

}  // namespace flanmoe
