#include "projections/parked_keys.hpp"

#include "projections/fields.hpp"

#include <algorithm>
#include <set>

namespace tollbook {

namespace {

constexpr auto load_sql =
    "SELECT coalesce(json_agg(json_build_object('tenant', tenant, 'key', key, 'group_seq', "
    "group_seq, 'first_seq', first_seq, 'event_id', event_id, 'type', type, 'reason', reason, "
    "'waiting', waiting, 'from_state', from_state, 'since', "
    "to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))), '[]')::text "
    "FROM parked_keys WHERE projection = $1 AND partition = $2::integer";

constexpr auto write_sql =
    "INSERT INTO parked_keys (projection, partition, tenant, key, group_seq, first_seq, event_id, "
    "type, reason, waiting, from_state) "
    "SELECT $1, $2::integer, tenant, key, group_seq, first_seq, event_id, type, reason, waiting, "
    "from_state FROM json_populate_recordset(NULL::parked_keys, $3::json) "
    "ON CONFLICT (projection, partition, tenant, key) DO UPDATE "
    "SET group_seq = excluded.group_seq, waiting = excluded.waiting";

constexpr auto remove_sql = "DELETE FROM parked_keys WHERE projection = $1 AND partition = "
                            "$2::integer AND tenant = $3 AND group_seq = $4::bigint";

// As it can stand in a column: the same text after it was stored and read again.
std::string stored_text(std::string_view text) {
    std::string valid = valid_utf8(text);
    std::ranges::replace(valid, '\0', '?');
    return valid;
}

std::set<std::uint64_t> groups_in(const std::map<std::string, ParkedKey, std::less<>>& tenant) {
    std::set<std::uint64_t> groups;
    for (const auto& [name, key] : tenant)
        groups.insert(key.group_seq);
    return groups;
}

} // namespace

Status ParkedKeys::load(SqlSession& db, const ParkedOwner& owner) {
    const Result<SqlRows> rows =
        db.query(load_sql, {owner.projection, std::to_string(owner.partition)});
    if (!rows) return rows.error();
    auto keys = from_json<std::vector<ParkedKey>>(rows->at(0, 0).value_or("[]"));
    if (!keys) return Error{Errc::store_damaged, "parked_keys: " + keys.error().detail};
    tenants_.clear();
    changed_ = false;
    for (ParkedKey& key : *keys)
        tenants_[key.tenant].emplace(key.key, key);
    return Done{};
}

Status ParkedKeys::write(SqlSession& db, const ParkedOwner& owner) {
    if (!changed_) return Done{};
    const Result<SqlRows> written =
        db.query(write_sql, {owner.projection, std::to_string(owner.partition), to_json(list())});
    if (!written) return written.error();
    changed_ = false;
    return Done{};
}

bool ParkedKeys::waits(const Fact& fact, const Projection::Keys& keys) const {
    const auto tenant = tenants_.find(fact.tenant());
    if (keys.empty() || tenant == tenants_.end()) return false;
    const auto waits_for = [&](const std::string& name) {
        const auto found = tenant->second.find(stored_text(name));
        return found != tenant->second.end() && found->second.first_seq <= fact.record.seq;
    };
    return waits_for(std::string(Projection::whole_tenant)) || std::ranges::any_of(keys, waits_for);
}

bool ParkedKeys::hold(const Fact& fact, const Projection::Keys& keys, const ReaderState& before) {
    const auto found = tenants_.find(fact.tenant());
    if (keys.empty() || found == tenants_.end()) return false;
    Tenant& tenant = found->second;
    if (const auto all = tenant.find(Projection::whole_tenant); all != tenant.end()) {
        ++all->second.waiting;
        changed_ = true;
        return true;
    }
    const auto parked = std::ranges::find_if(keys, [&](const std::string& name) {
        return name == Projection::whole_tenant || tenant.contains(stored_text(name));
    });
    if (parked == keys.end()) return false;
    const std::string& name = *parked == Projection::whole_tenant ? tenant.begin()->first : *parked;
    park(fact, keys, "waits with " + name, before);
    return true;
}

void ParkedKeys::park(
    const Fact& fact, Projection::Keys keys, const std::string& reason, const ReaderState& before
) {
    changed_ = true;
    Tenant& tenant = tenants_[fact.tenant()];
    if (keys.empty() || keys.size() > keys_of_event_max || tenant.size() + keys.size() > keys_max)
        keys = {std::string(Projection::whole_tenant)};
    std::ranges::transform(keys, keys.begin(), &stored_text);
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());

    const Record& record = fact.record;
    const bool all = std::ranges::find(keys, Projection::whole_tenant) != keys.end();
    std::set<std::uint64_t> joined; // Groups that this event makes one.
    for (const auto& [name, key] : tenant)
        if (all || std::ranges::binary_search(keys, name)) joined.insert(key.group_seq);
    const std::uint64_t group = joined.empty() ? record.seq : *joined.begin();
    for (auto& [name, key] : tenant)
        if (joined.contains(key.group_seq)) key.group_seq = group;
    for (const std::string& name : keys) {
        ParkedKey fresh{
            fact.tenant(),
            name,
            group,
            record.seq,
            to_string(record.event_id),
            record.type,
            stored_text(reason),
            0,
            to_string(before),
            std::nullopt};
        ++tenant.try_emplace(name, std::move(fresh)).first->second.waiting;
    }
}

ParkedKeys ParkedKeys::groups_of(const std::string& tenant, const std::string& key) const {
    ParkedKeys chosen;
    for (const auto& [name, keys] : tenants_) {
        if (!tenant.empty() && name != tenant) continue;
        std::set<std::uint64_t> groups = groups_in(keys);
        if (!key.empty()) {
            const auto found = keys.find(key);
            if (found == keys.end()) continue;
            groups = {found->second.group_seq};
        }
        for (const auto& [each, parked] : keys)
            if (groups.contains(parked.group_seq)) chosen.tenants_[name].emplace(each, parked);
    }
    return chosen;
}

Status ParkedKeys::remove(SqlSession& db, const ParkedOwner& owner, const ParkedKeys& others) {
    for (const auto& [name, keys] : others.tenants_) {
        for (const std::uint64_t group : groups_in(keys)) {
            const Result<SqlRows> removed = db.query(
                remove_sql,
                {owner.projection, std::to_string(owner.partition), name, std::to_string(group)}
            );
            if (!removed) return removed.error();
        }
        Tenant& tenant = tenants_[name];
        for (const auto& [key, parked] : keys)
            tenant.erase(key);
        if (tenant.empty()) tenants_.erase(name);
    }
    return Done{};
}

std::vector<ParkedKey> ParkedKeys::list() const {
    std::vector<ParkedKey> keys;
    for (const auto& [tenant, parked] : tenants_)
        for (const auto& [name, key] : parked)
            keys.push_back(key);
    return keys;
}

std::vector<ParkedKey> freed(const ParkedKeys& before, const ParkedKeys& after) {
    const std::vector<ParkedKey> still = after.list();
    std::vector<ParkedKey> keys = before.list();
    std::erase_if(keys, [&](const ParkedKey& key) {
        return std::ranges::any_of(still, [&](const ParkedKey& other) {
            return other.tenant == key.tenant && other.key == key.key;
        });
    });
    return keys;
}

ParkedCount count_of(const std::string& projection, const ParkedKeys& parked) {
    ParkedCount count{projection, 0, 0};
    for (const ParkedKey& key : parked.list()) {
        ++count.keys;
        count.waiting += key.waiting;
    }
    return count;
}

} // namespace tollbook
