#include "data/tokenizer/tokenizer_rules.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/foreign_keys.h"
#include "data/tokenizer/written_names.h"

namespace flanmoe {
namespace {

constexpr const char* kConfig = "tokenizer_config.json";
constexpr const char* kAdded = "added_tokens.json";
constexpr const char* kSpecialMap = "special_tokens_map.json";
constexpr int64_t kMostSentinels = 100'000, kMostIds = 10'000'000;

bool flag(const Json& object, const char* key, bool otherwise, const std::string& file) {
  if (!object.contains(key) || object[key].is_null()) return otherwise;
  if (!object[key].is_boolean())
    fail_input("{}: '{}' is {}, expected true or false", file, key, json_excerpt(object[key]));
  return object[key].get<bool>();
}

// A token is a text, or an object whose `content` is one.
std::string token_text(const Json& token, const std::string& key, const std::string& file) {
  const Json& text = token.is_object() && token.contains("content") ? token["content"] : token;
  if (!text.is_string() || text.get<std::string>().empty())
    fail_input("{}: '{}' is {}, expected the text of a token", file, key, json_excerpt(token));
  return text.get<std::string>();
}

// The sentinel whose name the text is.
std::optional<int64_t> sentinel_named(std::string_view text, int64_t num_sentinels) {
  const auto index = sentinel_index(text, num_sentinels);
  return index && text == sentinel_name(*index) ? index : std::nullopt;
}

// Gathers what the files say, and holds it against the pieces.
class RulesReader {
 public:
  RulesReader(const Json& config, const fs::path& folder, const Tokenizer& pieces)
      : config_(config), folder_(folder), file_((folder / kConfig).string()), pieces_(pieces) {}

  TokenizerRules read() {
    rules_.legacy = flag(config_, "legacy", true, file_);
    rules_.clean_up = flag(config_, "clean_up_tokenization_spaces", false, file_);
    const bool has_decoder = config_.contains("added_tokens_decoder") && !config_["added_tokens_decoder"].is_null();
    read_special(config_, file_);
    if (!has_decoder && fs::exists(folder_ / kSpecialMap)) {
      const std::string file = (folder_ / kSpecialMap).string();
      const Json map = read_settings(file);
      if (!map.is_object()) fail_input("{}: found {}, expected an object of tokens", file, json_excerpt(map));
      check_foreign_keys(map, SettingsFile::kSpecialTokens, file);
      read_special(map, file);
    }
    expect_all_sentinels();
    if (!has_decoder) expect_sentinels();
    if (has_decoder) read_decoder(config_["added_tokens_decoder"]);
    if (fs::exists(folder_ / kAdded)) read_added((folder_ / kAdded).string(), has_decoder);
    add_special();
    for (const auto& [id, token] : by_id_) rules_.added.push_back(token);
    return rules_;
  }

