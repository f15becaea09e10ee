// "Where is it defined?" has one answer: a type's name is declared once in a namespace, and what x.h declares, x*.cpp
// defines, or the files that x.h names ("Defined in data/readers/reader_*.cpp.").
#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace flanmoe {
namespace {

namespace fs = std::filesystem;

const fs::path kSources = fs::path(FLANMOE_SOURCE_DIR) / "src";

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Without comments, texts, characters and lines of the preprocessor.
std::string bare(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool at_line_start = i == 0 || text[i - 1] == '\n';
    const auto skip_to = [&](const std::string& mark) { i = std::min(text.find(mark, i), text.size()); };
    if (text.compare(i, 2, "//") == 0) {
      skip_to("\n");
    } else if (at_line_start && text[i] == '#') {
      do skip_to("\n");
      while (i < text.size() && text[i - 1] == '\\' && ++i);
    } else if (text.compare(i, 3, "R\"(") == 0) {
      skip_to(")\"");
      ++i;
    } else if (text[i] == '"' || (text[i] == '\'' && i > 0 && !std::isalnum(static_cast<unsigned char>(text[i - 1])))) {
      const char quote = text[i];
      for (++i; i < text.size() && text[i] != quote; ++i) i += text[i] == '\\' ? 1 : 0;
    } else {
      result += text[i];
      continue;
    }
    result += ' ';
  }
  return result;
}

// A statement outside of functions and types: "int64_t f(int64_t x)", its body left out.
struct Statement {
  std::string space;  // namespace; ends with "::" inside an unnamed one
  std::string text;
  bool has_body = false;
};

bool opens_namespace(const std::string& head, std::string& name) {
  static const std::regex kNamespace("\\s*(inline\\s+)?namespace\\s*([A-Za-z_:]*)\\s*");
  std::smatch match;
  if (!std::regex_match(head, match, kNamespace)) return false;
  name = match[2];
  return true;
}

bool begins_with(const std::string& text, const std::regex& pattern) {
  return std::regex_search(text, pattern, std::regex_constants::match_continuous);
}

bool is_type(const std::string& head) {
  static const std::regex kType("\\s*(template\\s*<[^>]*>\\s*)?(struct|class|enum|union)\\b");
  return begins_with(head, kType) && head.find('(') == std::string::npos;
}

std::vector<Statement> statements_of(const std::string& source) {
  const std::string text = bare(source);
  std::vector<Statement> statements;
  std::vector<std::string> spaces;
  std::string head;
  const auto space = [&spaces] {
    std::string all;
    for (const std::string& name : spaces) all += (all.empty() ? "" : "::") + name;
    return !spaces.empty() && spaces.back().empty() ? all + "::" : all;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    std::string name;
    if (text[i] == '{' && opens_namespace(head, name)) {
      spaces.push_back(name);
      head.clear();
    } else if (text[i] == '{') {
      for (int depth = 1; depth > 0 && ++i < text.size();) depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      const bool is_function = head.find('(') != std::string::npos && head.find('=') == std::string::npos;
      if (!is_function && !is_type(head)) continue;  // an initialiser: the statement goes on
      statements.push_back({space(), head, true});
      head.clear();
    } else if (text[i] == '}') {
      if (!spaces.empty()) spaces.pop_back();
      head.clear();
    } else if (text[i] == ';') {
      statements.push_back({space(), head, false});
      head.clear();
    } else {
      head += text[i];
    }
  }
  return statements;
}

// The name of a type with a body, "" for anything else.
std::string type_of(const Statement& statement) {
  static const std::regex kName("\\b(struct|class|enum class|enum|union)\\s+([\\w:]+)");
  std::smatch match;
  if (!statement.has_body || !is_type(statement.text)) return "";
  return std::regex_search(statement.text, match, kName) ? match[2].str() : "";
}

// Without what stands between < and >, so that the name of a function is what precedes the first (.
std::string without_template_arguments(const std::string& text) {
  std::string result;
  int depth = 0;
  for (const char c : text) {
    if (c == '<') ++depth;
    if (depth == 0) result += c;
    if (c == '>' && depth > 0) --depth;
  }
  return result;
}

// "f" or "Class::f" of a function, "" for anything else.
std::string function_of(const Statement& statement) {
  static const std::regex kOther("\\s*(using|extern|inline|constexpr|static|typedef|friend|template)\\b");
  static const std::regex kName("([A-Za-z_][\\w:~]*)\\s*\\(");
  std::smatch match;
  if (is_type(statement.text) || begins_with(statement.text, kOther)) return "";
  const std::string text = without_template_arguments(statement.text);
  return std::regex_search(text, match, kName) ? match[1].str() : "";
}

