#include "api/cli/connect.hpp"

#include <fstream>

namespace tollbook::api {

Result<std::unique_ptr<Client>> connect(const Context& context) {
    std::string path = context.config.text("client.key_file");
    if (path.empty()) path = context.data_file(platform_key_file);
    std::ifstream in(path);
    std::string key;
    if (!std::getline(in, key))
        return Error{Errc::config_invalid, path + ": no API key can be read; see --key-file"};
    return std::make_unique<Client>(ClientOptions{context.config.text("client.url"), key});
}

} // namespace tollbook::api
