// Configuration: the file up to the first NUL, then "NAME=value" of the environment, each ended by
// a NUL.
#include "api/config.hpp"

#include "api/http/address_list.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/scratch_directory.hpp"

#include <fstream>

using namespace tollbook;
using namespace tollbook::api;

namespace {

struct File {
    ScratchDirectory directory{ScratchDirectory::in_memory()};
    std::string path = directory.path + "/tollbook.toml";
};

void check_values(const Config& config) {
    for (const Setting& setting : settings) {
        if (setting.type == SettingType::number) ensure(config.number(setting.name) >= 0);
        if (setting.type != SettingType::list) continue;
        const std::vector<std::string> items = config.list(setting.name);
        for (const std::string& item : items)
            ensure(!item.empty() && item.find(',') == std::string::npos);
        const Result<AddressList> networks = AddressList::parse(items);
        if (!networks) fuzz::ensure_refusal(networks.error(), {Errc::config_invalid});
    }
}

// What is shown, set by flags, is the same configuration.
void check_again(const Config& config) {
    ConfigSources sources;
    for (const auto& [name, value] : config.shown())
        sources.flags[std::string(name)] = value.text;
    const Result<Config> again = Config::load(sources);
    ensure(again.has_value());
    for (const Setting& setting : settings)
        ensure(again->text(setting.name) == config.text(setting.name));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const File file;
    std::string_view text = fuzz::text_of(data, size);
    std::ofstream(file.path, std::ios::binary) << fuzz::take_until(text, '\0');
    ConfigSources sources;
    sources.file = file.path;
    while (!text.empty()) {
        std::string_view value = fuzz::take_until(text, '\0');
        const std::string_view name = fuzz::take_until(value, '=');
        sources.environment.emplace(std::string("TOLLBOOK_").append(name), value);
    }
    const Result<Config> config = Config::load(sources);
    if (!config) {
        fuzz::ensure_refusal(config.error(), {Errc::config_invalid});
        return 0;
    }
    check_values(*config);
    check_again(*config);
    return 0;
}
