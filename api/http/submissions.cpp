#include "api/http/submissions.hpp"

#include "api/http/problem.hpp"
#include "api/http/receipt.hpp"

#include <atomic>
#include <memory>
#include <span>
#include <utility>

namespace tollbook::api {

namespace {

struct SubmissionItem {
    std::string tenant;
    std::string key;
    std::string type;
    std::string body;
    std::string actor;
    std::string correlation;
    std::string causation;
    std::optional<std::uint64_t> expected_revision;
    std::optional<bool> with_next;
};
BOOST_DESCRIBE_STRUCT(
    SubmissionItem,
    (),
    (tenant, key, type, body, actor, correlation, causation, expected_revision, with_next)
)

struct ProblemItem {
    std::string code;
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(ProblemItem, (), (code, detail))

struct EventItem {
    std::string id;
    std::string type;
    std::string stream;
    std::uint64_t revision{};
};
BOOST_DESCRIBE_STRUCT(EventItem, (), (id, type, stream, revision))

// As write_receipt writes it.
struct ReceiptItem {
    std::string object;
    std::string position;
    std::uint32_t partition{};
    std::uint64_t first_seq{};
    std::uint64_t last_seq{};
    std::uint64_t term{};
    std::string hash;
    std::string acknowledgement;
    bool replayed{};
    std::vector<EventItem> events;
};
BOOST_DESCRIBE_STRUCT(
    ReceiptItem,
    (),
    (object, position, partition, first_seq, last_seq, term, hash, acknowledgement, replayed, events
    )
)

struct OutcomeItem {
    std::optional<ReceiptItem> receipt;
    std::optional<ProblemItem> problem;
};
BOOST_DESCRIBE_STRUCT(OutcomeItem, (), (receipt, problem))

Result<Receipt> receipt_of(ReceiptItem& item) {
    Receipt receipt{
        item.partition, item.first_seq, item.last_seq, item.term, {}, {}, item.replayed, {}};
    const auto level = acknowledgement_named(item.acknowledgement);
    bool reads = level && unhex(item.hash, receipt.hash);
    receipt.level = level.value_or(Acknowledgement::local);
    for (EventItem& event : item.events) {
        EventRef& ref = receipt.events.emplace_back();
        std::erase(event.id, '-');
        reads = reads && unhex(event.id, ref.id);
        ref.type = std::move(event.type);
        ref.stream = std::move(event.stream);
        ref.revision = event.revision;
    }
    if (!reads) return Error{Errc::value_out_of_range, "a receipt of the ledger cannot be read"};
    return receipt;
}

Result<Receipt> outcome_of(OutcomeItem& item) {
    if (item.receipt) return receipt_of(*item.receipt);
    if (!item.problem) return Error{Errc::internal, "the ledger's answer has no outcome"};
    return Error{
        errc_of(item.problem->code).value_or(Errc::internal), std::move(item.problem->detail)};
}

// Each unit's answer writes its own slots; the last one replies.
struct Pending {
    Pending(std::size_t commands, std::size_t units, Reply to)
        : outcomes(commands, Result<Receipt>(Error{Errc::internal, {}}))
        , left(units)
        , reply(std::move(to)) {}

