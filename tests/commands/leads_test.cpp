#include "tests/support/book_builders.hpp"

using namespace tollbook;

namespace {

OpenLead lead(const std::string& id) {
    OpenLead open;
    open.lead = id;
    open.name = "DAN ODHIAMBO";
    open.phone = "254700000001";
    open.plan = "HOME10";
    return open;
}

ConvertLead conversion() {
    ConvertLead convert;
    convert.lead = "L1";
    convert.customer = "D";
    convert.name = "DAN ODHIAMBO";
    convert.phone = "254700000001";
    convert.references = {"acc-0004"};
    convert.service = "D-1";
    return convert;
}

// A lead L1 that asks for HOME10.
Story one_lead() { return world() + Story{LeadOpened{"L1", "walk-in", "HOME10"}}; }

LeadStage stage_of(Spec& book, const std::string& lead) {
    return book.run().book().leads.find(book_key(tenant_id, lead))->stage;
}

template <class Row>
bool stands(const Table<Row>& table, const std::string& id) {
    return table.find(book_key(tenant_id, id)) != nullptr;
}

} // namespace

TEST_CASE("open_lead: who it is is sealed under a key of its own; the rest is clear") {
    OpenLead open = lead("L1");
    open.mail = "d@x.ke";
    open.address = "plot 7, Moi Road";
    open.source = "walk-in";
    Spec book = given(world());
    book.when(open).then({LeadOpened{"L1", "walk-in", "HOME10"}});
    CHECK(book.made().front().stream == "lead:L1");
    CHECK(
        book.made().front().sealed ==
        R"({"name":"DAN ODHIAMBO","phone":"254700000001","mail":"d@x.ke",)"
        R"("address":"plot 7, Moi Road"})"
    );
    open = lead("L2");
    open.plan.reset();
    book.when(open).then({LeadOpened{"L2", "", {}}});
    CHECK(
        book.made().front().sealed ==
        R"({"name":"DAN ODHIAMBO","phone":"254700000001","mail":"","address":""})"
    );
}

TEST_CASE("open_lead: refusals stand in their order") {
    Spec book = given(one_lead());
    OpenLead open = lead("L/1");
    const std::string long_text(201, 'x');
    open.name = open.phone = long_text;
    open.mail = open.address = open.source = long_text;
    open.plan = "NONE";
    book.when(open).refused(Errc::value_out_of_range, "lead");
    open.lead = "L1";
    book.when(open).refused(Errc::lead_exists, "L1");
    open.lead = "L2";
    book.when(open).refused(Errc::value_out_of_range, "name");
    open.name = "N";
    book.when(open).refused(Errc::value_out_of_range, "phone");
    open.phone = "2547";
    book.when(open).refused(Errc::value_out_of_range, "mail");
    open.mail.reset();
    book.when(open).refused(Errc::value_out_of_range, "address");
    open.address.reset();
    book.when(open).refused(Errc::value_out_of_range, "source");
    open.source = "web";
    book.when(open).refused(Errc::plan_unknown, "NONE");
    open.plan = "BIZ50";
    book.when(open).then_types("lead_opened");
}

TEST_CASE("move_lead: along the pipeline and back, but not to its end") {
    Spec book = given(one_lead());
    book.when(MoveLead{"L1", LeadStage::surveyed, "pole is near"})
        .then({LeadMoved{"L1", LeadStage::surveyed, "pole is near"}});
    CHECK(stage_of(book, "L1") == LeadStage::surveyed);
    book.when(MoveLead{"L1", LeadStage::open, {}}).then({LeadMoved{"L1", LeadStage::open, ""}});
    book.when(MoveLead{"L2", LeadStage::offered, {}}).refused(Errc::lead_unknown, "L2");
    for (const LeadStage end : {LeadStage::converted, LeadStage::lost})
        book.when(MoveLead{"L1", end, std::string(201, 'x')})
            .refused(Errc::value_out_of_range, "stage");
    book.when(MoveLead{"L1", LeadStage::offered, std::string(201, 'x')})
        .refused(Errc::value_out_of_range, "note");
    CHECK(stage_of(book, "L1") == LeadStage::open);
}

