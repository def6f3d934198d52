#include "api/cli/audit_commands.hpp"

#include "api/cli/open_log.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/project_commands.hpp"
#include "ledger/export_file.hpp"
#include "ledger/json.hpp"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <memory>
#include <utility>

namespace tollbook::api {

namespace {

struct ExportLine {
    std::string file;
    std::uint64_t first_seq{};
    std::uint64_t last_seq{};
    std::string last_hash;
    std::uint64_t bytes{};
};
BOOST_DESCRIBE_STRUCT(ExportLine, (), (file, first_seq, last_seq, last_hash, bytes))

struct AccountLine {
    std::string tenant;
    std::string account;
    std::int64_t minor{};
    std::optional<std::string> entity; // None: the tenant's own.
    Currency currency;
};
BOOST_DESCRIBE_STRUCT(AccountLine, (), (tenant, account, minor, entity, currency))

struct ReplayLine {
    std::uint64_t records{};
    std::uint64_t seq{};
    std::string hash;
    std::optional<Timestamp> recorded_at;
    std::string state_hash;
    std::vector<AccountLine> trial_balance;
};
BOOST_DESCRIBE_STRUCT(ReplayLine, (), (records, seq, hash, recorded_at, state_hash, trial_balance))

struct VerifyLine {
    std::uint64_t records{};
    std::uint64_t commands{};
    std::uint64_t postings{};
    std::uint64_t seq{};
    std::string hash;
    std::uint64_t index_seq{};
    std::optional<std::string> problem;
};
BOOST_DESCRIBE_STRUCT(VerifyLine, (), (records, commands, postings, seq, hash, index_seq, problem))

ReplayLine line_of(const ReplayReport& report) {
    ReplayLine line{
        report.records,
        report.seq,
        hex(report.hash),
        report.recorded_at,
        hex(report.state_hash),
        {}};
    for (const auto& [tenant, accounts] : report.trial_balance)
        for (const auto& [account, minor] : accounts)
            line.trial_balance.push_back(
                {tenant, account.account, minor, account.entity, account.currency}
            );
    return line;
}

// Wallets together, and behind the other accounts of their legal entity and currency.
void print_balance(const std::string& tenant, const std::map<BookAccount, std::int64_t>& accounts) {
    std::int64_t wallets = 0;
    for (auto at = accounts.begin(); at != accounts.end(); ++at) {
        const BookAccount& account = at->first;
        const auto line = [&](const std::string& name, std::int64_t balance) {
            const std::string of = account.entity ? tenant + " " + *account.entity : tenant;
            print(fmt::format("{:<12} {:<32} {:>18} {}", of, name, balance, account.currency.code())
            );
        };
        if (account.account.starts_with("wallet:"))
            wallets += at->second;
        else
            line(account.account, at->second);
        const auto next = std::next(at);
        if (next != accounts.end() && next->first.entity == account.entity &&
            next->first.currency == account.currency)
            continue;
        line("wallets", std::exchange(wallets, 0));
    }
}

void print_replay(const ReplayReport& report) {
    print(fmt::format("records     {}", report.records));
    print(fmt::format("seq         {}", report.seq));
    print(fmt::format("hash        {}", hex(report.hash)));
    if (report.recorded_at) print("recorded at " + to_string(*report.recorded_at));
    print(fmt::format("state hash  {}", hex(report.state_hash)));
    for (const auto& [tenant, accounts] : report.trial_balance)
        print_balance(tenant, accounts);
}

std::string what_holds(const VerifyLine& line, bool with_index) {
    std::string text = fmt::format("chain, density and postings hold up to seq {}", line.seq);
    if (with_index)
        text += fmt::format(", the command index up to its checkpoint at seq {}", line.index_seq);
    return text;
}

} // namespace

Exit run_export(const Context& context, const std::string& file) {
    const Result<OpenedLog> log = open_log(context, {});
    if (!log) return fail(context, log.error());
    const Result<ExportSummary> written =
        write_export(log->store->log(), {log->source->start(), 0}, file);
    if (!written) return fail(context, written.error());
    const ExportLine line{
        file, written->first_seq, written->last_seq, hex(written->last_hash), written->bytes};
    if (context.json)
        print(to_json(line));
    else
        print(fmt::format(
            "{}: seq {} to {}, {} bytes, last hash {}",
            file,
            line.first_seq,
            line.last_seq,
            line.bytes,
            line.last_hash
        ));
    return Exit::ok;
}

Exit run_replay(const Context& context, const ReplayWords& words) {
    const Result<OpenedLog> log = open_log(context, words.input);
    if (!log) return fail(context, log.error());
    Progress progress(context, "replay");
    const Result<ReplayReport> report =
        replay(*log->source, words.limit, [&](std::uint64_t seq, std::uint64_t of) {
            progress.at(seq, of);
        });
    if (!report) return fail(context, report.error());
    if (context.json)
        print(to_json(line_of(*report)));
    else
        print_replay(*report);
    return Exit::ok;
}

Exit run_verify(const Context& context, const VerifyWords& words) {
    const Result<OpenedLog> log = open_log(context, words.input);
    if (!log) return fail(context, log.error());
    std::unique_ptr<IndexReader> index;
    if (log->store) {
        Result<std::unique_ptr<IndexReader>> opened =
            IndexReader::open(context.config.text("data.dir"));
        if (!opened) return fail(context, opened.error());
        index = std::move(*opened);
    }
    Progress progress(context, "verify");
    const Result<VerifyReport> report =
        verify(*log->source, index.get(), [&](std::uint64_t seq, std::uint64_t of) {
            progress.at(seq, of);
        });
    if (!report) return fail(context, report.error());
    VerifyLine line{
        report->records,
        report->commands,
        report->postings,
        report->seq,
        hex(report->hash),
        report->index_seq,
        std::nullopt};
    if (!report->problem.empty()) line.problem = report->problem;
    if (context.json)
        print(to_json(line));
    else
        print(fmt::format(
            "{} records of {} commands, {} postings: {}",
            line.records,
            line.commands,
            line.postings,
            line.problem ? *line.problem : what_holds(line, index != nullptr)
        ));
    if (line.problem) return Exit::differences;
    if (words.skip_views || log->store == nullptr) return Exit::ok;
    return run_project_diff(context, {});
}

} // namespace tollbook::api
