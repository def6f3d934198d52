#include "commands/book.hpp"

namespace tollbook {

Book::Book() = default;

Book::~Book() = default;

std::string book_key(std::string_view tenant, std::string_view a) {
    std::string key;
    key.reserve(tenant.size() + a.size() + 1);
    key.append(tenant).append("/").append(a);
    return key;
}

std::string book_key(std::string_view tenant, std::string_view a, std::string_view b) {
    return book_key(tenant, a).append("/").append(b);
}

std::uint64_t turnover_after(std::uint64_t turnover, const Postings& postings) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    for (const Posting& posting : postings) {
        if (posting.minor <= 0) continue;
        const auto debit = static_cast<std::uint64_t>(posting.minor);
        turnover = turnover > most - debit ? most : turnover + debit;
    }
    return turnover;
}

} // namespace tollbook
