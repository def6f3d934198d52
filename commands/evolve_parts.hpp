// Parts of the visitor of evolve.cpp: how events of one area change the rows.
#pragma once

#include "commands/billing/billing_period.hpp"
#include "commands/book.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

class EvolvePart {
public:
    EvolvePart(Book& book, std::string_view tenant) : book_(book), tenant_(tenant) {}

protected:
    Book& book() const { return book_; }

    std::string_view tenant() const { return tenant_; }

    std::string key(std::string_view a) const { return book_key(tenant_, a); }

private:
    Book& book_;
    std::string_view tenant_;
};

// Plans, and add-ons of services.
class EvolveCatalogue : public EvolvePart {
public:
    using EvolvePart::EvolvePart;

    void operator()(const PlanDefined& e);
    void operator()(const AddonAdded& e);
    void operator()(const AddonEndScheduled& e);
    void operator()(const AddonEndCancelled& e);
    void operator()(const AddonRemoved& e);
    void operator()(const AddonChangeScheduled& e);
    void operator()(const AddonChangeCancelled& e);
    void operator()(const AddonChanged& e);

protected:
    ServiceRow& changed(const std::string& service);

    // The days that a service's charge pays for, of each add-on that has a line in it.
    void note_addons_paid(const WalletCharged& e);
    void note_addons_drafted(const PeriodDrafted& e);
    void note_addons_credited(const ChargeCredited& e);

    // Null: it has none.
    ServiceAddonsRow* addons_of(const std::string& service);

private:
    Date renewal_of(const std::string& service) const;
};

class EvolveSubscriptions : public EvolveCatalogue {
public:
    using EvolveCatalogue::EvolveCatalogue;
    using EvolveCatalogue::operator();

    void operator()(const PlanChangeScheduled& e);
    void operator()(const PlanChangeCancelled& e);
    void operator()(const PlanChanged& e);
    void operator()(const ServicePaused& e);
    void operator()(const ServiceResumed& e);
    void operator()(const ServiceEndScheduled& e);
    void operator()(const ServiceEndCancelled& e);
    void operator()(const ServiceEnded& e);
    void operator()(const ServiceExtended& e);
    void operator()(const PaymentPromised& e);
    void operator()(const TariffCorrected& e);

protected:
    // The days that a service's charge pays for, in place of those before.
    void note_paid(const WalletCharged& e);
    void note_drafted(const PeriodDrafted& e);
    void note_credited(const ChargeCredited& e);

private:
    // What days of a charge cost.
    struct Paid {
        Period days;
        std::int64_t net{};
        std::int64_t tax{};
    };

    void set_paid(const std::string& service, const std::string& charge, const Paid& paid);

    // Of its newest charge, whose first line is `line`: the dated taxes of its period.
    void set_taxes(
        const std::string& service, const ChargeLine& line, std::vector<TaxedDays> parts
    );
    void forget_taxes(const std::string& service);

    // What is paid for keeps its taxes when the service comes to a plan of another code.
    void keep_taxes(const std::string& service, ServiceRow& row, const PlanChoiceRow& to);

    const PlanRow& plan_of(const PlanChoiceRow& choice) const;

    // Null: the service's row tells its taxes.
    PaidTaxesRow* taxes_of(const std::string& service);
    void forget_schedule(ServiceRow& row, const std::string& service);
};

class EvolveWalletTerms : public EvolvePart {
public:
    using EvolvePart::EvolvePart;

    void operator()(const CreditGranted& e);
    void operator()(const LotExpired& e);
    void operator()(const FundsHeld& e);
    void operator()(const HoldCaptured& e);
    void operator()(const HoldReleased& e);
    void operator()(const OverdraftLimitSet& e);
    void operator()(const FundsTransferred& e);
    void operator()(const RefundRequested& e);
    void operator()(const RefundApproved& e);
    void operator()(const RefundRejected& e);
    void operator()(const RefundPaid& e);
    void operator()(const DepositTaken& e);
    void operator()(const DepositReturned& e);
    void operator()(const DepositKept& e);
    void operator()(const DebtMoved& e);
    void operator()(const CreditMoved& e);

protected:
    // The payment behind a lot remembers what it paid for; other lots have none.
    void note_use(const std::string& charge, const LotTaken& taken);
    void forget_use(const std::string& charge, const LotTaken& taken);

private:
    void end_hold(const std::string& customer, const std::string& hold);
};

