#include "api/cli/decimal.hpp"
#include "api/documents/invoice_document.hpp"
#include "api/documents/page.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace tollbook::api {

namespace {

constexpr double left = Pages::margin;
constexpr double right = Pages::width - Pages::margin;
constexpr double bottom = Pages::height - Pages::margin;
constexpr double amount_wide = 84;
constexpr double gap = 4;

// "1,234,567.89"
std::string grouped(std::int64_t minor) {
    std::string text = decimal(minor);
    const std::size_t first = text.front() == '-' ? 1 : 0;
    for (std::size_t at = text.size() - 3; at > first + 3; at -= 3)
        text.insert(at - 3, 1, ',');
    return text;
}

// 160000 parts per million as "16%", 155000 as "15.5%".
std::string short_percent(std::int64_t rate_ppm) {
    constexpr std::int64_t ppm_of_percent = 10'000;
    std::string text =
        fmt::format("{}.{:04}", rate_ppm / ppm_of_percent, rate_ppm % ppm_of_percent);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text + "%";
}

// Draws from top to bottom, and goes on with another page when one is full.
class Drawing {
public:
    explicit Drawing(const InvoiceDocument& invoice)
        : invoice_(invoice)
        , pages_("Invoice " + invoice.number, to_string(invoice.issued_on) + "T00:00:00Z") {}

    Result<std::string> draw() {
        head();
        table();
        totals();
        notes();
        if (const Status drawn = fiscal(); !drawn) return drawn.error();
        std::string bytes = pages_.finish();
        if (bytes.empty()) return Error{Errc::internal, "the invoice could not be drawn"};
        return bytes;
    }

private:
    void room_for(double tall) {
        if (y_ + tall <= bottom) return;
        pages_.next();
        y_ = Pages::margin;
    }

    void line(std::string_view text, const Pages::Style& style) {
        y_ += pages_.write(text, left, y_, right - left, style) + gap;
    }

    void pair(const std::string& name, const std::string& value, bool bold) {
        constexpr double tall = 16;
        constexpr double name_wide = 260;
        room_for(tall);
        const Pages::Style style{9, bold, Pages::Align::right};
        pages_.write(name, right - amount_wide - gap, y_, name_wide, style);
        pages_.write(value, right, y_, amount_wide, style);
        y_ += tall;
    }

    // Its name, address and number with the tax authority.
    void seller() {
        constexpr double tall = 34;
        const double wide = (right - left) / 2;
        const double top = y_;
        y_ += pages_.write(invoice_.provider, left, y_, wide, {14, true}) + gap;
        if (invoice_.address) y_ += pages_.write(*invoice_.address, left, y_, wide, {}) + gap;
        if (invoice_.tax_registration)
            y_ +=
                pages_.write("Tax registration " + *invoice_.tax_registration, left, y_, wide, {}) +
                gap;
        const bool is_described = invoice_.address || invoice_.tax_registration;
        y_ = std::max(y_ + (is_described ? 10 : 0), top + tall);
    }

    void head() {
        pages_.write("INVOICE", right, y_, (right - left) / 2, {14, true, Pages::Align::right});
        seller();
        const double top = y_;
        line(invoice_.name.value_or(invoice_.customer), {10, true});
        line("Customer " + invoice_.customer, {});
        const Pages::Style style{9, false, Pages::Align::right};
        double y = top;
        for (const std::string& text :
             {"Number " + invoice_.number,
              "Issued " + to_string(invoice_.issued_on),
              "Due " + to_string(invoice_.due_on)})
            y += pages_.write(text, right, y, (right - left) / 2, style) + gap;
        y_ = std::max(y_, y) + 20;
    }

    void table_head() {
        const Pages::Style style{8, true, Pages::Align::right};
        pages_.write("Description", left, y_, 200, {8, true});
        pages_.write("Net", right - 2 * amount_wide, y_, amount_wide, style);
        pages_.write("Tax", right - amount_wide, y_, amount_wide, style);
        pages_.write(invoice_.currency, right, y_, amount_wide, style);
        y_ += 14;
        pages_.rule(y_);
        y_ += gap;
    }

