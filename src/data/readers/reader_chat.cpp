// Conversations: ShareGPT {"conversations": [{"from", "value"}]} and messages {"messages": [{"role", "content"}]}.
// Every turn of the assistant that something stands before is a row.
#include <algorithm>

#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

using Rows = std::vector<TaskRow>;

struct Turn {
  std::string role, text;
};

// Keys of a conversation, and who speaks under which names.
struct ChatForm {
  const char *turns, *role, *text;
};
constexpr ChatForm kShareGpt = {"conversations", "from", "value"};
constexpr ChatForm kMessages = {"messages", "role", "content"};

std::string role_of(const std::string& name) {
  const auto is_one_of = [&name](std::initializer_list<const char*> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (is_one_of({"human", "user"})) return "user";
  if (is_one_of({"gpt", "chatgpt", "bing", "bard", "assistant"})) return "assistant";
  return name;
}

std::vector<Turn> turns_of(const Json& chat, const ChatForm& form, const std::string& where) {
  std::vector<Turn> turns;
  for (const Json& turn : json_list(chat, form.turns, where)) {
    const std::string place = fmt::format("{}: turn {}", where, turns.size() + 1);
    check_object(turn, place);
    turns.push_back({role_of(json_filled(turn, form.role, place)), json_filled(turn, form.text, place)});
  }
  return turns;
}

Rows rows_of(const Json& chat, const ChatForm& form, std::string id, const std::string& where) {
  Rows rows;
  std::string history;
  int64_t number = 0;
  for (const Turn& turn : turns_of(chat, form, where)) {
    ++number;
    if (turn.role == "assistant" && !history.empty()) {
      TaskRow row;
      row.id = fmt::format("{} turn {}", id, number);
      row.cluster_id = id;
      row.fields["prompt"] = history;
      row.answers = {turn.text};
      rows.push_back(std::move(row));
    }
    history += fmt::format("{}{}: {}", history.empty() ? "" : "\n", turn.role, turn.text);
  }
  if (rows.empty()) fail_input("{}: no turn of the assistant after another's", where);
  return rows;
}

void read_chats(const DataFile& file, RowSink& rows, const ChatForm& form) {
  each_object(file, rows, [&](const Json& chat, const std::string& where) {
    const std::string id = json_id(chat, "id", where);
    return rows_of(chat, form, id.empty() ? std::to_string(rows.num_records()) : id, where);
  });
}

}  // namespace

void read_sharegpt(const DataFile& file, RowSink& rows) { read_chats(file, rows, kShareGpt); }
void read_messages(const DataFile& file, RowSink& rows) { read_chats(file, rows, kMessages); }

}  // namespace flanmoe
