#include "api/cli/csv.hpp"

#include <algorithm>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// Reads line by line; knows where it is.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {
        if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
    }

    bool at_end() const { return rest_.empty(); }

    // The next line; `reason` is set when it cannot be read.
    CsvLine line(std::string& reason) {
        CsvLine line{number_, {}};
        reason.clear();
        do {
            line.fields.push_back(rest_.starts_with('"') ? quoted(reason) : bare(reason));
        } while (take(','));
        if (!reason.empty())
            skip_line();
        else if (!end_line()) {
            reason = "text behind a closing quote";
            skip_line();
        }
        return line;
    }

private:
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool end_line() {
        if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
        if (!rest_.empty() && !take('\n')) return false;
        ++number_;
        return true;
    }

    void skip_line() {
        const std::size_t end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++number_;
    }

    std::string bare(std::string& reason) {
        std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
        std::string field(rest_.substr(0, end));
        rest_.remove_prefix(end);
        if (field.ends_with('\r') && !rest_.starts_with(',')) field.pop_back();
        if (field.find('"') != std::string::npos) reason = "a quote inside a field without quotes";
        return field;
    }

    std::string quoted(std::string& reason) {
        std::string field;
        std::string_view text = rest_.substr(1);
        while (true) {
            const std::size_t quote = text.find('"');
            if (quote == std::string_view::npos) {
                reason = "a quote that is never closed";
                return field;
            }
            field += text.substr(0, quote);
            text.remove_prefix(quote + 1);
            if (!text.starts_with('"')) break;
            field += '"';
            text.remove_prefix(1);
        }
        number_ += static_cast<std::size_t>(std::ranges::count(field, '\n'));
        rest_ = text;
        return field;
    }

    std::string_view rest_;
    std::size_t number_{1};
};

bool is_blank(const CsvLine& line) { return line.fields.size() == 1 && line.fields[0].empty(); }

} // namespace

std::optional<std::size_t> CsvFile::column(std::string_view name) const {
    const auto found = std::ranges::find(header, name);
    if (found == header.end()) return {};
    return static_cast<std::size_t>(found - header.begin());
}

CsvFile read_csv(std::string_view text) {
    CsvFile file;
    Scanner scanner(text);
    std::string reason;
    if (scanner.at_end()) {
        file.problems.push_back({1, "the file is empty"});
        return file;
    }
    file.header = scanner.line(reason).fields;
    if (!reason.empty()) file.problems.push_back({1, reason});
    while (!scanner.at_end()) {
        CsvLine line = scanner.line(reason);
        if (reason.empty() && is_blank(line)) continue;
        if (reason.empty() && line.fields.size() != file.header.size())
            reason = std::to_string(line.fields.size()) + " fields instead of " +
                     std::to_string(file.header.size());
        if (reason.empty())
            file.lines.push_back(std::move(line));
        else
            file.problems.push_back({line.number, reason});
    }
    return file;
}

} // namespace tollbook::api
