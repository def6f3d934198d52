#pragma once

#include "api/http/secret_file.hpp"

#include <map>
#include <string>
#include <string_view>

namespace tollbook::api {

// What devices want to be told to believe us. A secret file of lines "<tenant> <entity> <key>": the
// log and the configuration hold none of them.
class DeviceKeys {
public:
    explicit DeviceKeys(std::string path);

    // Refuses a file that others may read, and one with lines of another shape.
    Status open();

    // As the file says within a second of a change; empty: there is none. Thread-safe.
    std::string key_of(const std::string& tenant, const std::string& entity);

private:
    FileTable<std::map<std::string, std::string>> table_; // By "tenant/entity".
};

} // namespace tollbook::api