 private:
  void read_special(const Json& object, const std::string& file) {
    constexpr std::pair<const char*, const char*> kOurs[] = {
        {"pad_token", "<pad>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}};
    for (const auto& [key, expected] : kOurs) {
      if (!object.contains(key) || object[key].is_null()) continue;
      if (token_text(object[key], key, file) != expected)
        fail_input("{}: '{}' is {}, expected \"{}\", T5's", file, key, json_excerpt(object[key]), expected);
      refuse_spaces(special_token(object[key], key, file), file);
    }
    for (const char* key : {"bos_token", "sep_token", "cls_token", "mask_token"}) {
      if (object.contains(key) && !object[key].is_null()) note_special(special_token(object[key], key, file));
    }
    for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
      if (!object.contains(key) || object[key].is_null()) continue;
      if (!object[key].is_structured())
        fail_input("{}: '{}' is {}, expected a list of tokens", file, key, json_excerpt(object[key]));
      for (const Json& token : object[key]) note_special(special_token(token, key, file));
    }
  }
  static AddedToken special_token(const Json& token, const char* key, const std::string& file) {
    AddedToken special{token_text(token, key, file), 0, false, false, true};
    if (!token.is_object()) return special;
    refuse_whole_word(token, fmt::format("{}: '{}'", file, key), special.text);
    special.takes_left = flag(token, "lstrip", false, file);
    special.takes_right = flag(token, "rstrip", false, file);
    return special;
  }
  static void refuse_whole_word(const Json& token, const std::string& place, const std::string& name) {
    if (!flag(token, "single_word", false, place)) return;
    fail_input(
        "{}: token {} is to be found as a whole word only ('single_word'), which flanmoe does not; expected "
        "false",
        place, printable(name));
  }
  // Of padding, end and unknown.
  static void refuse_spaces(const AddedToken& token, const std::string& place) {
    if (!token.takes_left && !token.takes_right) return;
    fail_input("{}: '{}' takes the spaces beside it ('lstrip', 'rstrip'), which it does not here; expected false",
               place, token.text);
  }
  // Transformers refuses lists that hold some of the sentinels, too.
  void expect_all_sentinels() const {
    const auto listed = std::count_if(special_.begin(), special_.end(), [](const AddedToken& token) {
      return sentinel_named(token.text, kMostSentinels).has_value();
    });
    if (listed == 0 || listed == pieces_.num_sentinels()) return;
    fail_input("{}: {} sentinels are among the special tokens, expected {} ('extra_ids'; 100 where it is absent)",
               file_, listed, pieces_.num_sentinels());
  }
  // A list of special tokens without sentinels makes transformers count the sentinels behind them, the first one first.
  void expect_sentinels() const {
    const char* key = "additional_special_tokens";
    if (!config_.contains(key) || !config_[key].is_array() || pieces_.num_sentinels() == 0) return;
    const bool any = std::any_of(special_.begin(), special_.end(), [](const AddedToken& token) {
      return token.text.find("<extra_id_") != std::string::npos;
    });
    if (!any && !special_.empty()) {
      fail_input(
          "{}: '{}' is {}, without the sentinels; expected <extra_id_0> to <extra_id_{}> among them, or "
          "added_tokens_decoder, which gives their ids",
          file_, key, json_excerpt(config_[key]), pieces_.num_sentinels() - 1);
    }
  }
  void note_special(const AddedToken& token) {
    if (!is_special(token.text)) special_.push_back(token);
  }
  bool is_special(const std::string& text) const {
    return std::any_of(special_.begin(), special_.end(), [&](const AddedToken& token) { return token.text == text; });
  }

  void read_decoder(const Json& decoder) {
    const std::string place = fmt::format("{}: added_tokens_decoder", file_);
    if (!decoder.is_object()) fail_input("{}: found {}, expected an object of ids", place, json_excerpt(decoder));
    for (const auto& [key, token] : decoder.items()) {
      int64_t id = -1;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (error != std::errc() || end != key.data() + key.size() || !token.is_object())
        fail_input("{}: '{}' is {}, expected an id with a token", place, printable(key), json_excerpt(token));
      refuse_whole_word(token, place, key);
      AddedToken added{token_text(token, key, place), 0, flag(token, "lstrip", false, place),
                       flag(token, "rstrip", false, place), flag(token, "special", false, place)};
      added.special = added.special || is_special(added.text);
      add(added, id, place);
    }
  }

  // Names to ids. Beside an added_tokens_decoder it only may not contradict.
  void read_added(const std::string& file, bool has_decoder) {
    const Json tokens = read_settings(file);
    if (!tokens.is_object()) fail_input("{}: found {}, expected an object of tokens", file, json_excerpt(tokens));
    for (const auto& [text, value] : tokens.items()) {
      const int64_t id = json_int(tokens, text, file);
      if (text.empty()) fail_input("{}: a token without a text, expected one", file);
      if (const auto there = id_of_.find(text); has_decoder && there != id_of_.end() && there->second != id) {
        fail_input("{}: token '{}' is {}, but {} in {}; expected one id", file, printable(text), id, there->second,
                   file_);
      }
      if (!has_decoder || !id_of_.contains(text)) add({text, 0, false, false, is_special(text)}, id, file);
    }
  }

  void add(AddedToken token, int64_t id, const std::string& place) {
    const std::string text = printable(token.text);
    if (id < 0 || id > kMostIds) fail_input("{}: token '{}' is {}, expected 0 to {}", place, text, id, kMostIds);
    if (const auto there = id_of_.find(token.text); there != id_of_.end() && there->second != id)
      fail_input("{}: token '{}' is {} and {}; expected one id", place, text, there->second, id);
    id_of_[token.text] = id;
    token.id = static_cast<int32_t>(id);
    if (const auto index = sentinel_named(token.text, pieces_.num_sentinels())) {
      if (pieces_.sentinel(*index) != id)
        fail_input("{}: token '{}' is {}, expected {}, where T5 has it", place, text, id, pieces_.sentinel(*index));
      rule_sentinels(token, place);
    } else if (id < pieces_.num_pieces() + pieces_.num_sentinels()) {
      if (pieces_.piece(token.id) != token.text) {
        fail_input("{}: token '{}' is {}, which is '{}' in {}; expected an id of its own, from {} on", place, text, id,
                   pieces_.piece(token.id), pieces_.model_file().string(),
                   pieces_.num_pieces() + pieces_.num_sentinels());
      }
      if (id > kUnkId) {
        by_id_[id] = token;
      } else {
        refuse_spaces(token, place);
      }
    } else {
      if (const auto there = by_id_.find(id); there != by_id_.end())
        fail_input("{}: {} is '{}' and '{}'; expected one token", place, id, printable(there->second.text), text);
      by_id_[id] = token;
    }
  }

  void rule_sentinels(const AddedToken& token, const std::string& place) {
    const bool agrees = !sentinels_ruled_ || (rules_.sentinels_take_left == token.takes_left &&
                                              rules_.sentinels_take_right == token.takes_right);
    if (!agrees)
      fail_input("{}: '{}' takes spaces otherwise than another sentinel; expected one rule", place, token.text);
    sentinels_ruled_ = true;
    rules_.sentinels_take_left = token.takes_left;
    rules_.sentinels_take_right = token.takes_right;
  }

  // Transformers gives special tokens without an id the ones behind all others, by their count.
  void add_special() {
    const int64_t first = pieces_.num_pieces() + pieces_.num_sentinels();
    for (const AddedToken& token : special_) {
      if (id_of_.contains(token.text) || sentinel_named(token.text, pieces_.num_sentinels())) continue;
      const std::optional<int32_t> piece = pieces_.id_of_piece(token.text);
      const auto behind = std::distance(by_id_.lower_bound(first), by_id_.end());
      add(token, piece ? *piece : first + behind, file_);
    }
  }

  const Json& config_;
  const fs::path& folder_;
  const std::string file_;
  const Tokenizer& pieces_;
  TokenizerRules rules_;
  bool sentinels_ruled_ = false;
  std::vector<AddedToken> special_;
  std::map<std::string, int64_t> id_of_;
  std::map<int64_t, AddedToken> by_id_;
};

Json decoder_entry(const AddedToken& token) {
  return {{"content", token.text},       {"lstrip", token.takes_left}, {"normalized", !token.special},
          {"rstrip", token.takes_right}, {"single_word", false},       {"special", token.special}};
}

}  // namespace

Json read_tokenizer_config(const std::filesystem::path& folder) {
  const fs::path file = folder / kConfig;
  if (!fs::exists(file)) return Json::object();
  Json config = read_settings(file);
  if (!config.is_object()) fail_input("{}: found {}, expected an object", file.string(), json_excerpt(config));
  check_foreign_keys(config, SettingsFile::kTokenizer, file.string());
  return config;
}

int64_t num_sentinels_of(const Json& config, const std::filesystem::path& folder) {
  constexpr int64_t kUsual = 100;
  if (!config.contains("extra_ids") || config["extra_ids"].is_null()) return kUsual;
  const std::string file = (folder / kConfig).string();
  const int64_t num_sentinels = json_int(config, "extra_ids", file);
  if (num_sentinels < 0 || num_sentinels > kMostSentinels)
    fail_input("{}: 'extra_ids' is {}, expected 0 to {}", file, num_sentinels, kMostSentinels);
  return num_sentinels;
}

TokenizerRules read_tokenizer_rules(const Json& config, const std::filesystem::path& folder, const Tokenizer& pieces) {
  return RulesReader(config, folder, pieces).read();
}

Json tokenizer_config_of(const TokenizerRules& rules, int64_t num_sentinels, int64_t num_pieces) {
  Json special = Json::array(), decoder = Json::object();
  const bool usual = rules.sentinels_take_left && rules.sentinels_take_right;
  for (int64_t i = 0; i < num_sentinels; ++i) {
    special.push_back(sentinel_name(i));
    const auto id = static_cast<int32_t>(num_pieces + num_sentinels - 1 - i);
    const AddedToken token{special.back(), id, rules.sentinels_take_left, rules.sentinels_take_right, true};
    if (!usual) decoder[std::to_string(token.id)] = decoder_entry(token);
  }
  for (const AddedToken& token : rules.added) {
    if (token.special) special.push_back(token.text);
    decoder[std::to_string(token.id)] = decoder_entry(token);
  }
  Json config = {
      {"additional_special_tokens", special}, {"eos_token", "</s>"}, {"pad_token", "<pad>"}, {"unk_token", "<unk>"}};
  if (!decoder.empty()) config["added_tokens_decoder"] = decoder;
  if (rules.clean_up) config["clean_up_tokenization_spaces"] = true;
  config["extra_ids"] = num_sentinels;
  config["legacy"] = rules.legacy;
  config["tokenizer_class"] = "T5Tokenizer";
  return config;
}

}  // namespace flanmoe
