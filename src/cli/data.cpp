#include "cli/data_commands.h"
#include "cli/parts.h"

namespace flanmoe {
namespace {

constexpr Part kParts[] = {
    {"make", "write the built-in world into a new folder", setup_data_make},
    {"list", "list tasks: groups, clusters, licences, rows per split, whether they may be trained on", setup_data_list},
    {"show", "print examples as a model sees them: of a task, a mixture, the corpus", setup_data_show},
    {"stats", "what a mixture gives: shares, styles, tokens, what is cut, per task", setup_data_stats},
    {"check", "is evaluation text in the training text? Exit status 3 if it is", setup_data_check},
    {"build", "write a mixture's examples as token ids, for mixture.cache", setup_data_build},
};

}  // namespace

std::function<int()> setup_data(CLI::App& parser) { return setup_parts(parser, kParts); }

}  // namespace flanmoe
