#include "ledger/bytes.hpp"

namespace tollbook {

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = fixed<std::uint8_t>();
        if (!ok_) return 0;
        const std::uint64_t part = byte & 0x7FU;
        const bool spills = shift == 63 && part > 1;
        const bool padded = shift > 0 && byte == 0;
        if (spills || padded) break;
        value |= part << shift;
        if ((byte & 0x80U) == 0) return value;
    }
    fail();
    return 0;
}

} // namespace tollbook