class EvolveFiscal : public EvolveWalletTerms {
public:
    using EvolveWalletTerms::EvolveWalletTerms;
    using EvolveWalletTerms::operator();

    void operator()(const FiscalDeviceSet& e);
    void operator()(const FiscalTransmissionRequested& e);
    void operator()(const FiscalReceiptRecorded& e);
    void operator()(const FiscalTransmissionRefused& e);
    void operator()(const FiscalTransmissionRetried& e);

protected:
    // An invoice that is void is told to no device; only one that none has can be.
    void forget_document(const std::string& invoice);
};

class EvolveInvoices : public EvolveFiscal {
public:
    using EvolveFiscal::EvolveFiscal;
    using EvolveFiscal::operator();

    void operator()(const TaxDefined& e);
    void operator()(const InvoicingSet& e);
    void operator()(const BillingModeSet& e);
    void operator()(const InvoiceDrafted& e);
    void operator()(const DraftDiscarded& e);
    void operator()(const InvoiceIssued& e);
    void operator()(const FundsApplied& e);
    void operator()(const FundsReleased& e);
    void operator()(const FundsReallocated& e);
    void operator()(const CreditNoteIssued& e);
    void operator()(const InvoiceVoided& e);
    void operator()(const InvoiceWrittenOff& e);
    void operator()(const TaxWithheld& e);
    void operator()(const InvoiceMoved& e);

    void operator()(const SaleDrafted& e);
    void operator()(const DraftCorrected& e);

protected:
    void draft(const PeriodDrafted& e);

private:
    template <class Drafted>
    void add_to_draft(const Drafted& e);
    InvoicingRow& numbers_of(const std::string& entity);
    // What is still owed for the invoice, here and in its customer's list.
    InvoiceRow& set_open(const std::string& invoice, std::int64_t open);
    // To the wallet that the event names.
    template <class Giving>
    void give_back_lots(const Giving& e);
    // A customer that pays in advance and owes nothing has no row.
    void tidy(const std::string& customer);
};

// Runs of renewals, and the top-ups that they take.
class EvolveTopUps : public EvolvePart {
public:
    using EvolvePart::EvolvePart;

    void operator()(const BillingScheduleSet& e);
    void operator()(const BillingRunStarted& e);
    void operator()(const BillingRunInterrupted& e);
    void operator()(const BillingRunFinished& e);
    void operator()(const TopUpRuleSet& e);
    void operator()(const TopUpRuleEnded& e);
    void operator()(const TopUpGranted& e);
    void operator()(const TopUpRequested& e);
    void operator()(const TopUpPassed& e);
    void operator()(const TopUpRequestEnded& e);

private:
    TopUpRule& changed(const std::string& customer, const std::string& rule);
};

class EvolveDunning : public EvolvePart {
public:
    using EvolvePart::EvolvePart;

    void operator()(const DunningDefined& e);
    void operator()(const DunningAssigned& e);
    void operator()(const CustomerGrouped& e);
    void operator()(const DunningStepTaken& e);
    void operator()(const PeriodsForgiven& e);
    void operator()(const BacklogBilled& e);
    void operator()(const LateFeeWaived& e);
    void operator()(const NoticeSent& e);
};

class EvolveRelations : public EvolvePart {
public:
    using EvolvePart::EvolvePart;

    void operator()(const LegalEntityDefined& e);
    void operator()(const EntitiesSettled& e);
    void operator()(const CustomerRegistered& e);
    void operator()(const PaymentReferenceAdded& e);
    void operator()(const LeadOpened& e);
    void operator()(const LeadMoved& e);
    void operator()(const LeadConverted& e);
    void operator()(const LeadLost& e);
    void operator()(const TicketOpened& e);
    void operator()(const TicketAnswered& e);
    void operator()(const TicketLinked& e);
    void operator()(const TicketClosed& e);
    void operator()(const ServiceMoved& e);
    void operator()(const CustomerMerged& e);
};

// The place of an entity among the tenant's; nothing for the tenant's own.
std::optional<std::uint32_t> place_of_entity(
    const Book& book, std::string_view tenant, const std::optional<std::string>& entity
);

// What the legs make due between legal entities.
void note_dues(Book& book, std::string_view tenant, const Postings& postings);

// What other events do to the dunning of a service: what is paid, given or ended is dunned no more.
void note_dunning(Book& book, std::string_view tenant, const Event& event);

// A wallet that stands above the thresholds of its top-up rules arms them.
void note_top_ups(Book& book, std::string_view tenant, const Event& event);

} // namespace tollbook
