// YAML text -> tree. The events of the YAML reader are taken instead of its nodes, because only they show duplicate
// keys, anchors, tags and quotes.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "base/config_data.h"
#include "base/error.h"

namespace flanmoe {
namespace {

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::function<std::string(int)>& place) : place_(place) {}

  ConfigNode root() const {
    if (!failure_.empty()) throw UserError(failure_);
    return root_;
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (expects_key()) {
      remember(fmt::format("{}: an empty key, expected a name", place(mark)));
    } else {
      remember(fmt::format("{}: {} has no value; write \"\" for an empty text, {{}} for an empty section",
                           node_place(mark), open_.empty() ? "this" : fmt::format("'{}'", current_key())));
    }
    add(detail::make_scalar("", false, node_place(mark)));
  }

  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {
    FLANMOE_ASSERT(false);  // an alias needs an anchor, and those are refused
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_extras(mark, tag, anchor);
    if (expects_key()) {
      take_key(mark, value);
    } else {
      add(detail::make_scalar(value, tag == "!", node_place(mark)));
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, false);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, true);
  }

  void OnSequenceEnd() override {
    Container done = close();
    add(detail::make_list(std::move(done.list), done.place));
  }
  void OnMapEnd() override {
    Container done = close();
    add(detail::make_map(std::move(done.items), done.place));
  }

 private:
  struct Container {
    bool is_map;
    std::string place;
    ConfigData::Items items;
    std::vector<ConfigNode> list;
    std::string key = {}, key_place = {};  // of the value that comes next
    bool has_key = false;
  };

  std::string place(const YAML::Mark& mark) const { return place_(mark.line + 1); }
  bool expects_key() const { return !open_.empty() && open_.back().is_map && !open_.back().has_key; }

  // A value in a map stands where its key stands, so that a section's place is the line of its name.
  std::string node_place(const YAML::Mark& mark) const {
    return !open_.empty() && open_.back().has_key ? open_.back().key_place : place(mark);
  }

  std::string current_key() const {
    std::string path;
    for (const Container& container : open_) {
      path =
          container.is_map ? detail::join_key(path, container.key) : fmt::format("{}[{}]", path, container.list.size());
    }
    return path;
  }

  void take_key(const YAML::Mark& mark, const std::string& key) {
    Container& map = open_.back();
    map.key = key;
    map.key_place = place(mark);
    map.has_key = true;
    for (const auto& [name, node] : map.items) {
      if (name == key) fail_input("{}: duplicate key '{}', first at {}", map.key_place, current_key(), node.place());
    }
  }

  void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool is_map) {
    refuse_extras(mark, tag, anchor);
    if (expects_key()) remember(fmt::format("{}: a list or section as a key, expected a name", place(mark)));
    open_.push_back({is_map, node_place(mark), {}, {}});
  }

  Container close() {
    Container done = std::move(open_.back());
    open_.pop_back();
    return done;
  }

  void add(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (expects_key()) {
      open_.back().has_key = true;  // already refused; what follows is its value
    } else if (Container& parent = open_.back(); parent.is_map) {
      parent.items.emplace_back(std::move(parent.key), std::move(node));
      parent.has_key = false;
    } else {
      parent.list.push_back(std::move(node));
    }
  }

  // For complaints that wait for the end of the text: a bracket that is never closed shows itself first as a missing
  // value or an odd key.
  void remember(const std::string& failure) {
    if (failure_.empty()) failure_ = failure;
  }

  void refuse_extras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0)
      fail_input("{}: YAML anchors (&name) are not used here; write the value out, or put a text in quotes",
                 place(mark));
    if (!tag.empty() && tag != "?" && tag != "!")
      fail_input("{}: YAML tags ({}) are not used here; put a text in quotes", place(mark), tag);
  }

  const std::function<std::string(int)>& place_;
  std::vector<Container> open_;
  ConfigNode root_;
  std::string failure_;
};

}  // namespace

ConfigNode detail::parse_yaml(const std::string& text, const std::function<std::string(int)>& place) {
  TreeBuilder builder(place);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    const ConfigNode root = builder.root();
    if (parser.HandleNextDocument(builder)) fail_input("{}: a second document ('---'), expected one", place(1));
    return root;
  } catch (const YAML::Exception& error) {
    const std::string where = place(std::max(error.mark.line, 0) + 1);
    if (error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
      fail_input("{}: YAML aliases (*name) are not used here; write the value out, or put a text in quotes", where);
    }
    const bool braces = text.find("{data}") != std::string::npos || text.find("{home}") != std::string::npos;
    fail_input("{}: malformed YAML: {}{}", where, error.msg,
               braces ? "; put a text with braces in quotes, as in [\"{data}/x\"]" : "");
  }
}

ConfigNode parse_config(const std::string& text, const std::string& name) {
  return detail::parse_yaml(text, [&](int line) { return fmt::format("{}:{}", name, line); });
}

}  // namespace flanmoe
