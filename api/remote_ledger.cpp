#include "api/http/submissions.hpp"
#include "api/ledger_access.hpp"
#include "api/remote_submit.hpp"
#include "ledger/ensure.hpp"
#include "ledger/keystore.hpp"
#include "ledger/topic_source.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollbook::api {

namespace {

constexpr std::chrono::minutes renewals_within{10};

// For a process that was given no way to the ledger.
class NoSubmit final : public Submit {
public:
    void submit(Submission, Answer answer) override { answer(nobody()); }

    void submit_atomic(std::vector<Submission>, BatchAnswer answer) override { answer(nobody()); }

private:
    static Error nobody() {
        return {Errc::not_ready, "this process has no role that takes commands"};
    }
};

class RemoteLedger final : public LedgerAccess {
public:
    explicit RemoteLedger(const RemoteLedgerOptions& options) : options_(options) {}

    Status open();

    Submit& submit() override {
        return remote_ ? static_cast<Submit&>(*remote_) : static_cast<Submit&>(none_);
    }

    Source& source() override {
        ensure(source_ != nullptr);
        return *source_;
    }

    Result<std::string> open_sealed(
        std::string_view tenant, const Sealed& sealed, const Uuid& event_id
    ) const override {
        return keys_->open_sealed(tenant, sealed, event_id);
    }

    Result<std::string> run(const RunOrder& order) override;
    std::vector<Check> checks() const override;
    std::vector<Samples> samples() const override;

private:
    RemoteLedgerOptions options_;
    NoSubmit none_;
    std::unique_ptr<RemoteSubmit> remote_; // Null without a url.
    std::unique_ptr<KeyStore> keys_;       // These three: null without a topic.
    std::unique_ptr<KafkaTopic> topic_;
    std::unique_ptr<TopicSource> source_;
};

Status RemoteLedger::open() {
    if (options_.kafka) {
        auto key_store = KeyStore::open(options_.data_directory, true);
        if (!key_store) return key_store.error();
        keys_ = std::move(*key_store);
        auto topic = KafkaTopic::open(*options_.kafka);
        if (!topic) return topic.error();
        topic_ = std::move(*topic);
        auto source = TopicSource::open(*topic_);
        if (!source) return source.error();
        source_ = std::move(*source);
    }
    if (!options_.url.empty())
        remote_ = std::make_unique<RemoteSubmit>(RemoteSubmitOptions{
            options_.url, options_.key, options_.answer_within});
    return Done{};
}

Result<std::string> RemoteLedger::run(const RunOrder& order) {
    if (!remote_) return Error{Errc::not_ready, "this process has no role that takes commands"};
    Client client({options_.url, options_.key, 1, renewals_within});
    Result<ClientReply> reply = client.post("/v1/renewals", to_json(order), {});
    if (!reply) return reply.error();
    return std::move(reply->body);
}

std::vector<Check> RemoteLedger::checks() const {
    if (!remote_) return {};
    const RemoteHealth health = remote_->health();
    return {
        {"ledger",
         health.trouble.empty(),
         true,
         health.trouble.empty() ? fmt::format("{} wait", health.waiting) : health.trouble}};
}

std::vector<Samples> RemoteLedger::samples() const {
    if (!source_) return {};
    return {topic_drops(source_->dropped())};
}

} // namespace

Result<std::unique_ptr<LedgerAccess>> open_remote_ledger(const RemoteLedgerOptions& options) {
    auto ledger = std::make_unique<RemoteLedger>(options);
    if (const Status opened = ledger->open(); !opened) return opened.error();
    return std::unique_ptr<LedgerAccess>(std::move(ledger));
}

} // namespace tollbook::api
