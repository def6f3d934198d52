// The bytes of one connection: through the real session, parser, router and codecs to a book.
// Requests carry "Authorization: Bearer tb_platform_secret" (or tb_cashier_secret, of one tenant);
// callbacks arrive at /hooks/c2b/savanna/secret/confirmation.
#include "api/http/session.hpp"
#include "api/http/wire.hpp"
#include "api/logging.hpp"
#include "ledger/json.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/wire_tap.hpp"
#include "tests/support/book_run.hpp"
#include "tests/support/scratch_directory.hpp"

#include <fstream>
#include <optional>

using namespace tollbook;
using namespace tollbook::api;

namespace {

// Decides at once on a book of its own, as the writer would.
class BookSubmit final : public Submit {
public:
    void restart() {
        book_.emplace(fuzz::private_hash);
        for (const auto& [type, body] : opening)
            ensure(book_->send("savanna", type, body).has_value());
    }

    void submit(Submission submission, Answer answer) override {
        ensure(!submission.key.empty() && submission.key.size() <= idempotency_key_bytes_max);
        ensure(!submission.actor.empty() && !submission.correlation.empty());
        ensure(!submission.tenant.empty() || submission.type == "open_tenant");
        const auto made = book_->send(submission.tenant, submission.type, submission.body);
        if (!made) return answer(made.error());
        Receipt receipt;
        receipt.first_seq = made->front().seq;
        receipt.last_seq = made->back().seq;
        for (const Fact& fact : *made)
            receipt.events.push_back({{}, std::string(type_of(fact.event)), fact.stream, 1});
        answer(receipt);
    }

    // Answers as the writer would, but leaves what stood before one that is refused.
    void submit_atomic(std::vector<Submission> batch, BatchAnswer answer) override {
        std::vector<Receipt> receipts;
        for (Submission& one : batch)
            submit(std::move(one), [&](Result<Receipt> outcome) {
                if (outcome) receipts.push_back(std::move(*outcome));
            });
        if (receipts.size() == batch.size()) return answer(std::move(receipts));
        answer(at_item(receipts.size(), {Errc::insufficient_funds, "refused"}));
    }

private:
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> opening{{
        {"open_tenant",
         R"({"name":"S","timezone":"Africa/Nairobi","currency":"KES","mpesa_shortcodes":["600901"],)"
         R"("tills":["main"],"test_clock":"2026-11-20T06:00:00Z"})"},
        {"define_plan",
         R"({"plan":"H","name":"H","price_minor":150000,"currency":"KES","down_mbps":1,"up_mbps":1})"},
        {"register_customer", R"({"customer":"C1","name":"N","phone":"2547","references":["C1"]})"},
    }};

    std::optional<BookRun> book_;
};

// The API as a node has it, but for read models. Its files hold two keys and one hook.
struct Api {
    Api() {
        write(
            "apikeys",
            "platform * platform " + secret +
                " 2026-11-20T06:00:00Z\n"
                "cashier savanna cashier " +
                secret + " 2026-11-20T06:00:00Z\n"
        );
        write("hooks", "savanna " + secret + " 2026-11-20T06:00:00Z\n");
        ensure(keys.open().has_value() && hooks.open().has_value());
        set_logging(LogLevel::error, LogFormat::json);
    }

    void write(const std::string& name, const std::string& text) const {
        const std::filesystem::path path = directory.path + "/" + name;
        std::ofstream(path) << text;
        std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    }

    static Limits small() {
        Limits limits;
        limits.header_bytes_max = 1'024;
        limits.body_bytes_max = 2'048;
        limits.batch_bytes_max = 4'096;
        return limits;
    }

