// Objects of a file of the user's, one reader for all who take them: prompts, questions with answers, predictions,
// documents.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/json.h"
#include "base/text_file.h"

namespace flanmoe {

// What a record is called in messages: "rows.jsonl:3", "rows.json: row 3".
using TakeObject = std::function<void(const Json& object, const std::string& where)>;

// A file that can only hold objects: lines, whatever it is called, are JSON.
TextFile open_objects_file(const std::filesystem::path& path);

// JSON: one object a line (blank lines are passed over), or one list of objects. CSV and TSV: a header, and an object
// of texts by its names for every record. UserError naming file and line for a malformed one, and for a kind that holds
// no objects.
void each_object_of(const TextFile& file, const TakeObject& take);

}  // namespace flanmoe
