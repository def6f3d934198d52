// The tables of a projection, as a fold sees them: rows are appended or edited in memory, and each
// batch is written with one or two statements for each table.
#pragma once

#include "projections/fields.hpp"
#include "projections/sql_session.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook {

struct RowColumn {
    std::string_view name;
    std::string_view type;
    std::string_view expression; // How a SELECT asks for it.
};

// Where rows go: "tollbook" or the schema of a rebuild, and how the table looks. The first
// `keys` columns are its primary key.
struct RowShape {
    std::string schema;
    std::string table;
    std::size_t keys{};
    std::vector<RowColumn> columns;

    std::string qualified() const { return sql_name(schema) + "." + sql_name(table); }
};

std::string copy_target(const RowShape& shape); // schema.table (a, b)
std::string upsert_sql(const RowShape& shape);  // One array parameter for each column.
std::string select_sql(const RowShape& shape);  // One array parameter for each key column.
std::string select_all_sql(const RowShape& shape);

// A table behind its fold.
class RowSet {
public:
    explicit RowSet(RowShape shape) : shape_(std::move(shape)) {}

    RowSet(const RowSet&) = delete;
    RowSet& operator=(const RowSet&) = delete;
    virtual ~RowSet() = default;

    const RowShape& shape() const { return shape_; }

    // Told the key (see row_key) of every row that a fold writes or edits, at that moment.
    using Watch = std::function<void(const std::string& key)>;

    void watch(Watch told) { told_ = std::move(told); }

    // Before the first batch, and to forget what is in memory. `empty`: the table has no rows, so
    // nothing is ever read from it.
    virtual Status open(SqlSession& db, bool empty) = 0;

    // Reads the rows that the batch asked for.
    virtual Status load(SqlSession& db) = 0;

    // Writes what the batch changed.
    virtual Status write(SqlSession& db) = 0;

    // Keeps all changes in memory until `settle` writes them with one COPY: for tables that are
    // built from nothing and have no index yet.
    virtual void hold() = 0;
    virtual Status settle(SqlSession& db) = 0;
    virtual std::size_t rows_in_memory() const = 0;

protected:
    bool watched() const { return static_cast<bool>(told_); }

    void tell(const std::string& key) const { told_(key); }

private:
    RowShape shape_;
    Watch told_;
};

template <class Row>
RowShape shape_of(std::string_view schema, std::string_view table, std::size_t keys) {
    RowShape shape{std::string(schema), std::string(table), keys, {}};
    boost::mp11::mp_for_each<codec::Members<Row>>([&](auto member) {
        using Field = std::remove_cvref_t<decltype(std::declval<Row>().*member.pointer)>;
        using Value = typename column::Plain<Field>::Type;
        shape.columns.push_back(
            {member.name, column::sql_type<Value>(), column::expression<Value>()}
        );
    });
    return shape;
}

template <class Row>
void put_copy_line(std::string& out, const Row& row) {
    bool first = true;
    boost::mp11::mp_for_each<codec::Members<Row>>([&](auto member) {
        if (!first) out += '\t';
        column::put_copy(out, row.*member.pointer);
        first = false;
    });
    out += '\n';
}

// The key of a row: the plain text of its key columns, each with a NUL behind it.
template <class... Parts>
std::string row_key(const Parts&... parts) {
    std::string key;
    ((column::put(key, parts), key += '\0'), ...);
    return key;
}

template <class Row>
std::string key_of(const Row& row, std::size_t keys) {
    std::string key;
    std::size_t i = 0;
    boost::mp11::mp_for_each<codec::Members<Row>>([&](auto member) {
        if (i++ >= keys) return;
        if constexpr (!codec::is_optional<std::remove_cvref_t<decltype(row.*member.pointer)>>) {
            column::put(key, row.*member.pointer);
            key += '\0';
        }
    });
    return key;
}

// Rows that never change once written.
template <class Row>
class AppendedRows final : public RowSet {
public:
    AppendedRows(std::string_view schema, std::string_view table, std::size_t keys)
        : RowSet(shape_of<Row>(schema, table, keys)), target_(copy_target(shape())) {}

    void add(const Row& row) {
        if (watched()) tell(key_of(row, shape().keys));
        put_copy_line(lines_, row);
    }

    Status open(SqlSession&, bool) override {
        lines_.clear();
        return Done{};
    }

    Status load(SqlSession&) override { return Done{}; }

    Status write(SqlSession& db) override {
        if (lines_.empty()) return Done{};
        const Status status = db.copy(target_, lines_);
        lines_.clear();
        return status;
    }

    void hold() override {}

    Status settle(SqlSession& db) override { return write(db); }

    std::size_t rows_in_memory() const override { return 0; }

private:
    std::string target_;
    std::string lines_;
};

} // namespace tollbook
