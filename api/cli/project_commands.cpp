#include "api/cli/project_commands.hpp"

#include "api/cli/dsn.hpp"
#include "api/cli/progress.hpp"
#include "ledger/json.hpp"
#include "ledger/keystore.hpp"
#include "ledger/store.hpp"
#include "projections/catalogue.hpp"
#include "projections/cluster.hpp"
#include "projections/diff.hpp"
#include "projections/rebuild.hpp"
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
    std::unique_ptr<SqlSession> db;

    ReplayOptions replay(Progress& progress) const {
        ReplayOptions options;
        options.open_personal = [this](
                                    std::string_view tenant, const Sealed& sealed, const Uuid& id
                                ) { return keys->open_sealed(tenant, sealed, id); };
        options.progress = [&progress](const ReplayProgress& at) {
            progress.at(at.seq, at.target_seq);
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
    Result<std::unique_ptr<SqlSession>> db = SqlSession::connect(*dsn, "tollbook-project");
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
    Progress progress(context, "rebuild " + words.name);
    const Result<RebuildReport> report = rebuild(
        *opened->db,
        *opened->source,
        {words.name, opened->replay(progress), words.accept_differences}
    );
    if (!report) return fail(context, report.error());
    print_tables(context, words.name, report->tables);
    print_parked(context, words.name, report->parked);
    if (!report->resumed.empty())
        remark(context, fmt::format("resumed {} parked keys", report->resumed.size()));
    remark(
        context,
        report->swapped ? "swapped; the old tables can be put back with project rollback"
                        : "not swapped: the live tables differ"
    );
    return all_equal(report->tables) || report->swapped ? Exit::ok : Exit::differences;
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
        Progress progress(context, "replay " + each);
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
        Progress progress(context, "resume " + each);
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
