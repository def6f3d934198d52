// What a wallet charge costs on disk: commands of one event each, all of different customers,
// appended through the real log, measured as the size of its table files.
#include "ledger/events.hpp"
#include "ledger/frame.hpp"
#include "ledger/store.hpp"
#include "ledger/store_handles.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

using namespace tollbook;

namespace {

constexpr std::uint64_t commands = 20'000;
const LeaderId leader{1, 2, 3, 4, 5, 6, 7, 8, 0x93, 0x1A, 0x77};

// A renewal of some customer: ids, prices and lots differ as they do in life.
WalletCharged charge(std::mt19937_64& random) {
    const std::string customer = fmt::format("ACC{:06}", random() % 1'000'000);
    const Date from = *parse_date("2026-11-01") + static_cast<int>(random() % 28);
    const std::string service = customer + "-1";
    const std::array<std::int64_t, 4> prices{150'000, 250'000, 350'000, 650'000};
    const std::int64_t price = prices.at(random() % prices.size());
    const NetAndTax split = split_tax_included(price, 16);
    const Currency currency = *Currency::parse("KES");
    std::string receipt = "mpesa:";
    for (int i = 0; i < 10; ++i)
        receipt += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[random() % 36U];
    WalletCharged event;
    event.charge = service + ":period:" + to_string(from) + ":0";
    event.customer = customer;
    event.service = service;
    event.minor = price;
    event.lines = {{"period", "home-10", 1, split.net, "vat16", split.tax, from, add_months(from, 1)}};
    event.lots = {{receipt, price}};
    event.postings = {
        {"wallet:" + customer, price, currency, {}},
        {"revenue:period", -split.net, currency, {}},
        {"tax:vat16", -split.tax, currency, {}}};
    return event;
}

Record record_of(std::mt19937_64& random, std::uint64_t number) {
    const WalletCharged event = charge(random);
    Record record;
    CommandHeader& command = record.command;
    command.tenant = "mashambani";
    command.idempotency_key = "renew:" + event.charge;
    command.command_id = command_id_of(command.tenant, command.idempotency_key);
    for (auto& byte : command.fingerprint)
        byte = static_cast<std::uint8_t>(random() & 0xFFU);
    command.count = 1;
    command.term = 3;
    command.leader = leader;
    command.recorded_at = {
        1'795'000'000'000'000 + static_cast<std::int64_t>(number * 4'211 + random() % 2'000)};
    command.actor = "system:renewals";
    command.correlation = fmt::format("{:016x}", random());
    record.seq = number;
    record.tenant_seq = number;
    record.stream = "wallet:" + event.customer;
    record.revision = 2 + random() % 40;
    record.event_id = event_id_of(command.tenant, command.idempotency_key, 0);
    record.type = WalletCharged::type;
    record.schema_version = WalletCharged::schema_version;
    record.effective_at = command.recorded_at;
    record.booked_on = local_day(command.recorded_at, "Africa/Nairobi");
    record.payload = payload_of(event);
    return record;
}

struct Sizes {
    double payload{};
    double frame{};
    double lz4{};
    double zstd{};
};

// Bytes per charge: of the payload, of the frame, and of table files before and after compaction.
Sizes measure(std::uint64_t commands_per_frame) {
    const ScratchDirectory scratch;
    REQUIRE(Store::create(scratch.path));
    const auto store = Store::open(scratch.path);
    REQUIRE(store);
    Log& log = (*store)->log();
    REQUIRE(log.claim(leader));
    LeaderId led = log.leadership().leader;
    FrameBuilder builder(log.identity(), log.incarnation());
    std::mt19937_64 random(1);
    std::vector<StoredFrame> frames;
    Sizes sizes;
    Head head = log.head();
    for (std::uint64_t number = 1; number <= commands;) {
        builder.start(head.seq, head.hash);
        for (std::uint64_t i = 0; i < commands_per_frame && number <= commands; ++i) {
            const Record record = record_of(random, number++);
            sizes.payload += static_cast<double>(record.payload.size());
            REQUIRE(builder.add({record}));
        }
        head = {builder.last_seq(), builder.last_hash()};
        frames.push_back({head.seq, builder.finish(log.leadership().term, led)});
        sizes.frame += static_cast<double>(frames.back().bytes.size());
    }
    REQUIRE(log.append(frames, head));
    const Database& database = *(*store)->handles().database;
    const auto bytes = [&] {
        std::uint64_t size = 0;
        REQUIRE(database.db->GetIntProperty(
            database.frames, rocksdb::DB::Properties::kLiveSstFilesSize, &size
        ));
        return static_cast<double>(size);
    };
    REQUIRE(database.db->Flush({}, database.frames).ok());
    sizes.lz4 = bytes();
    rocksdb::CompactRangeOptions whole;
    whole.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    REQUIRE(database.db->CompactRange(whole, database.frames, nullptr, nullptr).ok());
    sizes.zstd = bytes();
    for (double* size : {&sizes.payload, &sizes.frame, &sizes.lz4, &sizes.zstd})
        *size /= commands;
    return sizes;
}

} // namespace

TEST_CASE("frame: a wallet charge takes at most 350 bytes on disk") {
    for (const std::uint64_t per_frame : {1U, 8U, 64U, 512U}) {
        const Sizes sizes = measure(per_frame);
        MESSAGE(
            per_frame << " per frame: payload " << sizes.payload << ", frame " << sizes.frame
                      << ", LZ4 " << sizes.lz4 << ", ZSTD " << sizes.zstd << " bytes"
        );
        CHECK(sizes.payload > 400);
        CHECK(sizes.zstd <= 350);
    }
}
