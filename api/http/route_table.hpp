// The table itself; include api/http/routes.hpp instead.
#pragma once

#include "api/http/command_routes.hpp"
#include "api/http/deposit_routes.hpp"
#include "api/http/dunning_routes.hpp"
#include "api/http/entity_routes.hpp"
#include "api/http/finance_routes.hpp"
#include "api/http/fiscal_routes.hpp"
#include "api/http/invoice_routes.hpp"
#include "api/http/pages.hpp"
#include "api/http/read_routes.hpp"
#include "api/http/relation_routes.hpp"
#include "api/http/submissions.hpp"
#include "api/http/top_up_routes.hpp"

#include <array>

namespace tollbook::api {

inline constexpr std::array base_routes{
    page("/livez", &live_page, "The process answers"),
    Route{
        .method = Method::get,
        .path = "/readyz",
        .kind = Kind::page,
        .roles = anyone,
        .summary = "The node serves; each check by itself",
        .status = 200,
        .parameters = "verbose",
        .page = &ready_page,
    },
    page("/version", &version_page, "What is running"),
    page("/metrics", &metrics_page, "Prometheus text"),
    page("/openapi.json", &openapi_page, "This contract"),
    page("/problems/{slug}", &problem_page_handler, "What a problem means and what to do"),

    Route{
        .method = Method::post,
        .path = "/hooks/c2b/{tenant}/{secret}/confirmation",
        .kind = Kind::hook,
        .roles = anyone,
        .summary = "A payment confirmation of the provider, kept before anything is made of it",
        .command = "record_callback",
        .status = 200,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/batch",
        .kind = Kind::batch,
        .roles = for_batches, // And each command's own.
        .summary = "Many commands in order, each answered by itself; atomic=true: all or none; "
                   "dry_run=true: what each would come to",
        .status = 200,
        .parameters = "atomic dry_run",
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/renewal-runs",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "Renew what is due; sent again, it does nothing twice",
        .status = 200,
    },
    Route{
        .method = Method::get,
        .path = "/v1/tenants/{tenant}/billing-preview",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "What renewing what is due would come to; changes nothing",
        .status = 200,
        .run = RunStep::preview,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/billing-runs",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "Renew just what a preview said, or nothing of it",
        .status = 200,
        .run = RunStep::confirm,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/plan-migrations/preview",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "What another plan for all services of one would come to; changes nothing",
        .status = 200,
        .run = RunStep::migration_preview,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/plan-migrations",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "Give services another plan just as a preview said, or nothing of it",
        .status = 200,
        .run = RunStep::migrate,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/tariff-corrections/preview",
        .kind = Kind::run,
        .roles = for_finance,
        .summary =
            "What another price since a day would come to, service by service; changes nothing",
        .status = 200,
        .run = RunStep::tariff_preview,
    },
    Route{
        .method = Method::post,
        .path = "/v1/tenants/{tenant}/tariff-corrections",
        .kind = Kind::run,
        .roles = for_finance,
        .summary = "Correct what was charged since a day just as a preview said, or nothing of it",
        .status = 200,
        .run = RunStep::tariff,
    },
    node(
        "/v1/submissions",
        &run_submissions,
        "Commands of another process of this installation, in everybody's name"
    ),
    node(
        "/v1/renewals",
        &run_remote_renewals,
        "Renew what is due, for another process of this installation"
    ),
};

inline constexpr std::array route_table = joined(
    base_routes,
    command_routes,
    deposit_routes,
    invoice_routes,
    fiscal_routes,
    dunning_routes,
    entity_routes,
    relation_routes,
    top_up_routes,
    read_routes,
    finance_routes
);

} // namespace tollbook::api
