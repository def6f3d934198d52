#include "api/run_follow_up.hpp"

#include "api/submit_each.hpp"
#include "commands/book_decider.hpp"

#include <fmt/format.h>

namespace tollbook::api {

namespace {

// What the book tells of the tenant today.
template <class Ask>
Result<std::vector<std::string>> asked(Partition& partition, Ask ask) {
    Result<std::vector<std::string>> names = std::vector<std::string>{};
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        names = ask(static_cast<const BookDecider&>(decider), machine_clock());
    });
    if (!looked) return looked.error();
    return names;
}

// A command for each name; how many did something now.
template <class MakeCommand>
std::uint64_t done(
    Partition& partition,
    const std::vector<std::string>& names,
    RunTally& tally,
    MakeCommand make_command
) {
    std::uint64_t made = 0;
    submit_each(partition, names, make_command, [&](const auto&, const Result<Receipt>& answer) {
        if (!answer || answer->replayed) return;
        ++made;
        tally.report.position = std::max(tally.report.position, answer->last_seq);
    });
    return made;
}

Status issue_invoices(Partition& partition, RunTally& tally) {
    RenewalReport& report = tally.report;
    const auto drafts = asked(partition, [&](const BookDecider& book, Timestamp) {
        return book.drafts_to_issue(tally.order.tenant);
    });
    if (!drafts) return drafts.error();
    if (drafts->empty()) return Done{};
    if (const Status started = start_run(partition, tally, report.due); !started) return started;
    const auto issue = [&](const std::string& invoice) {
        return submission_of(
            tally.order,
            std::string(run_key::issue) + invoice,
            IssueInvoice{invoice, std::nullopt, std::nullopt}
        );
    };
    submit_each(partition, *drafts, issue, [&](const auto&, const Result<Receipt>& answer) {
        // Issued meanwhile, by another run or by hand, is no failure.
        if (!answer && answer.error().code != Errc::invoice_issued) ++report.failed;
        if (!answer || answer->replayed) return;
        ++report.invoices;
        report.position = std::max(report.position, answer->last_seq);
    });
    return Done{};
}

// Once a day each: who is overdue again later is found again.
Status cut_overdue(Partition& partition, RunTally& tally, const std::string& today) {
    const auto customers = asked(partition, [&](const BookDecider& book, Timestamp now) {
        return book.overdue_customers(tally.order.tenant, now);
    });
    if (!customers) return customers.error();
    tally.report.overdue = done(partition, *customers, tally, [&](const std::string& customer) {
        return submission_of(
            tally.order,
            fmt::format("{}{}:{}", run_key::overdue, customer, today),
            SuspendCustomer{customer, "unpaid"}
        );
    });
    return Done{};
}

Status settle_wallets(Partition& partition, RunTally& tally, const std::string& today) {
    const auto customers = asked(partition, [&](const BookDecider& book, Timestamp now) {
        return book.lapsed_wallets(tally.order.tenant, now);
    });
    if (!customers) return customers.error();
    if (customers->empty()) return Done{};
    const Status started = start_run(partition, tally, tally.report.due);
    if (!started) return started; // What comes free may pay for services.
    tally.report.lapsed = done(partition, *customers, tally, [&](const std::string& customer) {
        return submission_of(
            tally.order,
            fmt::format("{}{}:{}", run_key::settle, customer, today),
            SettleWallet{customer}
        );
    });
    return Done{};
}

} // namespace

Status follow_up(Partition& partition, RunTally& tally) {
    if (const Status status = issue_invoices(partition, tally); !status) return status;
    std::string today;
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const auto& book = static_cast<const BookDecider&>(decider);
        today = to_string(book.today(tally.order.tenant, machine_clock()));
    });
    if (!looked) return looked;
    if (const Status status = cut_overdue(partition, tally, today); !status) return status;
    return settle_wallets(partition, tally, today);
}

} // namespace tollbook::api
