#include "commands/book.hpp"
#include "commands/evolve_parts.hpp"
#include "commands/wallets/charge_taxes.hpp"
#include "ledger/ensure.hpp"

#include <algorithm>

namespace tollbook {

namespace {

// One event's way into the rows. A case for every event: a missing one does not compile.
class Evolution : public EvolveSubscriptions,
                  public EvolveInvoices,
                  public EvolveTopUps,
                  public EvolveDunning,
                  public EvolveRelations {
public:
    Evolution(Book& book, std::string_view tenant)
        : EvolveSubscriptions(book, tenant)
        , EvolveInvoices(book, tenant)
        , EvolveTopUps(book, tenant)
        , EvolveDunning(book, tenant)
        , EvolveRelations(book, tenant)
        , book_(book)
        , tenant_(tenant) {}

    using EvolveSubscriptions::operator();
    using EvolveInvoices::operator();
    using EvolveTopUps::operator();
    using EvolveDunning::operator();
    using EvolveRelations::operator();

    void operator()(const TenantOpened& e) {
        TenantRow& row = book_.tenants.edit(tenant_);
        row.timezone = e.timezone;
        row.currency = e.currency;
        row.legal_entity = e.legal_entity;
        row.mpesa_shortcodes = e.mpesa_shortcodes;
        row.tills = e.tills;
        row.policies = e.policies;
        for (const std::string& shortcode : e.mpesa_shortcodes)
            book_.shortcodes.edit(shortcode).name = tenant_;
    }

    void operator()(const RouterRegistered& e) {
        book_.routers.edit(key(e.router)).name = e.driver;
    }

    void operator()(const PeriodClosed& e) {
        if (!e.entity) {
            book_.tenants.edit(tenant_).closed_through = e.through;
            return;
        }
        const std::uint32_t place = *place_of_entity(book_, tenant_, e.entity);
        book_.entities.edit(tenant_).entities[place].closed_through = e.through;
    }

    void operator()(const TimezoneChanged& e) {
        TenantRow& row = book_.tenants.edit(tenant_);
        row.former_timezone = {row.timezone, e.after};
        row.timezone = e.timezone;
    }

    void operator()(const TestClockAdvanced& e) { book_.tenants.edit(tenant_).test_clock = e.to; }

    void operator()(const ServiceAdded& e) {
        book_.services.edit(key(e.service)) = {
            e.customer,
            e.plan,
            e.plan_version,
            e.site,
            e.renews_on,
            e.anchor_day,
            e.blocks,
            1,
            e.setup_minor.value_or(0)};
        book_.customers.edit(key(e.customer)).services.push_back(e.service);
        book_.sites.edit(key(e.site)).service = e.service;
    }

    void operator()(const ServiceSuspended& e) { set_blocks(e.service, e.blocks); }

    void operator()(const ServiceReinstated& e) { set_blocks(e.service, e.blocks); }

    void operator()(const ServiceRenewed& e) {
        ServiceRow& row = book_.services.edit(key(e.service));
        row.renews_on = e.to;
        row.setup_minor = 0;
        row.promised_until.reset();
        if (row.billed_to && *row.billed_to <= e.to) row.billed_to.reset();
        ++row.changes;
    }

    void operator()(const SiteRequested& e) {
        SiteRow& row = book_.sites.edit(key(e.site));
        row.target = e.target;
        row.phase = SitePhase::requested;
        row.own_profile.reset();
        const ServiceRow* service = book_.services.find(key(e.service));
        if (service != nullptr && service->plan != e.profile) row.own_profile = true;
    }

    void operator()(const SiteProfileChanged&) {}

    void operator()(const SiteProvisioned& e) {
        set_applied(e.site, SitePhase::provisioned, e.applied_seq);
    }

    void operator()(const SiteStateApplied& e) {
        set_applied(e.site, SitePhase::provisioned, e.applied_seq);
    }

    void operator()(const SiteFailed& e) {
        book_.sites.edit(key(e.site)).phase = SitePhase::failed;
    }

    void operator()(const SiteRemovalRequested& e) {
        book_.sites.edit(key(e.site)).phase = SitePhase::removing;
    }

    void operator()(const SiteRemoved& e) {
        set_applied(e.site, SitePhase::removed, e.applied_seq);
    }

    void operator()(const CallbackReceived& e) {
        ++book_.arrivals.edit(key(e.arrival.substr(0, e.arrival.find('~')))).value;
    }

    void operator()(const DeskEntryReceived&) {}

    void operator()(const ArrivalResolved& e) {
        if (e.payment) ++book_.payments.edit(key(*e.payment)).told;
    }

    void operator()(const PaymentReceived& e) {
        PaymentRow& row = book_.payments.edit(key(e.payment));
        row.channel = e.channel;
        row.minor = e.minor;
        row.reference_hash = e.reference_hash;
        row.occurred_at = e.occurred_at;
        row.typed = e.reported_by == ArrivalKind::desk;
        row.entity = place_of_entity(book_, tenant_, e.postings.front().entity); // Of the cash.
        if (!e.customer) {
            row.suspended = e.minor;
            return;
        }
        row.customer = *e.customer;
        credit_part(row, {*e.customer, e.minor, e.payment, e.debt_repaid});
        if (row.typed) note_typed(e);
    }

    void operator()(const PaymentConfirmed& e) {
        PaymentRow& row = book_.payments.edit(key(e.payment));
        row.typed = false;
        row.reference_hash = e.reference_hash;
        row.occurred_at = e.occurred_at;
    }

    void operator()(const SuspenseAssigned& e) {
        PaymentRow& row = book_.payments.edit(key(e.payment));
        row.suspended = e.remaining;
        for (const SuspensePart& part : e.parts)
            credit_part(row, part);
    }

    void operator()(const PaymentReversed& e) {
        PaymentRow& row = book_.payments.edit(key(e.payment));
        row.suspended -= e.from_suspense;
        for (const WalletDebit& debit : e.debits)
            debit_part(row, debit);
    }

    void operator()(const PaymentMoved& e) {
        PaymentRow& row = book_.payments.edit(key(e.payment));
        debit_part(row, e.debit);
        credit_part(row, e.credit);
    }

    void operator()(const OpeningBalancesPosted& e) {
        for (const OpeningWallet& opening : e.wallets) {
            WalletRow& wallet = book_.wallets.edit(key(opening.customer));
            wallet.opened = 1;
            if (opening.minor > 0)
                credit(wallet, opening.lot, opening.minor);
            else
                force_take(wallet, opening.customer, opening.lot, -opening.minor);
        }
        for (const OpeningCash& opening : e.cash)
            book_.openings.edit(key(opening_key(opening))).value = 1;
        if (e.complete) book_.tenants.edit(tenant_).opening_complete = true;
    }

    void operator()(const WalletCharged& e) {
        apply_taken(book_.wallets.edit(key(e.customer)), e.lots, e.overdrawn.value_or(0));
        ChargeRow& row = book_.charges.edit(key(e.charge));
        row.customer = e.customer;
        row.minor = e.minor;
        if (e.service) row.lots = e.lots;
        row.service = e.service;
        row.taxed = taxed_parts(e.lines);
        for (const LotTaken& taken : e.lots)
            note_use(e.charge, taken);
        note_paid(e);
        note_addons_paid(e);
    }

    void operator()(const ChargeCredited& e) {
        const std::int64_t repaid = give_back(book_.wallets.edit(key(e.customer)), e.lots);
        ensure(repaid == e.debt_repaid);
        ChargeRow& row = book_.charges.edit(key(e.charge));
        row.credited_minor = row.credited_minor.value_or(0) + e.minor;
        row.credits = row.credits.value_or(0) + 1;
        if (row.taxed) take_back(*row.taxed, e.lines);
        for (const LotTaken& part : e.lots) {
            if (row.lots) reduce(*row.lots, part);
            forget_use(e.charge, part);
        }
        note_credited(e);
        note_addons_credited(e);
    }

    void operator()(const PeriodDrafted& e) {
        draft(e);
        note_drafted(e);
        note_addons_drafted(e);
    }

private:
    std::string key(std::string_view a) const { return book_key(tenant_, a); }

    std::string key(std::string_view a, std::string_view b) const {
        return book_key(tenant_, a, b);
    }

    void set_blocks(const std::string& service, const std::vector<std::string>& blocks) {
        ServiceRow& row = book_.services.edit(key(service));
        row.blocks = blocks;
        ++row.changes;
    }

    void set_applied(const std::string& site, SitePhase phase, std::uint64_t applied_seq) {
        SiteRow& row = book_.sites.edit(key(site));
        if (row.phase != SitePhase::removing || phase == SitePhase::removed) row.phase = phase;
        row.applied_seq = applied_seq;
    }

    void credit_part(PaymentRow& row, const SuspensePart& part) {
        const std::int64_t repaid =
            credit(book_.wallets.edit(key(part.customer)), part.lot, part.minor);
        ensure(repaid == part.debt_repaid);
        row.parts.push_back({part.customer, part.lot, part.minor});
    }

    void note_typed(const PaymentReceived& e) {
        const std::string& zone = book_.tenants.find(tenant_)->timezone;
        const Date day = local_day(e.occurred_at, zone);
        book_.typed.edit(typed_key(tenant_, *e.customer, {day, e.minor})).name = e.payment;
    }

    // A debit is of one part: the first of that customer that still stands.
    void debit_part(PaymentRow& row, const WalletDebit& debit) {
        apply_taken(book_.wallets.edit(key(debit.customer)), debit.lots, debit.overdrawn);
        const auto part = std::ranges::find_if(row.parts, [&](const PaymentPart& p) {
            return p.customer == debit.customer && p.standing > 0;
        });
        ensure(part != row.parts.end() && part->standing >= debit.minor);
        part->standing -= debit.minor;
        for (const Unwound& unwound : debit.unwound)
            forget_use(unwound.charge, {part->lot, unwound.minor});
    }

    static void reduce(std::vector<LotTaken>& lots, const LotTaken& part) {
        const auto lot = std::ranges::find(lots, part.lot, &LotTaken::lot);
        if (lot == lots.end()) return;
        lot->minor -= part.minor;
        if (lot->minor == 0) lots.erase(lot);
    }

    Book& book_;
    std::string_view tenant_;
};

} // namespace

void evolve(Book& book, std::string_view tenant, const Event& event) {
    std::visit(Evolution{book, tenant}, event);
    note_dunning(book, tenant, event);
    note_top_ups(book, tenant, event);
    const Postings* postings = postings_of(event);
    if (postings == nullptr || postings->empty()) return;
    std::uint64_t& turnover = book.turnovers.edit(tenant).value;
    turnover = turnover_after(turnover, *postings);
    note_dues(book, tenant, *postings);
}

} // namespace tollbook
