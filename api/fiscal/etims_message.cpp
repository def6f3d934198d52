#include "api/fiscal/etims_message.hpp"

#include "api/cli/decimal.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace tollbook::api {

namespace {

constexpr std::int64_t hours_east = 3; // Kenya's own time, in which days and times are told.
constexpr std::int64_t micros_of_hour = 3'600'000'000;
constexpr std::string_view receipt_page =
    "https://etims.kra.go.ke/common/link/etims/receipt/indexEtimsReceiptData?Data=";

// The types of tax: exempt, 16%, zero-rated, not taxed, 8%.
enum Letter : std::size_t { a, b, c, d, e, letters };

constexpr std::array<std::string_view, letters> letter_names{"A", "B", "C", "D", "E"};
constexpr std::array<std::int64_t, letters> letter_rates_ppm{0, 160'000, 0, 0, 80'000};

struct Sums {
    std::array<std::int64_t, letters> taxable{};
    std::array<std::int64_t, letters> tax{};
};

// A line as one type of tax takes it: other taxes (excise) are part of what is taxed.
struct TaxedLine {
    Letter letter{d};
    std::int64_t taxable{};
    std::int64_t tax{};
};

Result<TaxedLine> taxed(const FiscalLine& line, std::size_t place) {
    TaxedLine taxed{line.exempt_reason ? a : d, line.net, 0};
    for (const LineTax& part : line.taxes) {
        const bool value_added =
            part.rate_ppm == letter_rates_ppm[b] || part.rate_ppm == letter_rates_ppm[e];
        if (!value_added) {
            taxed.taxable += part.minor;
            continue;
        }
        if (taxed.tax != 0)
            return Error{
                Errc::device_refused, fmt::format("line {} is taxed with two rates", place)};
        taxed.letter = part.rate_ppm == letter_rates_ppm[b] ? b : e;
        taxed.tax = part.minor;
    }
    return taxed;
}

// "20261120"
std::string compact(Date date) {
    const CivilDay day = civil(date);
    return fmt::format("{:04}{:02}{:02}", day.year, day.month, day.day);
}

// "20261120093000", in Kenya.
std::string compact(Timestamp at) {
    const std::string text = to_string(Timestamp{at.micros + hours_east * micros_of_hour});
    std::string digits;
    std::ranges::copy_if(text.substr(0, text.find('.')), std::back_inserter(digits), [](char c) {
        return c >= '0' && c <= '9';
    });
    constexpr std::size_t to_seconds = 14;
    return digits.substr(0, to_seconds);
}

void add_text(std::string& out, std::string_view name, std::string_view value) {
    out += fmt::format("\"{}\":", name);
    write_json_string(out, value);
    out += ',';
}

void add_number(std::string& out, std::string_view name, std::string_view value) {
    out += fmt::format("\"{}\":{},", name, value);
}

void add_number(std::string& out, std::string_view name, std::uint64_t value) {
    out += fmt::format("\"{}\":{},", name, value);
}

void add_item(std::string& out, std::size_t place, const FiscalLine& line, const TaxedLine& taxed) {
    out += '{';
    add_number(out, "itemSeq", std::uint64_t{place});
    add_text(out, "itemNm", line.text);
    add_number(out, "qty", std::uint64_t{1});
    const std::string all = decimal(taxed.taxable + taxed.tax);
    add_number(out, "prc", all);
    add_number(out, "splyAmt", all);
    add_text(out, "taxTyCd", letter_names[taxed.letter]);
    add_number(out, "taxblAmt", decimal(taxed.taxable));
    add_number(out, "taxAmt", decimal(taxed.tax));
    add_number(out, "totAmt", all);
    out.back() = '}';
    out += ',';
}

void add_sums(std::string& out, const Sums& sums) {
    constexpr std::int64_t ppm_of_percent = 10'000;
    std::int64_t taxable = 0;
    std::int64_t tax = 0;
    for (std::size_t i = 0; i < letters; ++i) {
        const std::string_view letter = letter_names[i];
        add_number(out, fmt::format("taxblAmt{}", letter), decimal(sums.taxable[i]));
        add_number(
            out,
            fmt::format("taxRt{}", letter),
            static_cast<std::uint64_t>(letter_rates_ppm[i] / ppm_of_percent)
        );
        add_number(out, fmt::format("taxAmt{}", letter), decimal(sums.tax[i]));
        taxable += sums.taxable[i];
        tax += sums.tax[i];
    }
    add_number(out, "totTaxblAmt", decimal(taxable));
    add_number(out, "totTaxAmt", decimal(tax));
    add_number(out, "totAmt", decimal(taxable + tax));
}

// What of an answer is read; all else in it is passed over.
struct Answered {
    std::string code;
    std::string message;
    std::string receipt_number;
    std::string unit;
    std::string signature;
    std::string time;
    std::string link;
};

// A text, or a whole number as text: devices write numbers either way.
std::string scalar(JsonNode node) {
    if (const auto text = as_text(node)) return std::string(*text);
    if (const auto number = as_int64(node)) return std::to_string(*number);
    return {};
}

void read_data(JsonNode node, Answered& answered) {
    for (const JsonField& field : fields_of(node)) {
        if (field.name == "rcptNo") answered.receipt_number = scalar(field.value);
        if (field.name == "sdcId") answered.unit = scalar(field.value);
        if (field.name == "rcptSign") answered.signature = scalar(field.value);
        if (field.name == "vsdcRcptPbctDate") answered.time = scalar(field.value);
        if (field.name == "qrCodeUrl") answered.link = scalar(field.value);
    }
}

std::optional<Answered> read_answer(std::string_view body) {
    JsonDocument document;
    const Result<JsonNode> root = document.parse(body);
    if (!root || kind(*root) != JsonKind::object) return std::nullopt;
    Answered answered;
    for (const JsonField& field : fields_of(*root)) {
        if (field.name == "resultCd") answered.code = scalar(field.value);
        if (field.name == "resultMsg") answered.message = scalar(field.value);
        if (field.name == "data") read_data(field.value, answered);
    }
    if (answered.code.empty()) return std::nullopt;
    return answered;
}

// One line, as long as the book takes it, that does not end within a character.
std::string one_line(std::string text, std::size_t bytes_max) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' '
    );
    if (text.size() <= bytes_max) return text;
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
    while (bytes_max > 0 && continues(text[bytes_max]))
        --bytes_max;
    text.resize(bytes_max);
    return text;
}

