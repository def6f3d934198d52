// What waits for fiscal devices, on a real log.
#include "api/fiscal/fiscal_reactor.hpp"

#include "api/node_metrics.hpp"
#include "tests/api/due_provider.hpp"
#include "tests/support/fiscal_test_device.hpp"

#include <map>
#include <thread>

using namespace tollbook;
using namespace tollbook::api;
using namespace tollbook::api::test;

namespace {

using Manner = FiscalTestDevice::Manner;

// A provider that issues invoices, and what its log says of them.
class FiscalProvider : public DueProvider {
public:
    void set_device(const std::string& url) {
        send(
            "set_fiscal_device",
            fmt::format(R"({{"enabled":true,"url":"{}","device":"P1:00"}})", url)
        );
    }

    void issue(const std::string& invoice) {
        send(
            "draft_invoice",
            fmt::format(
                R"({{"invoice":"{}","customer":"C1","lines":[{{"component":"x","minor":100}}]}})",
                invoice
            )
        );
        send("issue_invoice", fmt::format(R"({{"invoice":"{}"}})", invoice));
    }

    // The numbers of documents that the log holds a receipt of, by document.
    std::multimap<std::string, std::string> receipts() const {
        std::multimap<std::string, std::string> receipts;
        ReaderState state = partition().source().start();
        while (state.seq < head()) {
            const Batch batch =
                partition().source().read(state, 1 << 20, std::chrono::seconds(1)).value();
            for (const Record& record : batch.records) {
                if (record.type != FiscalReceiptRecorded::type) continue;
                const Event event =
                    decode_event(record.type, record.schema_version, record.payload).value();
                const auto& e = std::get<FiscalReceiptRecorded>(event);
                receipts.emplace(
                    fiscal_document(e.invoice, e.credit_note), e.receipt.control_number
                );
            }
            state = batch.after;
        }
        return receipts;
    }
};

FiscalOptions often(std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
    FiscalOptions options;
    options.check_every = std::chrono::milliseconds(1);
    options.timeout = timeout;
    options.keys_file = "/nonexistent/fiscal.keys";
    return options;
}

std::unique_ptr<FiscalReactor> start(
    const FiscalProvider& provider, const FiscalOptions& options = often()
) {
    return FiscalReactor::start(provider.partition(), options).value();
}

template <class Reached>
void await(Reached reached) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!reached()) {
        if (std::chrono::steady_clock::now() > deadline) FAIL("it did not come to that");
        std::this_thread::yield();
    }
}

// Of the one device that there is.
FiscalHealth health(const FiscalReactor& reactor) {
    const std::vector<FiscalHealth> all = reactor.health();
    return all.empty() ? FiscalHealth{} : all.front();
}

using Receipts = std::multimap<std::string, std::string>;

} // namespace

TEST_CASE("fiscal: documents are told in their order, and each receipt is recorded once") {
    FiscalProvider provider;
    FiscalTestDevice device;
    provider.issue("I0"); // Before there was a device.
    provider.set_device(device.url());
    provider.issue("I1");
    provider.issue("I2");
    provider.send(
        "credit_invoice",
        R"({"invoice":"I1","credit_note":"N1","lines":[{"line":1,"minor":40}],"reason":"back"})"
    );
    provider.issue("I3");
    {
        const auto reactor = start(provider);
        await([&] { return provider.receipts().size() == 4; });
        await([&] { return health(*reactor).queue.transmitted == 4; });
        provider.issue("I4");
        await([&] { return provider.receipts().size() == 5; });
    }
    CHECK(
        device.taken() ==
        std::vector<std::string>{
            "due:main:invoice:2",
            "due:main:invoice:3",
            "due:main:credit-note:1",
            "due:main:invoice:4",
            "due:main:invoice:5"}
    );
    CHECK(
        provider.receipts() ==
        Receipts{
            {"I1", "KRACU01/1"},
            {"I2", "KRACU01/2"},
            {"I3", "KRACU01/4"},
            {"I4", "KRACU01/5"},
            {"note#N1", "KRACU01/3"}}
    );
    const std::uint64_t head = provider.head();
    const auto again = start(provider);
    await([&] { return !again->health().empty(); });
    CHECK(health(*again).backlog.pending == 0);
    CHECK(provider.head() == head);
}

TEST_CASE("fiscal: a device that is away delays nothing but its own documents") {
    FiscalProvider provider;
    FiscalTestDevice device(Manner::fails);
    provider.set_device(device.url());
    const auto reactor = start(provider);
    provider.issue("I1");
    provider.issue("I2");
    await([&] { return health(*reactor).queue.open; });
    const FiscalHealth away = health(*reactor);
    CHECK(away.backlog.pending == 2);
    CHECK(away.queue.retries >= Backoff::open_after);
    CHECK(away.queue.trouble.find("HTTP status 500") != std::string::npos);
    const std::vector<Check> checks = fiscal_checks(reactor->health());
    REQUIRE(checks.size() == 1);
    CHECK(checks.front().detail == "2 wait, 0 refused, 1 devices away");
    for (const FiscalTestDevice::Heard& heard : device.heard())
        CHECK(heard.request_id == "due:main:invoice:1"); // The next one waits behind it.
    device.set(Manner::takes_and_drops);
    await([&] { return device.taken().size() == 1; });
    device.set(Manner::takes);
    await([&] { return provider.receipts().size() == 2; });
    CHECK(device.taken().size() == 2);
    await([&] { return !health(*reactor).queue.open && health(*reactor).queue.trouble.empty(); });
}

