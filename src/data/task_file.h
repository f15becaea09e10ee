// A task as its YAML file writes it, before `each` makes many of it.
#pragma once

#include <string>

#include "base/config.h"
#include "data/task.h"

namespace flanmoe {

struct TaskFile {
  TaskSpec spec;     // all but the splits
  std::string each;  // a pattern of files: one task per file, `{each}` in its name and splits is what `*` matches
  bool chance_of_options = false;
  ConfigNode splits;

  // Read by parse_task_file:
  ConfigNode templates, cot_templates, columns, formats;
  std::string held;  // "" = by the group
  std::string use;   // a set of templates in tasks/templates
  void fields(FieldVisitor& visitor);
};

// UserError with file, line and key for anything a task cannot be: no name, no templates, an unknown format, a template
// that asks for a marker without showing a marked list.
TaskFile parse_task_file(const ConfigNode& node);

}  // namespace flanmoe