struct File {
  std::string name;  // "moe/plan.h"
  std::vector<Statement> statements;
  std::vector<std::string> defined_in;  // patterns of a header's own words
};

std::vector<std::string> named_homes(const std::string& text) {
  static const std::regex kSentence("Defined in ([a-z0-9_/*., \n]*\\.cpp)");
  static const std::regex kPattern("[a-z0-9_/*]+\\.cpp");
  std::vector<std::string> patterns;
  const std::string joined = std::regex_replace(text, std::regex("\n// ?"), " ");
  std::smatch sentence;
  if (!std::regex_search(joined, sentence, kSentence)) return patterns;
  const std::string list = sentence[1];
  for (std::sregex_iterator it(list.begin(), list.end(), kPattern), end; it != end; ++it) patterns.push_back(it->str());
  return patterns;
}

std::vector<File> files_with(const std::string& extension) {
  std::vector<File> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSources)) {
    if (entry.path().extension() != extension) continue;
    const std::string text = text_of(entry.path());
    files.push_back({fs::relative(entry.path(), kSources).string(), statements_of(text), named_homes(text)});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
  return files;
}

bool is_home(const File& header, const std::string& source) {
  const std::string stem = header.name.substr(0, header.name.size() - 2);
  return source.starts_with(stem) ||
         std::any_of(header.defined_in.begin(), header.defined_in.end(), [&](const std::string& pattern) {
           return fnmatch(pattern.c_str(), source.c_str(), FNM_PATHNAME) == 0;
         });
}

TEST(Declarations, AreRead) {
  const std::vector<Statement> all = statements_of(
      "#pragma once\nnamespace a {\nstruct S : B {\n  int f() { return 1; }\n};\n// int no();\nint64_t f(int x = {});\n"
      "namespace {\nint hidden() { return 2; }\n}  // namespace\nint S::g() const { return 3; }\nconst int k[] = "
      "{1};\n}\n");
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(type_of(all[0]), "S");
  EXPECT_EQ(function_of(all[2]), "f");
  EXPECT_EQ(all[3].space, "a::::");
  EXPECT_EQ(function_of(all[4]), "S::g");
  EXPECT_EQ(all[4].space, "a");
  EXPECT_EQ(type_of(all[5]), "");
  EXPECT_EQ(named_homes("// x\n// Defined in a/b_*.cpp,\n// a/c.cpp.\n"),
            (std::vector<std::string>{"a/b_*.cpp", "a/c.cpp"}));
}

TEST(Declarations, OfATypeStandOnceInANamespace) {
  std::map<std::string, std::string> home;
  for (const File& file : files_with(".h")) {
    for (const Statement& statement : file.statements) {
      const std::string name = type_of(statement);
      if (name.empty()) continue;
      const auto [found, added] = home.try_emplace(statement.space + "::" + name, file.name);
      EXPECT_TRUE(added) << found->first << " is declared in src/" << found->second << " and src/" << file.name;
    }
  }
  EXPECT_GT(home.size(), 100u);
}

TEST(Declarations, OfAHeaderAreDefinedInItsOwnSources) {
  const std::vector<File> headers = files_with(".h");
  std::map<std::string, std::vector<const File*>> declared;  // function or type -> headers
  for (const File& header : headers) {
    for (const Statement& statement : header.statements) {
      const std::string name = statement.has_body ? type_of(statement) : function_of(statement);
      if (!name.empty()) declared[statement.space + "::" + name].push_back(&header);
    }
  }
  size_t checked = 0;
  for (const File& source : files_with(".cpp")) {
    for (const Statement& statement : source.statements) {
      const std::string name = statement.has_body ? function_of(statement) : "";
      if (name.empty() || statement.space.ends_with("::")) continue;
      const auto found = declared.find(statement.space + "::" + name.substr(0, name.find("::")));
      if (found == declared.end()) continue;
      ++checked;
      EXPECT_TRUE(std::any_of(found->second.begin(), found->second.end(),
                              [&](const File* header) { return is_home(*header, source.name); }))
          << "src/" << source.name << " defines " << name << ", which src/" << found->second.front()->name
          << " declares";
    }
  }
  EXPECT_GT(checked, 300u);
}

}  // namespace
}  // namespace flanmoe
