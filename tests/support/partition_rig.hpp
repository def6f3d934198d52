#pragma once

#include "ledger/keystore.hpp"
#include "ledger/partition.hpp"
#include "ledger/replicated_log.hpp"
#include "ledger/store.hpp"
#include "ledger/topic_publisher.hpp"
#include "tests/support/counter_decider.hpp"
#include "tests/support/scratch_directory.hpp"

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tollbook {

// A partition of counters on a directory, which may be stopped and opened again.
class PartitionRig {
public:
    explicit PartitionRig(StoreOptions store = {}, PartitionOptions partition = {});

    // Opens all of it; what is refused is the answer.
    Status open(std::uint32_t decider_version = 1);
    void close(); // Orderly.

    // Opened again it fills itself from the topic. The keys stay.
    void wipe();

    Partition& partition() { return *partition_; }

    Store& store() { return *store_; }

    KeyStore& keys() { return *keys_; }

    // Submits and leaves.
    std::future<Result<Receipt>> start(Submission submission);

    // Submits and waits.
    Result<Receipt> send(Submission submission) { return start(std::move(submission)).get(); }

    // The same for an atomic batch.
    std::future<Result<std::vector<Receipt>>> start_atomic(std::vector<Submission> batch);

    Result<std::vector<Receipt>> send_atomic(std::vector<Submission> batch) {
        return start_atomic(std::move(batch)).get();
    }

    std::int64_t value(const std::string& counter);
    Hash state_hash();

    // How many records of each command stand in the log, read by the reader rule.
    std::map<Uuid, std::uint32_t> records_by_command();
    std::vector<Record> records();

    const std::string& directory() const { return directory_; }

    // So that several commands are one group: the writer is held until `release`.
    void hold();
    void release();

    // The bytes of all messages of its log but the genesis, in order.
    std::vector<std::string> messages();

    StoreOptions store_options;
    PartitionOptions options;
    Topic* topic{};          // Null: the log stands on the disk alone.
    Acknowledgement level{}; // How it takes part when there is a topic.
    TopicSabotage sabotage{};

    TopicHealth topic_health() const { return publisher_->health(); }

private:
    Status meet(Store& store);

    ScratchDirectory scratch_;
    ScratchDirectory key_scratch_{ScratchDirectory::in_memory()};
    std::string directory_{scratch_.path + "/data"};
    std::unique_ptr<Store> store_;
    std::unique_ptr<KeyStore> keys_;
    std::unique_ptr<ReplicatedLog> replicated_;
    std::unique_ptr<Partition> partition_;
    std::unique_ptr<TopicPublisher> publisher_;
    std::promise<void> release_;
    std::future<Status> held_;
};

// "add" of this amount to the counter, for tenant "acme".
Submission add(const std::string& key, const std::string& counter, std::int64_t amount);
Submission add(const std::string& key, const AddToCounter& command);

} // namespace tollbook
