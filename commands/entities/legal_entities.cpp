// Legal entities of a tenant: who invoices, and whose cash arrives where.
#include "commands/deciders.hpp"
#include "commands/entities/entities.hpp"
#include "commands/entities/prefixes.hpp"
#include "commands/payments/channels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t entities_max = 50; // Of a tenant.
constexpr std::size_t tax_registration_bytes_max = 64;
constexpr std::size_t address_bytes_max = 400;

// Lines may follow each other; other control characters are refused.
Status check_address(const std::string& address) {
    std::string line = address;
    std::ranges::replace(line, '\n', ' ');
    return check_text("address", line, address_bytes_max);
}

const std::vector<LegalEntityRow>& entities_of(const Decision& decision) {
    static const std::vector<LegalEntityRow> none;
    const LegalEntitiesRow* row = decision.book().entities.find(decision.tenant());
    return row == nullptr ? none : row->entities;
}

bool is_known(const Decision& decision, const std::string& entity) {
    const auto& entities = entities_of(decision);
    return entity == decision.row().legal_entity ||
           std::ranges::find(entities, entity, &LegalEntityRow::entity) != entities.end();
}

Status check_number(const Decision& decision, const std::string& entity) {
    if (is_known(decision, entity) || entities_of(decision).size() < entities_max) return Done{};
    return Error{Errc::value_out_of_range, fmt::format("at most {} legal entities", entities_max)};
}

// The tenant's own entity has what no other one has, so nothing is said of it.
Status check_channels(const Decision& decision, const DefineLegalEntity& command) {
    const std::vector<std::string> channels = command.channels.value_or(std::vector<std::string>{});
    if (command.entity == decision.row().legal_entity && !channels.empty())
        return Error{
            Errc::value_out_of_range, command.entity + " has the channels that no other one has"};
    for (std::size_t i = 0; i < channels.size(); ++i) {
        if (!channel_exists(decision.row(), channels[i]))
            return Error{Errc::channel_unknown, channels[i]};
        const auto before = channels.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(channels.begin(), before, channels[i]) != before)
            return Error{Errc::value_out_of_range, "channels: each one once"};
        for (const LegalEntityRow& other : entities_of(decision))
            if (other.entity != command.entity &&
                std::ranges::find(other.channels, channels[i]) != other.channels.end())
                return Error{Errc::channel_taken, channels[i] + " is of " + other.entity};
    }
    return Done{};
}

// Those that it has already, when nothing is said of them.
std::vector<std::string> channels_after(
    const Decision& decision, const DefineLegalEntity& command
) {
    if (command.channels) return *command.channels;
    for (const LegalEntityRow& known : entities_of(decision))
        if (known.entity == command.entity) return known.channels;
    return {};
}

} // namespace

Status decide(Decision& decision, const DefineLegalEntity& command) {
    if (const Status status = check_id("entity", command.entity); !status) return status;
    if (const Status status = check_number(decision, command.entity); !status) return status;
    if (command.name.empty()) return Error{Errc::missing_field, "name"};
    if (const Status status = check_text("name", command.name); !status) return status;
    if (const Status status = check_text(
            "tax_registration", command.tax_registration.value_or(""), tax_registration_bytes_max
        );
        !status)
        return status;
    if (const Status status = check_address(command.address.value_or("")); !status) return status;
    if (const Status status = check_channels(decision, command); !status) return status;
    if (!is_known(decision, command.entity))
        if (const Status status = check_prefixes_of_new(decision, command.entity); !status)
            return status;
    decision.add(
        "legal_entity:" + command.entity,
        LegalEntityDefined{
            command.entity,
            command.name,
            command.tax_registration,
            command.address,
            channels_after(decision, command)}
    );
    return Done{};
}

} // namespace tollbook
