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
    RenewalReport& report,
    MakeCommand make_command
) {
    std::uint64_t made = 0;
    submit_each(partition, names, make_command, [&](const auto&, const Result<Receipt>& answer) {
        if (!answer || answer->replayed) return;
        ++made;
        report.position = std::max(report.position, answer->last_seq);
    });
    return made;
}

Status issue_invoices(Partition& partition, const RunOrder& order, RenewalReport& report) {
    const auto drafts = asked(partition, [&](const BookDecider& book, Timestamp) {
        return book.drafts_to_issue(order.tenant);
    });
    if (!drafts) return drafts.error();
    const auto issue = [&](const std::string& invoice) {
        return submission_of(
            order, "issue:" + invoice, IssueInvoice{invoice, std::nullopt, std::nullopt}
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
Status cut_overdue(
    Partition& partition, const RunOrder& order, const std::string& today, RenewalReport& report
) {
    const auto customers = asked(partition, [&](const BookDecider& book, Timestamp now) {
        return book.overdue_customers(order.tenant, now);
    });
    if (!customers) return customers.error();
    report.overdue = done(partition, *customers, report, [&](const std::string& customer) {
        return submission_of(
            order,
            fmt::format("overdue:{}:{}", customer, today),
            SuspendCustomer{customer, "unpaid"}
        );
    });
    return Done{};
}

Status settle_wallets(
    Partition& partition, const RunOrder& order, const std::string& today, RenewalReport& report
) {
    const auto customers = asked(partition, [&](const BookDecider& book, Timestamp now) {
        return book.lapsed_wallets(order.tenant, now);
    });
    if (!customers) return customers.error();
    report.lapsed = done(partition, *customers, report, [&](const std::string& customer) {
        return submission_of(
            order, fmt::format("settle:{}:{}", customer, today), SettleWallet{customer}
        );
    });
    return Done{};
}

} // namespace

Status follow_up(Partition& partition, const RunOrder& order, RenewalReport& report) {
    if (const Status status = issue_invoices(partition, order, report); !status) return status;
    std::string today;
    const Status looked = partition.read([&](const Decider& decider, const Head&) {
        const auto& book = static_cast<const BookDecider&>(decider);
        today = to_string(book.today(order.tenant, machine_clock()));
    });
    if (!looked) return looked;
    if (const Status status = cut_overdue(partition, order, today, report); !status) return status;
    return settle_wallets(partition, order, today, report);
}

} // namespace tollbook::api
