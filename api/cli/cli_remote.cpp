#include "api/cli/remote.hpp"
#include "api/cli/typed.hpp"

#include <memory>

namespace tollbook::api {

namespace {

void add_billing(CLI::App& app, Action& chosen) {
    CLI::App& billing = add_command(app, "billing", "Billing runs that are looked at before");
    billing.require_subcommand(1);
    const auto tenant = std::make_shared<std::string>();
    const auto hash = std::make_shared<std::string>();
    CLI::App& preview = add_command(billing, "preview", "What is due, and what it would come to");
    preview.add_option("--tenant", *tenant, "Whose services")->required();
    preview.callback([&chosen, tenant] {
        chosen = [tenant](const Context& context) { return run_billing_preview(context, *tenant); };
    });
    CLI::App& confirm = add_command(billing, "confirm", "Do what a preview said, or nothing");
    confirm.add_option("--tenant", *tenant, "Whose services")->required();
    confirm.add_option("--preview", *hash, "The preview's hash")->required();
    confirm.callback([&chosen, tenant, hash] {
        chosen = [tenant, hash](const Context& context) {
            return run_billing_confirm(context, *tenant, *hash);
        };
    });
}

} // namespace

void add_remote(CLI::App& app, Action& chosen) {
    CLI::App& run = add_command(app, "run", "Work that is due");
    run.require_subcommand(1);
    CLI::App& renewals = add_command(run, "renewals", "Renew what is due for a tenant");
    auto tenant = std::make_shared<std::string>();
    renewals.add_option("--tenant", *tenant, "Whose services")->required();
    renewals.callback([&chosen, tenant] {
        chosen = [tenant](const Context& context) { return run_renewal_run(context, *tenant); };
    });

    add_billing(app, chosen);

    CLI::App& clock = add_command(app, "clock", "Test clocks");
    clock.require_subcommand(1);
    CLI::App& advance = add_command(clock, "advance", "Move a tenant's test clock");
    auto to = std::make_shared<std::string>();
    advance.add_option("--tenant", *tenant, "Whose clock")->required();
    advance.add_option("--to", *to, "2026-11-19T21:05:00Z")->required();
    advance.callback([&chosen, tenant, to] {
        chosen = [tenant, to](const Context& context) {
            const Result<Timestamp> at = parse_timestamp(*to);
            if (!at) return fail(context, {Errc::config_invalid, "--to: " + at.error().detail});
            return run_clock_advance(context, *tenant, *at);
        };
    });
}

} // namespace tollbook::api
