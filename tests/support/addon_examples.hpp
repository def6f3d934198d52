// One of each event of add-ons and sales, as they might follow each other.
#pragma once

#include "tests/support/invoice_examples.hpp"

#include <vector>

namespace tollbook {

inline std::vector<Event> addon_example_events() {
    using invoice_examples::on;
    DraftLine line;
    line.component = "product";
    line.minor = 500'00;
    line.tax = "vat16";
    line.description = "2 x CABLE";
    line.service = "ACC1-1";
    line.plan = "CABLE";
    line.plan_version = 1;
    return {
        AddonAdded{"ACC1-1", "ACC1", "TV", 1, 2, on("2026-12-20"), 100'00},
        AddonEndScheduled{"ACC1-1", "ACC1", "TV", on("2027-01-20")},
        AddonEndCancelled{"ACC1-1", "ACC1", "TV"},
        AddonChangeScheduled{"ACC1-1", "ACC1", "TV", 2, 1, on("2027-01-20"), on("2027-03-01")},
        AddonChangeCancelled{"ACC1-1", "ACC1", "TV"},
        AddonChanged{"ACC1-1", "ACC1", "TV", 1, 2, 2, 3, on("2027-01-02")},
        AddonRemoved{"ACC1-1", "ACC1", "TV", on("2027-01-05")},
        SaleDrafted{"bill~ACC1~2027-01-20", "ACC1", "sale#S1", {line}, "ACC1-1"}};
}

} // namespace tollbook