TEST_CASE("convert_lead: the lead is gone, and a customer with a service stands in its place") {
    Spec book = given(world());
    book.when(lead("L1")).when(MoveLead{"L1", LeadStage::offered, {}});
    book.when(conversion())
        .then(
            {CustomerRegistered{"D", {{"acc-0004", "ACC0004"}}},
             ServiceAdded{"D-1", "D", "HOME10", 1, "D-1", day("2026-11-20"), 20, {}},
             LeadConverted{"L1", "D", "D-1"}}
        );
    CHECK(book.made()[0].stream == "customer:D");
    CHECK(book.made()[0].sealed == R"({"name":"DAN ODHIAMBO","phone":"254700000001","mail":""})");
    CHECK(book.made()[1].stream == "service:D-1");
    CHECK(book.made()[2].stream == "lead:L1");
    CHECK(stage_of(book, "L1") == LeadStage::converted);
    // The customer pays by the reference that the lead was given, and its service is renewed.
    book.when(told({.receipt = "R1", .amount = "1500.00", .reference = "ACC 0004"}));
    book.when(RenewService{"D-1"}).then_types("wallet_charged service_renewed").wallet("D", 0);
    book.when(conversion()).refused(Errc::lead_ended, "L1");
}

TEST_CASE("convert_lead: what was agreed may be another thing than what was asked for") {
    ConvertLead convert = conversion();
    convert.plan = "BIZ50";
    convert.plan_version = 1;
    convert.site = "mast-3";
    convert.anchor_day = 31;
    convert.blocks = {{"unpaid"}};
    convert.mail = "d@x.ke";
    Spec book = given(one_lead());
    book.when(convert).then_types("customer_registered service_added lead_converted");
    const auto& added = book.event<ServiceAdded>(1);
    CHECK(added.plan == "BIZ50");
    CHECK(added.site == "mast-3");
    CHECK(added.anchor_day == 31);
    book.blocked("D-1", "unpaid");
}

TEST_CASE("convert_lead: refusals stand in their order, and leave no trace") {
    Spec book = given(
        world() +
        Story{
            service("A-1", "A", "2026-12-01"),
            LeadOpened{"L1", "", {}},
            LeadOpened{"L2", "", "HOME10"}}
    );
    const Hash before = book.run().decider().state_hash();
    ConvertLead convert = conversion();
    convert.lead = "L9";
    convert.customer = "A";
    convert.name = std::string(201, 'x');
    convert.references = {"a"};
    convert.service = "A-1";
    convert.site = "A-1";
    book.when(convert).refused(Errc::lead_unknown, "L9");
    convert.lead = "L1";
    book.when(convert).refused(Errc::customer_exists, "A");
    convert.customer = "D";
    book.when(convert).refused(Errc::value_out_of_range, "name");
    convert.name = "N";
    book.when(convert).refused(Errc::payment_reference_taken, "A");
    convert.references = {"D"};
    book.when(convert).refused(Errc::service_exists, "A-1");
    convert.service = "D-1";
    book.when(convert).refused(Errc::plan_unknown); // Nobody said one.
    convert.plan = "NONE";
    book.when(convert).refused(Errc::plan_unknown, "NONE");
    convert.plan = "HOME10";
    convert.plan_version = 2;
    book.when(convert).refused(Errc::plan_unknown, "HOME10");
    convert.plan_version.reset();
    book.when(convert).refused(Errc::site_exists, "A-1");
    CHECK(book.run().decider().state_hash() == before);
    CHECK(stage_of(book, "L1") == LeadStage::open);
    CHECK_FALSE(stands(book.run().book().customers, "D"));
    CHECK_FALSE(stands(book.run().book().references, "D"));
    convert.site.reset();
    book.when(convert).then_types("customer_registered service_added lead_converted");
}

TEST_CASE("lose_lead: nothing comes of it any more") {
    Spec book = given(one_lead());
    const LoseLead lose{"L1", "too far from the mast"};
    book.when(LoseLead{"L2", ""}).refused(Errc::lead_unknown, "L2");
    book.when(LoseLead{"L1", "a\nb"}).refused(Errc::value_out_of_range, "reason");
    book.when(lose).then({LeadLost{"L1", "too far from the mast"}});
    CHECK(stage_of(book, "L1") == LeadStage::lost);
    book.when(lose).refused(Errc::lead_ended, "L1");
    book.when(MoveLead{"L1", LeadStage::open, {}}).refused(Errc::lead_ended, "L1");
    book.when(conversion()).refused(Errc::lead_ended, "L1");
    book.when(lead("L1")).refused(Errc::lead_exists, "L1");
}