TEST_CASE("fiscal: what a device refuses waits for a person, and the next one is told") {
    FiscalProvider provider;
    FiscalTestDevice device(Manner::refuses);
    provider.set_device(device.url());
    provider.issue("I1");
    const auto reactor = start(provider);
    await([&] { return health(*reactor).backlog.refused == 1; });
    device.set(Manner::takes);
    provider.issue("I2");
    await([&] { return provider.receipts().size() == 1; });
    CHECK(provider.receipts() == Receipts{{"I2", "KRACU01/1"}});
    provider.send("retry_fiscal_transmission", R"({"invoice":"I1","user":"ann"})");
    await([&] { return provider.receipts().size() == 2; });
    await([&] { return health(*reactor).backlog.refused == 0; });
    CHECK(health(*reactor).queue.refused == 1);
}

TEST_CASE("fiscal: one tenant's device hangs, another's documents go on") {
    FiscalProvider provider;
    FiscalTestDevice hanging(Manner::hangs);
    FiscalTestDevice device;
    provider.set_device(hanging.url());
    provider.issue("I1");
    const auto send = [&](const std::string& type, const std::string& body) {
        std::promise<Result<Receipt>> answered;
        provider.partition().submit(
            {"other", type, type, body, "test", {}, {}, std::nullopt},
            [&](Result<Receipt> answer) { answered.set_value(std::move(answer)); }
        );
        REQUIRE(answered.get_future().get());
    };
    send("open_tenant", R"({"name":"O","timezone":"UTC","currency":"KES","tills":["main"]})");
    send("register_customer", R"({"customer":"C1","name":"N","phone":"","references":["C1"]})");
    send(
        "set_fiscal_device",
        fmt::format(R"({{"enabled":true,"url":"{}","device":"P2"}})", device.url())
    );
    send(
        "draft_invoice",
        R"({"invoice":"I1","customer":"C1","lines":[{"component":"x","minor":100}]})"
    );
    send("issue_invoice", R"({"invoice":"I1"})");
    const auto reactor = start(provider);
    await([&] { return hanging.heard().size() == 1; });
    await([&] { return provider.receipts().size() == 1; });
    CHECK(device.taken() == std::vector<std::string>{"other:main:invoice:1"});
    await([&] { return reactor->health().size() == 2; });
    CHECK(reactor->health().front().backlog.pending == 1);
}

TEST_CASE("fiscal: without a device, or with one that was taken away, nothing is told") {
    FiscalProvider provider;
    FiscalTestDevice device;
    provider.set_device(device.url());
    provider.issue("I1");
    provider.send("set_fiscal_device", R"({"enabled":false})");
    const auto reactor = start(provider);
    await([&] { return !reactor->health().empty(); });
    CHECK(health(*reactor).backlog.pending == 1);
    CHECK(device.heard().empty());
    provider.set_device(device.url());
    await([&] { return provider.receipts().size() == 1; });
}

TEST_CASE("fiscal: a keys file that others may read, and a call without end, are refused") {
    const FiscalProvider provider;
    const auto endless = FiscalReactor::start(provider.partition(), often({}));
    REQUIRE_FALSE(endless);
    CHECK(endless.error().detail == "fiscal.timeout_ms: above 0");
    FiscalOptions options = often();
    options.keys_file = "/etc/passwd";
    const auto refused = FiscalReactor::start(provider.partition(), options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::config_invalid);
}

TEST_CASE("fiscal: each device has its own line of every figure, up to a number of them") {
    const auto text = [](const std::vector<FiscalHealth>& devices) {
        Metrics metrics;
        metrics.sample([&] { return fiscal_samples(devices); });
        return metrics.text();
    };
    FiscalHealth one;
    one.backlog.tenant = "kiota";
    one.backlog.entity = "main";
    one.backlog.pending = 3;
    one.backlog.refused = 2;
    one.backlog.oldest_seconds = 90;
    one.queue.transmitted = 7;
    one.queue.retries = 5;
    one.queue.conflicts = 1;
    one.queue.trouble = "timeout";
    const std::string told = text({one});
    for (const char* line :
         {"pending{tenant=\"kiota\",entity=\"main\"} 3",
          "oldest_seconds{tenant=\"kiota\",entity=\"main\"} 90",
          "refused{tenant=\"kiota\",entity=\"main\"} 2",
          "device_up{tenant=\"kiota\",entity=\"main\"} 0",
          "transmitted_total{tenant=\"kiota\",entity=\"main\"} 7",
          "retries_total{tenant=\"kiota\",entity=\"main\"} 5",
          "conflicts_total{tenant=\"kiota\",entity=\"main\"} 1"}) {
        CAPTURE(line);
        CHECK(told.find(fmt::format("tollbook_fiscal_{}\n", line)) != std::string::npos);
    }
    std::vector<FiscalHealth> many(devices_told_max + 7, one);
    for (std::size_t i = 0; i < many.size(); ++i)
        many[i].backlog.tenant = fmt::format("t{}", i);
    const std::string bounded = text(many);
    CHECK(
        bounded.find("tollbook_fiscal_pending{tenant=\"other\",entity=\"other\"} 24\n") !=
        std::string::npos
    );
    CHECK(fiscal_checks({}).empty());
}
