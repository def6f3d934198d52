#pragma once

#include "api/fiscal/fiscal_reactor.hpp"
#include "api/http/metrics.hpp"
#include "api/http/services.hpp"
#include "api/replication.hpp"
#include "api/run_order.hpp"
#include "ledger/source.hpp"
#include "ledger/submit.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollbook::api {

// The log, as the other parts of a process need it: kept here, or by another process.
class LedgerAccess {
public:
    LedgerAccess() = default;
    LedgerAccess(const LedgerAccess&) = delete;
    LedgerAccess& operator=(const LedgerAccess&) = delete;
    virtual ~LedgerAccess() = default;

    virtual Submit& submit() = 0;

    // The confirmed records; to be asked for only where the options gave a way to them.
    virtual Source& source() = 0;

    // Opens a sealed personal part.
    virtual Result<std::string> open_sealed(
        std::string_view tenant, const Sealed& sealed, const Uuid& event_id
    ) const = 0;

    // The report or preview as JSON. Blocks until every renewal is answered.
    virtual Result<std::string> run(const RunOrder& order) = 0;

    virtual std::vector<Check> checks() const = 0;
    virtual std::vector<Samples> samples() const = 0;
};

struct OwnLedgerOptions {
    std::string data_directory;
    std::uint64_t checkpoint_records{};
    std::chrono::milliseconds answer_within{};
    std::optional<ReplicationOptions> replication;   // None: the log stands on this disk alone.
    std::chrono::milliseconds billing_check_every{}; // Zero: nobody is billed by a schedule.
    FiscalOptions fiscal;
};

// Recovers and leads.
Result<std::unique_ptr<LedgerAccess>> open_own_ledger(const OwnLedgerOptions& options);

struct RemoteLedgerOptions {
    std::string data_directory; // With the keys, where the log is read.
    std::string url;            // Empty: nothing is submitted.
    std::string key;
    std::chrono::milliseconds answer_within{};
    std::optional<KafkaSettings> kafka; // None: the log is not read.
};

// The log that another process keeps: read from its topic, written to by HTTP. Refuses as
// TopicSource::open and KeyStore::open do; a ledger that is away is no refusal.
Result<std::unique_ptr<LedgerAccess>> open_remote_ledger(const RemoteLedgerOptions& options);

} // namespace tollbook::api
