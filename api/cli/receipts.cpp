#include "api/cli/receipts.hpp"

#include "ledger/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace tollbook::api {

namespace {

Result<KeptReceipt> read_receipt(JsonDocument& document, std::string_view line) {
    const Result<JsonNode> parsed = document.parse(line);
    if (!parsed) return parsed.error();
    KeptReceipt receipt;
    unsigned found = 0;
    for (const JsonField& field : fields_of(*parsed)) {
        if (field.name == "hash") {
            const auto text = as_text(field.value);
            found += text && unhex(*text, receipt.hash) ? 1U : 0U;
        } else if (const auto number = as_uint64(field.value)) {
            if (field.name == "partition") receipt.partition = static_cast<std::uint32_t>(*number);
            if (field.name == "last_seq") receipt.last_seq = *number;
            found += field.name == "partition" || field.name == "last_seq" ? 1U : 0U;
        }
    }
    if (found == 3) return receipt;
    return Error{Errc::malformed_request, "a receipt has partition, last_seq and hash"};
}

std::vector<KeptReceipt> of_partition(std::vector<KeptReceipt> all, std::uint32_t partition) {
    std::erase_if(all, [&](const KeptReceipt& one) { return one.partition != partition; });
    return all;
}

} // namespace

Result<std::vector<KeptReceipt>> read_receipts(const std::string& path) {
    std::ifstream file(path);
    if (!file) return Error{Errc::not_found, path + " cannot be opened"};
    std::vector<KeptReceipt> receipts;
    JsonDocument document;
    std::uint64_t number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        const Result<KeptReceipt> receipt = read_receipt(document, line);
        if (!receipt)
            return Error{
                Errc::malformed_request,
                fmt::format("{}: line {}: {}", path, number, receipt.error().detail)};
        receipts.push_back(*receipt);
    }
    std::ranges::sort(receipts, {}, &KeptReceipt::last_seq);
    return receipts;
}

WitnessedSource::WitnessedSource(Source& inner, std::vector<KeptReceipt> receipts)
    : inner_(inner), receipts_(of_partition(std::move(receipts), inner.identity().partition)) {}

Result<Batch> WitnessedSource::read(
    const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
) {
    Result<Batch> batch = inner_.read(from, bytes_max, wait);
    if (!batch) return batch;
    for (auto at = receipts_.begin() + static_cast<std::ptrdiff_t>(upto(from.seq));
         at != receipts_.end() && at->last_seq <= batch->after.seq;
         ++at)
        if (batch->hashes.at(at->last_seq - from.seq - 1) != at->hash)
            return Error{
                Errc::store_damaged,
                fmt::format("seq {}: a receipt names another hash", at->last_seq)};
    return batch;
}

std::uint64_t WitnessedSource::upto(std::uint64_t seq) const {
    const auto behind = std::ranges::upper_bound(receipts_, seq, {}, &KeptReceipt::last_seq);
    return static_cast<std::uint64_t>(behind - receipts_.begin());
}

} // namespace tollbook::api
