#include "tests/enforcement/small_provider.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

namespace tollbook {

namespace {

constexpr std::chrono::seconds await_max{60};

template <class T>
T must(Result<T> result) {
    REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().detail));
    return std::move(*result);
}

} // namespace

SmallProvider::SmallProvider(std::size_t routers) {
    const std::string directory = scratch_.path + "/data";
    REQUIRE(Store::create(directory).has_value());
    store_ = must(Store::open(directory));
    keys_ = must(KeyStore::open(directory, false));
    partition_ = must(Partition::open(
        *store_,
        *keys_,
        std::make_unique<BookDecider>([](std::string_view, std::string_view) {
            return std::string("hash");
        }),
        {}
    ));
    read_ = partition_->source().start();
    send("open_tenant", R"({"name":"Small","timezone":"UTC","currency":"KES","tills":["main"]})");
    send(
        "define_plan",
        R"({"plan":"HOME","name":"Home","price_minor":100,"currency":"KES","down_mbps":10,"up_mbps":5})"
    );
    send("register_customer", R"({"customer":"C1","name":"N","phone":"1","references":["C1"]})");
    for (std::size_t i = 0; i < routers; ++i) {
        routeros::RouterOptions options;
        options.name = fmt::format("r{}", i);
        options.split = true;
        options.auto_session = true;
        routers_.push_back(std::make_unique<routeros::TestRouter>(options));
        send(
            "register_router",
            fmt::format(
                R"({{"router":"r{}","driver":"routeros-api","address":"127.0.0.1","port":{},)"
                R"("username":"{}","password":"{}"}})",
                i,
                routers_.back()->port(),
                options.user,
                options.password
            )
        );
    }
}

std::uint64_t SmallProvider::send(const std::string& type, const std::string& body) {
    std::promise<Result<Receipt>> answered;
    partition_->submit(
        {"small", fmt::format("test-{}", ++sent_), type, body, "test", {}, {}, std::nullopt},
        [&](Result<Receipt> answer) { answered.set_value(std::move(answer)); }
    );
    return must(answered.get_future().get()).first_seq;
}

void SmallProvider::provision(std::size_t router, std::size_t number) {
    send(
        "add_service",
        fmt::format(
            R"({{"service":"{}-{}","customer":"C1","plan":"HOME","renews_on":"2030-01-01"}})",
            router,
            number
        )
    );
    send(
        "provision_site",
        fmt::format(
            R"({{"site":"{0}-{1}","kind":"ppp","target":"r{0}","username":"user-{0}-{1}",)"
            R"("password":"secret"}})",
            router,
            number
        )
    );
}

std::uint64_t SmallProvider::suspend(const std::string& service) {
    return send("suspend_service", fmt::format(R"({{"service":"{}","reason":"manual"}})", service));
}

std::uint64_t SmallProvider::reinstate(const std::string& service, const std::string& reason) {
    return send(
        "reinstate_service", fmt::format(R"({{"service":"{}","reason":"{}"}})", service, reason)
    );
}

void SmallProvider::settle() {
    // What was read here is in the log, also before the writer's health tells it.
    const std::uint64_t head = std::max(partition_->health().head.seq, read_.seq);
    const auto deadline = std::chrono::steady_clock::now() + await_max;
    while (enforcement_->position() < head && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    REQUIRE(enforcement_->position() >= head);
}

EnforcementOptions SmallProvider::quick() {
    return {std::chrono::milliseconds(300), std::chrono::hours(1)};
}

void SmallProvider::enforce(EnforcementOptions options) {
    enforcement_ = std::make_unique<Enforcement>(
        partition_->source(),
        *partition_,
        [this](std::string_view tenant, const Sealed& sealed, const Uuid& event_id) {
            return keys_->open_sealed(tenant, sealed, event_id);
        },
        options
    );
}

Event SmallProvider::await_event(const std::function<bool(const Event&)>& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + await_max;
    while (std::chrono::steady_clock::now() < deadline) {
        while (!ahead_.empty()) {
            const Record record = ahead_.front();
            ahead_.erase(ahead_.begin());
            Event event = must(decode_event(record.type, record.schema_version, record.payload));
            if (wanted(event)) return event;
        }
        Batch batch =
            must(partition_->source().read(read_, 1 << 20, std::chrono::milliseconds(1'000)));
        ahead_ = std::move(batch.records);
        read_ = batch.after;
    }
    FAIL("the event did not come");
    return {};
}

routeros::SecretSeen SmallProvider::secret(const std::string& service) {
    const auto router = static_cast<std::size_t>(std::stoul(service));
    for (const routeros::SecretSeen& seen : routers_.at(router)->secrets())
        if (seen.name == "user-" + service) return seen;
    return {};
}

} // namespace tollbook
