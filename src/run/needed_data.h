// Whether a run needs the folder that {data} stands for.
#pragma once

#include "run/options.h"

namespace flanmoe {

// UserError naming the first path or task file that says {data} while options.data is empty.
void check_data_is_given(const RunOptions& options);

}  // namespace flanmoe
