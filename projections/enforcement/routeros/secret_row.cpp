#include "projections/enforcement/routeros/secret_row.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tollbook::routeros {

namespace {

constexpr std::string_view mark_start = "isp:";
// Set when a secret is made; an operator may widen it afterwards.
constexpr std::string_view made_service = "pppoe";
constexpr std::string_view default_profile = "default"; // What an absent field means.

std::string_view mark_of(const SecretRow& row) {
    const std::string_view comment = row.comment;
    if (!comment.starts_with(mark_start)) return {};
    const std::string_view rest = comment.substr(mark_start.size());
    return rest.substr(0, rest.find(' '));
}

std::string_view yes_no(bool value) { return value ? "yes" : "no"; }

bool is_plain_text(std::string_view text) {
    return !text.empty() && text.size() <= ppp_text_bytes_max &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

bool hidden(std::string_view password) {
    return std::ranges::all_of(password, [](char c) { return c == '*'; });
}

} // namespace

SecretRow row_of(const Item& item) {
    SecretRow row{
        .id = std::string(item.get(".id")),
        .name = std::string(item.get("name")),
        .profile = std::string(item.find("profile").value_or(default_profile)),
        .comment = std::string(item.get("comment")),
        .disabled = item.is_true("disabled")};
    const std::string_view password = item.get("password");
    if (!hidden(password)) row.password = std::string(password);
    return row;
}

Command print_secrets(Passwords passwords) {
    const std::string_view fields = passwords == Passwords::asked
                                        ? ".id,name,profile,comment,disabled,password"
                                        : ".id,name,profile,comment,disabled";
    return Command{"/ppp/secret/print"}.attribute(".proplist", fields);
}

Command print_sessions() { return Command{"/ppp/active/print"}.attribute(".proplist", ".id,name"); }

Command add_secret(const SecretWish& wish) {
    return Command{"/ppp/secret/add"}
        .attribute("name", wish.name)
        .attribute("password", wish.password)
        .attribute("service", made_service)
        .attribute("profile", wish.profile)
        .attribute("comment", fmt::format("{}{}", mark_start, wish.mark))
        .attribute("disabled", yes_no(!wish.enabled));
}

Command remove_item(std::string_view menu, std::string_view id) {
    return Command{fmt::format("{}/remove", menu)}.attribute(".id", id);
}

bool owned_by(const SecretRow& row, std::string_view mark) {
    return !mark.empty() && mark_of(row) == mark;
}

std::optional<Command> correction(const SecretRow& row, const SecretWish& wish) {
    Command set = Command{"/ppp/secret/set"}.attribute(".id", row.id);
    const std::size_t unchanged = set.words.size();
    if (row.password != wish.password) set = std::move(set).attribute("password", wish.password);
    if (row.profile != wish.profile) set = std::move(set).attribute("profile", wish.profile);
    if (row.disabled == wish.enabled)
        set = std::move(set).attribute("disabled", yes_no(!wish.enabled));
    if (set.words.size() == unchanged) return std::nullopt;
    return set;
}

bool ends_session(const SecretWish& wish, const SecretRow* before) {
    return !wish.enabled || (before != nullptr && before->profile != wish.profile);
}

SecretFact fact_of(const SecretRow& row, bool session_live) {
    const std::string_view mark = mark_of(row);
    return {
        .name = row.name,
        .exists = true,
        .disabled = row.disabled,
        .ours = !mark.empty(),
        .mark = std::string(mark),
        .profile = row.profile,
        .session_live = session_live};
}

SecretFact fact_of(const SecretRow& row, const SecretWish& wish, bool session_live) {
    SecretFact fact = fact_of(row, session_live);
    fact.ours = owned_by(row, wish.mark);
    if (row.password) fact.password_matches = *row.password == wish.password;
    return fact;
}

std::optional<Failure> objection(const SecretWish& wish) {
    if (!is_plain_text(wish.name))
        return final_refusal(Errc::value_out_of_range, "the name is not plain text");
    if (!is_plain_text(wish.profile))
        return final_refusal(Errc::value_out_of_range, "the profile is not plain text");
    if (!is_plain_text(wish.mark) || wish.mark.find(' ') != std::string::npos)
        return final_refusal(Errc::value_out_of_range, "the mark is not one plain word");
    if (!is_plain_text(wish.password))
        return final_refusal(Errc::value_out_of_range, "the password is not plain text");
    return std::nullopt;
}

std::optional<Failure> shortfall(const SecretFact& fact, const SecretWish& wish) {
    std::string_view wrong;
    if (!fact.exists)
        wrong = "there is no such secret";
    else if (!fact.ours)
        wrong = "the secret is not ours any more";
    else if (fact.profile != wish.profile)
        wrong = "the profile is another one";
    else if (fact.disabled == wish.enabled)
        wrong = "disabled is not as set";
    else if (!fact.password_matches.value_or(true))
        wrong = "the password is another one";
    else if (!wish.enabled && fact.session_live)
        wrong = "the session is still live";
    if (wrong.empty()) return std::nullopt;
    return transient(Errc::device_refused, fmt::format("{} read back: {}", wish.name, wrong));
}

Failure foreign_secret(std::string_view name) {
    return final_refusal(
        Errc::device_refused, fmt::format("the secret {} does not have our mark", name)
    );
}

Failure repeated_secret(std::string_view name) {
    return final_refusal(
        Errc::device_refused, fmt::format("more than one secret has the name {}", name)
    );
}

bool lost_race(const Failure& failure) {
    return failure.refusal == Refusal::duplicate || failure.refusal == Refusal::no_such_item;
}

} // namespace tollbook::routeros
