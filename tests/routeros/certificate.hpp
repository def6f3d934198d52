#pragma once

#include <string>

namespace tollbook::routeros {

// A fresh self-signed certificate for 127.0.0.1 and localhost, PEM.
struct Certificate {
    std::string certificate;
    std::string key;
    std::string sha256; // Of the DER, hex: what a client pins.
};

Certificate make_certificate();

} // namespace tollbook::routeros
