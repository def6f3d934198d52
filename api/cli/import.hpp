#pragma once

#include "api/cli/context.hpp"
#include "api/cli/import_rows.hpp"

namespace tollbook::api {

// Imports a file over the API. Bad lines are named by number; with `stop` (the default) nothing is
// imported then, with `skip_bad_lines` the rest is. Running it again changes nothing.
Exit run_import(const Context& context, const ImportOptions& options);

// Tells of each line what importing the file now would come to, and changes nothing: bad lines, and
// what the book would accept, has already, or would refuse and why.
Exit run_import_preview(const Context& context, const ImportOptions& options);

} // namespace tollbook::api
