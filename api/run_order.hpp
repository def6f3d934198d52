#pragma once

#include "ledger/json.hpp"

#include <optional>
#include <string>

namespace tollbook::api {

// What a run is asked to do. preview: nothing, but to tell what renewing would come to. confirm:
// what the preview of that hash says, or nothing. dry_run: nothing, but to tell what a command
// would come to; batch_dry_run: that of each command of a batch (api/batch_dry_run.hpp).
// migration_preview and migrate: the same two for a change of plan of many services
// (api/migrations.hpp), tariff_preview and tariff for a price that was wrong (api/tariffs.hpp).
enum class RunStep {
    renew,
    preview,
    confirm,
    dry_run,
    migration_preview,
    migrate,
    batch_dry_run,
    tariff_preview,
    tariff
};
BOOST_DESCRIBE_ENUM(
    RunStep,
    renew,
    preview,
    confirm,
    dry_run,
    migration_preview,
    migrate,
    batch_dry_run,
    tariff_preview,
    tariff
)

// Who asked for a run.
struct RunOrder {
    std::string tenant;
    std::string actor;
    std::string correlation;
    RunStep step{};
    std::string preview; // The hash that is confirmed.

    // Of a dry run: the command's type and its JSON. Of a migration or a batch: JSON as the body.
    std::optional<std::string> command{};
    std::optional<std::string> body{};

    std::optional<bool> scheduled{}; // Its hour had come; nobody asked for it.

    std::string
        run{}; // Under which its commands go on record; not part of the order as it is sent.
};
BOOST_DESCRIBE_STRUCT(
    RunOrder, (), (tenant, actor, correlation, step, preview, command, body, scheduled)
)

} // namespace tollbook::api
