// Each command begins with every fault at once; mending one shows the next. So the order in which
// a caller sees the refusals is pinned, and that each can be seen at all.
#include "tests/support/book_builders.hpp"

#include <array>

using namespace tollbook;

namespace {

const std::string long_text(201, 'x');

void refuse_open_tenant() {
    Spec book = given({});
    OpenTenant c;
    c.name = long_text;
    c.timezone = "Mars/Olympus";
    c.currency = kes();
    c.legal_entity = "";
    c.policies = Policies{"over_period", "sometimes"};
    c.mpesa_shortcodes = {"60090x"};
    c.tills = {"a b"};
    const auto asked = [&](Errc reason, std::string_view detail = {}) {
        book.when(c).refused(reason, detail);
    };
    CHECK(book.run().send("Kiota", c).error() == Error{Errc::value_out_of_range, {}});
    asked(Errc::value_out_of_range, "name");
    c.name = "Kiota";
    asked(Errc::timezone_unknown);
    c.timezone = "Africa/Nairobi";
    asked(Errc::value_out_of_range, "legal_entity");
    c.legal_entity.reset();
    asked(Errc::policy_unsupported, "recognition");
    c.policies->recognition = "on_charge";
    asked(Errc::policy_unsupported, "renewal_anchor");
    c.policies->renewal_anchor = "fixed";
    asked(Errc::value_out_of_range, "mpesa_shortcodes");
    c.mpesa_shortcodes = {"600901"};
    asked(Errc::value_out_of_range, "tills");
    c.tills = {"main:2"};
    asked(Errc::value_out_of_range, "tills: no colon");
    c.tills = {"main"};
    book.when(c).then_types("tenant_opened");
    c.name = long_text;
    asked(Errc::tenant_exists);
    c.name = "Other";
    CHECK(book.run().send("other", c).error() == Error{Errc::shortcode_taken, {}});
    refusals_seen().insert(Errc::shortcode_taken);
    CHECK(book.run().send("nobody", DefinePlan{}).error() == Error{Errc::tenant_unknown, {}});
    refusals_seen().insert(Errc::tenant_unknown);
}

void refuse_define_plan() {
    Spec book = given(world());
    DefinePlan c{"", 3, long_text, 0, Currency::parse("USD").value(), 101, {}, -1, 0, 25, 0, 367};
    book.when(c).refused(Errc::value_out_of_range, "plan");
    c.plan = "HOME10";
    book.when(c).refused(Errc::value_out_of_range, "name");
    c.name = "Home 10";
    book.when(c).refused(Errc::amount_not_positive);
    c.price_minor = amount_minor_max + 1;
    book.when(c).refused(Errc::amount_overflow);
    c.price_minor = 1'600'00;
    book.when(c).refused(Errc::currency_mismatch);
    c.currency = kes();
    book.when(c).refused(Errc::value_out_of_range, "tax_percent");
    c.tax_percent = -1;
    book.when(c).refused(Errc::value_out_of_range, "tax_percent");
    c.tax_percent = 16;
    book.when(c).refused(Errc::value_out_of_range, "period_count: 1 to 24 of these");
    c.period_count = 24;
    book.when(c).refused(Errc::amount_not_positive);
    c.setup_minor = 500'00;
    book.when(c).refused(Errc::value_out_of_range, "trial_days: 0 to 366");
    c.trial_days = 366;
    book.when(c).refused(Errc::value_out_of_range, "down_mbps");
    c.down_mbps = 10;
    book.when(c).refused(Errc::plan_version_exists, "the next version is 2");
    c.version = 2;
    book.when(c).then_types("plan_defined");
    book.when(c).refused(Errc::plan_version_exists, "the next version is 3");
}

void refuse_register_router() {
    Spec book = given(world());
    RegisterRouter c{"", "ssh", std::string(256, 'h'), 0, {}, std::string(65, 'u'), "secret"};
    book.when(c).refused(Errc::value_out_of_range, "router");
    c.router = "rtr-01";
    book.when(c).refused(Errc::router_exists);
    c.router = "rtr-02";
    book.when(c).refused(Errc::value_out_of_range, "driver");
    c.driver = "routeros-api";
    book.when(c).refused(Errc::value_out_of_range, "address: at most 255");
    c.address.clear();
    book.when(c).refused(Errc::value_out_of_range, "address, port");
    c.address = "10.0.0.1";
    book.when(c).refused(Errc::value_out_of_range, "address, port");
    c.port = 8728;
    book.when(c).refused(Errc::value_out_of_range, "username");
    c.username = "admin";
    book.when(c).then_types("router_registered");
}

void refuse_tenancy() {
    Spec book = given(world());
    book.when("buy_house", "{}").refused(Errc::not_found);
    book.when(ClosePeriod{day("2026-11-20")}).refused(Errc::period_not_over);
    book.when(ClosePeriod{day("2026-11-18")}).then({PeriodClosed{day("2026-11-18")}});
    book.when(ClosePeriod{day("2026-11-18")}).refused(Errc::period_already_closed);
    book.when(AdvanceTestClock{at("2026-11-20T05:59:59Z")}).refused(Errc::clock_moves_backwards);
    TenantOpened opened = tenant_opened();
    opened.test_clock = false;
    given({opened})
        .when(AdvanceTestClock{at("2027-01-01T00:00:00Z")})
        .refused(Errc::clock_not_a_test_clock);
}

void refuse_customers() {
    Spec book = given(world());
    RegisterCustomer c{"A/1", long_text, std::string(41, '7'), long_text, {}};
    c.references.assign(21, "D");
    book.when(c).refused(Errc::value_out_of_range, "customer");
    c.customer = "A";
    book.when(c).refused(Errc::customer_exists);
    c.customer = "D";
    book.when(c).refused(Errc::value_out_of_range, "name");
    c.name = "DAN\tODHIAMBO";
    book.when(c).refused(Errc::value_out_of_range, "name");
    c.name = "DAN ODHIAMBO";
    book.when(c).refused(Errc::value_out_of_range, "phone");
    c.phone = "254700000001";
    book.when(c).refused(Errc::value_out_of_range, "mail");
    c.mail.reset();
    book.when(c).refused(Errc::value_out_of_range, "references");
    c.references = {"D", "a"};
    book.when(c).refused(Errc::payment_reference_taken, "A");
    c.references = {"D", " d-"};
    book.when(c).refused(Errc::payment_reference_taken, "D");
    c.references = {" - "};
    book.when(c).refused(Errc::payment_reference_invalid);
    c.references = {"D"};
    book.when(c).then_types("customer_registered");
    book.when(AddPaymentReference{"E", "b"}).refused(Errc::customer_unknown);
    book.when(AddPaymentReference{"D", long_text}).refused(Errc::payment_reference_invalid);
    book.when(AddPaymentReference{"D", "b"}).refused(Errc::payment_reference_taken);
    book.when(AddPaymentReference{"D", "d-2"}).then_types("payment_reference_added");
}

void refuse_add_service() {
    Spec book = given(world() + Story{service("A-1", "A", "2026-12-01")});
    AddService c{"", "X", "NOPLAN", 2, "", day("2026-12-01"), 0, {{"Bad", "Bad"}}};
    book.when(c).refused(Errc::value_out_of_range, "service");
    c.service = "A-1";
    book.when(c).refused(Errc::value_out_of_range, "site");
    c.site = "A-1";
    book.when(c).refused(Errc::service_exists);
    c.service = "A-2";
    book.when(c).refused(Errc::customer_unknown);
    c.customer = "A";
    book.when(c).refused(Errc::plan_unknown);
    c.plan = "HOME10";
    book.when(c).refused(Errc::plan_unknown);
    c.plan_version = 0;
    book.when(c).refused(Errc::plan_unknown);
    c.plan_version = 1;
    book.when(c).refused(Errc::site_exists);
    c.site.reset();
    book.when(c).refused(Errc::value_out_of_range, "anchor_day");
    c.anchor_day = 32;
    book.when(c).refused(Errc::value_out_of_range, "anchor_day");
    c.anchor_day = 31;
    book.when(c).refused(Errc::value_out_of_range, "reason");
    c.blocks = {{"abuse", "abuse"}};
    book.when(c).refused(Errc::value_out_of_range, "blocks");
    c.blocks = {{"abuse", "unpaid"}};
    book.when(c).then_types("service_added");
}

void refuse_sites() {
    Spec book = given(world() + Story{service("A-1", "A", "2026-12-01")});
    ProvisionSite c{"X", "web", "rtr-09", "", std::string(129, 'p'), std::string(65, 'f')};
    book.when(c).refused(Errc::site_unknown);
    c.site = "A-1";
    book.when(c).refused(Errc::value_out_of_range, "kind");
    c.kind = "ppp";
    book.when(c).refused(Errc::router_unknown);
    c.target = "rtr-01";
    book.when(c).refused(Errc::value_out_of_range, "username: required");
    c.username = std::string(65, 'u');
    book.when(c).refused(Errc::value_out_of_range, "username");
    c.username = "a-1";
    book.when(c).refused(Errc::value_out_of_range, "password");
    c.password = "secret";
    book.when(c).refused(Errc::value_out_of_range, "profile");
    c.profile.reset();
    book.when(RemoveSite{"A-1"}).refused(Errc::site_not_live);
    book.when(c).then_types("site_requested");
    c.kind = "web";
    book.when(c).refused(Errc::site_exists);
    book.when(RemoveSite{"X"}).refused(Errc::site_unknown);
    book.when(RemoveSite{"A-1"}).then_types("site_removal_requested");
    book.when(RemoveSite{"A-1"}).refused(Errc::site_not_live);
}

void refuse_report_site() {
    Spec book = given(world() + Story{service("A-1", "A", "2026-12-01")});
    ReportSite c{"X", SiteOutcome::applied, 4, true, {}, long_text, std::string(501, 'd')};
    book.when(c).refused(Errc::site_unknown);
    c.site = "A-1";
    book.when(c).refused(Errc::site_not_live);
    Spec live = given(
        world() +
        Story{
            service("A-1", "A", "2026-12-01"),
            site("A-1", "A"),
            SiteProvisioned{"A-1", "rtr-01", 5, true}}
    );
    live.when(c).refused(Errc::version_conflict);
    c.applied_seq = 5;
    live.when(c).refused(Errc::version_conflict);
    c.repaired = true;
    live.when(c).refused(Errc::value_out_of_range, "error");
    c.error.reset();
    live.when(c).refused(Errc::value_out_of_range, "detail");
    c.detail.reset();
    live.when(c).then_types("site_state_applied");
}

void refuse_services() {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-11-21"),
            service("A-2", "A", "2026-11-20", {"abuse"}),
            service("A-3", "A", "2026-11-20", {"unpaid"})}
    );
    book.when(RenewService{"X"}).refused(Errc::service_unknown);
    book.when(RenewService{"A-1"}).refused(Errc::service_not_due);
    book.when(RenewService{"A-2"}).refused(Errc::service_blocked);
    book.when(RenewService{"A-3"}).refused(Errc::insufficient_funds);
    book.when(SuspendService{"X", ""}).refused(Errc::service_unknown);
    book.when(SuspendService{"A-2", "Abuse"}).refused(Errc::value_out_of_range, "reason");
    book.when(SuspendService{"A-2", "abuse"}).refused(Errc::service_blocked);
    book.when(SuspendCustomer{"X", ""}).refused(Errc::customer_unknown);
    book.when(SuspendCustomer{"B", ""}).refused(Errc::value_out_of_range, "reason");
    book.when(SuspendCustomer{"B", "abuse"}).refused(Errc::service_unknown);
    book.when(SuspendCustomer{"A", "abuse"}).then_types("service_suspended service_suspended");
    book.when(SuspendCustomer{"A", "abuse"}).refused(Errc::service_blocked);
    book.when(ReinstateService{"X", "abuse"}).refused(Errc::service_unknown);
    book.when(ReinstateService{"A-2", "unpaid"}).refused(Errc::service_not_blocked);
}

