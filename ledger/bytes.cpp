#include "ledger/bytes.hpp"

namespace tollbook {

void ByteBuffer::grow(std::size_t count) { memory_.resize(2 * (memory_.size() + count)); }

std::uint64_t ByteReader::varint() {
    // Most are of one byte.
    if (!bytes_.empty() && static_cast<unsigned char>(bytes_.front()) < 0x80U)
        return fixed<std::uint8_t>();
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
