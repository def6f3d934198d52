#pragma once

#include "api/cli/audit.hpp"
#include "ledger/source.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <future>

namespace tollbook::api {

// Reads from the start to the head and hands each batch on, until `take` returns false. While one
// is taken the next is read, and decoded, on another thread.
template <class F>
Status read_all(Source& source, const AuditProgress& progress, F&& take) {
    static constexpr std::size_t batch_bytes_max =
        4 * 1024 * 1024;                                  // Some frames, decoded side by side.
    static constexpr std::chrono::seconds batch_wait{10}; // For what is known to be there.
    const Result<ReaderState> head = source.head();
    if (!head) return head.error();
    const auto read_behind = [&source](const ReaderState& state) {
        return source.read(state, batch_bytes_max, batch_wait);
    };
    const auto start_reading = [&](const ReaderState& state) {
        return state.seq < head->seq ? std::async(std::launch::async, read_behind, state)
                                     : std::future<Result<Batch>>();
    };
    ReaderState state = source.start();
    for (auto next = start_reading(state); next.valid();) {
        const Result<Batch> batch = next.get();
        if (!batch) return batch.error();
        if (batch->records.empty() && batch->after == state)
            return Error{Errc::store_damaged, fmt::format("nothing behind seq {}", state.seq)};
        state = batch->after;
        next = start_reading(state);
        if (!take(*batch)) return Done{};
        progress(state.seq, head->seq);
    }
    return Done{};
}

} // namespace tollbook::api
