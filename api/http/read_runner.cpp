#include "api/http/read_runner.hpp"

#include "api/http/entity_routes.hpp"
#include "api/http/problem.hpp"
#include "api/http/receipt.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

namespace tollbook::api {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds look_again{10};

Response read_response(ReadAnswer answer) {
    Response response;
    response.headers.push_back({"Tollbook-Position", to_string(answer.position)});
    if (answer.parked_keys > 0)
        response.headers.push_back({"Tollbook-Parked-Keys", std::to_string(answer.parked_keys)});
    response.headers.push_back({"Cache-Control", "no-store"});
    response.content_type = answer.content_type;
    response.body = std::move(answer.json);
    return response;
}

struct Read {
    ReadHandler handler{};
    Query query;
    std::optional<Position> min_position;
    std::string request_id;
    Clock::time_point deadline;
    Reply reply;
};

} // namespace

struct ReadRunner::State {
    explicit State(const Services& services)
        : read_models(services.read_models)
        , reads_ready(services.reads_ready)
        , projected_seq(services.projected_seq)
        , wait_max(services.read_wait_max)
        , workers(services.reader_threads, services.reads_waiting_max) {}

    void post(std::shared_ptr<Read> read, std::chrono::milliseconds delay) {
        const bool taken = workers.post_after(delay, [this, read](std::size_t) { attempt(read); });
        if (!taken)
            read->reply(problem_response(Error{Errc::overloaded, "reads wait"}, read->request_id));
    }

    void attempt(const std::shared_ptr<Read>& read) {
        Result<ReadAnswer> answer = answer_of(*read);
        const bool lags = !answer && answer.error().code == Errc::projection_lag;
        if (lags && Clock::now() + look_again < read->deadline) return post(read, look_again);
        if (!answer) return read->reply(problem_response(answer.error(), read->request_id));
        read->reply([answer = std::move(*answer)]() mutable {
            return read_response(std::move(answer));
        });
    }

    // A read that would come too early does not reach the database.
    Result<ReadAnswer> answer_of(const Read& read) const {
        if (read_models == nullptr)
            return Error{Errc::database_unavailable, "no read models are configured"};
        if (reads_ready && !reads_ready())
            return Error{Errc::projection_lag, "the read models are starting"};
        if (read.min_position && projected_seq && projected_seq() < read.min_position->seq)
            return Error{
                Errc::projection_lag,
                "the read models have not reached " + to_string(*read.min_position)};
        if (const Status status = check_asked_entity(*read_models, read.query); !status)
            return status.error();
        return read.handler(*read_models, read.query);
    }

    ReaderPool* read_models;
    std::function<bool()> reads_ready;
    std::function<std::uint64_t()> projected_seq;
    std::chrono::milliseconds wait_max;
    Workers workers; // Last: its threads use the rest.
};

ReadRunner::ReadRunner(const Services& services) : state_(std::make_shared<State>(services)) {}

ReadRunner::~ReadRunner() = default;

void ReadRunner::run(Request request, Admitted admitted, Reply reply) {
    Query query{std::move(admitted.tenant), std::move(admitted.path), std::move(admitted.query)};
    std::optional<Position> min_position;
    if (const std::string* text = query.find("min_position")) {
        const Result<Position> position = parse_position(*text);
        if (!position) return reply(problem_response(position.error(), request.id));
        min_position = *position;
    }
    auto read = std::make_shared<Read>(Read{
        admitted.route->read,
        std::move(query),
        min_position,
        std::move(request.id),
        Clock::now() + state_->wait_max,
        std::move(reply),
    });
    state_->post(std::move(read), std::chrono::milliseconds(0));
}

} // namespace tollbook::api
