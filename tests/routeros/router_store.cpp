#include "tests/routeros/router_store.hpp"

#include "tests/routeros/query.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <utility>

namespace tollbook::routeros {

namespace {

constexpr std::array<std::string_view, 14> secret_properties{
    "name",
    "password",
    "service",
    "profile",
    "local-address",
    "comment",
    "caller-id",
    "remote-address",
    "routes",
    "remote-ipv6-prefix",
    "disabled",
    "ipv6-routes",
    "limit-bytes-out",
    "limit-bytes-in"};

constexpr std::array<std::string_view, 19> profile_properties{
    "name",
    "local-address",
    "remote-address",
    "rate-limit",
    "insert-queue-before",
    "only-one",
    "address-list",
    "dns-server",
    "idle-timeout",
    "session-timeout",
    "parent-queue",
    "queue-type",
    "on-up",
    "on-down",
    "interface-list",
    "comment",
    "bridge",
    "use-compression",
    "use-encryption"};

constexpr std::array<std::string_view, 8> services{
    "any", "async", "isdn", "l2tp", "ovpn", "pppoe", "pptp", "sstp"};

constexpr std::string_view no_such_item = "no such item";

template <class Range>
bool has(const Range& range, std::string_view value) {
    return std::ranges::find(range, value) != range.end();
}

Outcome trapped(std::string message, int category = -1) {
    return Outcome{.trap = Trap{std::move(message), category}};
}

Fields attributes(const Sentence& command) {
    Fields fields;
    for (const std::string& word : command) {
        const std::size_t sign = word.starts_with('=') ? word.find('=', 1) : std::string::npos;
        if (sign == std::string::npos) continue;
        fields.insert_or_assign(word.substr(1, sign - 1), word.substr(sign + 1));
    }
    return fields;
}

std::vector<std::string> parts(std::string_view list) {
    std::vector<std::string> found;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (comma > 0) found.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return found;
}

// Which items a command is about: ids or names, joined by commas.
std::vector<std::string> take_targets(Fields& fields) {
    for (const std::string_view name : {".id", "numbers"}) {
        const auto field = fields.find(name);
        if (field == fields.end()) continue;
        std::vector<std::string> found = parts(field->second);
        fields.erase(field);
        return found;
    }
    return {};
}

std::optional<Table::Id> target(const Table& table, const std::string& text) {
    const std::optional<Table::Id> id = text.starts_with('*') ? read_id(text) : table.id_of(text);
    if (!id || table.find(*id) == nullptr) return std::nullopt;
    return id;
}

Fields limited(Fields fields, std::string_view proplist) {
    const std::vector<std::string> wanted = parts(proplist);
    std::erase_if(fields, [&](const auto& field) { return !has(wanted, field.first); });
    return fields;
}

bool is_address(const std::string& text) {
    boost::system::error_code failed;
    boost::asio::ip::make_address_v4(text, failed);
    return !failed;
}

std::string value_or_empty(const Fields& fields, std::string_view name) {
    const auto field = fields.find(name);
    return field == fields.end() ? std::string() : field->second;
}

// Booleans are stored the way a router prints them.
bool canonical_disabled(Fields& fields) {
    const auto field = fields.find("disabled");
    if (field == fields.end()) return true;
    if (field->second == "yes") field->second = "true";
    if (field->second == "no") field->second = "false";
    return field->second == "true" || field->second == "false";
}

} // namespace

struct RouterStore::Menu {
    std::string path;
    Table* table = nullptr; // Null when there is no such menu.
    std::span<const std::string_view> properties{};
    std::string_view duplicate{};
};

RouterStore::RouterStore(StoreOptions options) : options_(std::move(options)) {
    profiles_.add({{"name", "default"}, {"default", "true"}});
    profiles_.add({{"name", "default-encryption"}, {"default", "true"}});
}

RouterStore::Menu RouterStore::menu(std::string_view path) {
    if (path == "/ppp/secret")
        return {
            std::string(path),
            &secrets_,
            secret_properties,
            "failure: secret with the same name already exists"};
    if (path == "/ppp/profile")
        return {
            std::string(path),
            &profiles_,
            profile_properties,
            "failure: profile with the same name already exists"};
    if (path == "/ppp/active") return {std::string(path), &sessions_, {}, {}};
    return {};
}

Outcome RouterStore::run(const Sentence& command) {
    const std::string_view path = command.front();
    if (path.starts_with("/system/")) return system(path);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return trapped("no such command");
    const Menu found = menu(path.substr(0, slash));
    if (found.table == nullptr) return trapped("no such command prefix");

    const std::string_view verb = path.substr(slash + 1);
    const bool writable = !found.properties.empty();
    Fields fields = attributes(command);
    if (verb == "print" || verb == "getall") return print(found, command);
    if (verb == "remove") return remove(found, fields);
    if (verb == "add" && writable) return add(found, std::move(fields));
    if (verb == "set" && writable) return set(found, std::move(fields));
    if ((verb == "enable" || verb == "disable") && found.table == &secrets_) {
        fields.insert_or_assign("disabled", verb == "disable" ? "yes" : "no");
        return set(found, std::move(fields));
    }
    return trapped("no such command");
}

Outcome RouterStore::print(const Menu& menu, const Sentence& command) const {
    std::vector<std::string> words;
    std::ranges::copy_if(command, std::back_inserter(words), [](const std::string& word) {
        return word.starts_with('?');
    });
    const Query query(std::move(words));
    const std::string proplist = value_or_empty(attributes(command), ".proplist");
    Outcome outcome{.lists = true};
    const auto offer = [&](Table::Id id, const Fields& fields) {
        Fields item = shown(menu, id, fields);
        if (!query.passes(item)) return;
        outcome.items.push_back(proplist.empty() ? std::move(item) : limited(item, proplist));
    };
    if (const auto name = query.only_name()) {
        const auto id = menu.table->id_of(*name);
        if (id) offer(*id, *menu.table->find(*id));
        return outcome;
    }
    for (const auto& [id, fields] : menu.table->items())
        offer(id, fields);
    return outcome;
}

std::optional<Trap> RouterStore::objection(const Menu& menu, const Fields& fields) {
    for (const auto& [name, value] : fields)
        if (!has(menu.properties, name)) return Trap{"unknown parameter " + name};
    return std::nullopt;
}

std::optional<Trap> RouterStore::objection_to_secret(const Fields& fields) const {
    const auto profile = fields.find("profile");
    if (profile != fields.end() && !profiles_.id_of(profile->second))
        return Trap{"input does not match any value of profile", 1};
    const auto service = fields.find("service");
    if (service != fields.end() && !has(services, service->second))
        return Trap{"input does not match any value of service", 1};
    for (const std::string_view name : {"local-address", "remote-address"}) {
        const auto address = fields.find(name);
        if (address != fields.end() && !is_address(address->second))
            return Trap{fmt::format("invalid value for argument {}", name), 1};
    }
    return std::nullopt;
}

Outcome RouterStore::add(const Menu& menu, Fields fields) {
    if (const auto trap = objection(menu, fields)) return Outcome{.trap = trap};
    if (!canonical_disabled(fields)) return trapped("ambiguous value of disabled", 1);
    const bool secret = menu.table == &secrets_;
    if (secret) {
        if (const auto trap = objection_to_secret(fields)) return Outcome{.trap = trap};
        fields.insert(
            {{"service", "any"}, {"profile", "default"}, {"password", ""}, {"disabled", "false"}}
        );
    }
    const std::string name = value_or_empty(fields, "name");
    if (name.empty()) return trapped("missing value(s) of argument(s) name");
    if (menu.table->id_of(name)) return trapped(std::string(menu.duplicate));

    const Table::Id id = menu.table->add(std::move(fields));
    Outcome outcome{.ret = shown_id(id)};
    outcome.changes.push_back({menu.path, shown(menu, id, *menu.table->find(id))});
    if (secret) follow_secret(id, outcome);
    return outcome;
}

Outcome RouterStore::set(const Menu& menu, Fields fields) {
    const std::vector<std::string> targets = take_targets(fields);
    if (const auto trap = objection(menu, fields)) return Outcome{.trap = trap};
    if (!canonical_disabled(fields)) return trapped("ambiguous value of disabled", 1);
    if (menu.table == &secrets_)
        if (const auto trap = objection_to_secret(fields)) return Outcome{.trap = trap};

    Outcome outcome;
    for (const std::string& text : targets) {
        const auto id = target(*menu.table, text);
        if (!id) return trapped(std::string(no_such_item), 0);
        const auto name = fields.find("name");
        const auto owner = name == fields.end() ? id : menu.table->id_of(name->second);
        if (owner.value_or(*id) != *id) return trapped(std::string(menu.duplicate));
        for (const auto& [property, value] : fields)
            menu.table->set(*id, property, value);
        outcome.changes.push_back({menu.path, shown(menu, *id, *menu.table->find(*id))});
        if (menu.table == &secrets_) follow_secret(*id, outcome);
    }
    return outcome;
}

Outcome RouterStore::remove(const Menu& menu, const Fields& fields) {
    Fields rest = fields;
    Outcome outcome;
    for (const std::string& text : take_targets(rest)) {
        const auto id = target(*menu.table, text);
        if (!id) return trapped(std::string(no_such_item), 0);
        remove_one(menu, *id, outcome);
    }
    return outcome;
}

void RouterStore::remove_one(const Menu& menu, Table::Id id, Outcome& outcome) {
    const std::string name = value_or_empty(*menu.table->find(id), "name");
    menu.table->erase(id);
    outcome.changes.push_back({menu.path, {{".id", shown_id(id)}, {".dead", "yes"}}});
    if (menu.table != &sessions_) return;
    if (const auto secret = secrets_.id_of(name)) follow_secret(*secret, outcome);
}

// A session outlives the disabling of its secret, as on a real router: only removal ends it.
void RouterStore::follow_secret(Table::Id id, Outcome& outcome) {
    const Fields& secret = *secrets_.find(id);
    const std::string name = value_or_empty(secret, "name");
    const bool enabled = value_or_empty(secret, "disabled") == "false";
    if (!options_.auto_session || !enabled || sessions_.id_of(name)) return;
    open_session(name);
    const Table::Id session = *sessions_.id_of(name);
    outcome.changes.push_back(
        {"/ppp/active", shown(menu("/ppp/active"), session, *sessions_.find(session))}
    );
}

void RouterStore::open_session(const std::string& name) {
    const std::uint64_t serial = sessions_opened_++;
    const auto secret = secrets_.id_of(name);
    sessions_.add(
        {{"name", name},
         {"service", "pppoe"},
         {"caller-id",
          fmt::format("02:00:00:00:{:02X}:{:02X}", (serial >> 8) & 0xff, serial & 0xff)},
         {"address", fmt::format("10.64.{}.{}", (serial >> 8) & 0xff, serial & 0xff)},
         {"uptime", "0s"},
         {"session-id", fmt::format("0x{:08X}", 0x81000000 + serial)},
         {"radius", "false"},
         {"dialled-profile", secret ? value_or_empty(*secrets_.find(*secret), "profile") : ""}}
    );
}

Fields RouterStore::shown(const Menu& menu, Table::Id id, const Fields& fields) const {
    Fields item = fields;
    item.emplace(".id", shown_id(id));
    if (menu.table == &sessions_) item.erase("dialled-profile");
    if (options_.hide_passwords) item.erase("password");
    return item;
}

Outcome RouterStore::system(std::string_view path) const {
    if (path == "/system/identity/print")
        return Outcome{.items = {{{"name", options_.identity}}}, .lists = true};
    if (path == "/system/resource/print")
        return Outcome{
            .items =
                {{{"uptime", "2d20h12m20s"},
                  {"version", options_.version},
                  {"cpu-load", "3"},
                  {"free-memory", "805306368"},
                  {"total-memory", "1073741824"},
                  {"board-name", "CHR"},
                  {"architecture-name", "x86_64"},
                  {"platform", "MikroTik"}}},
            .lists = true};
    return trapped("no such command");
}

std::vector<SecretSeen> RouterStore::secrets() const {
    std::vector<SecretSeen> seen;
    seen.reserve(secrets_.items().size());
    for (const auto& [id, fields] : secrets_.items())
        seen.push_back(
            {value_or_empty(fields, "name"),
             value_or_empty(fields, "password"),
             value_or_empty(fields, "profile"),
             value_or_empty(fields, "comment"),
             value_or_empty(fields, "disabled") == "true"}
        );
    return seen;
}

std::vector<SessionSeen> RouterStore::sessions() const {
    std::vector<SessionSeen> seen;
    for (const auto& [id, fields] : sessions_.items())
        seen.push_back({value_or_empty(fields, "name"), value_or_empty(fields, "dialled-profile")});
    return seen;
}

} // namespace tollbook::routeros
