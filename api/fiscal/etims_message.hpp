// The language of Kenya's eTIMS: what its device or service (OSCU, VSCU) is sent and what it
// answers, as docs/formats.md tells it. All that is known of it stands here, and it is not
// confirmed by the authority: a difference is mended in this one file.
#pragma once

#include "api/fiscal/fiscal_device.hpp"

#include <string>
#include <string_view>

namespace tollbook::api {

// Who transmits, as a tenant's device is named: "P051234567X:00", PIN and branch; without a branch
// it is the first one, 00.
struct EtimsTaxpayer {
    std::string pin;
    std::string branch;
};

EtimsTaxpayer etims_taxpayer(std::string_view device);

// The JSON of one document. Refuses with device_refused a line that no type of tax fits.
Result<std::string> etims_request(const EtimsTaxpayer& taxpayer, const FiscalWork& work);

// What an answer with that HTTP status says. Texts in it are cut to what the book takes.
FiscalAnswer etims_answer(const EtimsTaxpayer& taxpayer, int status, std::string_view body);

} // namespace tollbook::api
