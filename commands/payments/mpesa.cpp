#include "commands/payments/mpesa.hpp"

#include "ledger/bytes.hpp"
#include "ledger/json.hpp"

#include <algorithm>
#include <array>

namespace tollbook {

namespace {

constexpr std::size_t receipt_chars_max = 32;

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

Error malformed(std::string detail) { return {Errc::malformed_request, std::move(detail)}; }

// Text fields by name; a number is taken as its digits. Anything else is refused where money
// depends on it, and left empty where not.
struct TextField {
    std::string_view name;
    std::string* into;
    bool money;
};

Status read_text(JsonNode value, std::string& into) {
    if (const auto text = as_text(value)) {
        into = *text;
    } else if (const auto number = as_uint64(value)) {
        into = std::to_string(*number);
    } else if (kind(value) != JsonKind::null) {
        return malformed("a field is neither a string nor a whole number");
    }
    return Done{};
}

bool reads_as_receipt(std::string_view text) {
    return !text.empty() && text.size() <= receipt_chars_max &&
           std::ranges::all_of(text, is_alphanumeric);
}

std::string joined(const std::string& first, const std::string& middle, const std::string& last) {
    std::string name;
    for (const std::string* part : {&first, &middle, &last}) {
        if (part->empty()) continue;
        if (!name.empty()) name += ' ';
        name += *part;
    }
    return name;
}

} // namespace

Result<C2bConfirmation> parse_c2b(std::string_view raw) {
    JsonDocument document;
    const Result<JsonNode> root = document.parse(raw);
    if (!root || kind(*root) != JsonKind::object) return malformed("not a JSON object");

    C2bConfirmation c2b;
    std::string amount;
    std::string first;
    std::string middle;
    std::string last;
    const std::array<TextField, 9> wanted{{
        {"TransID", &c2b.receipt, true},
        {"TransTime", &c2b.local_time, true},
        {"TransAmount", &amount, true},
        {"BusinessShortCode", &c2b.shortcode, true},
        {"BillRefNumber", &c2b.reference, true},
        {"MSISDN", &c2b.payer, false},
        {"FirstName", &first, false},
        {"MiddleName", &middle, false},
        {"LastName", &last, false},
    }};
    std::array<bool, 9> seen{};
    for (const JsonField& field : fields_of(*root)) {
        const auto slot = std::ranges::find(wanted, field.name, &TextField::name);
        if (slot == wanted.end()) continue;
        bool& taken = seen.at(static_cast<std::size_t>(slot - wanted.begin()));
        if (taken) return malformed("a field is named twice");
        taken = true;
        const Status status = read_text(field.value, *slot->into);
        if (!status && slot->money) return status.error();
    }
    const Result<std::int64_t> minor = parse_decimal_amount(amount);
    if (!minor) return minor.error();
    if (!reads_as_receipt(c2b.receipt)) return malformed("TransID");
    if (c2b.shortcode.empty() || !std::ranges::all_of(c2b.shortcode, is_digit))
        return malformed("BusinessShortCode");
    c2b.minor = *minor;
    c2b.payer_name = joined(first, middle, last);
    return c2b;
}

Result<std::int64_t> parse_decimal_amount(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view cents =
        point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    const bool readable = !whole.empty() && whole.size() <= 14 && cents.size() <= 2 &&
                          (point == std::string_view::npos || !cents.empty()) &&
                          std::ranges::all_of(whole, is_digit) &&
                          std::ranges::all_of(cents, is_digit);
    if (!readable) return malformed("TransAmount");
    std::int64_t minor = 0;
    for (const char c : whole)
        minor = minor * 10 + (c - '0');
    for (std::size_t i = 0; i < 2; ++i)
        minor = minor * 10 + (i < cents.size() ? cents[i] - '0' : 0);
    if (minor <= 0 || minor > amount_minor_max) return malformed("TransAmount");
    return minor;
}

std::string normalise_reference(std::string_view text) {
    std::string normalised;
    for (const char c : text) {
        if (!is_alphanumeric(c)) continue;
        const bool lower = c >= 'a' && c <= 'z';
        normalised += lower ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return normalised;
}

} // namespace tollbook
