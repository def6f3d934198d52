#include "api/cli/dsn.hpp"

#include <fstream>

namespace tollbook::api {

Result<std::string> dsn_of(const Config& config) {
    const std::string& path = config.text("database.dsn_file");
    if (path.empty()) return std::string{};
    std::ifstream in(path);
    std::string dsn;
    if (!std::getline(in, dsn)) return Error{Errc::config_invalid, path + ": cannot be read"};
    return dsn;
}

} // namespace tollbook::api
