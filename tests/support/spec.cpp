#include "tests/support/spec.hpp"

#include "tests/support/book_builders.hpp"

namespace doctest {

String StringMaker<std::vector<tollbook::Event>>::convert(const std::vector<tollbook::Event>& events
) {
    std::string text;
    for (const tollbook::Event& event : events)
        text.append("\n  ").append(tollbook::type_of(event)).append(tollbook::payload_of(event));
    return String(text.c_str());
}

} // namespace doctest

namespace tollbook {

Spec::Spec(const Story& past) {
    for (const Event& event : past)
        run_.replay({run_.facts().size() + 1, tenant_id, {}, event, {}, {}, {}});
}

Spec& Spec::when(std::string_view type, std::string_view body) {
    Result<std::vector<Fact>> made = run_.send(tenant_id, type, body);
    outcome_ = made ? Status{Done{}} : Status{made.error()};
    made_ = made ? std::move(*made) : std::vector<Fact>{};
    return *this;
}

Spec& Spec::then(const Story& expected) {
    INFO("refused: ", outcome_ ? std::string("no") : outcome_.error().detail);
    REQUIRE(outcome_ == Status{Done{}});
    Story story;
    for (const Fact& fact : made_)
        story.push_back(fact.event);
    CHECK(story == expected);
    return *this;
}

Spec& Spec::then_types(std::string_view expected) {
    INFO("refused: ", outcome_ ? std::string("no") : outcome_.error().detail);
    REQUIRE(outcome_ == Status{Done{}});
    std::string types;
    for (const Fact& fact : made_)
        types.append(types.empty() ? "" : " ").append(type_of(fact.event));
    CHECK(types == std::string(expected));
    return *this;
}

Spec& Spec::booked_on(std::string_view day) {
    REQUIRE(!made_.empty());
    for (const Fact& fact : made_)
        CHECK(to_string(fact.booked_on) == std::string(day));
    return *this;
}

Spec& Spec::refused(Errc reason, std::string_view detail) {
    REQUIRE(outcome_.has_error());
    INFO("detail: ", outcome_.error().detail);
    CHECK(outcome_.error().code == reason);
    CHECK(outcome_.error().detail.substr(0, detail.size()) == std::string(detail));
    refusals_seen().insert(outcome_.error().code);
    return *this;
}

Spec& Spec::wallet(const std::string& customer, std::int64_t minor) {
    const WalletRow* row = run_.book().wallets.find(book_key(tenant_id, customer));
    REQUIRE(row != nullptr);
    CHECK(balance(*row) == minor);
    return *this;
}

Spec& Spec::blocked(const std::string& service, std::string_view reasons) {
    const ServiceRow* row = run_.book().services.find(book_key(tenant_id, service));
    REQUIRE(row != nullptr);
    std::string joined;
    for (const std::string& reason : row->blocks)
        joined.append(joined.empty() ? "" : "+").append(reason);
    CHECK(joined == std::string(reasons));
    return *this;
}

Spec& Spec::renews_on(const std::string& service, std::string_view day) {
    const ServiceRow* row = run_.book().services.find(book_key(tenant_id, service));
    REQUIRE(row != nullptr);
    CHECK(to_string(row->renews_on) == std::string(day));
    return *this;
}

Spec given(const Story& past) { return Spec(past); }

Story operator+(Story past, const Story& more) {
    past.insert(past.end(), more.begin(), more.end());
    return past;
}

std::set<Errc>& refusals_seen() {
    static std::set<Errc> seen;
    return seen;
}

} // namespace tollbook
