// The words the world is told with. Every list is written out in words.cpp; no word stands in two categories.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flanmoe::world {

using Words = std::vector<std::string>;
using WordPairs = std::vector<std::pair<std::string, std::string>>;

// The list of that name ("animal", "food", "month", ...); asserts that it exists.
const Words& words(std::string_view list);

// Two-column tables: "opposite", "synonym", "plural", "number" (digits and word), "passive" (verb and participle).
const WordPairs& word_pairs(std::string_view table);

// The column of a table.
Words first_words(const WordPairs& pairs);
Words second_words(const WordPairs& pairs);

// The categories that topic and list tasks ask for: names of lists.
const Words& categories();
// Which of categories() holds `word`; asserts that one does.
const std::string& category_of(const std::string& word);

// True for the story names that "she" stands for.
bool is_she(const std::string& story_name);
// All names of story people, he and she.
const Words& story_names();

}  // namespace flanmoe::world