FiscalSilence silence(std::string_view why, std::string_view body) {
    constexpr std::size_t shown_bytes_max = 80;
    return {fmt::format("{}: {}", why, one_line(std::string(body), shown_bytes_max))};
}

bool is_success(const std::string& code) { return code == "000" || code == "00"; }

// Trouble between the device and the authority, or of the device itself: not the document's.
bool is_passing(const std::string& code) {
    constexpr std::array<std::string_view, 4> passing{"894", "896", "901", "999"};
    return std::ranges::find(passing, code) != passing.end();
}

bool is_printable(const std::string& text, std::size_t bytes_max) {
    return !text.empty() && text.size() <= bytes_max &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

FiscalAnswer receipt_of(
    const EtimsTaxpayer& taxpayer, const Answered& answered, std::string_view body
) {
    constexpr std::size_t part_bytes_max = 48;
    constexpr std::size_t link_bytes_max = 400;
    const Result<Timestamp> at = parse_local_compact(answered.time, "Africa/Nairobi");
    if (!at || !is_printable(answered.unit, part_bytes_max) ||
        !is_printable(answered.receipt_number, part_bytes_max) ||
        !is_printable(answered.signature, part_bytes_max * 2))
        return silence("an incomplete receipt", body);
    FiscalReceipt receipt;
    receipt.control_number = answered.unit + "/" + answered.receipt_number;
    receipt.signature = answered.signature;
    receipt.qr = std::string(receipt_page) + taxpayer.pin + taxpayer.branch + answered.signature;
    if (is_printable(answered.link, link_bytes_max)) receipt.qr = answered.link;
    receipt.device_time = *at;
    return FiscalTaken{std::move(receipt)};
}

} // namespace

EtimsTaxpayer etims_taxpayer(std::string_view device) {
    const std::size_t colon = device.find(':');
    if (colon == std::string_view::npos) return {std::string(device), "00"};
    return {std::string(device.substr(0, colon)), std::string(device.substr(colon + 1))};
}

Result<std::string> etims_request(const EtimsTaxpayer& taxpayer, const FiscalWork& work) {
    const FiscalTransmissionRequested& told = work.told;
    Sums sums;
    std::string items;
    for (std::size_t i = 0; i < told.lines.size(); ++i) {
        const Result<TaxedLine> line = taxed(told.lines[i], i + 1);
        if (!line) return line.error();
        sums.taxable[line->letter] += line->taxable;
        sums.tax[line->letter] += line->tax;
        add_item(items, i + 1, told.lines[i], *line);
    }
    if (!items.empty()) items.pop_back();
    std::string out = "{";
    add_text(out, "tin", taxpayer.pin);
    add_text(out, "bhfId", taxpayer.branch);
    add_text(out, "trdInvcNo", told.number);
    add_number(out, "invcNo", told.place);
    add_number(out, "orgInvcNo", work.credited_place.value_or(0));
    add_text(out, "salesTyCd", "N");
    add_text(out, "rcptTyCd", told.credit_note ? "R" : "S");
    add_text(out, "salesSttsCd", "02");
    add_text(out, "cfmDt", compact(told.requested_at));
    add_text(out, "salesDt", compact(told.issued_on));
    add_text(out, "curCd", told.currency.code());
    add_sums(out, sums);
    add_text(out, "prchrAcptcYn", "N");
    if (told.reason) add_text(out, "remark", *told.reason);
    add_number(out, "totItemCnt", std::uint64_t{told.lines.size()});
    out += "\"itemList\":[" + items + "]}";
    return out;
}

FiscalAnswer etims_answer(const EtimsTaxpayer& taxpayer, int status, std::string_view body) {
    const std::optional<Answered> answered = read_answer(body);
    const bool heard = status >= 200 && status <= 299;
    const bool blamed = status == 400 || status == 422;
    if (!answered || (!heard && !blamed))
        return silence(fmt::format("HTTP status {}", status), body);
    if (is_success(answered->code) && heard) return receipt_of(taxpayer, *answered, body);
    if (is_success(answered->code) || is_passing(answered->code))
        return silence("result " + answered->code, answered->message);
    constexpr std::size_t code_bytes_max = 32;
    constexpr std::size_t reason_bytes_max = 200;
    return FiscalRefusal{
        one_line(answered->code, code_bytes_max), one_line(answered->message, reason_bytes_max)};
}

} // namespace tollbook::api
