#include "api/http/session.hpp"

#include "api/http/problem.hpp"
#include "api/http/request_parser.hpp"
#include "api/http/wire.hpp"
#include "api/logging.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace tollbook::api {

namespace {

using Clock = Watched::Clock;

constexpr std::size_t read_bytes = 8 * 1024;

// One connection, one request at a time: what is pipelined waits in `buffer_`. All of it runs on
// one io thread; only `finish` comes from others.
class Session final : public Connection,
                      public Watched,
                      public ChannelUser,
                      public std::enable_shared_from_this<Session> {
public:
    Session(std::unique_ptr<Channel> channel, const SessionContext& context)
        : channel_(std::move(channel))
        , context_(context)
        , parser_(context.app.limits())
        , source_(channel_->peer()) {}

    void start() {
        member_ = context_.io->join(shared_from_this());
        expire_after(limits().header_max);
        channel_->open(shared_from_this());
    }

    void on_open(bool ok) override {
        if (!ok || phase_ == Phase::closed) return close();
        wait_for_request();
        read();
    }

    void finish(std::uint64_t turn, Render render) override {
        if (context_.io->runs_here()) return deliver(turn, render);
        context_.io->deliver([self = shared_from_this(), turn, render = std::move(render)] {
            self->deliver(turn, render);
        });
    }

    void check_deadline(Clock::time_point now) override {
        if (now < deadline_) return;
        switch (phase_) {
        case Phase::reading:
            return on_slow_request();
        case Phase::answering:
            return on_slow_answer();
        default:
            return close();
        }
    }

    void drain() override {
        if (phase_ == Phase::reading && !parser_.started()) close();
    }

    void abandon() override { close(); }

    void on_read(bool ok, std::size_t size) override {
        reading_ = false;
        if (!ok || phase_ == Phase::closed) return close();
        if (phase_ == Phase::lingering) return linger_on(size);
        buffer_.append(area_->data(), size);
        if (phase_ == Phase::reading) pump();
    }

    void on_written(bool ok) override {
        if (!ok || phase_ == Phase::closed) return close();
        after_write();
    }

private:
    enum class Phase { opening, reading, answering, writing, lingering, closed };
    using Area = std::array<char, read_bytes>;

    const Limits& limits() const { return context_.app.limits(); }

    void expire_after(std::chrono::milliseconds time) { deadline_ = Clock::now() + time; }

    // --- reading

    void wait_for_request() {
        phase_ = Phase::reading;
        expire_after(limits().idle_max);
    }

    // At most one read is outstanding; one that a deadline overtook serves whoever reads next.
    void read() {
        if (std::exchange(reading_, true)) return;
        channel_->read(*area_, shared_from_this());
    }

    // Goes on until bytes are missing or an answer is outstanding.
    void pump() {
        pumping_ = true;
        while (phase_ == Phase::reading && step()) {
        }
        pumping_ = false;
        if (phase_ == Phase::reading) read();
    }

    // False when bytes are missing.
    bool step() {
        const bool fresh = !parser_.started();
        const RequestParser::State state = feed();
        if (fresh && parser_.started()) {
            started_at_ = Clock::now();
            deadline_ = started_at_ + limits().header_max;
        }
        switch (state) {
        case RequestParser::State::more:
            return false;
        case RequestParser::State::head:
            on_head();
            break;
        case RequestParser::State::bad:
            refuse(parser_.error());
            break;
        case RequestParser::State::done:
            on_request();
            break;
        }
        return true;
    }

    RequestParser::State feed() {
        const RequestParser::Step step = parser_.feed(buffer_);
        buffer_.erase(0, step.consumed);
        return step.state;
    }

    void on_head() {
        Request& head = parser_.request();
        head.id = new_request_id();
        head.source = source_;
        request_id_ = head.id;
        auto verdict = context_.app.admit(head);
        if (auto* refusal = std::get_if<Response>(&verdict)) return skip_body(std::move(*refusal));
        admitted_ = std::get<Admitted>(std::move(verdict));
        const Status fits = parser_.body_bytes_max(context_.app.body_bytes_max(*admitted_));
        if (!fits) return refuse(fits.error());
        expire_after(limits().body_max);
        if (parser_.expects_continue() && buffer_.empty() &&
            !channel_->write_now("HTTP/1.1 100 Continue\r\n\r\n"))
            close();
    }

    // A refused body that is already here is passed over, so that the connection can go on; one
    // that is not is left unread, and the connection ends.
    void skip_body(Response refusal) {
        if (feed() != RequestParser::State::done) close_after_ = true;
        respond(std::move(refusal));
    }

    void on_request() {
        phase_ = Phase::answering;
        expire_after(limits().answer_max);
        route_ = admitted_->route;
        Admitted admitted = std::move(*admitted_);
        admitted_.reset();
        waits_ = true;
        context_.app.handle(
            std::move(parser_.request()), std::move(admitted), Reply{shared_from_this(), turn_}
        );
    }

    // --- answering

    void refuse(const Error& error) {
        close_after_ = true;
        if (request_id_.empty()) request_id_ = new_request_id();
        respond(problem_response(error, request_id_));
    }

    void deliver(std::uint64_t turn, const Render& render) {
        if (turn == turn_ && phase_ == Phase::answering) respond(render());
    }

    void respond(const Response& response) {
        leave_app();
        ++turn_;
        phase_ = Phase::writing;
        expire_after(limits().write_max);
        close_after_ = close_after_ || !parser_.keep_alive() || context_.io->draining();
        out_.clear();
        write_response(out_, response, {request_id_, !close_after_});
        tell(response.status);
        switch (channel_->write(out_, shared_from_this())) {
        case Sent::all:
            return after_write();
        case Sent::later:
            return;
        case Sent::failed:
            return close();
        }
    }

    void tell(int status) {
        const std::chrono::duration<double> took = Clock::now() - started_at_;
        context_.app.answered(route_, status, took.count());
        if (status < 500) return;
        log(LogLevel::warn,
            "request failed",
            {{"request_id", std::string_view(request_id_)},
             {"route", route_ == nullptr ? std::string_view("none") : route_->path},
             {"status", std::int64_t{status}},
             {"duration_s", took.count()}});
    }

    void after_write() {
        if (close_after_) return linger();
        route_ = nullptr;
        request_id_.clear();
        parser_.reset();
        wait_for_request();
        if (!pumping_) pump();
    }

    // The peer may still be sending what nobody will read: closing now would reset the connection
    // and destroy the answer on its way. So the rest is read, for a while, and thrown away.
    void linger() {
        phase_ = Phase::lingering;
        expire_after(limits().linger_max);
        if (!channel_->end_sending()) return close();
        linger_on(0);
    }

    void linger_on(std::size_t size) {
        lingered_ += size;
        if (lingered_ > limits().linger_bytes_max) return close();
        read();
    }

    // --- deadlines and the end

    void on_slow_request() {
        if (!parser_.started()) return close();
        context_.app.services().metrics.count(metric::http_timeouts);
        refuse(Error{Errc::request_timeout, {}});
    }

    // The command may be on its way to the log: nobody knows yet.
    void on_slow_answer() { refuse(Error{Errc::outcome_unknown, {}}); }

    void leave_app() {
        if (std::exchange(waits_, false)) context_.app.leave();
    }

    void close() {
        if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
        leave_app();
        channel_.reset(); // On its own thread, whoever still holds the session.
        context_.connections.fetch_sub(1, std::memory_order_relaxed);
        context_.app.services().metrics.change(metric::http_connections, -1);
        context_.io->leave(member_);
    }

    std::unique_ptr<Channel> channel_;
    SessionContext context_;
    RequestParser parser_;
    std::string source_;
    IoThread::Members::iterator member_;
    std::unique_ptr<Area> area_{std::make_unique_for_overwrite<Area>()};
    std::string buffer_; // What was read and not yet parsed.
    std::string out_;
    Phase phase_{Phase::opening};
    Clock::time_point deadline_;
    Clock::time_point started_at_{Clock::now()};
    std::uint64_t turn_{1};
    std::optional<Admitted> admitted_;
    std::string request_id_;
    const Route* route_{};
    std::size_t lingered_{};
    bool reading_{};
    bool pumping_{};
    bool close_after_{};
    bool waits_{};
};

} // namespace

void start_session(std::unique_ptr<Channel> channel, const SessionContext& context) {
    std::make_shared<Session>(std::move(channel), context)->start();
}

} // namespace tollbook::api
