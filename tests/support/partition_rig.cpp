#include "tests/support/partition_rig.hpp"

#include "ledger/ensure.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

namespace tollbook {

PartitionRig::PartitionRig(StoreOptions store, PartitionOptions partition)
    : store_options(store), options(std::move(partition)) {
    const Status created = Store::create(directory_, store_options);
    ensure(created.has_value());
}

Status PartitionRig::open(std::uint32_t decider_version) {
    auto store = Store::open(directory_, store_options);
    if (!store) return store.error();
    auto keys = KeyStore::open(key_scratch_.path, false);
    if (!keys) return keys.error();
    options.log = nullptr;
    if (topic != nullptr)
        if (const Status met = meet(**store); !met) return met;
    auto decider = std::make_unique<CounterDecider>(decider_version);
    auto partition = Partition::open(**store, **keys, std::move(decider), options);
    if (!partition) {
        publisher_.reset();
        replicated_.reset();
        return partition.error();
    }
    store_ = std::move(*store);
    keys_ = std::move(*keys);
    partition_ = std::move(*partition);
    return Done{};
}

Status PartitionRig::meet(Store& store) {
    auto link = std::make_unique<TopicLink>(TopicLinkParts{
        store.log(), *topic, directory_ + "/topic", sabotage});
    const auto until = std::chrono::steady_clock::now() + options.answer_within;
    link->on_wait([until] { return std::chrono::steady_clock::now() < until; });
    const Status met = link->meet(Growth::allowed);
    const bool away = !met && met.error().code == Errc::topic_unavailable;
    if (!met && !(away && level == Acknowledgement::local)) return met;
    if (level == Acknowledgement::local) {
        publisher_ = std::make_unique<TopicPublisher>(store.log(), std::move(link));
        return Done{};
    }
    replicated_ = std::make_unique<ReplicatedLog>(store.log(), std::move(link), level);
    options.log = replicated_.get();
    return Done{};
}

void PartitionRig::wipe() {
    LogIdentity log;
    Uuid incarnation{};
    {
        const auto store = Store::open(directory_, {true, store_options.env});
        ensure(store.has_value());
        log = (*store)->identity();
        incarnation = (*store)->incarnation();
    }
    std::filesystem::remove_all(directory_);
    const Status made = Store::create_for(directory_, log, incarnation, store_options);
    ensure(made.has_value());
}

std::vector<std::string> PartitionRig::messages() {
    const auto stored = store_->log().messages_after({0, 0}, ~std::size_t{0});
    ensure(stored.has_value());
    std::vector<std::string> bytes;
    for (const StoredFrame& message : *stored)
        bytes.push_back(message.bytes);
    return bytes;
}

void PartitionRig::close() {
    publisher_.reset();
    partition_.reset();
    replicated_.reset();
    keys_.reset();
    store_.reset();
}

std::future<Result<Receipt>> PartitionRig::start(Submission submission) {
    const auto answered = std::make_shared<std::promise<Result<Receipt>>>();
    std::future<Result<Receipt>> outcome = answered->get_future();
    partition_->submit(std::move(submission), [answered](Result<Receipt> receipt) {
        answered->set_value(std::move(receipt));
    });
    return outcome;
}

std::future<Result<std::vector<Receipt>>> PartitionRig::start_atomic(std::vector<Submission> batch
) {
    const auto answered = std::make_shared<std::promise<Result<std::vector<Receipt>>>>();
    auto outcome = answered->get_future();
    partition_->submit_atomic(std::move(batch), [answered](Result<std::vector<Receipt>> receipts) {
        answered->set_value(std::move(receipts));
    });
    return outcome;
}

std::int64_t PartitionRig::value(const std::string& counter) {
    std::int64_t value = 0;
    const Status looked = partition_->read([&](const Decider& decider, const Head&) {
        value = static_cast<const CounterDecider&>(decider).value("acme", counter);
    });
    ensure(looked.has_value());
    return value;
}

Hash PartitionRig::state_hash() {
    Hash hash{};
    const Status looked =
        partition_->read([&](const Decider& decider, const Head&) { hash = decider.state_hash(); });
    ensure(looked.has_value());
    return hash;
}

std::vector<Record> PartitionRig::records() {
    Source& source = partition_->source();
    ReaderState at = source.start();
    std::vector<Record> records;
    for (;;) {
        Result<Batch> batch = source.read(at, 1U << 20U, std::chrono::milliseconds{0});
        ensure(batch.has_value());
        if (batch->records.empty()) return records;
        at = batch->after;
        for (Record& record : batch->records)
            records.push_back(std::move(record));
    }
}

std::map<Uuid, std::uint32_t> PartitionRig::records_by_command() {
    std::map<Uuid, std::uint32_t> counts;
    for (const Record& record : records())
        ++counts[record.command.command_id];
    return counts;
}

void PartitionRig::hold() {
    release_ = {};
    const auto holding = std::make_shared<std::promise<void>>();
    std::future<void> is_held = holding->get_future();
    held_ = std::async(std::launch::async, [this, holding, go = release_.get_future().share()] {
        return partition_->read([&](const Decider&, const Head&) {
            holding->set_value();
            go.wait();
        });
    });
    is_held.wait();
}

void PartitionRig::release() {
    release_.set_value();
    ensure(held_.get().has_value());
}

Submission add(const std::string& key, const AddToCounter& command) {
    return {"acme", key, "add", to_json(command), "key:test", "request-1", "", std::nullopt};
}

Submission add(const std::string& key, const std::string& counter, std::int64_t amount) {
    AddToCounter command;
    command.counter = counter;
    command.amount = amount;
    return add(key, command);
}

} // namespace tollbook
