#pragma once

#include "ledger/error.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tollbook::api {

// A QR code (ISO/IEC 18004, medium error correction): `side` squares each way, row by row, true
// where it is dark. The quiet zone around it is left to who draws it.
struct QrCode {
    std::size_t side{};
    std::vector<bool> dark;
};

// Refuses with value_out_of_range what does not fit in one, or is empty.
Result<QrCode> qr_code(const std::string& text);

} // namespace tollbook::api
