#include "api/http/submissions.hpp"

#include "api/http/problem.hpp"
#include "api/http/receipt.hpp"

#include <atomic>
#include <memory>
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
};
BOOST_DESCRIBE_STRUCT(
    SubmissionItem, (), (tenant, key, type, body, actor, correlation, causation, expected_revision)
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

// Each answer writes its own slot; the last one replies.
struct Pending {
    Pending(std::size_t count, Reply to)
        : outcomes(count, Result<Receipt>(Error{Errc::internal, {}}))
        , left(count)
        , reply(std::move(to)) {}

    std::vector<Result<Receipt>> outcomes;
    std::atomic<std::size_t> left;
    Reply reply;
};

// What a tenant's key may never do: say who acts.
Status check_node(const Admitted& admitted) {
    if (admitted.principal.tenant == any_tenant) return Done{};
    return Error{Errc::permission_denied, "the key of a node is for all tenants"};
}

} // namespace

std::string encode_submissions(std::span<const Submission> submissions) {
    std::string out = "[";
    for (const Submission& one : submissions) {
        if (out.size() > 1) out += ',';
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
                one.expected_revision}
        );
    }
    return out + "]";
}

Result<std::vector<Submission>> decode_submissions(std::string_view text) {
    auto items = from_json<std::vector<SubmissionItem>>(text);
    if (!items) return items.error();
    if (items->size() > batch_commands_max)
        return Error{
            Errc::payload_too_large,
            "more than " + std::to_string(batch_commands_max) + " submissions"};
    std::vector<Submission> submissions;
    submissions.reserve(items->size());
    for (SubmissionItem& item : *items)
        submissions.push_back(
            {std::move(item.tenant),
             std::move(item.key),
             std::move(item.type),
             std::move(item.body),
             std::move(item.actor),
             std::move(item.correlation),
             std::move(item.causation),
             item.expected_revision}
        );
    return submissions;
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
    Result<std::vector<Submission>> submissions = decode_submissions(request.body);
    if (!submissions) return reply(problem_response(submissions.error(), request.id));
    if (submissions->empty())
        return reply(problem_response(Error{Errc::missing_field, "no submissions"}, request.id));
    const auto pending = std::make_shared<Pending>(submissions->size(), std::move(reply));
    for (std::size_t i = 0; i < submissions->size(); ++i)
        services.submit.submit(std::move((*submissions)[i]), [pending, i](Result<Receipt> outcome) {
            pending->outcomes[i] = std::move(outcome);
            if (pending->left.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
            pending->reply([pending] {
                Response response;
                response.body = encode_outcomes(pending->outcomes);
                return response;
            });
        });
}

void run_remote_renewals(
    const Services& services, Request request, Admitted admitted, Reply reply
) {
    if (const Status node = check_node(admitted); !node)
        return reply(problem_response(node.error(), request.id));
    Result<RemoteRenewal> order = from_json<RemoteRenewal>(request.body);
    if (!order) return reply(problem_response(order.error(), request.id));
    if (!services.renewal_run)
        return reply(problem_response(Error{Errc::not_ready, {}}, request.id));
    services.renewal_run(
        {std::move(order->tenant), std::move(order->actor), std::move(order->correlation)},
        std::move(reply)
    );
}

} // namespace tollbook::api
