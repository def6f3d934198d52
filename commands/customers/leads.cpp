// Those who may become customers.
#include "commands/customers/customers.hpp"
#include "commands/deciders.hpp"

namespace tollbook {

namespace {

bool is_ended(LeadStage stage) { return stage == LeadStage::converted || stage == LeadStage::lost; }

// A lead of which something may still come.
Result<const LeadRow*> find_open(const Decision& decision, const std::string& lead) {
    const LeadRow* row = decision.book().leads.find(decision.key(lead));
    if (row == nullptr) return Error{Errc::lead_unknown, lead};
    if (is_ended(row->stage)) return Error{Errc::lead_ended, lead};
    return row;
}

Status check_personal(const OpenLead& command) {
    if (const Status status = check_text("name", command.name); !status) return status;
    if (const Status status = check_text("phone", command.phone, 40); !status) return status;
    if (const Status status = check_text("mail", command.mail.value_or("")); !status) return status;
    return check_text("address", command.address.value_or(""));
}

AddService service_of(const ConvertLead& command, const LeadRow& lead) {
    AddService service;
    service.service = command.service;
    service.customer = command.customer;
    service.plan = command.plan ? *command.plan : lead.plan.value_or("");
    service.plan_version = command.plan_version;
    service.site = command.site;
    service.anchor_day = command.anchor_day;
    service.blocks = command.blocks;
    return service;
}

} // namespace

Status decide(Decision& decision, const OpenLead& command) {
    if (const Status status = check_id("lead", command.lead); !status) return status;
    if (decision.book().leads.find(decision.key(command.lead)) != nullptr)
        return Error{Errc::lead_exists, command.lead};
    if (const Status status = check_personal(command); !status) return status;
    const std::string source = command.source.value_or("");
    if (const Status status = check_text("source", source, 64); !status) return status;
    if (command.plan && decision.book().plan_versions.find(decision.key(*command.plan)) == nullptr)
        return Error{Errc::plan_unknown, *command.plan};
    const std::string stream = "lead:" + command.lead;
    const LeadPersonal personal{
        command.name, command.phone, command.mail.value_or(""), command.address.value_or("")};
    decision.add(
        stream, LeadOpened{command.lead, source, command.plan}, Personal{stream, to_json(personal)}
    );
    return Done{};
}

Status decide(Decision& decision, const MoveLead& command) {
    const auto row = find_open(decision, command.lead);
    if (!row) return row.error();
    if (is_ended(command.stage))
        return Error{Errc::value_out_of_range, "stage: a lead ends by convert_lead or lose_lead"};
    const std::string note = command.note.value_or("");
    if (const Status status = check_text("note", note); !status) return status;
    decision.add("lead:" + command.lead, LeadMoved{command.lead, command.stage, note});
    return Done{};
}

Status decide(Decision& decision, const ConvertLead& command) {
    const auto row = find_open(decision, command.lead);
    if (!row) return row.error();
    const RegisterCustomer customer{
        command.customer,
        command.name,
        command.phone,
        command.mail,
        command.references,
        command.entity,
        command.currency};
    if (const Status status = decide(decision, customer); !status) return status;
    const AddService service = service_of(command, **row);
    if (const Status status = check_new_service(decision, service); !status) return status;
    const Currency currency = command.currency.value_or(decision.row().currency);
    if (const Status status = place_service(decision, service, currency); !status) return status;
    decision.add(
        "lead:" + command.lead, LeadConverted{command.lead, command.customer, command.service}
    );
    return Done{};
}

Status decide(Decision& decision, const LoseLead& command) {
    if (const auto row = find_open(decision, command.lead); !row) return row.error();
    if (const Status status = check_text("reason", command.reason); !status) return status;
    decision.add("lead:" + command.lead, LeadLost{command.lead, command.reason});
    return Done{};
}

} // namespace tollbook
