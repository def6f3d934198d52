// An App over a Submit that answers as it is told, and a connection that keeps its answer.
#pragma once

#include "api/http/app.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tollbook::api::test {

// Keeps what was submitted; answers at once, with consecutive positions, unless told otherwise.
class FakeSubmit final : public Submit {
public:
    void submit(Submission submission, Answer answer) override {
        std::optional<Result<Receipt>> outcome;
        {
            const std::scoped_lock lock(mutex);
            submissions.push_back(submission);
            if (held) {
                waiting.push_back(std::move(answer));
                return;
            }
            outcome = decide ? decide(submission) : Result<Receipt>(next());
        }
        answer(std::move(*outcome));
    }

    // Refuses with the first refusal that `decide` has for one of them; never waits.
    void submit_atomic(std::vector<Submission> batch, BatchAnswer answer) override {
        std::vector<Receipt> receipts;
        {
            const std::scoped_lock lock(mutex);
            ++batches;
            for (const Submission& one : batch) {
                submissions.push_back(one);
                Result<Receipt> outcome = decide ? decide(one) : Result<Receipt>(next());
                if (!outcome) return answer(at_item(receipts.size(), outcome.error()));
                receipts.push_back(std::move(*outcome));
            }
        }
        answer(std::move(receipts));
    }

    Receipt next() {
        ++seq;
        return {
            .partition = 0,
            .first_seq = seq,
            .last_seq = seq,
            .term = 1,
            .events = {{.id = {}, .type = "tested", .stream = "test:1", .revision = seq}},
        };
    }

    Submission last() {
        const std::scoped_lock lock(mutex);
        return submissions.back();
    }

    std::size_t count() {
        const std::scoped_lock lock(mutex);
        return submissions.size();
    }

    std::mutex mutex;
    std::vector<Submission> submissions;
    std::size_t batches{}; // Atomic ones.
    std::function<Result<Receipt>(const Submission&)> decide;
    bool held{}; // Answers wait in `waiting`.
    std::vector<Answer> waiting;
    std::uint64_t seq{};
};

// Takes the one answer of one request.
class Catcher final : public Connection {
public:
    void finish(std::uint64_t, Render render) override { answer = render(); }

    std::optional<Response> answer;
};

struct ApiFixture {
    ApiFixture() : ApiFixture(Limits{}) {}

    explicit ApiFixture(const Limits& limits)
        : keys(file("apikeys"), std::chrono::milliseconds(0))
        , hooks(file("hooks"), sources(), std::chrono::milliseconds(0))
        , app(Services{.submit = submit, .keys = keys, .hooks = hooks, .metrics = metrics},
              limits) {}

    static HookSources sources() {
        const std::vector<std::string> allowed{"196.201.214.200"};
        const std::vector<std::string> proxies{"10.0.0.0/8"};
        return {
            AddressList::parse(allowed).value(),
            AddressList::parse(proxies).value(),
            true,
        };
    }

    std::string file(std::string_view name) const {
        return directory.path + "/" + std::string(name);
    }

    // "Bearer tb_..." of a fresh key.
    std::string bearer(std::string_view tenant, Role role) const {
        return "Bearer " + create_api_key(file("apikeys"), tenant, role).value();
    }

    static Request get(std::string target, std::optional<std::string> authorization = {}) {
        Request request;
        request.method = Method::get;
        request.target = std::move(target);
        request.id = "req_test";
        request.source = "127.0.0.1";
        request.headers.host = "localhost";
        request.headers.authorization = std::move(authorization);
        return request;
    }

    static Request post(
        std::string target, std::optional<std::string> authorization, std::string body
    ) {
        Request request = get(std::move(target), std::move(authorization));
        request.method = Method::post;
        request.headers.content_type = "application/json";
        request.headers.idempotency_key = "k1";
        request.body = std::move(body);
        return request;
    }

    // Admits and handles; nothing when no answer came.
    std::optional<Response> answer(Request request) {
        auto verdict = app.admit(request);
        if (auto* refusal = std::get_if<Response>(&verdict)) return std::move(*refusal);
        auto catcher = std::make_shared<Catcher>();
        app.handle(std::move(request), std::get<Admitted>(std::move(verdict)), Reply{catcher, 1});
        app.leave();
        return std::move(catcher->answer);
    }

    ScratchDirectory directory;
    FakeSubmit submit;
    Metrics metrics;
    ApiKeys keys;
    Hooks hooks;
    App app;
};

inline bool has(const Response& response, std::string_view text) {
    return response.body.find(text) != std::string::npos;
}

inline std::string header(const Response& response, std::string_view name) {
    for (const Header& entry : response.headers)
        if (entry.name == name) return entry.value;
    return {};
}

// Waits for the answer: batches are read on a thread of their own.
class Waiter final : public Connection {
public:
    void finish(std::uint64_t, Render render) override { answer_.set_value(render()); }

    Response wait() { return answer_.get_future().get(); }

private:
    std::promise<Response> answer_;
};

} // namespace tollbook::api::test
