#include "api/cli/project_commands.hpp"

#include "api/cli/dsn.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/shared_progress.hpp"
#include "ledger/json.hpp"
#include "ledger/keystore.hpp"
#include "ledger/store.hpp"
#include "projections/catalogue.hpp"
#include "projections/cluster.hpp"
#include "projections/diff.hpp"
#include "projections/rebuild_all.hpp"
#include "projections/resume.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace tollbook::api {

namespace {

// The log, the keys and the read models of a data directory, opened to be read beside a node.
// A private cluster that does not run is started for as long as this lives.
struct Opened {
    std::unique_ptr<Store> store;
    std::unique_ptr<KeyStore> keys;
    std::unique_ptr<Source> source;
    std::unique_ptr<Cluster> cluster;
    std::string dsn;
    std::unique_ptr<SqlSession> db;

    Result<std::unique_ptr<SqlSession>> connect() const {
        return SqlSession::connect(dsn, "tollbook-project");
    }

    // One of several, or the only one.
    ReplayOptions replay(SharedProgress& progress) const {
        ReplayOptions options;
        options.open_personal = [this](
                                    std::string_view tenant, const Sealed& sealed, const Uuid& id
                                ) { return keys->open_sealed(tenant, sealed, id); };
        options.progress = [part = progress.add()](const ReplayProgress& at) {
            part(at.seq, at.target_seq);
        };
        return options;
    }
};

Status open_database(const Context& context, Opened& opened) {
    Result<std::string> dsn = dsn_of(context.config);
    if (!dsn) return dsn.error();
    if (dsn->empty()) {
        Result<std::unique_ptr<Cluster>> cluster = Cluster::start(context.config.text("data.dir"));
        if (!cluster) return cluster.error();
        opened.cluster = std::move(*cluster);
        if (opened.cluster->adopted()) opened.cluster->leave();
        *dsn = opened.cluster->dsn();
    }
    opened.dsn = *dsn;
    Result<std::unique_ptr<SqlSession>> db = opened.connect();
    if (!db) return db.error();
    opened.db = std::move(*db);
    return Done{};
}

Result<Opened> open(const Context& context) {
    Opened opened;
    const std::string& directory = context.config.text("data.dir");
    StoreOptions options;
    options.read_only = true;
    Result<std::unique_ptr<Store>> store = Store::open(directory, options);
    if (!store) return store.error();
    opened.store = std::move(*store);
    Result<std::unique_ptr<KeyStore>> keys = KeyStore::open(directory, true);
    if (!keys) return keys.error();
    opened.keys = std::move(*keys);
    opened.source = opened.store->source();
    if (const Status status = open_database(context, opened); !status) return status.error();
    return opened;
}

struct TableLine {
    std::string projection;
    std::string table;
    std::uint64_t live_rows{};
    std::uint64_t replayed_rows{};
    std::uint64_t missing{};
    std::uint64_t extra{};
    std::uint64_t different{};
    std::vector<RowDifference> examples;
};
BOOST_DESCRIBE_STRUCT(
    TableLine,
    (),
    (projection, table, live_rows, replayed_rows, missing, extra, different, examples)
)

void print_difference(const RowDifference& difference) {
    std::string columns;
    for (const std::string& column : difference.columns)
        columns += (columns.empty() ? ": " : ", ") + column;
    print("    " + to_string(difference) + columns);
    for (const EventName& event : difference.events)
        print(fmt::format("        contradicts seq {} {} {}", event.seq, event.type, event.event_id)
        );
}

void print_tables(
    const Context& context, const std::string& name, const std::vector<TableComparison>& tables
) {
    for (const TableComparison& table : tables) {
        if (context.json) {
            print(to_json(TableLine{
                name,
                table.table,
                table.live_rows,
                table.replayed_rows,
                table.missing,
                table.extra,
                table.different,
                table.examples}));
            continue;
        }
        print(fmt::format(
            "{:<14} {:<22} {:>9} rows  {}",
            name,
            table.table,
            table.live_rows,
            table.equal() ? std::string("equal")
                          : fmt::format(
                                "{} missing, {} extra, {} different",
                                table.missing,
                                table.extra,
                                table.different
                            )
        ));
        for (const RowDifference& example : table.examples)
            print_difference(example);
    }
}

struct ParkedLine {
    std::string projection;
    ParkedKey parked;
};
BOOST_DESCRIBE_STRUCT(ParkedLine, (), (projection, parked))

void print_parked(
    const Context& context, const std::string& name, const std::vector<ParkedKey>& keys
) {
    for (const ParkedKey& key : keys) {
        if (context.json) {
            print(to_json(ParkedLine{name, key}));
            continue;
        }
        print(fmt::format(
            "{:<14} parked  {} {}  {} events wait, the first is seq {} {} {}",
            name,
            key.tenant,
            key.key,
            key.waiting,
            key.first_seq,
            key.type,
            key.event_id
        ));
        print("    " + key.reason);
    }
}

std::vector<std::string> names_of(const std::string& name) {
    if (!name.empty()) return {name};
    std::vector<std::string> names;
    for (const auto& projection : make_projections(live_schema))
        names.emplace_back(projection->name());
    return names;
}

Exit print_rebuilt(const Context& context, const std::string& name, const RebuildReport& report) {
    print_tables(context, name, report.tables);
    print_parked(context, name, report.parked);
    if (!report.resumed.empty())
        remark(context, fmt::format("{}: resumed {} parked keys", name, report.resumed.size()));
    if (!report.swapped) {
        remark(context, name + ": not swapped, the live tables differ");
        return Exit::differences;
    }
    remark(context, name + ": swapped; project rollback puts the old tables back");
    return Exit::ok;
}

} // namespace

