#include "api/cli/report_writers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook::api {

namespace {

constexpr std::string_view total = "total";

bool is_number(ColumnKind kind) {
    return kind == ColumnKind::count || kind == ColumnKind::amount || kind == ColumnKind::percent;
}

class TextWriter final : public ReportWriter {
public:
    TextWriter(OutFile& out, const ReportShape& shape) : out_(out), shape_(shape) {
        for (const ReportColumn& column : shape.columns)
            widths_.push_back(column.title.size());
        widths_.front() = std::max(widths_.front(), total.size());
    }

    Status add(const std::vector<Row>& rows) override {
        for (const Row& row : rows)
            widen(row);
        head();
        for (const Row& row : rows)
            write(row);
        return Done{};
    }

    Status finish(const std::vector<Row>& totals) override {
        if (totals.empty()) return Done{};
        std::vector<Row> rows = totals;
        for (Row& row : rows) {
            row.front().text = total;
            widen(row);
        }
        head();
        for (const Row& row : rows)
            write(row);
        return Done{};
    }

private:
    void widen(const Row& row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths_[i] = std::max(widths_[i], row[i].text.size());
    }

    // When the widths of the first rows are known.
    void head() {
        if (has_head_) return;
        has_head_ = true;
        Row titles;
        for (const ReportColumn& column : shape_.columns)
            titles.push_back({std::string(column.title), {}});
        write(titles);
    }

    void write(const Row& row) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) line += "  ";
            line += is_number(shape_.columns[i].kind)
                        ? fmt::format("{:>{}}", row[i].text, widths_[i])
                        : fmt::format("{:<{}}", row[i].text, widths_[i]);
        }
        line.resize(line.find_last_not_of(' ') + 1);
        out_.write(line + "\n");
    }

    OutFile& out_;
    const ReportShape& shape_;
    std::vector<std::size_t> widths_;
    bool has_head_{};
};

class CsvWriter final : public ReportWriter {
public:
    CsvWriter(OutFile& out, const ReportShape& shape) : out_(out) {
        Row names;
        for (const ReportColumn& column : shape.columns)
            names.push_back({std::string(column.title), {}});
        write(names);
    }

    Status add(const std::vector<Row>& rows) override {
        for (const Row& row : rows)
            write(row);
        return Done{};
    }

    Status finish(const std::vector<Row>&) override { return Done{}; }

private:
    void write(const Row& row) {
        std::string line;
        for (const Cell& cell : row) {
            if (&cell != &row.front()) line += ',';
            line += csv_cell(cell);
        }
        out_.write(line + "\r\n");
    }

    OutFile& out_;
};

} // namespace

std::string csv_cell(const Cell& cell) {
    constexpr std::string_view begin_formulas = "=+-@\t\r";
    if (cell.number) return cell.text;
    std::string text = cell.text;
    if (!text.empty() && begin_formulas.find(text[0]) != std::string_view::npos)
        text.insert(0, 1, '\'');
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

std::unique_ptr<ReportWriter> make_text_writer(OutFile& out, const ReportShape& shape) {
    return std::make_unique<TextWriter>(out, shape);
}

std::unique_ptr<ReportWriter> make_csv_writer(OutFile& out, const ReportShape& shape) {
    return std::make_unique<CsvWriter>(out, shape);
}

} // namespace tollbook::api
