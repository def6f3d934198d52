#include "api/cli/connect.hpp"
#include "api/cli/journal_text.hpp"
#include "api/cli/out_file.hpp"
#include "api/cli/report.hpp"
#include "api/cli/report_json.hpp"
#include "api/cli/report_pages.hpp"
#include "api/http/receipt.hpp"

#include <optional>
#include <utility>

namespace tollbook::api {

namespace {

// Calls `take` for each item of all pages, decoded; ends when it says false.
template <class Item, class Take>
Status each_item(ReportPages& pages, const Take& take) {
    while (true) {
        const Result<std::optional<JsonNode>> page = pages.next();
        if (!page) return page.error();
        if (!*page) return Done{};
        const std::optional<JsonNode> items = field_of(**page, "data");
        if (!items) return Error{Errc::internal, "an answer without data"};
        JsonItems list(*items);
        for (JsonNode node; list.next(node);) {
            Item item;
            if (const Status read = codec::read(node, item); !read) return read;
            const Result<bool> more = take(item);
            if (!more) return more.error();
            if (!*more) return Done{};
        }
    }
}

// The legal entity that was asked for. None: all of them.
std::optional<std::string> asked_entity(const ReportOrder& order) {
    for (const auto& [name, value] : order.parameters)
        if (name == "entity") return value;
    return std::nullopt;
}

// Nothing is written of one that the tenant does not have.
Result<std::string> known_entity(Client& client, const std::string& base, std::string entity) {
    const std::string accounts = base + "/reports/journal-accounts?limit=1&entity=";
    const Result<ClientReply> reply = client.get(accounts + path_segment(entity));
    if (!reply) return reply.error();
    return entity;
}

Result<std::string> own_entity(Client& client, const std::string& base) {
    const Result<ClientReply> reply = client.get(base);
    if (!reply) return reply.error();
    JsonDocument document;
    const Result<JsonNode> root = document.parse(reply->body);
    if (!root) return root.error();
    const std::optional<JsonNode> entity = field_of(*root, "legal_entity");
    return std::string(entity ? as_text(*entity).value_or("") : "");
}

// Accounts first: they are declared before they are used. Entries that came later are left out, so
// each account stands declared.
Status write_journal(ReportPages& accounts, ReportPages& entries, JournalText& text, OutFile& out) {
    const Status declared = each_item<JournalAccount>(accounts, [&](const JournalAccount& account) {
        const Result<std::string> lines = text.declaration(account);
        if (!lines) return Result<bool>(lines.error());
        out.write(*lines);
        return Result<bool>(true);
    });
    if (!declared) return declared;
    const Result<Position> through = parse_position(accounts.position());
    if (!through) return through.error();
    return each_item<JournalEntry>(entries, [&](const JournalEntry& entry) {
        if (entry.seq > through->seq) return Result<bool>(false);
        const Result<std::string> lines = text.entry(entry);
        if (!lines) return Result<bool>(lines.error());
        out.write(*lines);
        return Result<bool>(true);
    });
}

} // namespace

Exit run_journal(const Context& context, const ReportOrder& order) {
    const Result<std::unique_ptr<Client>> client = connect(context);
    if (!client) return fail(context, client.error());
    const std::string base = "/v1/tenants/" + path_segment(order.tenant);
    const std::optional<std::string> asked = asked_entity(order);
    const Result<std::string> entity =
        asked ? known_entity(**client, base, *asked) : own_entity(**client, base);
    if (!entity) return fail(context, entity.error());
    Result<OutFile> out = OutFile::open(order.output);
    if (!out) return fail(context, out.error());
    const bool is_hledger = order.format == "hledger";
    JournalText text(is_hledger ? JournalFormat::hledger : JournalFormat::beancount, *entity);
    out->write(text.heading(order.tenant));
    ReportOrder of_accounts;
    if (asked) of_accounts.parameters.emplace_back("entity", *asked);
    ReportPages accounts(**client, base + "/reports/journal-accounts", of_accounts.parameters);
    ReportPages entries(**client, base + "/reports/journal", order.parameters);
    if (const Status written = write_journal(accounts, entries, text, *out); !written)
        return fail(context, written.error());
    if (const Status kept = out->keep(); !kept) return fail(context, kept.error());
    return tell_parked(context, entries);
}

} // namespace tollbook::api