Exit run_project_list(const Context& context) {
    const Result<Opened> opened = open(context);
    if (!opened) return fail(context, opened.error());
    const Result<ReaderState> head = opened->source->head();
    if (!head) return fail(context, head.error());
    const auto checkpoints = read_checkpoints(*opened->db, opened->source->identity().partition);
    if (!checkpoints) return fail(context, checkpoints.error());
    for (const ProjectionCheckpoint& at : *checkpoints) {
        const std::uint64_t behind = head->seq - std::min(head->seq, at.state.seq);
        if (context.json)
            print(fmt::format(
                R"({{"projection":"{}","version":{},"seq":{},"behind":{}}})",
                at.projection,
                at.version,
                at.state.seq,
                behind
            ));
        else
            print(fmt::format(
                "{:<14} version {}  seq {:>10}  {} behind",
                at.projection,
                at.version,
                at.state.seq,
                behind
            ));
    }
    return Exit::ok;
}

Exit run_project_rebuild(const Context& context, const RebuildWords& words) {
    Result<Opened> opened = open(context);
    if (!opened) return fail(context, opened.error());
    std::vector<RebuildOptions> wanted;
    std::vector<Result<RebuildReport>> reports;
    {
        SharedProgress progress(context, "rebuild " + words.name);
        for (const std::string& name : names_of(words.name))
            wanted.push_back({name, opened->replay(progress), words.accept_differences});
        const auto connect = [&] { return opened->connect(); };
        reports = rebuild_all(connect, *opened->source, wanted, words.at_once);
    }
    Exit outcome = Exit::ok;
    for (std::size_t i = 0; i < reports.size(); ++i) {
        const std::string& name = wanted[i].projection;
        const Exit one = reports[i] ? print_rebuilt(context, name, *reports[i])
                                    : fail(context, reports[i].error());
        if (one != Exit::ok) outcome = one;
    }
    return outcome;
}

Exit run_project_rollback(const Context& context, const std::string& name) {
    Result<Opened> opened = open(context);
    if (!opened) return fail(context, opened.error());
    if (const Status status = undo_rebuild(*opened->db, name); !status)
        return fail(context, status.error());
    remark(context, "the tables before the last rebuild are live again");
    return Exit::ok;
}

Exit run_project_diff(const Context& context, const std::string& name) {
    Result<Opened> opened = open(context);
    if (!opened) return fail(context, opened.error());
    bool equal = true;
    for (const std::string& each : names_of(name)) {
        SharedProgress progress(context, "replay " + each);
        const Result<DiffReport> report =
            diff_projection(*opened->db, *opened->source, each, opened->replay(progress));
        if (!report) return fail(context, report.error());
        print_tables(context, each, report->tables);
        print_parked(context, each, report->parked);
        equal = equal && report->equal();
    }
    return equal ? Exit::ok : Exit::differences;
}

Exit run_project_parked(const Context& context) {
    const Result<Opened> opened = open(context);
    if (!opened) return fail(context, opened.error());
    const auto parked = read_parked(*opened->db, opened->source->identity().partition);
    if (!parked) return fail(context, parked.error());
    for (const ParkedOf& of : *parked)
        print_parked(context, of.projection, of.keys);
    if (parked->empty()) remark(context, "nothing is parked");
    return Exit::ok;
}

Exit run_project_resume(const Context& context, const ResumeWords& words) {
    Result<Opened> opened = open(context);
    if (!opened) return fail(context, opened.error());
    bool all = true;
    for (const std::string& each : names_of(words.name)) {
        SharedProgress progress(context, "resume " + each);
        const Result<ResumeReport> report = resume_parked(
            *opened->db, *opened->source, {each, words.tenant, words.key, opened->replay(progress)}
        );
        if (!report) return fail(context, report.error());
        for (const ParkedKey& key : report->resumed)
            remark(context, fmt::format("{}: {} {} resumed", each, key.tenant, key.key));
        print_parked(context, each, report->parked);
        all = all && report->parked.empty();
    }
    return all ? Exit::ok : Exit::differences;
}

} // namespace tollbook::api