    std::vector<Result<Receipt>> outcomes;
    std::atomic<std::size_t> left;
    Reply reply;
};

void settle(
    const std::shared_ptr<Pending>& pending,
    std::span<Result<Receipt>> slots,
    Result<std::vector<Receipt>> receipts
) {
    for (std::size_t i = 0; i < slots.size(); ++i)
        if (receipts)
            slots[i] = std::move((*receipts)[i]);
        else
            slots[i] = receipts.error();
    if (pending->left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    pending->reply([pending] {
        Response response;
        response.body = encode_outcomes(pending->outcomes);
        return response;
    });
}

void submit_unit(Submit& submit, SubmissionUnit unit, BatchAnswer answer) {
    if (unit.size() > 1) return submit.submit_atomic(std::move(unit), std::move(answer));
    submit.submit(std::move(unit.front()), [answer = std::move(answer)](Result<Receipt> outcome) {
        if (!outcome) return answer(outcome.error());
        answer(std::vector{std::move(*outcome)});
    });
}

// What a tenant's key may never do: say who acts.
Status check_node(const Admitted& admitted) {
    if (admitted.principal.tenant == any_tenant) return Done{};
    return Error{Errc::permission_denied, "the key of a node is for all tenants"};
}

} // namespace

std::string encode_submissions(std::span<const SubmissionUnit> units) {
    std::string out = "[";
    for (const SubmissionUnit& unit : units) {
        for (const Submission& one : unit) {
            if (out.size() > 1) out += ',';
            const bool is_last = &one == &unit.back();
            write_json(
                out,
                SubmissionItem{
                    one.tenant,
                    one.key,
                    one.type,
                    one.body,
                    one.actor,
                    one.correlation,
                    one.causation,
                    one.expected_revision,
                    is_last ? std::nullopt : std::optional(true)}
            );
        }
    }
    return out + "]";
}

Result<std::vector<SubmissionUnit>> decode_submissions(std::string_view text) {
    auto items = from_json<std::vector<SubmissionItem>>(text);
    if (!items) return items.error();
    if (items->size() > batch_commands_max)
        return Error{
            Errc::payload_too_large,
            "more than " + std::to_string(batch_commands_max) + " submissions"};
    std::vector<SubmissionUnit> units;
    bool with_last = false;
    for (SubmissionItem& item : *items) {
        if (!with_last) units.emplace_back();
        with_last = item.with_next.value_or(false);
        units.back().push_back(
            {std::move(item.tenant),
             std::move(item.key),
             std::move(item.type),
             std::move(item.body),
             std::move(item.actor),
             std::move(item.correlation),
             std::move(item.causation),
             item.expected_revision}
        );
    }
    if (with_last) return Error{Errc::malformed_request, "nothing stands behind the last one"};
    return units;
}

std::string encode_outcomes(std::span<const Result<Receipt>> outcomes) {
    std::string out = "[";
    for (const Result<Receipt>& outcome : outcomes) {
        if (out.size() > 1) out += ',';
        if (outcome) {
            out += R"({"receipt":)";
            write_receipt(out, *outcome);
        } else {
            out += R"({"problem":)";
            const Error& error = outcome.error();
            write_json(out, ProblemItem{std::string(info(error.code).slug), error.detail});
        }
        out += '}';
    }
    return out + "]";
}

Result<std::vector<Result<Receipt>>> decode_outcomes(std::string_view text) {
    auto items = from_json<std::vector<OutcomeItem>>(text);
    if (!items) return items.error();
    std::vector<Result<Receipt>> outcomes;
    outcomes.reserve(items->size());
    for (OutcomeItem& item : *items)
        outcomes.push_back(outcome_of(item));
    return outcomes;
}

void run_submissions(const Services& services, Request request, Admitted admitted, Reply reply) {
    if (const Status node = check_node(admitted); !node)
        return reply(problem_response(node.error(), request.id));
    Result<std::vector<SubmissionUnit>> units = decode_submissions(request.body);
    if (!units) return reply(problem_response(units.error(), request.id));
    if (units->empty())
        return reply(problem_response(Error{Errc::missing_field, "no submissions"}, request.id));
    std::size_t commands = 0;
    for (const SubmissionUnit& unit : *units)
        commands += unit.size();
    const auto pending = std::make_shared<Pending>(commands, units->size(), std::move(reply));
    std::span<Result<Receipt>> left(pending->outcomes);
    for (SubmissionUnit& unit : *units) {
        const auto slots = left.first(unit.size());
        left = left.subspan(unit.size());
        submit_unit(
            services.submit,
            std::move(unit),
            [pending, slots](Result<std::vector<Receipt>> receipts) {
                settle(pending, slots, std::move(receipts));
            }
        );
    }
}

void run_remote_renewals(
    const Services& services, Request request, Admitted admitted, Reply reply
) {
    if (const Status node = check_node(admitted); !node)
        return reply(problem_response(node.error(), request.id));
    Result<RunOrder> order = from_json<RunOrder>(request.body);
    if (!order) return reply(problem_response(order.error(), request.id));
    if (!services.run) return reply(problem_response(Error{Errc::not_ready, {}}, request.id));
    services.run(std::move(*order), std::move(reply));
}

} // namespace tollbook::api
