#include "bench/limits/copy_rows.hpp"

#include "bench/figure.hpp"
#include "projections/catalogue.hpp"
#include "projections/migrations.hpp"

#include <vector>

namespace tollbook::bench {

namespace {

struct Target {
    std::string into;
    std::string qualified;
    std::string file;
};

Target prepare(SqlSession& db, const RowSet& table, const std::string& directory) {
    RowShape shape = table.shape();
    const std::string file = sql_text(directory + "/" + shape.table + ".copy");
    db.run("COPY " + copy_target(shape) + " TO " + file).value();
    shape.schema = "raw";
    return {copy_target(shape), shape.qualified(), file};
}

std::uint64_t count_rows(SqlSession& db, const Target& target) {
    const SqlRows rows = db.query("SELECT count(*) FROM " + target.qualified).value();
    return std::stoull(rows.at(0, 0).value());
}

void make(SqlSession& db, const Projection& projection, DdlPart part) {
    in_transaction(db, [&] { return run_ddl(db, projection, "raw", part); }).value();
}

} // namespace

CopiedRows copy_rows(SqlSession& db, const std::string& directory, Indexes indexes) {
    db.run("CREATE SCHEMA raw").value();
    const auto projections = make_projections(live_schema);
    std::vector<Target> targets;
    for (const auto& projection : projections) {
        make(db, *projection, DdlPart::rows);
        if (indexes == Indexes::before) make(db, *projection, DdlPart::indexes);
        for (const RowSet* table : projection->tables())
            targets.push_back(prepare(db, *table, directory));
    }
    db.run("CHECKPOINT").value();
    CopiedRows copied;
    copied.seconds = seconds([&] {
        for (const Target& target : targets)
            db.run("COPY " + target.into + " FROM " + target.file).value();
        if (indexes == Indexes::before) return;
        for (const auto& projection : projections)
            make(db, *projection, DdlPart::indexes);
    });
    for (const Target& target : targets)
        copied.rows += count_rows(db, target);
    return copied;
}

} // namespace tollbook::bench
