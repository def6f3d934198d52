#include "projections/reader_pool.hpp"

#include "projections/fields.hpp"

#include <fmt/format.h>

namespace tollbook {

namespace {

// The answer and its position in one statement, so in one snapshot. A tenant lives in one
// partition; without a tenant the slowest partition counts.
constexpr std::string_view with_position =
    "SELECT ({})::text, (SELECT coalesce(min(c.seq), 0) FROM projection_checkpoints c "
    "WHERE c.partition = coalesce((SELECT t.partition FROM tenants t "
    "WHERE t.tenant = current_setting('tollbook.tenant', true)), c.partition)), "
    "(SELECT count(*) FROM parked_keys)";

Status set_tenant(SqlSession& db, const std::optional<std::string>& tenant) {
    return db.run(fmt::format(
        "SET ROLE {}; SET tollbook.tenant = {}",
        tenant ? "tollbook_reader" : "NONE",
        sql_text(tenant.value_or(""))
    ));
}

} // namespace

Result<std::unique_ptr<ReaderPool::Session>> ReaderPool::connect() const {
    Result<std::unique_ptr<SqlSession>> db = SqlSession::connect(options_.dsn, "tollbook reader");
    if (!db) return db.error();
    auto session = std::make_unique<Session>(Session{std::move(*db), std::nullopt, false});
    const Status ready = session->db->run(fmt::format(
        "SET default_transaction_read_only = on; SET statement_timeout = {};"
        "SET tollbook.tenant = ''",
        options_.statement_max.count()
    ));
    if (!ready) return ready.error();
    return session;
}

Result<std::unique_ptr<ReaderPool::Session>> ReaderPool::take() {
    {
        std::unique_lock lock(mutex_);
        const bool free = returned_.wait_for(lock, options_.wait_max, [this] {
            return !idle_.empty() || lent_ < options_.connections_max;
        });
        if (!free) return Error{Errc::overloaded, "no connection to the read models is free"};
        ++lent_;
        if (!idle_.empty()) {
            std::unique_ptr<Session> session = std::move(idle_.back());
            idle_.pop_back();
            return session;
        }
    }
    Result<std::unique_ptr<Session>> made = connect();
    if (!made) give_back(nullptr);
    return made;
}

void ReaderPool::give_back(std::unique_ptr<Session> session) {
    {
        const std::scoped_lock lock(mutex_);
        --lent_;
        if (session != nullptr && !session->db->lost()) idle_.push_back(std::move(session));
    }
    returned_.notify_one();
}

Result<Reading> ReaderPool::read_in(
    Session& session,
    const std::optional<std::string>& tenant,
    const std::string& sql,
    const std::vector<SqlParam>& params
) {
    if (!session.used || session.tenant != tenant)
        if (const Status status = set_tenant(*session.db, tenant); !status) return status.error();
    session.used = true;
    session.tenant = tenant;
    const Result<SqlRows> rows = session.db->query(fmt::format(with_position, sql), params);
    if (!rows) return rows.error();
    if (!rows->at(0, 0)) return Error{Errc::not_found, {}};
    Reading reading{*rows->at(0, 0), 0, 0};
    column::get(rows->at(0, 1), reading.seq);
    column::get(rows->at(0, 2), reading.parked_keys);
    return reading;
}

// A session that lay idle may be gone without knowing; a read can safely be tried again.
Result<Reading> ReaderPool::read(
    const std::optional<std::string>& tenant,
    const std::string& sql,
    const std::vector<SqlParam>& params
) {
    for (;;) {
        Result<std::unique_ptr<Session>> taken = take();
        if (!taken) return taken.error();
        std::unique_ptr<Session> session = std::move(*taken);
        const bool used = session->used;
        Result<Reading> reading = read_in(*session, tenant, sql, params);
        const bool broken = !reading && reading.error().code != Errc::not_found;
        const bool stale = broken && used && session->db->lost();
        if (broken) session.reset(); // Whatever state it is in now, another one is clean.
        give_back(std::move(session));
        if (!stale) return reading;
    }
}

} // namespace tollbook
