#pragma once

#include "api/fiscal/fiscal_device.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace tollbook::api {

struct HttpDeviceOptions {
    FiscalDeviceRow device;
    std::string key; // Sent with each request; empty: none is.
    std::chrono::milliseconds answer_within{15'000};
};

// A device of that kind behind HTTP: one POST for each document, to its url.
std::unique_ptr<FiscalDevice> make_http_device(HttpDeviceOptions options);

} // namespace tollbook::api
