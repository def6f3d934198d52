// A tenant with two legal entities, and what its tests ask of invoices.
#pragma once

#include "tests/support/book_builders.hpp"

namespace tollbook {

inline CustomerRegistered of_coast(const std::string& id) {
    CustomerRegistered registered = customer(id);
    registered.entity = "coast";
    return registered;
}

// A, B and C are of main; K and L of coast, which has the pay bill 600902.
inline Story two_entities() {
    return world() + Story{
                         LegalEntityDefined{"coast", "Kiota Coast Ltd", {}, {}, {"mpesa:600902"}},
                         of_coast("K"),
                         of_coast("L")};
}

inline Spec& issue_to(Spec& book, const std::string& invoice, const std::string& customer) {
    DraftLine line;
    line.component = "cable";
    line.minor = 200'00;
    book.when(DraftInvoice{invoice, customer, {line}, {}});
    return book.when(IssueInvoice{invoice, {}, {}});
}

inline std::string issued_number(const Spec& book) { return book.event<InvoiceIssued>(0).number; }

} // namespace tollbook
