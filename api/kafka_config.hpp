#pragma once

#include "api/config.hpp"
#include "api/replication.hpp"

#include <optional>

namespace tollbook::api {

// The settings below `kafka.`; nothing when kafka.bootstrap is empty. Refuses with config_invalid.
Result<std::optional<ReplicationOptions>> replication_of(const Config& config);

// The same for those who cannot do without: refuses when kafka.bootstrap is empty.
Result<KafkaSettings> kafka_of(const Config& config);

} // namespace tollbook::api
