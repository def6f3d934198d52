#include "api/automatic_billing.hpp"
#include "api/fiscal/fiscal_reactor.hpp"
#include "api/ledger_access.hpp"
#include "api/logging.hpp"
#include "api/node_metrics.hpp"
#include "api/renewals.hpp"
#include "commands/book_decider.hpp"
#include "ledger/keystore.hpp"
#include "ledger/partition.hpp"
#include "ledger/store.hpp"

#include <utility>

namespace tollbook::api {

namespace {

class OwnLedger final : public LedgerAccess {
public:
    Status open(const OwnLedgerOptions& options);

    Submit& submit() override { return *partition_; }

    Source& source() override { return partition_->source(); }

    Result<std::string> open_sealed(
        std::string_view tenant, const Sealed& sealed, const Uuid& event_id
    ) const override {
        return keys_->open_sealed(tenant, sealed, event_id);
    }

    Result<std::string> run(const RunOrder& order) override {
        return run_order(*partition_, order);
    }

    std::vector<Check> checks() const override;
    std::vector<Samples> samples() const override;

private:
    std::unique_ptr<Store> store_;
    std::unique_ptr<KeyStore> keys_;
    std::unique_ptr<Replication> replication_; // Null without a topic.
    std::unique_ptr<Partition> partition_;
    std::unique_ptr<AutomaticBilling> billing_; // Null when nobody is billed by a schedule.
    std::unique_ptr<FiscalReactor> fiscal_;     // Null when nothing is transmitted from here.
};

Status OwnLedger::open(const OwnLedgerOptions& options) {
    StoreOptions store_options;
    store_options.sync_lazily =
        options.replication && options.replication->acknowledge == Acknowledgement::replicated;
    Result<std::unique_ptr<Store>> opened = Store::open(options.data_directory, store_options);
    if (!opened) return opened.error();
    store_ = std::move(*opened);
    Result<std::unique_ptr<KeyStore>> key_store = KeyStore::open(options.data_directory, false);
    if (!key_store) return key_store.error();
    keys_ = std::move(*key_store);
    auto decider =
        std::make_unique<BookDecider>([this](std::string_view tenant, std::string_view text) {
            return keys_->private_hash(tenant, text);
        });
    PartitionOptions partition_options;
    partition_options.checkpoint_records = options.checkpoint_records;
    partition_options.answer_within = options.answer_within;
    partition_options.on_stop = [](const Error& why) {
        log(LogLevel::error,
            "the writer stopped for good",
            {{"problem", info(why.code).slug}, {"why", std::string_view(why.detail)}});
    };
    if (options.replication) {
        auto joined = Replication::open(*store_, options.data_directory, *options.replication);
        if (!joined) return joined.error();
        replication_ = std::move(*joined);
        partition_options.log = replication_->writer_log();
    }
    auto writer = Partition::open(*store_, *keys_, std::move(decider), partition_options);
    if (!writer) return writer.error();
    partition_ = std::move(*writer);
    if (replication_) replication_->begin();
    if (options.billing_check_every.count() > 0)
        billing_ = std::make_unique<AutomaticBilling>(*partition_, options.billing_check_every);
    if (options.fiscal.check_every.count() == 0) return Done{};
    auto fiscal = FiscalReactor::start(*partition_, options.fiscal);
    if (!fiscal) return fiscal.error();
    fiscal_ = std::move(*fiscal);
    return Done{};
}

std::vector<Check> OwnLedger::checks() const {
    const PartitionHealth log = partition_->health();
    std::vector<Check> all{
        {"log", log.serving, false, log.serving ? "serving" : log.stopped.detail}};
    if (replication_) all.push_back(replication_->check());
    if (fiscal_) std::ranges::move(fiscal_checks(fiscal_->health()), std::back_inserter(all));
    return all;
}

std::vector<Samples> OwnLedger::samples() const {
    std::vector<Samples> all = log_samples(partition_->health());
    if (replication_) std::ranges::move(replication_->samples(), std::back_inserter(all));
    if (billing_) std::ranges::move(billing_samples(billing_->counts()), std::back_inserter(all));
    if (fiscal_) std::ranges::move(fiscal_samples(fiscal_->health()), std::back_inserter(all));
    return all;
}

} // namespace

Result<std::unique_ptr<LedgerAccess>> open_own_ledger(const OwnLedgerOptions& options) {
    auto ledger = std::make_unique<OwnLedger>();
    if (const Status opened = ledger->open(options); !opened) return opened.error();
    return std::unique_ptr<LedgerAccess>(std::move(ledger));
}

} // namespace tollbook::api
