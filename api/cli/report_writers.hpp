// Reports as tables for people, CSV and XLSX, a page of rows at a time.
#pragma once

#include "api/cli/out_file.hpp"
#include "api/cli/report_shape.hpp"

#include <memory>
#include <vector>

namespace tollbook::api {

class ReportWriter {
public:
    ReportWriter() = default;
    ReportWriter(const ReportWriter&) = delete;
    ReportWriter& operator=(const ReportWriter&) = delete;
    virtual ~ReportWriter() = default;

    virtual Status add(const std::vector<Row>& rows) = 0;

    // Behind the last row. Then the file may be kept.
    virtual Status finish(const std::vector<Row>& totals) = 0;
};

// Both outlive the writer. `text`: columns aligned within what was read so far, and the totals.
std::unique_ptr<ReportWriter> make_text_writer(OutFile& out, const ReportShape& shape);

// RFC 4180, no totals. A text that a spreadsheet would take for a formula begins with an
// apostrophe; numbers stay numbers.
std::unique_ptr<ReportWriter> make_csv_writer(OutFile& out, const ReportShape& shape);

// One sheet, no totals. Amounts are numbers as long as a spreadsheet keeps all of their digits
// (15), then texts; a text is never a formula.
std::unique_ptr<ReportWriter> make_xlsx_writer(OutFile& out, const ReportShape& shape);

// A cell of a CSV line.
std::string csv_cell(const Cell& cell);

} // namespace tollbook::api
