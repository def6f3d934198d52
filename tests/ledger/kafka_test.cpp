// The real thing: Apache Kafka, one broker, as scripts/kafka runs it.
#include "ledger/kafka/client.hpp"
#include "ledger/kafka/kafka_topic.hpp"
#include "ledger/topic_source.hpp"
#include "tests/ledger/topic_contract.hpp"
#include "tests/support/kafka_cluster.hpp"
#include "tests/support/partition_rig.hpp"
#include "tests/support/topic_read.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

using namespace tollbook;
using namespace std::chrono_literals;

namespace {

// One cluster for all tests of the process: it takes seconds to start.
KafkaCluster& cluster() {
    static KafkaCluster one;
    return one;
}

constexpr NewTopic on_one_broker{1, 1};

std::unique_ptr<KafkaTopic> open_topic(const KafkaSettings& settings) {
    Result<std::unique_ptr<KafkaTopic>> topic = KafkaTopic::open(settings);
    REQUIRE(topic);
    return std::move(*topic);
}

std::unique_ptr<KafkaTopic> new_topic() {
    auto topic = open_topic(cluster().settings());
    REQUIRE(topic->create(on_one_broker));
    return topic;
}

// As somebody made it with other tools.
void make_topic(const KafkaSettings& settings, int partitions, const char* message_bytes) {
    using Topics = std::unique_ptr<rd_kafka_NewTopic_t, RdDestroy<rd_kafka_NewTopic_destroy>>;
    using Queue = std::unique_ptr<rd_kafka_queue_t, RdDestroy<rd_kafka_queue_destroy>>;
    using Event = std::unique_ptr<rd_kafka_event_t, RdDestroy<rd_kafka_event_destroy>>;
    const auto client = KafkaClient::make(RD_KAFKA_PRODUCER, settings, {}).value();
    const Topics topic(rd_kafka_NewTopic_new(settings.topic.c_str(), partitions, 1, nullptr, 0));
    rd_kafka_NewTopic_set_config(topic.get(), "max.message.bytes", message_bytes);
    const Queue queue(rd_kafka_queue_new(client->get()));
    rd_kafka_NewTopic_t* asked = topic.get();
    rd_kafka_CreateTopics(client->get(), &asked, 1, nullptr, queue.get());
    const Event event(rd_kafka_queue_poll(queue.get(), 60'000));
    REQUIRE(event);
    REQUIRE(rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
    // The brokers tell of it a little later.
    const auto is_told_of = [&] {
        const Status checked = open_topic(settings)->check();
        return checked || checked.error().detail.find("there is no topic") == std::string::npos;
    };
    while (!is_told_of())
        std::this_thread::yield();
}

Error refusal_of(const Status& status) {
    REQUIRE(status.has_error());
    return status.error();
}

} // namespace

TEST_CASE("kafka topic: keeps the contract") {
    const auto topic = new_topic();
    check_topic_contract(*topic);
    CHECK(topic->unsafe().find("replication factor is 1") != std::string::npos);
}

TEST_CASE("kafka topic: settings that cannot work are refused by name") {
    KafkaSettings settings = cluster().settings();
    const auto refused = [](const Error& error, Errc code, const std::string& names) {
        CHECK(error.code == code);
        INFO(error.detail);
        CHECK(error.detail.find(names) != std::string::npos);
    };
    SUBCASE("no such topic") {
        refused(refusal_of(open_topic(settings)->check()), Errc::config_invalid, "kafka.topic");
    }
    SUBCASE("it exists already") {
        REQUIRE(open_topic(settings)->create(on_one_broker));
        const Status again = open_topic(settings)->create(on_one_broker);
        refused(refusal_of(again), Errc::config_invalid, "kafka.topic");
    }
    SUBCASE("not safe, and nobody lets it pass") {
        REQUIRE(open_topic(settings)->create(on_one_broker));
        settings.unsafe_topic = false;
        const Error error = refusal_of(open_topic(settings)->check());
        refused(error, Errc::config_invalid, "replication factor is 1, must be >= 3");
        refused(error, Errc::config_invalid, "min.insync.replicas is 1, must be >= 2");
        refused(error, Errc::config_invalid, "kafka.unsafe_topic");
    }
    SUBCASE("another number of partitions") {
        make_topic(settings, 3, "2000000");
        const Error error = refusal_of(open_topic(settings)->check());
        refused(error, Errc::config_invalid, "it has 3 partitions, the log has 1");
        refused(error, Errc::config_invalid, "kafka.topic");
    }
    SUBCASE("messages that are smaller than a frame may be") {
        make_topic(settings, 1, "500000");
        const Error error = refusal_of(open_topic(settings)->check());
        refused(error, Errc::config_invalid, "max.message.bytes is 500000, must be >= ");
    }
    SUBCASE("more replicas than brokers") {
        const Status made = open_topic(settings)->create({3, 2});
        refused(refusal_of(made), Errc::config_invalid, "kafka.topic");
    }
    SUBCASE("nobody listens there") {
        settings.bootstrap = "127.0.0.1:1";
        settings.timeout = 500ms;
        refused(
            refusal_of(open_topic(settings)->check()), Errc::topic_unavailable, "kafka.bootstrap"
        );
    }
    SUBCASE("no addresses") {
        settings.bootstrap = "";
        const Result<std::unique_ptr<KafkaTopic>> opened = KafkaTopic::open(settings);
        if (opened)
            refused(refusal_of((*opened)->check()), Errc::topic_unavailable, "kafka.bootstrap");
        else
            refused(opened.error(), Errc::config_invalid, "kafka.bootstrap");
    }
    SUBCASE("TLS where there is none") {
        settings.tls = true;
        settings.timeout = 2s;
        const Error error = refusal_of(open_topic(settings)->check());
        INFO(error.detail);
        CHECK(error.detail.find("kafka.tls") != std::string::npos);
    }
    SUBCASE("a user where nobody asks") {
        settings.username = "tollbook";
        settings.password = "wrong";
        settings.timeout = 2s;
        const Error error = refusal_of(open_topic(settings)->check());
        INFO(error.detail);
        CHECK(error.detail.find("kafka.username") != std::string::npos);
    }
    SUBCASE("a file that is no CA") {
        settings.tls = true;
        settings.tls_ca_file = "/dev/null";
        const Result<std::unique_ptr<KafkaTopic>> opened = KafkaTopic::open(settings);
        REQUIRE_FALSE(opened);
        refused(opened.error(), Errc::config_invalid, "kafka.tls_ca_file");
    }
}

TEST_CASE("kafka: every level, every life, byte for byte, and a wiped disk ends on the same hash") {
    for (const auto level :
         {Acknowledgement::both, Acknowledgement::local, Acknowledgement::replicated}) {
        const auto topic = new_topic();
        PartitionRig rig;
        rig.topic = topic.get();
        rig.level = level;
        rig.store_options.sync_lazily = level == Acknowledgement::replicated;
        std::uint64_t seq = 0;
        for (int life = 0; life < 2; ++life) {
            REQUIRE(rig.open());
            for (int i = 0; i < 50; ++i) {
                const auto receipt = rig.send(add(fmt::format("{}-{}", life, i), "A", 1));
                REQUIRE(receipt);
                seq = receipt->last_seq;
            }
            while (level == Acknowledgement::local && rig.topic_health().seq < seq)
                std::this_thread::yield();
            const TopicRead read =
                read_all_of(*topic, rig.store().identity(), rig.store().incarnation());
            CHECK(read.taken == rig.messages());
            CHECK(read.hashes.size() == seq);
            CHECK(read.dropped == 1); // The genesis.
            rig.close();
        }
        REQUIRE(rig.open());
        const Hash state = rig.state_hash();
        rig.close();
        rig.wipe();
        REQUIRE(rig.open());
        CHECK(rig.state_hash() == state);
        CHECK(rig.send(add("1-49", "A", 1))->replayed);
        rig.close();
    }
}

TEST_CASE("kafka: readers go on from where they were, here and there") {
    const auto topic = new_topic();
    PartitionRig rig;
    rig.topic = topic.get();
    rig.level = Acknowledgement::both;
    REQUIRE(rig.open());
    for (int i = 0; i < 200; ++i)
        REQUIRE(rig.send(add(fmt::format("{}", i), "A", 1)));
    const auto there = TopicSource::open(*topic);
    REQUIRE(there);
    CHECK((*there)->head()->seq == 200);
    Source& here = rig.partition().source();
    const auto first = here.read(here.start(), 5000, 1s);
    REQUIRE(first);
    std::vector<Record> records = first->records;
    ReaderState at = first->after;
    while (records.size() < 200) {
        const auto batch = (*there)->read(at, 5000, 10s);
        REQUIRE(batch);
        records.insert(records.end(), batch->records.begin(), batch->records.end());
        at = batch->after;
    }
    CHECK(records == rig.records());
    const auto parsed = parse_reader_state(to_string(at));
    REQUIRE(parsed);
    const auto later = TopicSource::open(*topic);
    const auto nothing = (*later)->read(*parsed, 5000, 300ms);
    REQUIRE(nothing);
    CHECK(nothing->records.empty());
    REQUIRE(rig.send(add("news", "A", 1)));
    CHECK((*later)->read(nothing->after, 5000, 10s)->records.size() == 1);
}

TEST_CASE("kafka: TLS with SCRAM and with PLAIN, and what is wrong with them is named") {
    // The oldest broker that must do; newer ones do not take this librdkafka's SCRAM.
    KafkaCluster guarded("--version 3.9.1 --tls --sasl");
    KafkaSettings settings = guarded.settings();
    settings.timeout = 5s;
    REQUIRE(settings.tls);
    REQUIRE_FALSE(settings.password.empty());
    {
        const auto topic = open_topic(settings);
        REQUIRE(topic->create(on_one_broker));
        check_topic_contract(*topic);
    }
    KafkaSettings plain = guarded.settings();
    plain.timeout = 5s;
    plain.sasl_mechanism = "PLAIN";
    REQUIRE(open_topic(plain)->create(on_one_broker));
    CHECK(open_topic(plain)->check());
    plain.password = "guessed";
    CHECK(
        refusal_of(open_topic(plain)->check()).detail.find("kafka.password_file") !=
        std::string::npos
    );
    KafkaSettings wrong = settings;
    const auto refused = [&](const std::string& names) {
        const Error error = refusal_of(open_topic(wrong)->check());
        INFO(error.detail);
        CHECK(error.code == Errc::config_invalid);
        CHECK(error.detail.find(names) != std::string::npos);
    };
    SUBCASE("a wrong password") {
        wrong.password = "guessed";
        refused("kafka.password_file");
    }
    SUBCASE("the system's CAs") {
        wrong.tls_ca_file = "";
        refused("kafka.tls_ca_file");
    }
    SUBCASE("no TLS") {
        wrong.tls = false;
        const Error error = refusal_of(open_topic(wrong)->check());
        INFO(error.detail);
        CHECK(error.detail.find("kafka.tls") != std::string::npos);
    }
}

TEST_CASE("kafka: a broker that is too old is refused") {
    KafkaCluster old("--version 3.8.1");
    const auto topic = open_topic(old.settings());
    REQUIRE(topic->create(on_one_broker));
    const Error error = refusal_of(topic->check());
    CHECK(error.code == Errc::config_invalid);
    INFO(error.detail);
    CHECK(error.detail.find("older than 3.9") != std::string::npos);
}