void refuse_openings() {
    Spec book = given(world() + Story{PeriodClosed{day("2026-11-18")}});
    PostOpeningBalances c{day("2026-11-18"), {}, {}, false};
    c.wallets.assign(2'001, {"X", 1});
    c.cash = {{"till:none", 0}};
    book.when(c).refused(Errc::period_already_closed);
    c.booked_on = day("2026-11-19");
    book.when(c).refused(Errc::command_too_large);
    c.wallets = {{"X", 0}};
    book.when(c).refused(Errc::customer_unknown);
    c.wallets = {{"A", 0}};
    book.when(c).refused(Errc::amount_not_positive);
    c.wallets = {{"A", -amount_minor_max - 1}};
    book.when(c).refused(Errc::amount_overflow);
    c.wallets = {{"A", 100}, {"A", 100}};
    book.when(c).refused(Errc::opening_already_posted, "A");
    c.wallets.clear();
    book.when(c).refused(Errc::channel_unknown);
    c.cash = {{"till:main", 0}};
    book.when(c).refused(Errc::amount_not_positive);
    c.cash = {{"till:main", 1}, {"till:main", 1}};
    book.when(c).refused(Errc::opening_already_posted, "till:main");
    c.cash.clear();
    book.when(c).refused(Errc::missing_field);
    c.complete = true;
    book.when(c).refused(Errc::missing_field);
    c.cash = {{"till:main", 1}};
    book.when(c).then_types("opening_balances_posted");
    c.booked_on = day("2026-11-18");
    book.when(c).refused(Errc::opening_closed);
}

void refuse_charge_wallet() {
    Spec book = given(world() + Story{service("A-1", "A", "2026-12-01"), received("R1", "B", 100)});
    ChargeLine line{"no room", "NOPLAN", {}, 0, {}, -1, {}, {}};
    ChargeWallet c{"X", "", "A-1", {}};
    book.when(c).refused(Errc::customer_unknown);
    c.customer = "B";
    book.when(c).refused(Errc::value_out_of_range, "charge");
    c.charge = "fee-1";
    book.when(c).refused(Errc::service_unknown);
    c.service.reset();
    book.when(c).refused(Errc::value_out_of_range, "lines");
    const auto asked = [&](Errc reason, std::string_view detail = {}) {
        c.lines = {line};
        book.when(c).refused(reason, detail);
    };
    asked(Errc::value_out_of_range, "component");
    line.component = "installation";
    asked(Errc::amount_not_positive);
    line.net = 100;
    asked(Errc::amount_overflow, "tax");
    line.tax = 16;
    asked(Errc::missing_field, "tax_code");
    line.tax_code = "vat 16";
    asked(Errc::plan_unknown);
    line.plan = "HOME10";
    asked(Errc::value_out_of_range, "tax_code");
    line.tax_code = "vat16";
    line.net = amount_minor_max;
    asked(Errc::amount_overflow);
    line.net = 100;
    asked(Errc::insufficient_funds);
    line.net = 84;
    c.lines = {line};
    book.when(c).then_types("wallet_charged");
    c.service = "A-1";
    book.when(c).refused(Errc::charge_exists);
}

void refuse_record_payment() {
    Spec book = given(world());
    RecordPayment c{"till:none", "", "X", {}, 0, {}, ""};
    book.when(c).refused(Errc::channel_unknown);
    c.channel = "mpesa:600903";
    book.when(c).refused(Errc::channel_unknown);
    c.channel = "till";
    book.when(c).refused(Errc::channel_unknown);
    c.channel = "bank:main";
    book.when(c).refused(Errc::channel_unknown);
    c.channel = "till:main";
    book.when(c).refused(Errc::value_out_of_range, "receipt");
    c.receipt = "T-1";
    book.when(c).refused(Errc::amount_not_positive);
    c.minor = 100;
    book.when(c).refused(Errc::value_out_of_range, "user");
    c.user = "cashier-1";
    book.when(c).refused(Errc::customer_unknown);
    c.customer.reset();
    book.when(c).refused(Errc::customer_unknown);
    c.reference = "nobody";
    book.when(c).refused(Errc::customer_unknown);
    c.reference = " a ";
    book.when(c).then_types("desk_entry_received arrival_resolved payment_received");
}

void refuse_record_callback() {
    Spec book = given(world());
    RecordCallback c{"", "cash", std::string(65, 's'), "***"};
    book.when(c).refused(Errc::malformed_request, "raw_base64");
    c.raw_base64 = base64("{}");
    book.when(c).refused(Errc::value_out_of_range, "arrival");
    c.arrival = "a1";
    book.when(c).refused(Errc::value_out_of_range, "provider");
    c.provider = "mpesa";
    book.when(c).refused(Errc::value_out_of_range, "source");
    c.source = "127.0.0.1";
    book.when(c).then_types("callback_received arrival_resolved");
}

void refuse_assign_suspense() {
    Spec book = given(world() + Story{suspended("R1", 100), received("R2", "A", 100)});
    AssignSuspense c{"mpesa:R9", {}, long_text};
    book.when(c).refused(Errc::payment_unknown);
    c.payment = "mpesa:R2";
    book.when(c).refused(Errc::payment_not_in_suspense);
    c.payment = "mpesa:R1";
    book.when(c).refused(Errc::value_out_of_range, "parts");
    c.parts = {{"A", 60}, {"X", 0}};
    book.when(c).refused(Errc::customer_unknown);
    c.parts = {{"A", 60}, {"B", 0}};
    book.when(c).refused(Errc::amount_not_positive);
    c.parts = {{"A", 60}, {"B", 41}};
    book.when(c).refused(Errc::value_out_of_range, "reason");
    c.reason = "called us";
    book.when(c).refused(Errc::split_exceeds_remaining, "40 remain");
    c.parts = {{"A", 60}, {"B", 40}};
    book.when(c).then_types("suspense_assigned");
    book.when(c).refused(Errc::payment_not_in_suspense);
}

void refuse_reverse_payment() {
    Spec book = given(world() + Story{received("R1", "A", 100)});
    ReversePayment c{"mpesa:R9", 0, long_text};
    book.when(c).refused(Errc::payment_unknown);
    c.payment = "mpesa:R1";
    book.when(c).refused(Errc::amount_not_positive);
    c.minor = 101;
    book.when(c).refused(Errc::split_exceeds_remaining, "100 stand");
    c.minor = 100;
    book.when(c).refused(Errc::value_out_of_range, "reason");
    c.reason = "reversed at M-Pesa";
    book.when(c).then_types("payment_reversed");
    c.minor = 0;
    book.when(c).refused(Errc::payment_already_reversed);
}

void refuse_move_payment() {
    Spec book = given(world() + Story{received("R1", "A", 100)});
    MovePayment c{"mpesa:R9", "B", "X", 0, long_text};
    book.when(c).refused(Errc::payment_unknown);
    c.payment = "mpesa:R1";
    book.when(c).refused(Errc::customer_unknown);
    c.to = "B";
    book.when(c).refused(Errc::payment_not_posted);
    c.from = "A";
    c.to = "A";
    book.when(c).refused(Errc::payment_not_posted);
    c.to = "B";
    book.when(c).refused(Errc::amount_not_positive);
    c.minor = 101;
    book.when(c).refused(Errc::split_exceeds_remaining, "100 stand");
    c.minor = 100;
    book.when(c).refused(Errc::value_out_of_range, "reason");
    c.reason = "the wrong customer";
    book.when(c).then_types("payment_moved");
    book.when(c).refused(Errc::payment_not_posted);
}

struct Ladder {
    const char* name;
    void (*climb)();
};

constexpr std::array ladders{
    Ladder{"open_tenant", refuse_open_tenant},
    Ladder{"define_plan", refuse_define_plan},
    Ladder{"register_router", refuse_register_router},
    Ladder{"close_period, advance_test_clock", refuse_tenancy},
    Ladder{"register_customer, add_payment_reference", refuse_customers},
    Ladder{"add_service", refuse_add_service},
    Ladder{"provision_site, remove_site", refuse_sites},
    Ladder{"report_site", refuse_report_site},
    Ladder{"renew, suspend, reinstate", refuse_services},
    Ladder{"post_opening_balances", refuse_openings},
    Ladder{"charge_wallet", refuse_charge_wallet},
    Ladder{"record_payment", refuse_record_payment},
    Ladder{"record_callback", refuse_record_callback},
    Ladder{"assign_suspense", refuse_assign_suspense},
    Ladder{"reverse_payment", refuse_reverse_payment},
    Ladder{"move_payment", refuse_move_payment}};

} // namespace

TEST_CASE("commands: refusals stand in their order") {
    for (const Ladder& ladder : ladders) {
        CAPTURE(ladder.name);
        ladder.climb();
    }
}
