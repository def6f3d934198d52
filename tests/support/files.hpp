// Whole files, as tests read and break them.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace tollbook {

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline void put_content(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

} // namespace tollbook
