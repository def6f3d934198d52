#include "projections/catalogue.hpp"
#include "projections/tenant_books.hpp"

#include <algorithm>

namespace tollbook {

namespace {

struct AccountView {
    std::string tenant;
    std::string entity;
    std::string account;
    std::string currency;
    std::string kind; // The account's first word.
    std::int64_t debit_minor{};
    std::int64_t credit_minor{};
    std::int64_t balance_minor{}; // Debit positive.
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    AccountView,
    (),
    (tenant, entity, account, currency, kind, debit_minor, credit_minor, balance_minor, seq)
)

struct AccountDayView {
    std::string tenant;
    std::string entity;
    std::string account;
    std::string currency;
    Date booked_on;
    std::int64_t debit_minor{};
    std::int64_t credit_minor{};
    std::uint64_t seq{};
};
BOOST_DESCRIBE_STRUCT(
    AccountDayView,
    (),
    (tenant, entity, account, currency, booked_on, debit_minor, credit_minor, seq)
)

struct PostingView {
    std::string tenant;
    std::uint64_t seq{};
    std::int32_t leg{};
    std::string entity;
    std::string account;
    std::string currency;
    std::int64_t minor{};
    std::string type; // Of its event.
    Timestamp effective_at;
    Timestamp recorded_at;
    Date booked_on;
};
BOOST_DESCRIBE_STRUCT(
    PostingView,
    (),
    (tenant, seq, leg, entity, account, currency, minor, type, effective_at, recorded_at, booked_on)
)

class Accounts final : public Projection {
public:
    explicit Accounts(std::string_view schema)
        : Projection({"accounts", 2, "107_accounts_v2"})
        , books_(schema, "account_books")
        , accounts_(schema, "account_balances", 4)
        , days_(schema, "account_days", 5)
        , postings_(schema, "postings", 3) {}

    // Events share the accounts of cash and revenue, and a trial balance without one of them is no
    // trial balance: a tenant's books stand still as a whole (docs/decisions/0005).
    Keys keys(const Fact& fact) const override {
        const Postings* postings = postings_of(fact.event);
        const bool posts = postings != nullptr && !postings->empty();
        if (!posts && !std::holds_alternative<TenantOpened>(fact.event)) return {};
        return {std::string(whole_tenant)};
    }

    void touch(const Fact& fact) override {
        books_.learn(fact);
        const Postings* postings = postings_of(fact.event);
        if (postings == nullptr) return;
        for (const Posting& posting : *postings) {
            const std::string key = key_of(fact, posting);
            accounts_.want(key);
            days_.want(key + row_key(fact.record.booked_on));
        }
    }

    void apply(const Fact& fact) override {
        const Postings* postings = postings_of(fact.event);
        if (postings == nullptr) return;
        std::int32_t leg = 0;
        for (const Posting& posting : *postings)
            post(fact, posting, leg++);
    }

    std::vector<RowSet*> tables() override {
        return {&books_.rows(), &accounts_, &days_, &postings_};
    }

private:
    std::string key_of(const Fact& fact, const Posting& posting) const {
        const BookName book = books_.of(fact.tenant(), posting);
        return row_key(fact.tenant(), book.entity, posting.account, book.currency);
    }

    template <class Row>
    static void add(Row& row, const Fact& fact, const Posting& posting) {
        if (posting.minor > 0)
            row.debit_minor += posting.minor;
        else
            row.credit_minor -= posting.minor;
        row.seq = fact.record.seq;
    }

    void post(const Fact& fact, const Posting& posting, std::int32_t leg) {
        const BookName book = books_.of(fact.tenant(), posting);
        const std::string key = row_key(fact.tenant(), book.entity, posting.account, book.currency);
        AccountView* account = accounts_.edit(key);
        if (account == nullptr)
            account = &accounts_.put(
                {fact.tenant(),
                 book.entity,
                 posting.account,
                 book.currency,
                 posting.account.substr(0, posting.account.find(':')),
                 0,
                 0,
                 0,
                 0}
            );
        add(*account, fact, posting);
        account->balance_minor += posting.minor;

        AccountDayView* day = days_.edit(key + row_key(fact.record.booked_on));
        if (day == nullptr)
            day = &days_.put(
                {fact.tenant(),
                 book.entity,
                 posting.account,
                 book.currency,
                 fact.record.booked_on,
                 0,
                 0,
                 0}
            );
        add(*day, fact, posting);

        postings_.add(
            {fact.tenant(),
             fact.record.seq,
             leg,
             book.entity,
             posting.account,
             book.currency,
             posting.minor,
             fact.record.type,
             fact.record.effective_at,
             fact.recorded_at(),
             fact.record.booked_on}
        );
    }

    TenantBooks books_;
    KeyedRows<AccountView> accounts_;
    KeyedRows<AccountDayView> days_;
    AppendedRows<PostingView> postings_;
};

} // namespace

std::unique_ptr<Projection> make_accounts(std::string_view schema) {
    return std::make_unique<Accounts>(schema);
}

} // namespace tollbook