    static std::string described(const InvoiceLine& line) {
        std::string text = line.description.value_or(line.component);
        if (line.plan) text += " " + *line.plan;
        if (line.service) text += " (" + *line.service + ")";
        if (line.service_from && line.service_to)
            text += fmt::format(
                "\n{} to {}", to_string(*line.service_from), to_string(*line.service_to - 1)
            );
        for (const LineTax& tax : line.taxes)
            text += fmt::format(
                "\n{} {}: {}", tax.code, short_percent(tax.rate_ppm), grouped(tax.minor)
            );
        if (line.exempt_reason) text += "\nexempt: " + *line.exempt_reason;
        return text;
    }

    void table() {
        table_head();
        const Pages::Style style{9, false, Pages::Align::right};
        for (const InvoiceLine& line : invoice_.lines) {
            constexpr double tallest = 110; // A long description with all its taxes.
            room_for(tallest);
            std::int64_t tax = 0;
            for (const LineTax& part : line.taxes)
                tax += part.minor;
            const double tall =
                pages_.write(described(line), left, y_, right - left - 3 * amount_wide, {});
            pages_.write(grouped(line.net), right - 2 * amount_wide, y_, amount_wide, style);
            pages_.write(grouped(tax), right - amount_wide, y_, amount_wide, style);
            pages_.write(grouped(line.net + tax), right, y_, amount_wide, style);
            y_ += tall + 2 * gap;
        }
        pages_.rule(y_);
        y_ += 2 * gap;
    }

    void totals() {
        pair("Net", grouped(invoice_.net_minor), false);
        std::map<std::pair<std::string, std::int64_t>, std::int64_t> taxes;
        for (const InvoiceLine& line : invoice_.lines)
            for (const LineTax& tax : line.taxes)
                taxes[{tax.code, tax.rate_ppm}] += tax.minor;
        for (const auto& [tax, minor] : taxes)
            pair(tax.first + " " + short_percent(tax.second), grouped(minor), false);
        pair("Total " + invoice_.currency, grouped(invoice_.minor), true);
        if (invoice_.credited_minor != 0)
            pair("Credited", grouped(-invoice_.credited_minor), false);
        if (invoice_.withheld_minor != 0)
            pair("Tax withheld", grouped(-invoice_.withheld_minor), false);
        if (invoice_.applied_minor != 0) pair("Paid", grouped(-invoice_.applied_minor), false);
        pair("Due " + invoice_.currency, grouped(invoice_.open_minor), true);
    }

    void notes() {
        if (invoice_.status == "voided") line("This invoice is void.", {10, true});
        for (const DocumentNote& note : invoice_.credit_notes) {
            room_for(40);
            std::string text = fmt::format(
                "Credit note {} of {}: {} {} {}",
                note.number,
                to_string(note.booked_on),
                grouped(note.minor),
                invoice_.currency,
                note.reason
            );
            if (note.control_number) text += "\nControl number " + *note.control_number;
            line(text, {});
        }
        if (!invoice_.note) return;
        room_for(40);
        line(*invoice_.note, {});
    }

    // What the tax authority's device said, as its rules want it on the paper.
    Status fiscal() {
        if (!invoice_.fiscal || invoice_.status == "voided") return Done{};
        const DocumentFiscal& said = *invoice_.fiscal;
        constexpr double wide = 120;
        room_for(wide + 2 * gap);
        y_ += 2 * gap;
        if (!said.control_number || !said.qr) {
            line("Fiscal number pending", {9, true});
            return Done{};
        }
        const Result<QrCode> code = qr_code(*said.qr);
        if (!code) return code.error();
        pages_.square(*code, left, y_, wide);
        double y = y_ + gap;
        std::string text = "Control number " + *said.control_number;
        if (said.signature && !said.signature->empty())
            text += "\nReceipt signature " + *said.signature;
        if (said.device_time) text += "\nDevice time " + *said.device_time;
        y += pages_.write("Fiscal receipt", left + wide + gap, y, right - left - wide, {9, true});
        pages_.write(text, left + wide + gap, y + gap, right - left - wide - gap, {});
        y_ += wide + gap;
        return Done{};
    }

    const InvoiceDocument& invoice_;
    Pages pages_;
    double y_{Pages::margin};
};

} // namespace

Result<std::string> invoice_pdf(const InvoiceDocument& invoice) { return Drawing(invoice).draw(); }

} // namespace tollbook::api
