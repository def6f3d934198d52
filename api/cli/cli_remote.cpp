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

void add_plans(CLI::App& app, Action& chosen) {
    CLI::App& plans = add_command(app, "plans", "Plans, and who has them");
    plans.require_subcommand(1);
    CLI::App& migrate = add_command(
        plans,
        "migrate",
        "Give all services of a plan, or of an add-on, another version or plan; first it says "
        "what comes of it"
    );

    struct Typed {
        std::string tenant;
        PlanMigration migration;
        std::string when{"period_end"};
        std::string day;
    };

    const auto typed = std::make_shared<Typed>();
    migrate.add_option("--tenant", typed->tenant, "Whose services")->required();
    migrate.add_option("--plan", typed->migration.plan, "Which have this plan")->required();
    migrate.add_option("--version", typed->migration.plan_version, "Which version; any");
    migrate.add_option("--to-plan", typed->migration.to_plan, "What they get")->required();
    migrate.add_option("--to-version", typed->migration.to_version, "Which version; the newest");
    migrate.add_option("--when", typed->when, "now or period_end")
        ->check(CLI::IsMember({"now", "period_end"}));
    migrate.add_option(
        "--on", typed->day, "With the first period from this day on; with the next one"
    );
    migrate.add_option("--preview", typed->migration.preview, "A preview's hash: do just that");
    migrate.callback([&chosen, typed] {
        typed->migration.when = typed->when == "now" ? ChangeTime::now : ChangeTime::period_end;
        chosen = [typed](const Context& context) {
            if (!typed->day.empty()) {
                const Result<Date> day = parse_date(typed->day);
                if (!day)
                    return fail(context, {Errc::config_invalid, "--on: " + day.error().detail});
                typed->migration.not_before = *day;
            }
            return run_plan_migration(context, typed->tenant, typed->migration);
        };
    });
}

void add_tariffs(CLI::App& app, Action& chosen) {
    CLI::App& tariffs = add_command(app, "tariffs", "Prices that were wrong");
    tariffs.require_subcommand(1);
    CLI::App& correct = add_command(
        tariffs,
        "correct",
        "Charge another price since a day; first it says what comes of it for every service"
    );

    struct Typed {
        std::string tenant;
        std::string from;
        TariffCorrection correction;
    };

    const auto typed = std::make_shared<Typed>();
    correct.add_option("--tenant", typed->tenant, "Whose customers")->required();
    correct.add_option("--plan", typed->correction.plan, "Of this plan or add-on")->required();
    correct.add_option("--version", typed->correction.from_version, "The version that was charged")
        ->required();
    correct.add_option("--to-version", typed->correction.to_version, "What counts: the newest");
    correct.add_option("--from", typed->from, "2026-11-01: for the days from then on")->required();
    correct.add_option("--reason", typed->correction.reason, "Stands on each credit")->required();
    correct.add_option("--preview", typed->correction.preview, "A preview's hash: do just that");
    correct.callback([&chosen, typed] {
        chosen = [typed](const Context& context) {
            const Result<Date> from = parse_date(typed->from);
            if (!from)
                return fail(context, {Errc::config_invalid, "--from: " + from.error().detail});
            typed->correction.from = *from;
            return run_tariff_correction(context, typed->tenant, typed->correction);
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
    add_plans(app, chosen);
    add_tariffs(app, chosen);

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
