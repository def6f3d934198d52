#include "commands/book_decider.hpp"

#include "commands/billing/billing_runs.hpp"
#include "commands/customers/merging.hpp"
#include "commands/deciders.hpp"
#include "commands/payments/mpesa.hpp"

#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <optional>
#include <sodium/utils.h>

namespace tollbook {

namespace {

// A command that was read, and what of it needs the tenant's key.
class PreparedCommand final : public Prepared {
public:
    PreparedCommand(Command command, Derived derived)
        : command_(std::move(command)), derived_(std::move(derived)) {}

    const Command& command() const { return command_; }

    const Derived& derived() const { return derived_; }

    std::string canonical() const override {
        return std::string(type_of(command_)) + canonical_json(command_);
    }

    std::string stream() const override {
        return std::visit([](const auto& c) { return stream_of(c); }, command_);
    }

private:
    template <class T>
    static constexpr bool moves_wallet = boost::mp11::mp_contains<
        boost::mp11::mp_list<
            ChargeWallet,
            SellProduct,
            GrantCredit,
            SettleWallet,
            HoldFunds,
            SetOverdraftLimit,
            RequestRefund,
            SetTopUpRule,
            EndTopUpRule,
            TakeTopUp,
            CancelTopUp>,
        T>::value;

    template <class T>
    static std::string stream_of(const T& command) {
        constexpr bool of_customer = requires { command.customer; };
        if constexpr (requires { command.invoice; })
            return "invoice:" + command.invoice;
        else if constexpr (std::same_as<T, DefineTax>)
            return "tax:" + command.tax;
        else if constexpr (std::same_as<T, DefineLegalEntity>)
            return "legal_entity:" + command.entity;
        else if constexpr (std::same_as<T, SettleEntities>)
            return "legal_entity:" + command.from;
        else if constexpr (requires { command.lead; })
            return "lead:" + command.lead;
        else if constexpr (requires { command.ticket; })
            return "ticket:" + command.ticket;
        else if constexpr (requires { command.deposit; })
            return "deposit:" + command.deposit;
        else if constexpr (!of_customer && requires { command.service; })
            return "service:" + command.service;
        else if constexpr (requires { command.payment; })
            return "payment:" + command.payment;
        else if constexpr (moves_wallet<T>)
            return "wallet:" + command.customer;
        else if constexpr (requires {
                               command.site;
                               command.target;
                           })
            return "site:" + command.site;
        else if constexpr (requires {
                               command.plan;
                               command.price_minor;
                           })
            return "plan:" + command.plan;
        else if constexpr (std::same_as<T, AddPaymentReference> || std::same_as<T, SetBillingMode> || std::same_as<T, SetCustomerGroup>)
            return "customer:" + command.customer;
        else if constexpr (requires { command.run; })
            return run_stream(command.run);
        else if constexpr (std::same_as<T, DefineDunning>)
            return "dunning:" + command.policy;
        else
            return {};
    }

