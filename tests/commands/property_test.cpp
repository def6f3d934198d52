#include "tests/support/book_builders.hpp"
#include "tests/support/book_clerk.hpp"
#include "tests/support/book_proofs.hpp"
#include "tests/support/map_row_store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <random>
#include <set>
#include <variant>

using namespace tollbook;

namespace {

constexpr std::array<std::uint64_t, 6> seeds{1, 2, 3, 20'261'120, 600'901, 77};

template <class... T>
std::set<std::string_view> types_of(const std::variant<T...>&) {
    return {T::type...};
}

// The book after `steps` random commands.
void work(BookRun& run, std::uint64_t seed, int steps) {
    BookClerk clerk(run, seed);
    clerk.set_up();
    for (int i = 0; i < steps; ++i)
        clerk.step();
}

// A payment for each of the customers A, B and C and for nobody, `count` in all.
std::vector<Callback> payments(std::size_t count) {
    constexpr std::array references{"A", "B", "C", "NOBODY"};
    std::vector<Callback> callbacks;
    for (std::size_t i = 0; i < count; ++i)
        callbacks.push_back(
            {.receipt = "R" + std::to_string(i),
             .amount = std::to_string(500 * (1 + i % 7)) + ".00",
             .reference = references.at(i % references.size())}
        );
    return callbacks;
}

Story cut_services() {
    return world() + Story{
                         service("A-1", "A", "2026-11-20", {"unpaid"}),
                         service("A-2", "A", "2026-11-19", {"unpaid"}),
                         service("B-1", "B", "2026-11-20", {"unpaid"}),
                         service("C-1", "C", "2026-12-20")};
}

void tell(Spec& book, const std::vector<Callback>& callbacks) {
    for (const Callback& callback : callbacks)
        book.when(told(callback));
}

} // namespace

TEST_CASE("property: whatever is asked, the control equations hold") {
    for (const std::uint64_t seed : seeds) {
        CAPTURE(seed);
        BookRun run;
        BookClerk clerk(run, seed);
        clerk.set_up();
        for (int i = 0; i < 3'000; ++i) {
            clerk.step();
            if (i % 250 == 0) REQUIRE(first_fault(run, clerk_tenant) == "");
        }
        CHECK(first_fault(run, clerk_tenant) == "");
        CHECK(clerk.accepted() > 1'500);
        CHECK(clerk.refused() > 300);
    }
}

TEST_CASE("property: the clerk reaches every kind of event") {
    std::set<std::string_view> missing = types_of(EventVariant{});
    for (const std::uint64_t seed : seeds) {
        BookRun run;
        work(run, seed, 9'000);
        for (const Fact& fact : run.facts())
            missing.erase(type_of(fact.event));
    }
    CHECK(fmt::format("{}", fmt::join(missing, " ")) == "");
}

TEST_CASE("property: undoing what was decided since a mark gives the same state") {
    for (const std::uint64_t seed : seeds) {
        CAPTURE(seed);
        BookRun run;
        BookClerk clerk(run, seed);
        clerk.set_up();
        for (int round = 0; round < 25; ++round) {
            const std::uint64_t mark = run.decider().mark();
            const Hash before = run.decider().state_hash();
            const std::size_t facts = run.facts().size();
            const bool nested = clerk.roll(2) == 0;
            for (std::uint64_t i = clerk.roll(40); i > 0; --i)
                clerk.step();
            if (nested) run.decider().mark();
            for (std::uint64_t i = clerk.roll(40); i > 0; --i)
                clerk.step();
            run.decider().undo_to(mark);
            run.cut(facts);
            REQUIRE(run.decider().state_hash() == before);
            for (int i = 0; i < 20; ++i)
                clerk.step();
            run.decider().forget_undo(run.decider().mark());
        }
        CHECK(first_fault(run, clerk_tenant) == "");
    }
}

TEST_CASE("property: replaying the stored payloads gives the same state") {
    for (const std::uint64_t seed : seeds) {
        CAPTURE(seed);
        BookRun run;
        work(run, seed, 2'000);
        BookRun replayed;
        for (const Fact& fact : run.facts())
            replayed.replay(fact);
        CHECK(replayed.decider().state_hash() == run.decider().state_hash());
        for (std::size_t i = 0; i < run.facts().size(); ++i)
            REQUIRE(run.facts()[i].event == replayed.facts()[i].event);
    }
}

TEST_CASE("property: a book restored from its checkpoint is the same, and goes on the same") {
    for (const std::uint64_t seed : seeds) {
        CAPTURE(seed);
        MapRowStore disk;
        BookRun run;
        run.decider().attach(disk);
        BookClerk clerk(run, seed);
        clerk.set_up();
        for (int round = 0; round < 4; ++round) {
            for (int i = 0; i < 300; ++i)
                clerk.step();
            run.decider().forget_undo(run.decider().mark());
            disk.write(run.decider().take_changed_rows());
            run.decider().flushed();
        }
        BookRun restored;
        const std::string cold = restored.decider().cold_tags();
        for (const auto& [key, value] : disk.rows)
            if (cold.find(key.front()) == std::string::npos)
                restored.decider().restore_row(key, value);
        restored.decider().attach(disk);
        CHECK(restored.decider().state_hash() == run.decider().state_hash());

        const std::size_t checkpointed = run.facts().size();
        for (int i = 0; i < 300; ++i)
            clerk.step();
        for (std::size_t i = checkpointed; i < run.facts().size(); ++i)
            restored.replay(run.facts()[i]);
        CHECK(restored.decider().state_hash() == run.decider().state_hash());
    }
}

TEST_CASE("property: copies of callbacks move nothing, wherever they arrive") {
    const std::vector<Callback> once = payments(60);
    Spec expected = given(cut_services());
    tell(expected, once);
    for (const std::uint64_t seed : seeds) {
        CAPTURE(seed);
        std::mt19937_64 dice(seed);
        std::vector<Callback> copied = once;
        for (int i = 0; i < 200; ++i) {
            const Callback copy = copied.at(dice() % copied.size());
            const auto first = std::ranges::find(copied, copy.receipt, &Callback::receipt);
            const auto after = static_cast<std::uint64_t>(copied.end() - first);
            copied.insert(first + 1 + static_cast<std::ptrdiff_t>(dice() % after), copy);
        }
        Spec book = given(cut_services());
        tell(book, copied);
        CHECK(accounts_of(book.run().facts()) == accounts_of(expected.run().facts()));
        for (const char* service : {"A-1", "A-2", "B-1", "C-1"})
            CHECK(
                book.run().book().services.find(book_key(tenant_id, service))->blocks ==
                expected.run().book().services.find(book_key(tenant_id, service))->blocks
            );
    }
}

TEST_CASE("property: where nothing is cut, any order of payments and copies gives the same money") {
    std::vector<Callback> shuffled = payments(60);
    Spec expected = given(world());
    tell(expected, shuffled);
    const std::vector<Callback> once = shuffled;
    for (int copy = 0; copy < 3; ++copy)
        shuffled.insert(shuffled.end(), once.begin(), once.end());
    for (const std::uint64_t seed : seeds) {
        CAPTURE(seed);
        std::mt19937_64 dice(seed);
        std::shuffle(shuffled.begin(), shuffled.end(), dice);
        Spec book = given(world());
        tell(book, shuffled);
        CHECK(accounts_of(book.run().facts()) == accounts_of(expected.run().facts()));
    }
}

TEST_CASE("property: one random command at a time, no number of renewals charges a period twice") {
    for (const std::uint64_t seed : seeds) {
        CAPTURE(seed);
        BookRun run;
        work(run, seed, 2'000);
        std::set<std::string> charges;
        for (const Fact& fact : run.facts())
            if (const auto* charged = std::get_if<WalletCharged>(&fact.event))
                CHECK_MESSAGE(charges.insert(charged->charge).second, charged->charge);
        CHECK(charges.size() > 50);
    }
}
