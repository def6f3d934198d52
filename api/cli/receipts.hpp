#pragma once

#include "ledger/error.hpp"
#include "ledger/source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tollbook::api {

// What a client kept of one receipt: where the record stands, and its hash.
struct KeptReceipt {
    std::uint32_t partition{};
    std::uint64_t last_seq{};
    Hash hash{};
};

// One JSON object a line (docs/formats.md, "Receipts file"), in the order of their seqs. Refuses
// with not_found, or with malformed_request and the line.
Result<std::vector<KeptReceipt>> read_receipts(const std::string& path);

// A source that is held against receipts as it is read: a record whose hash is not the receipt's is
// store_damaged.
class WitnessedSource final : public Source {
public:
    // `inner` outlives it. Receipts of another partition do not count.
    WitnessedSource(Source& inner, std::vector<KeptReceipt> receipts);

    LogIdentity identity() const override { return inner_.identity(); }

    ReaderState start() const override { return inner_.start(); }

    Result<ReaderState> head() override { return inner_.head(); }

    Result<Batch> read(
        const ReaderState& from, std::size_t bytes_max, std::chrono::milliseconds wait
    ) override;

    // Receipts up to this seq, and those behind it.
    std::uint64_t upto(std::uint64_t seq) const;

    std::uint64_t beyond(std::uint64_t seq) const { return receipts_.size() - upto(seq); }

private:
    Source& inner_;
    const std::vector<KeptReceipt> receipts_;
};

} // namespace tollbook::api
