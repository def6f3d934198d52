#pragma once

#include "ledger/source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tollbook::bench {

// The limit of a verification: SHA-256 over every piece that is hashed of a log's records (header,
// payload, event id, and the command id once for each command), which lie in memory one behind the
// other, and nothing else.
class HashPieces {
public:
    // The next records of the log.
    void add(const Batch& batch, const LogIdentity& log);

    // How long it takes to hash all pieces, one by one, on the calling thread.
    double seconds() const;

    std::size_t records() const { return records_; }

    std::size_t bytes() const { return bytes_.size(); }

private:
    void add_piece(std::string_view piece);
    void add_record(const Record& record, const LogIdentity& log, const Hash& previous);

    std::string bytes_;
    std::vector<std::uint32_t> sizes_;
    std::size_t records_{};
    Hash last_{};
};

} // namespace tollbook::bench
