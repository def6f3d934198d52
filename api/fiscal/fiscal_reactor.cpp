#include "api/fiscal/fiscal_reactor.hpp"

#include "api/fiscal/http_device.hpp"
#include "commands/book_decider.hpp"
#include "ledger/clock_guard.hpp"
#include "ledger/pause.hpp"

#include <utility>

namespace tollbook::api {

FiscalReactor::FiscalReactor(Partition& partition, const FiscalOptions& options)
    : partition_(partition), options_(options), keys_(options.keys_file) {}

Result<std::unique_ptr<FiscalReactor>> FiscalReactor::start(
    Partition& partition, const FiscalOptions& options
) {
    if (options.timeout.count() <= 0)
        return Error{Errc::config_invalid, "fiscal.timeout_ms: above 0"};
    std::unique_ptr<FiscalReactor> reactor(new FiscalReactor(partition, options));
    if (const Status opened = reactor->keys_.open(); !opened) return opened.error();
    reactor->thread_ = std::jthread([self = reactor.get()](const std::stop_token& stop) {
        for (; !stop.stop_requested(); pause(stop, self->options_.check_every))
            self->look();
    });
    return reactor;
}

FiscalReactor::~FiscalReactor() {
    thread_ = {}; // No queue begins any more; all end at the same time.
    state_.with([](State& state) {
        for (auto& [owner, queue] : state.queues)
            queue->stop();
        state.queues.clear();
    });
}

void FiscalReactor::look() {
    std::vector<FiscalBacklog> backlogs;
    const Status looked = partition_.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        backlogs = fiscal_backlogs(book, machine_clock());
    });
    if (!looked) return;
    const MakeFiscalDevice make =
        [this](const std::string& tenant, const std::string& entity, const FiscalDeviceRow& row) {
            return make_http_device({row, keys_.key_of(tenant, entity), options_.timeout});
        };
    state_.with([&](State& state) {
        for (const FiscalBacklog& backlog : backlogs) {
            auto& queue = state.queues[book_key(backlog.tenant, backlog.entity)];
            if (queue == nullptr && backlog.device.enabled)
                queue = std::make_unique<DeviceQueue>(
                    partition_,
                    DeviceQueue::Owner{backlog.tenant, backlog.entity},
                    make,
                    options_.check_every
                );
        }
        state.backlogs = std::move(backlogs);
    });
}

std::vector<FiscalHealth> FiscalReactor::health() const {
    return state_.with([](const State& state) {
        std::vector<FiscalHealth> all;
        for (const FiscalBacklog& backlog : state.backlogs) {
            FiscalHealth health{backlog, {}};
            const auto found = state.queues.find(book_key(backlog.tenant, backlog.entity));
            if (found != state.queues.end() && found->second != nullptr)
                health.queue = found->second->health();
            all.push_back(std::move(health));
        }
        return all;
    });
}

} // namespace tollbook::api