    const std::string secret = hex(secret_hash("secret"));
    ScratchDirectory directory{ScratchDirectory::in_memory()};
    BookSubmit submit;
    Metrics metrics;
    ApiKeys keys{directory.path + "/apikeys"};
    Hooks hooks{directory.path + "/hooks", {{}, {}, true}};
    App app{
        {.submit = submit,
         .keys = keys,
         .hooks = hooks,
         .metrics = metrics,
         .checks =
             [] {
                 return std::vector<Check>{{"log", true, false, "fine"}};
             }},
        small()};
    std::shared_ptr<IoThread> io = std::make_shared<IoThread>(std::chrono::milliseconds(100));
    std::atomic<std::size_t> connections{0};
};

// What the peer reads when it sends these pieces, one after the other, and then no more.
std::string said(Api& api, const std::vector<std::string>& pieces) {
    api.submit.restart();
    api.connections = 1;
    fuzz::WireTap tap(pieces);
    start_session(tap.channel(), {api.io, api.app, api.connections});
    while (!tap.closed()) {
        api.io->context().poll();
        if (!tap.step()) ensure(api.io->context().run_one_for(std::chrono::seconds(10)) == 1);
    }
    api.io->context().poll();
    ensure(api.app.in_flight() == 0 && api.connections == 0);
    return tap.sent();
}

struct Said {
    int status{};
    bool closes{};
    std::string body; // Without what differs each time.

    // What ends a head that is none may be named by another of its faults.
    friend bool operator==(const Said& a, const Said& b) {
        const bool none = a.status == 400 && a.closes && b.closes;
        return a.status == b.status && (none || a.body == b.body);
    }
};

std::string comparable(std::string body, bool is_json) {
    if (!is_json) return {}; // Metrics count on.
    ensure(JsonDocument().parse(body).has_value());
    constexpr std::string_view id = "\"req_";
    constexpr std::size_t id_digits = 20;
    for (std::size_t at = body.find(id); at != std::string::npos; at = body.find(id, at + 1))
        body.erase(at + id.size(), id_digits);
    return body;
}

bool is_visible(char c) { return c >= ' ' && c < 0x7f; }

// Takes one well-formed answer from the front.
Said take_answer(std::string_view& text) {
    Said said;
    std::size_t length = 0;
    bool is_json = false;
    ensure(text.starts_with("HTTP/1.1 ") && text.find("\r\n\r\n") != std::string_view::npos);
    said.status = std::stoi(std::string(text.substr(9, 3)));
    ensure(!reason_phrase(said.status).empty());
    while (true) {
        const std::string_view line = text.substr(0, text.find("\r\n"));
        text.remove_prefix(line.size() + 2);
        if (line.empty()) break;
        ensure(std::ranges::all_of(line, is_visible));
        if (line.starts_with("Content-Length: ")) length = std::stoul(std::string(line.substr(16)));
        if (line.starts_with("Content-Type: ")) is_json = line.ends_with("json");
        if (line == "Connection: close") said.closes = true;
    }
    ensure(length <= text.size());
    said.body = comparable(std::string(text.substr(0, length)), is_json);
    text.remove_prefix(length);
    return said;
}

std::vector<Said> answers_in(std::string_view text) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    std::vector<Said> answers;
    while (!text.empty()) {
        if (text.starts_with(go_on))
            text.remove_prefix(go_on.size());
        else
            answers.push_back(take_answer(text));
        ensure(answers.empty() || !answers.back().closes || text.empty());
    }
    return answers;
}

} // namespace

// In pieces there may be fewer answers: a refused body that has not arrived whole ends the
// connection, and a head that is none may be noticed later. Else they are the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Api api;
    const std::string_view bytes = fuzz::text_of(data, size);
    const std::vector<Said> whole = answers_in(said(api, {std::string(bytes)}));
    const std::vector<Said> pieces = answers_in(said(api, fuzz::pieces_of(bytes)));
    ensure(pieces.size() <= whole.size());
    ensure(std::equal(pieces.begin(), pieces.end(), whole.begin()));
    const auto missing = whole.begin() + static_cast<std::ptrdiff_t>(pieces.size());
    ensure(
        missing == whole.end() || missing->status == 400 ||
        (!pieces.empty() && pieces.back().closes)
    );
    return 0;
}
