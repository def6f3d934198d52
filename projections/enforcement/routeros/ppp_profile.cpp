#include "projections/enforcement/routeros/ppp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tollbook::routeros {

namespace {

constexpr std::string_view made_comment = "isp:profile";

// "5M" and "5000000" are one number to RouterOS, and it may print either.
std::optional<std::uint64_t> rate_number(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::uint64_t scale = 1;
    switch (text.back()) {
    case 'k':
    case 'K':
        scale = 1'000;
        break;
    case 'M':
        scale = 1'000'000;
        break;
    case 'G':
        scale = 1'000'000'000;
        break;
    default:
        break;
    }
    if (scale != 1) text.remove_suffix(1);
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc{} || stop != end) return std::nullopt;
    std::uint64_t scaled = 0;
    if (__builtin_mul_overflow(number, scale, &scaled)) return std::nullopt;
    return scaled;
}

std::string normalised(std::string_view rates) {
    std::string out;
    while (!rates.empty()) {
        const std::size_t end = std::min(rates.find_first_of(" /"), rates.size());
        const std::string_view token = rates.substr(0, end);
        const std::optional<std::uint64_t> number = rate_number(token);
        if (number)
            out += std::to_string(*number);
        else
            out += token;
        if (end < rates.size()) out += rates[end];
        rates.remove_prefix(std::min(end + 1, rates.size()));
    }
    return out;
}

Answer<Reply> find_profile(Client& client, const ProfileWish& wish, Deadline deadline) {
    return client.call(
        Command{"/ppp/profile/print"}
            .attribute(".proplist", ".id,name,rate-limit,comment")
            .where("name", wish.name),
        deadline
    );
}

// A duplicate is the work of another one who adds the same profile; the read-back judges it.
Answer<Done> add_profile(Client& client, const ProfileWish& wish, Deadline deadline) {
    const Answer<Reply> added = client.call(
        Command{"/ppp/profile/add"}
            .attribute("name", wish.name)
            .attribute("rate-limit", wish.rate_limit)
            .attribute("comment", made_comment),
        deadline
    );
    if (!added && added.error().refusal != Refusal::duplicate) return added.error();
    return Done{};
}

Answer<Done> write_profile(Client& client, const ProfileWish& wish, Deadline deadline) {
    const Answer<Reply> found = find_profile(client, wish, deadline);
    if (!found) return found.error();
    if (found->items.empty()) return add_profile(client, wish, deadline);

    const Item& profile = found->items.front();
    if (normalised(profile.get("rate-limit")) == normalised(wish.rate_limit)) return Done{};
    if (profile.get("comment") != made_comment)
        return final_refusal(
            Errc::device_refused,
            fmt::format("the profile {} is an operator's and has another rate", wish.name)
        );
    const Answer<Reply> written = client.call(
        Command{"/ppp/profile/set"}
            .attribute(".id", profile.get(".id"))
            .attribute("rate-limit", wish.rate_limit),
        deadline
    );
    if (!written) return written.error();
    return Done{};
}

} // namespace

Answer<Done> ensure_profile(Client& client, const ProfileWish& wish) {
    if (wish.name.empty() || wish.name.size() > ppp_text_bytes_max)
        return final_refusal(
            Errc::value_out_of_range, "the profile has no name, or too long a one"
        );
    const Deadline deadline = client.deadline_for();
    const Answer<Done> written = write_profile(client, wish, deadline);
    if (!written) return written.error();
    const Answer<Reply> found = find_profile(client, wish, deadline);
    if (!found) return found.error();
    const bool as_wished =
        found->items.size() == 1 &&
        normalised(found->items.front().get("rate-limit")) == normalised(wish.rate_limit);
    if (!as_wished)
        return transient(
            Errc::device_refused, fmt::format("the profile {} read back is another", wish.name)
        );
    return Done{};
}

} // namespace tollbook::routeros
