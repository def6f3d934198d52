#include "api/cli/remote.hpp"

#include "api/cli/billing_text.hpp"
#include "api/cli/connect.hpp"
#include "api/cli/import_rows.hpp"
#include "api/http/app.hpp"
#include "commands/commands.hpp"

#include <utility>

namespace tollbook::api {

namespace {

struct Call {
    std::string path; // Below the tenant.
    std::string body;
    std::string key;
};

Result<ClientReply> ask(const Context& context, const std::string& tenant, const Call& call) {
    const Result<std::unique_ptr<Client>> client = connect(context);
    if (!client) return client.error();
    const std::string path = "/v1/tenants/" + path_segment(tenant) + call.path;
    return (*client)->post(path, call.body, call.key);
}

Exit post(const Context& context, const std::string& tenant, const Call& call) {
    const Result<ClientReply> reply = ask(context, tenant, call);
    if (!reply) return fail(context, reply.error());
    print(reply->body);
    return Exit::ok;
}

// A change of many services: what it would come to, or with that preview's hash just that.
template <class Preview, class Change>
Exit change_many(
    const Context& context, const std::string& tenant, const std::string& path, const Change& change
) {
    const std::string key = "run:" + new_request_id();
    const std::string step = change.preview ? "" : "/preview";
    const Result<ClientReply> reply = ask(context, tenant, {path + step, to_json(change), key});
    if (!reply) return fail(context, reply.error());
    if (!change.preview) {
        const Result<Preview> preview = from_json<Preview>(reply->body);
        if (!preview) return fail(context, preview.error());
        print(context.json ? reply->body : preview_text(*preview));
        return Exit::ok;
    }
    const Result<ChangeReport> report = from_json<ChangeReport>(reply->body);
    if (!report) return fail(context, report.error());
    print(context.json ? reply->body : report_text(*report));
    return report->changed == report->services ? Exit::ok : Exit::differences;
}

} // namespace

// A run is another one each time: the book itself knows what it has renewed.
Exit run_renewal_run(const Context& context, const std::string& tenant) {
    return post(context, tenant, {"/renewal-runs", "{}", "run:" + new_request_id()});
}

Exit run_billing_preview(const Context& context, const std::string& tenant) {
    const Result<std::unique_ptr<Client>> client = connect(context);
    if (!client) return fail(context, client.error());
    const auto reply = (*client)->get("/v1/tenants/" + path_segment(tenant) + "/billing-preview");
    if (!reply) return fail(context, reply.error());
    if (context.json) {
        print(reply->body);
        return Exit::ok;
    }
    const Result<BillingPreview> preview = from_json<BillingPreview>(reply->body);
    if (!preview) return fail(context, preview.error());
    print(preview_text(*preview, tenant));
    return Exit::ok;
}

Exit run_billing_confirm(
    const Context& context, const std::string& tenant, const std::string& preview
) {
    const Result<ClientReply> reply =
        ask(context,
            tenant,
            {"/billing-runs", to_json(Confirmation{preview}), "run:" + new_request_id()});
    if (!reply) return fail(context, reply.error());
    const Result<RenewalReport> report = from_json<RenewalReport>(reply->body);
    if (!report) return fail(context, report.error());
    print(context.json ? reply->body : report_text(*report));
    const bool all_done = report->renewed + report->cut == report->due;
    return all_done ? Exit::ok : Exit::differences;
}

Exit run_plan_migration(
    const Context& context, const std::string& tenant, const PlanMigration& migration
) {
    return change_many<MigrationPreview>(context, tenant, "/plan-migrations", migration);
}

Exit run_tariff_correction(
    const Context& context, const std::string& tenant, const TariffCorrection& correction
) {
    return change_many<TariffPreview>(context, tenant, "/tariff-corrections", correction);
}

Exit run_clock_advance(const Context& context, const std::string& tenant, Timestamp to) {
    const AdvanceTestClock command{to};
    const std::string body = to_json(command);
    return post(
        context, tenant, {"/clock/advance", body, import_key(tenant, AdvanceTestClock::type, body)}
    );
}

} // namespace tollbook::api
