#include "projections/duty.hpp"

#include "ledger/pause.hpp"

#include <chrono>
#include <utility>

namespace tollbook {

namespace {

constexpr std::chrono::milliseconds ask_every{250};

} // namespace

Result<bool> take_duty(SqlSession& db, const Duty& duty) {
    const Result<SqlRows> taken = db.query(
        "SELECT pg_try_advisory_lock(7237114, hashtext($1) + $2::integer)",
        {duty.name, std::to_string(duty.partition)}
    );
    if (!taken) return taken.error();
    return taken->at(0, 0) == "t";
}

DutyHolder::DutyHolder(std::string dsn, Duty duty, bool at_first)
    : dsn_(std::move(dsn))
    , duty_(std::move(duty))
    , held_(at_first)
    , thread_([this](const std::stop_token& stop) { run(stop); }) {}

void DutyHolder::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        (void)session(stop); // The next one may have it.
        pause(stop, ask_every);
    }
}

Status DutyHolder::session(const std::stop_token& stop) {
    const auto db = SqlSession::connect(dsn_, "tollbook " + duty_.name);
    if (!db) return db.error();
    bool taken = false;
    while (!stop.stop_requested()) {
        if (!taken) {
            const Result<bool> asked = take_duty(**db, duty_);
            if (!asked) return asked.error();
            taken = *asked;
            held_ = taken;
        } else if (const Status there = (*db)->run("SELECT 1"); !there) {
            return there;
        }
        pause(stop, ask_every);
    }
    return Done{};
}

} // namespace tollbook