    Command command_;
    Derived derived_;
};

std::optional<std::string> base64_decoded(const std::string& text) {
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    const int failed = sodium_base642bin(
        reinterpret_cast<unsigned char*>(bytes.data()),
        bytes.size(),
        text.data(),
        text.size(),
        nullptr,
        &size,
        nullptr,
        sodium_base64_VARIANT_ORIGINAL
    );
    if (failed != 0) return std::nullopt;
    bytes.resize(size);
    return bytes;
}

// The payer is known by number and name together: masked numbers are shared by many.
Result<Derived> derive(
    const RecordCallback& command, std::string_view tenant, const PrivateHash& private_hash
) {
    std::optional<std::string> raw = base64_decoded(command.raw_base64);
    if (!raw) return Error{Errc::malformed_request, "raw_base64"};
    Derived derived;
    derived.raw = std::move(*raw);
    derived.body_hash = private_hash(tenant, derived.raw);
    derived.payer_subject = "payer:" + derived.body_hash;
    const Result<C2bConfirmation> c2b = parse_c2b(derived.raw);
    if (!c2b) return derived;
    derived.payer_subject = "payer:" + private_hash(tenant, c2b->payer + "\n" + c2b->payer_name);
    derived.reference_hash = private_hash(tenant, normalise_reference(c2b->reference));
    return derived;
}

} // namespace

BookDecider::BookDecider(PrivateHash private_hash) : private_hash_(std::move(private_hash)) {}

std::uint32_t BookDecider::version() const { return book_version; }

Result<std::shared_ptr<const Prepared>> BookDecider::prepare(
    std::string_view tenant, std::string_view type, std::string_view body
) const {
    Result<Command> command = read_command(type, body);
    if (!command) return command.error();
    Derived derived;
    if (const auto* callback = std::get_if<RecordCallback>(&*command)) {
        Result<Derived> computed = derive(*callback, tenant, private_hash_);
        if (!computed) return computed.error();
        derived = std::move(*computed);
    }
    return std::shared_ptr<const Prepared>(
        std::make_shared<PreparedCommand>(std::move(*command), std::move(derived))
    );
}

namespace {

// The rows that a command names itself.
template <class T>
void want_rows(const Book& book, std::string_view tenant, const T& command) {
    const auto key = [tenant](std::string_view id) { return book_key(tenant, id); };
    if constexpr (requires {
                      { command.customer } -> std::same_as<const std::string&>;
                  }) {
        book.customers.want(key(command.customer));
        book.wallets.want(key(command.customer));
    }
    if constexpr (std::same_as<T, ChargeWallet>)
        book.charges.want(key(manual_charge(command.charge)));
    if constexpr (std::same_as<T, SellProduct>) book.charges.want(key(sale_charge(command.sale)));
    if constexpr (!requires { command.customer; } && requires {
                      { command.service } -> std::same_as<const std::string&>;
                  })
        book.services.want(key(command.service));
    if constexpr (requires { command.invoice; }) book.invoices.want(key(command.invoice));
    if constexpr (requires { command.payment; }) book.payments.want(key(command.payment));
    if constexpr (requires { command.lead; }) book.leads.want(key(command.lead));
    if constexpr (requires { command.ticket; }) book.tickets.want(key(command.ticket));
}

} // namespace

void BookDecider::expect(std::span<const ExpectedCommand> commands) const {
    for (const ExpectedCommand& expected : commands) {
        const auto& prepared = static_cast<const PreparedCommand&>(*expected.command);
        std::visit(
            [&](const auto& command) { want_rows(book_, expected.tenant, command); },
            prepared.command()
        );
    }
    book_.journal.fetch_wanted();
}

namespace {

// Decides one command on the book as it stands.
Result<Events> attempt(
    const Book& book,
    std::string_view tenant,
    Timestamp recorded_at,
    const PreparedCommand& command,
    Landing landing
) {
    Decision decision(book, tenant, recorded_at);
    Status status = std::visit(
        [&](const auto& c) -> Status {
            using T = std::decay_t<decltype(c)>;
            if constexpr (std::same_as<T, OpenTenant>)
                return Done{};
            else if constexpr (std::same_as<T, RecordCallback>)
                return tollbook::decide(decision, c, command.derived(), landing);
            else
                return tollbook::decide(decision, c);
        },
        command.command()
    );
    if (status) pass_on(decision);
    if (status) status = decision.check_sums();
    if (!status) return status.error();
    return decision.take();
}

} // namespace

Result<std::vector<NewEvent>> BookDecider::decide(
    const Prepared& command, std::string_view tenant, Timestamp recorded_at
) const {
    const auto& prepared = static_cast<const PreparedCommand&>(command);
    if (const auto* open = std::get_if<OpenTenant>(&prepared.command()))
        return open_tenant(book_, tenant, *open, recorded_at);
    if (book_.tenants.find(tenant) == nullptr)
        return Error{Errc::tenant_unknown, std::string(tenant.substr(0, 32))};

    Result<Events> events = attempt(book_, tenant, recorded_at, prepared, Landing::wallet);
    // What a provider tells has happened: it is never refused because it is too much.
    const auto overflowed = [&] { return !events && events.error().code == Errc::amount_overflow; };
    if (!std::holds_alternative<RecordCallback>(prepared.command())) return events;
    if (overflowed()) events = attempt(book_, tenant, recorded_at, prepared, Landing::suspense);
    if (overflowed()) events = attempt(book_, tenant, recorded_at, prepared, Landing::nowhere);
    return events;
}

void BookDecider::evolve(const Event& event, const Record& record) {
    tollbook::evolve(book_, record.command.tenant, event);
    if (!record.command.causation.empty()) note_run(book_, record, event);
}

std::uint64_t BookDecider::mark() { return book_.journal.mark(); }

void BookDecider::undo_to(std::uint64_t mark) { book_.journal.undo_to(mark); }

void BookDecider::forget_undo(std::uint64_t mark) { book_.journal.forget_undo(mark); }

std::vector<RowImage> BookDecider::take_changed_rows() { return book_.journal.take_changed_rows(); }

void BookDecider::flushed() { book_.journal.flushed(); }

void BookDecider::restore_row(std::string_view key, std::string_view value) {
    book_.journal.restore_row(key, value);
}

void BookDecider::attach(const RowStore& rows) { book_.journal.attach(rows); }

std::string BookDecider::cold_tags() const { return book_.journal.cold_tags(); }

Hash BookDecider::state_hash() const { return book_.journal.state_hash(); }

} // namespace tollbook
