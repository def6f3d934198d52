#include "api/config.hpp"

#include "api/suggestion.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>
#include <charconv>
#include <toml++/toml.h>
#include <unistd.h>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::string_view variable_prefix = "TOLLBOOK_";

const Setting* setting_named(std::string_view name) {
    const auto found = std::ranges::find(settings, name, &Setting::name);
    return found == settings.end() ? nullptr : &*found;
}

Error unknown(std::string_view name, std::string_view origin) {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const Setting& setting : settings)
            all.push_back(setting.name);
        return all;
    }();
    return {
        Errc::config_invalid,
        std::string(origin) + ": unknown key " + std::string(name) + suggestion(name, names)};
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || stop != text.data() + text.size() || value < 0) return {};
    return value;
}

bool fits(SettingType type, std::string_view text) {
    switch (type) {
    case SettingType::number:
        return number_of(text).has_value();
    case SettingType::flag:
        return text == "true" || text == "false";
    case SettingType::text:
    case SettingType::list:
        return true;
    }
    return false;
}

std::string_view name_of(SettingType type) {
    switch (type) {
    case SettingType::number:
        return "a whole number";
    case SettingType::flag:
        return "true or false";
    case SettingType::list:
        return "a list";
    case SettingType::text:
        return "a string";
    }
    return {};
}

// The text of one TOML value of that type; nothing when it has another type.
std::optional<std::string> text_of(const toml::node& node, SettingType type) {
    if (type == SettingType::number)
        if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (type == SettingType::flag)
        if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (type == SettingType::text)
        if (const auto* text = node.as_string()) return text->get();
    const auto* items = node.as_array();
    if (type != SettingType::list || items == nullptr) return {};
    std::string joined;
    for (const toml::node& item : *items) {
        const auto* text = item.as_string();
        if (text == nullptr || text->get().find(',') != std::string::npos) return {};
        joined += (joined.empty() ? "" : ",") + text->get();
    }
    return joined;
}

// "TOLLBOOK_HTTP__LISTEN" -> "http.listen"
std::string name_of_variable(std::string_view variable) {
    variable.remove_prefix(variable_prefix.size());
    std::string name;
    for (std::size_t i = 0; i < variable.size(); ++i) {
        const bool nested = variable.substr(i).starts_with("__");
        if (nested) ++i;
        const char c = variable[i];
        name += nested ? '.' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    return name;
}

using FileValues = std::vector<std::pair<std::string, const toml::node*>>;

// The keys of all tables, with dots between.
void flatten(const toml::table& table, const std::string& prefix, FileValues& values) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const auto* inner = node.as_table())
            flatten(*inner, name + ".", values);
        else
            values.emplace_back(name, &node);
    }
}

} // namespace

Status Config::set(const std::string& name, SettingValue value) {
    const Setting* setting = setting_named(name);
    if (setting == nullptr) return unknown(name, value.origin);
    if (!fits(setting->type, value.text))
        return Error{
            Errc::config_invalid,
            value.origin + ": " + name + " takes " + std::string(name_of(setting->type))};
    values_[name] = std::move(value);
    return Done{};
}

Status Config::set_from_file(const std::string& path) {
    const std::string origin = "file " + path;
    toml::table table;
    try {
        table = toml::parse_file(path);
    } catch (const toml::parse_error& error) {
        const std::string place = " line " + std::to_string(error.source().begin.line) + ": ";
        return Error{Errc::config_invalid, origin + place + std::string(error.description())};
    }
    FileValues values;
    flatten(table, "", values);
    for (const auto& [name, node] : values) {
        const Setting* setting = setting_named(name);
        if (setting == nullptr) return unknown(name, origin);
        const std::optional<std::string> text = text_of(*node, setting->type);
        if (!text)
            return Error{
                Errc::config_invalid,
                origin + ": " + name + " takes " + std::string(name_of(setting->type))};
        if (const Status status = set(name, {*text, origin}); !status) return status;
    }
    return Done{};
}

Result<Config> Config::load(const ConfigSources& sources) {
    Config config;
    for (const Setting& setting : settings)
        config.values_[std::string(setting.name)] = {std::string(setting.fallback), "default"};
    if (sources.file)
        if (const Status status = config.set_from_file(*sources.file); !status)
            return status.error();
    for (const auto& [variable, text] : sources.environment) {
        const SettingValue value{text, "environment " + variable};
        if (const Status status = config.set(name_of_variable(variable), value); !status)
            return status.error();
    }
    for (const auto& [name, text] : sources.flags)
        if (const Status status = config.set(name, {text, "flag"}); !status) return status.error();
    return config;
}

const std::string& Config::text(std::string_view name) const {
    const auto found = values_.find(name);
    ensure(found != values_.end());
    return found->second.text;
}

std::int64_t Config::number(std::string_view name) const {
    const std::optional<std::int64_t> value = number_of(text(name));
    ensure(value.has_value());
    return *value;
}

bool Config::flag(std::string_view name) const { return text(name) == "true"; }

std::vector<std::string> Config::list(std::string_view name) const {
    std::vector<std::string> items;
    std::string_view rest = text(name);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        if (end != 0) items.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return items;
}

std::vector<std::pair<std::string_view, SettingValue>> Config::shown() const {
    std::vector<std::pair<std::string_view, SettingValue>> all;
    for (const Setting& setting : settings)
        all.emplace_back(setting.name, values_.find(setting.name)->second);
    return all;
}

std::map<std::string, std::string> tollbook_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        const std::string_view name = text.substr(0, equals);
        if (equals == std::string_view::npos || !name.starts_with(variable_prefix)) continue;
        if (name.find("__") == std::string_view::npos) continue;
        variables.emplace(name, text.substr(equals + 1));
    }
    return variables;
}

} // namespace tollbook::api
