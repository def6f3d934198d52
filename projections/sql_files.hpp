#pragma once

#include <span>
#include <string_view>

namespace tollbook {

// A file of schemas/sql, held in the binary.
struct SqlFile {
    std::string_view name; // "101_tenancy_v2"
    std::string_view text;
};

// All of them in the order of their names. Generated at build time (embed_sql.cmake).
std::span<const SqlFile> sql_files();

} // namespace tollbook
