#pragma once

#include "commands/book.hpp"
#include "ledger/decider.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollbook {

using Events = std::vector<NewEvent>;

// Where a callback's money goes: to its customer, or to suspense when that wallet is full, or, when
// no account can take it, nowhere yet: the delivery is kept and a person looks.
enum class Landing { wallet, suspense, nowhere };

// What of a command was computed before it reached the writer, with keys that deciding may not
// hold: keyed hashes that stand for personal things.
struct Derived {
    std::string payer_subject;  // "payer:<hash>"
    std::string body_hash;      // Of a callback's raw bytes.
    std::string reference_hash; // Of its normalised reference.
    std::string raw;            // Its raw bytes.
};

// What is numbered without gaps, each kind for itself.
enum class DocumentKind { invoice, credit_note };

// One command being decided: the book as it stands, the events so far, and the wallets as those
// events leave them. Pure: it changes no row.
class Decision {
public:
    // The tenant exists. Its time is its test clock's, if it has one.
    Decision(const Book& book, std::string_view tenant, Timestamp recorded_at);

    const Book& book() const { return book_; }

    const std::string& tenant() const { return tenant_; }

    const TenantRow& row() const { return *row_; }

    // The legal entities of a tenant that has more than one. Null: it has its own alone.
    const LegalEntitiesRow* entities() const { return entities_; }

    Timestamp now() const { return now_; }

    Date today() const { return today_; }

    // When it happened, or now if that is told to lie ahead: nothing takes effect, or is booked,
    // after the tenant's clock.
    Timestamp not_after_now(Timestamp at) const { return std::min(at, now_); }

    // Of all money of a customer that exists.
    Currency currency_of(std::string_view customer) const;

    // The tenant's civil day of an instant.
    Date day_of(Timestamp at) const;

    // The zone whose days count then.
    const std::string& timezone_at(Timestamp at) const;

    // The accounting day of what happened on `day`: itself, or the first that is open to the
    // tenant.
    Date booked_on(Date day) const;

    // The same for what these legs move: the first day that is open to each of their entities.
    Date booked_on(Date day, const Postings& postings) const;

    std::string key(std::string_view a) const { return book_key(tenant_, a); }

    // The wallet as the events so far leave it. The customer exists.
    WalletRow& wallet(const std::string& customer);

    // What is still owed for an issued invoice, as the events so far leave it.
    std::int64_t& open(const std::string& invoice);

    // The number that the entity's last document of that kind has, as the events so far leave it.
    std::uint64_t& last_number(const std::string& entity, DocumentKind kind);

    // The place of the last document that the entity's fiscal device is told of, likewise.
    std::uint64_t& last_place(const std::string& entity);

    // The add-ons of a service as the events so far leave them. Null: it has none.
    const ServiceAddonsRow* addons(std::string_view service) const;
    void set_addons(std::string_view service, ServiceAddonsRow addons);

    // The plan to which a service changes that has such a change scheduled, likewise.
    const NextPlanRow& next_plan(std::string_view service) const;
    void set_next_plan(std::string_view service, NextPlanRow next);

    // What an event so far named, or took away, and no row tells of yet: a lot, a late fee.
    void name(std::string what) { names_.push_back(std::move(what)); }

    bool named(std::string_view what) const {
        return std::ranges::find(names_, what) != names_.end();
    }

    // Whose wallets were looked at, and which invoices.
    std::vector<std::string> wallets_touched() const;
    std::vector<std::string> invoices_touched() const;

    // Appends an event that happens now, today. Its postings are given their legal entities and
    // their customer's currency here.
    void add(std::string stream, Event event, std::optional<Personal> personal = std::nullopt);

    // Appends an event that happened at `at`, on `day`. It is booked on that day, or on the first
    // one that is open to all whom its postings touch.
    void add_at(
        Timestamp at,
        Date day,
        std::string stream,
        Event event,
        std::optional<Personal> personal = std::nullopt
    );

    // Whether every sum still fits with these events: the wallets within wallet_minor_max, and all
    // that the tenant ever moved within 64 bits, so that no account can overflow. Refuses with
    // amount_overflow.
    Status check_sums() const;

    Events take() { return std::move(events_); }

    bool empty() const { return events_.empty(); }

private:
    struct Held {
        const WalletRow* before; // As the book has it.
        WalletRow now;
    };

    const Book& book_;
    std::string tenant_;
    const TenantRow* row_;
    const LegalEntitiesRow* entities_;
    Timestamp now_;
    Date today_;
    std::map<std::string, Held> wallets_;
    std::map<std::string, std::int64_t> opens_;
    std::map<std::pair<std::string, DocumentKind>, std::uint64_t> numbers_;
    std::map<std::string, std::uint64_t> places_; // By entity.
    std::map<std::string, ServiceAddonsRow, std::less<>> addons_;
    std::map<std::string, NextPlanRow, std::less<>> next_plans_;
    std::vector<std::string> names_;
    Events events_;
};

// The customer exists and stands for itself: customer_unknown, customer_merged.
Status check_customer(const Decision& decision, const std::string& customer);

// Money of one can become the other's. Refuses with currency_mismatch.
Status check_same_currency(const Decision& decision, const std::string& a, const std::string& b);

// Ids that people choose: 1 to 64 of A-Z a-z 0-9 . _ - @ :
Status check_id(std::string_view what, std::string_view id);

// 1 to 32 of a-z _ : a block reason.
Status check_reason(std::string_view reason);

// Above zero and at most amount_minor_max.
Status check_amount(std::int64_t minor);

// At most `chars_max` bytes, no control characters.
Status check_text(std::string_view what, std::string_view text, std::size_t chars_max = 200);

// A leg; `Decision::add` gives it the currency of the customer whom its event is about.
Posting leg(const Decision& decision, std::string account, std::int64_t minor);

// "ACC1-2" before "ACC1-10": runs of digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b);

} // namespace tollbook
