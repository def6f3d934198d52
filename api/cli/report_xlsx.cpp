#include "api/cli/report_writers.hpp"
#include "ledger/time.hpp"

#include <cstdint>
#include <string>
#include <xlsxwriter.h>

namespace tollbook::api {

namespace {

constexpr std::int64_t exact_minor_max =
    999'999'999'999'999; // What a spreadsheet keeps: 15 digits.

class XlsxWriter final : public ReportWriter {
public:
    XlsxWriter(OutFile& out, const ReportShape& shape) : shape_(shape) {
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        book_ = workbook_new_opt(out.draft().c_str(), &options);
        sheet_ = workbook_add_worksheet(book_, std::string(shape.name).c_str());
        amount_ = format("#,##0.00");
        count_ = format("0");
        day_ = format("yyyy-mm-dd");
        head();
    }

    ~XlsxWriter() override {
        if (book_ != nullptr) workbook_close(book_);
    }

    Status add(const std::vector<Row>& rows) override {
        for (const Row& row : rows) {
            if (next_ == LXW_ROW_MAX)
                return Error{Errc::value_out_of_range, "a sheet holds 1048576 rows; try csv"};
            for (std::size_t i = 0; i < row.size(); ++i)
                if (const lxw_error error = write(static_cast<lxw_col_t>(i), row[i]);
                    error != LXW_NO_ERROR)
                    return failure(error);
            ++next_;
        }
        return Done{};
    }

    Status finish(const std::vector<Row>&) override {
        lxw_workbook* book = book_;
        book_ = nullptr;
        const lxw_error error = workbook_close(book);
        if (error != LXW_NO_ERROR) return failure(error);
        return Done{};
    }

private:
    static Error failure(lxw_error error) {
        return {Errc::config_invalid, std::string("xlsx: ") + lxw_strerror(error)};
    }

    lxw_format* format(const char* numbers) {
        lxw_format* made = workbook_add_format(book_);
        format_set_num_format(made, numbers);
        return made;
    }

    void head() {
        constexpr double width = 16;
        lxw_format* bold = workbook_add_format(book_);
        format_set_bold(bold);
        worksheet_set_column(
            sheet_, 0, static_cast<lxw_col_t>(shape_.columns.size() - 1), width, nullptr
        );
        worksheet_freeze_panes(sheet_, 1, 0);
        for (std::size_t i = 0; i < shape_.columns.size(); ++i)
            worksheet_write_string(
                sheet_,
                0,
                static_cast<lxw_col_t>(i),
                std::string(shape_.columns[i].title).c_str(),
                bold
            );
    }

    lxw_error write(lxw_col_t at, const Cell& cell) {
        const ColumnKind kind = shape_.columns[at].kind;
        if (cell.text.empty()) return LXW_NO_ERROR;
        if (kind == ColumnKind::day) return write_day(at, cell);
        const bool fits =
            cell.number && *cell.number <= exact_minor_max && *cell.number >= -exact_minor_max;
        if (!fits) return worksheet_write_string(sheet_, next_, at, cell.text.c_str(), nullptr);
        const bool is_whole = kind == ColumnKind::count;
        const auto number = static_cast<double>(*cell.number);
        constexpr double hundredths = 100; // The quotient is the double next to the decimal.
        return worksheet_write_number(
            sheet_, next_, at, is_whole ? number : number / hundredths, is_whole ? count_ : amount_
        );
    }

    lxw_error write_day(lxw_col_t at, const Cell& cell) {
        const Result<Date> day = parse_date(cell.text);
        if (!day) return worksheet_write_string(sheet_, next_, at, cell.text.c_str(), nullptr);
        const CivilDay parts = civil(*day);
        lxw_datetime date{parts.year, parts.month, parts.day, 0, 0, 0};
        return worksheet_write_datetime(sheet_, next_, at, &date, day_);
    }

    const ReportShape& shape_;
    lxw_workbook* book_{};
    lxw_worksheet* sheet_{};
    lxw_format* amount_{};
    lxw_format* count_{};
    lxw_format* day_{};
    lxw_row_t next_{1};
};

} // namespace

std::unique_ptr<ReportWriter> make_xlsx_writer(OutFile& out, const ReportShape& shape) {
    return std::make_unique<XlsxWriter>(out, shape);
}

} // namespace tollbook::api
