#include "api/cli/audit.hpp"
#include "api/cli/cli.hpp"
#include "commands/book_decider.hpp"
#include "ledger/database.hpp"
#include "ledger/keystore.hpp"
#include "ledger/partition.hpp"
#include "ledger/store.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <future>
#include <vector>

using namespace tollbook;
using namespace tollbook::api;

namespace {

constexpr const char* tenant = "kiota";
constexpr std::uint64_t opening_seq = 1;

// A book of one tenant and some plans, one command each, with a checkpoint at its head.
class BookOnDisk {
public:
    BookOnDisk() {
        REQUIRE(Store::create(path));
        write([&](Partition& partition) {
            send(
                partition,
                "open",
                "open_tenant",
                R"({"name":"K","timezone":"Africa/Nairobi",)"
                R"("currency":"KES"})"
            );
            for (int i = 0; i < 5; ++i)
                add_plan(partition, "P" + std::to_string(i));
            REQUIRE(partition.checkpoint());
        });
    }

    static void add_plan(Partition& partition, const std::string& plan) {
        send(
            partition,
            plan,
            "define_plan",
            R"({"plan":")" + plan + R"(","name":"x","price_minor":100,"currency":"KES",)" +
                R"("down_mbps":1,"up_mbps":1})"
        );
    }

    // With the writer running.
    template <class F>
    void write(F&& f) const {
        const auto store = Store::open(path).value();
        const auto keys = KeyStore::open(path, false).value();
        auto decider = std::make_unique<BookDecider>([](std::string_view, std::string_view) {
            return std::string{};
        });
        const auto partition = Partition::open(*store, *keys, std::move(decider), {}).value();
        f(*partition);
    }

    // Alters the derived family as no writer would.
    template <class F>
    void damage(F&& f) const {
        DatabaseOptions options{rocksdb::Env::Default(), OpenMode::write, 1U << 20U, nullptr};
        std::unique_ptr<Database> database;
        REQUIRE(open_database(path + "/log", options, database).ok());
        f(*database);
        REQUIRE(database->db->Flush({}, database->derived).ok());
    }

    void put(const std::string& id, std::string_view value) const {
        damage([&](Database& database) {
            REQUIRE(database.db->Put({}, database.derived, entry(id), std::string(value)).ok());
        });
    }

    std::string problem() const {
        const auto index = IndexReader::open(path).value();
        const auto store = Store::open(path, {true}).value();
        const auto source = store->source();
        return verify(*source, index.get(), [](std::uint64_t, std::uint64_t) {}).value().problem;
    }

    int exit() const {
        const std::vector<const char*> words{
            "tollbook", "verify", "--skip-views", "--quiet", "--data", path.c_str()};
        return run(static_cast<int>(words.size()), words.data());
    }

    static std::string entry(const std::string& key) {
        const Uuid id = command_id_of(tenant, key);
        return "k" + std::string(id.begin(), id.end());
    }

    static std::string name(const std::string& key) {
        return "the command index, " + to_string(command_id_of(tenant, key)) + ": ";
    }

private:
    static void send(
        Partition& partition, const std::string& key, const char* type, const std::string& body
    ) {
        std::promise<Result<Receipt>> promise;
        Submission submission;
        submission.tenant = tenant;
        submission.key = key;
        submission.type = type;
        submission.body = body;
        submission.actor = "test";
        partition.submit(submission, [&](Result<Receipt> receipt) {
            promise.set_value(std::move(receipt));
        });
        REQUIRE(promise.get_future().get());
    }

    ScratchDirectory scratch_;

public:
    const std::string path{scratch_.path + "/data"};
};

} // namespace

TEST_CASE("verify: the command index is held against the log, also behind its checkpoint") {
    const BookOnDisk book;
    CHECK(book.problem() == "");
    CHECK(book.exit() == 0);
}

TEST_CASE("verify: beside a running node, whose newest commands are not in the index yet") {
    const BookOnDisk book;
    book.write([&](Partition& partition) {
        BookOnDisk::add_plan(partition, "P5");
        CHECK(book.problem() == "");
        CHECK(book.exit() == 0);
        REQUIRE(partition.checkpoint());
        CHECK(book.problem() == "");
    });
}

TEST_CASE("verify: an entry that is not there is named") {
    const BookOnDisk book;
    book.damage([&](Database& database) {
        REQUIRE(database.db->Delete({}, database.derived, BookOnDisk::entry("P2")).ok());
    });
    CHECK(
        book.problem() ==
        BookOnDisk::name("P2") + "the command at seq 4 is not in it (1 are missing)"
    );
    CHECK(book.exit() == 3);
}

TEST_CASE("verify: an entry that points elsewhere is named") {
    const BookOnDisk book;
    book.put("P2", std::string_view("\x03\x01", 2));
    CHECK(
        book.problem() ==
        BookOnDisk::name("P2") + "it says seq 3 with 1 records, the log seq 4 with 1"
    );
    CHECK(book.exit() == 3);
}

TEST_CASE("verify: an entry that cannot be read is named") {
    const BookOnDisk book;
    book.put("P3", "");
    CHECK(book.problem() == BookOnDisk::name("P3") + "the entry cannot be read");
    CHECK(book.exit() == 3);
}

TEST_CASE("verify: an entry that the log knows nothing of is named") {
    const BookOnDisk book;
    book.put("never sent", std::string_view("\x03\x01", 2));
    CHECK(
        book.problem() ==
        BookOnDisk::name("never sent") + "it says seq 3, the log has no such command up to seq 6"
    );
    CHECK(book.exit() == 3);
}

TEST_CASE("verify: a checkpoint of another history is named") {
    const BookOnDisk book;
    const auto with_mark = [&](std::uint64_t seq) {
        CheckpointMark mark = *IndexReader::open(book.path).value()->mark().value();
        mark.seq = seq;
        book.damage([&](Database& database) {
            REQUIRE(database.db->Put({}, database.derived, "m", to_json(mark)).ok());
        });
    };
    with_mark(opening_seq);
    CHECK(book.problem() == "seq 1: the checkpoint is of another history");
    CHECK(book.exit() == 3);
    with_mark(100);
    CHECK(book.problem() == "the checkpoint is of seq 100, beyond the log");
    CHECK(book.exit() == 3);
}

TEST_CASE("verify: damaged bytes of the derived family are named") {
    const BookOnDisk book;
    book.damage([&](Database& database) { // No row of a key index is this short.
        REQUIRE(database.db->Put({}, database.derived, "kx", "y").ok());
    });
    const auto index = IndexReader::open(book.path).value();
    const auto store = Store::open(book.path, {true}).value();
    const auto report = verify(*store->source(), index.get(), [](std::uint64_t, std::uint64_t) {});
    REQUIRE_FALSE(report);
    CHECK(report.error().detail == "checkpoint: a key of the command index");
    CHECK(book.exit() == 1);
}
