#include "api/fiscal/device_queue.hpp"

#include "api/logging.hpp"
#include "commands/book_decider.hpp"
#include "commands/commands.hpp"
#include "ledger/pause.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

namespace tollbook::api {

namespace {

struct Look {
    FiscalDeviceRow device;
    std::vector<FiscalWork> works;
};

// Nothing, while another node leads or the device is not enabled.
Look look_at(Partition& partition, const DeviceQueue::Owner& owner) {
    Look look;
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const Book& book = static_cast<const BookDecider&>(decider).book();
        const std::string key = book_key(owner.tenant, owner.entity);
        const FiscalDeviceRow* row = book.fiscal_devices.find(key);
        if (row == nullptr || !row->enabled) return;
        look.device = *row;
        look.works = fiscal_work(book, owner.tenant, owner.entity, fiscal_works_max);
    });
    return looked ? look : Look{};
}

std::string document_of(const FiscalWork& work) {
    return fiscal_document(work.told.invoice, work.told.credit_note);
}

template <class Command>
Submission submission_of(
    const DeviceQueue::Owner& owner, const std::string& key, const Command& command
) {
    Submission submission;
    submission.tenant = owner.tenant;
    submission.key = "fiscal:" + key;
    submission.type = Command::type;
    submission.body = to_json(command);
    submission.actor = "system:fiscal";
    submission.correlation = "fiscal:" + owner.entity;
    return submission;
}

} // namespace

DeviceQueue::DeviceQueue(
    Partition& partition, Owner owner, MakeFiscalDevice make_device, std::chrono::milliseconds every
)
    : partition_(partition)
    , owner_(std::move(owner))
    , make_device_(std::move(make_device))
    , every_(every)
    , backoff_(std::hash<std::string>{}(owner_.tenant + "/" + owner_.entity)) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
        for (; !stop.stop_requested(); pause(stop, every_))
            if (backoff_.may_try(Backoff::Clock::now())) work(stop);
    });
}

DeviceQueue::~DeviceQueue() = default;

DeviceQueue::Health DeviceQueue::health() const {
    return health_.with([](const Health& health) { return health; });
}

void DeviceQueue::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const Look look = look_at(partition_, owner_);
        if (look.works.empty()) return;
        const auto device = make_device_(owner_.tenant, owner_.entity, look.device);
        for (const FiscalWork& work : look.works)
            if (stop.stop_requested() || !transmit(*device, work, stop)) return;
    }
}

bool DeviceQueue::transmit(
    FiscalDevice& device, const FiscalWork& work, const std::stop_token& stop
) {
    const std::string request_id = fmt::format(
        "{}:{}:{}:{}",
        owner_.tenant,
        owner_.entity,
        work.told.credit_note ? "credit-note" : "invoice",
        work.told.number_seq
    );
    const FiscalAnswer answer = device.transmit(request_id, work, stop);
    return std::visit([&](const auto& said) { return record(work, said, stop); }, answer);
}

bool DeviceQueue::record(
    const FiscalWork& work, const FiscalTaken& taken, const std::stop_token& stop
) {
    const FiscalReceipt& receipt = taken.receipt;
    const RecordFiscalReceipt command{
        work.told.invoice,
        work.told.credit_note,
        receipt.control_number,
        receipt.signature,
        receipt.qr,
        receipt.device_time};
    if (!submit(submission_of(owner_, document_of(work) + ":receipt", command), stop)) return false;
    health_.with([](Health& health) { ++health.transmitted; });
    return true;
}

bool DeviceQueue::record(
    const FiscalWork& work, const FiscalRefusal& refusal, const std::stop_token& stop
) {
    const RecordFiscalRefusal command{
        work.told.invoice, work.told.credit_note, work.attempt, refusal.code, refusal.reason};
    const std::string key = fmt::format("{}:refusal:{}", document_of(work), work.attempt);
    log(LogLevel::warn,
        "a fiscal device refused a document",
        {{"tenant", owner_.tenant},
         {"number", work.told.number},
         {"code", refusal.code},
         {"reason", refusal.reason}});
    if (!submit(submission_of(owner_, key, command), stop)) return false;
    health_.with([](Health& health) { ++health.refused; });
    return true;
}

bool DeviceQueue::record(const FiscalWork&, const FiscalSilence& silence, const std::stop_token&) {
    fail(silence.why);
    return false;
}

void DeviceQueue::fail(const std::string& why) {
    const bool was_open = backoff_.open();
    backoff_.failed(Backoff::Clock::now());
    health_.with([&](Health& health) {
        ++health.retries;
        health.open = backoff_.open();
        health.trouble = why;
    });
    if (!was_open && backoff_.open())
        log(LogLevel::warn,
            "a fiscal device does not answer",
            {{"tenant", owner_.tenant}, {"entity", owner_.entity}, {"why", std::string_view(why)}});
}

// What became of the command is asked again with the same key until it is known.
bool DeviceQueue::submit(Submission submission, const std::stop_token& stop) {
    std::promise<Result<Receipt>> answered;
    partition_.submit(submission, [&](Result<Receipt> answer) {
        answered.set_value(std::move(answer));
    });
    const Result<Receipt> answer = answered.get_future().get();
    const auto is = [&](Errc code) { return !answer && answer.error().code == code; };
    if (is(Errc::fiscal_receipt_conflict) || is(Errc::idempotency_key_reused)) {
        health_.with([](Health& health) { ++health.conflicts; });
        log(LogLevel::error,
            "a fiscal device gave a document another receipt",
            {{"tenant", owner_.tenant}, {"key", submission.key}, {"body", submission.body}});
    }
    // Somebody else recorded it meanwhile, or the document needs no device any more.
    const bool over = is(Errc::fiscal_receipt_exists) || is(Errc::fiscal_not_pending) ||
                      is(Errc::invoice_not_open);
    if (!answer && !over) {
        if (!stop.stop_requested()) fail(answer.error().detail);
        return false;
    }
    backoff_.succeeded();
    health_.with([](Health& health) {
        health.open = false;
        health.trouble.clear();
    });
    return true;
}

} // namespace tollbook::api
