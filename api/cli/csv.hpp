#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook::api {

struct CsvLine {
    std::size_t number{}; // In the file, from 1; of its first line when a field spans several.
    std::vector<std::string> fields;
};

struct CsvProblem {
    std::size_t line{};
    std::string reason;
};

// A file as RFC 4180 has it: commas, fields in quotes may hold commas, line ends and doubled
// quotes; lines end with LF or CRLF; a byte order mark is passed over. Lines that cannot be read
// are named in `problems` and left out; the others stand.
struct CsvFile {
    std::vector<std::string> header;
    std::vector<CsvLine> lines;
    std::vector<CsvProblem> problems;

    // Where a column stands.
    std::optional<std::size_t> column(std::string_view name) const;
};

CsvFile read_csv(std::string_view text);

} // namespace tollbook::api
