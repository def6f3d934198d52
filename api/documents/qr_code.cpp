#include "api/documents/qr_code.hpp"

#include <memory>
#include <qrencode.h>

namespace tollbook::api {

namespace {

struct FreeQrCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

} // namespace

Result<QrCode> qr_code(const std::string& text) {
    if (text.empty()) return Error{Errc::value_out_of_range, "a QR code of nothing"};
    const std::unique_ptr<QRcode, FreeQrCode> drawn(QRcode_encodeData(
        static_cast<int>(text.size()),
        reinterpret_cast<const unsigned char*>(text.data()),
        0,
        QR_ECLEVEL_M
    ));
    if (drawn == nullptr) return Error{Errc::value_out_of_range, "too long for a QR code"};
    QrCode code;
    code.side = static_cast<std::size_t>(drawn->width);
    code.dark.reserve(code.side * code.side);
    for (std::size_t i = 0; i < code.side * code.side; ++i)
        code.dark.push_back((drawn->data[i] & 1U) != 0);
    return code;
}

} // namespace tollbook::api
