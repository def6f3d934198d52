// One of each event of deposits and merges, as they might follow each other.
#pragma once

#include "tests/support/invoice_examples.hpp"

#include <vector>

namespace tollbook {

inline std::vector<Event> deposit_example_events() {
    using invoice_examples::leg;
    return {
        DepositTaken{
            "D1",
            "ACC1",
            "ONT ZX-1188",
            3'000'00,
            {{"mpesa:UKK1", 3'000'00}},
            {leg("wallet:ACC1", 3'000'00), leg("deposit:ACC1", -3'000'00)}},
        DepositReturned{
            "D1",
            "ACC1",
            2'000'00,
            1'000'00,
            "deposit#D1~1",
            500'00,
            "brought back",
            {leg("deposit:ACC1", 2'000'00), leg("wallet:ACC1", -2'000'00)}},
        DepositKept{
            "D1",
            "ACC1",
            1'000'00,
            0,
            "no power supply",
            {leg("deposit:ACC1", 1'000'00), leg("fee", -1'000'00)}}};
}

inline std::vector<Event> merging_example_events() {
    using invoice_examples::leg;
    return {
        ServiceMoved{"ACC1-1", "ACC1-1", "ACC1", "ACC2"},
        InvoiceMoved{
            "I1",
            "ACC1",
            "ACC2",
            1'250'00,
            {leg("receivable:ACC2", 1'250'00), leg("receivable:ACC1", -1'250'00)}},
        DebtMoved{
            "ACC1",
            "ACC2",
            300'00,
            {"ACC2", 300'00, {{"mpesa:UKK2", 200'00}}, 100'00, {}},
            {leg("wallet:ACC2", 300'00), leg("wallet:ACC1", -300'00)}},
        CreditMoved{
            "ACC1",
            "ACC2",
            50'00,
            "grant#G1",
            "grant#merge~ACC1~1",
            10,
            invoice_examples::on("2027-01-31"),
            0,
            {leg("wallet:ACC1", 50'00), leg("wallet:ACC2", -50'00)}},
        CustomerMerged{"ACC1", "ACC2", "the same person"}};
}

} // namespace tollbook
