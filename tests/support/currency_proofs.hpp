#pragma once

#include "tests/support/book_run.hpp"

#include <map>
#include <string>
#include <vector>

namespace tollbook {

// The currencies of a tenant and its customers, as the facts alone tell them.
class Currencies {
public:
    explicit Currencies(const std::vector<Fact>& facts);

    // The tenant's.
    Currency own() const { return own_; }

    // The tenant's too for whom nobody registered.
    Currency of(const std::string& customer) const;

    // An account, told apart by its currency unless that is the tenant's: "cash:till:main USD".
    std::string name_of(const std::string& account, Currency currency) const;

private:
    Currency own_;
    std::map<std::string, Currency> others_; // By customer.
};

// The first fact of one tenant that mixes currencies: what is a customer's is in its currency, and
// so are all legs and fields of an event about it; M-Pesa and suspense hold the tenant's; what a
// billing run took adds up by currency. Empty: there is none.
std::string currency_fault(const std::vector<Fact>& facts);

} // namespace tollbook
