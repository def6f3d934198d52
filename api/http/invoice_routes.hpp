// Taxes and invoices; a part of the table in api/http/route_table.hpp.
#pragma once

#include "api/http/invoice_reads.hpp"
#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

inline constexpr std::array invoice_routes{
    command(
        {"/v1/tenants/{tenant}/taxes", "define_tax", for_admins},
        "What a tax comes to from a day on"
    ),
    command(
        {"/v1/tenants/{tenant}/invoicing-terms", "set_invoicing", for_admins},
        "How invoices are made from a day on"
    ),
    command(
        {"/v1/tenants/{tenant}/customers/{customer}/billing-mode",
         "set_billing_mode",
         for_finance,
         200},
        "Whether a customer pays in advance or by invoice"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices", "draft_invoice", for_finance},
        "Make a draft, or another one in its place"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/discard", "discard_draft", for_finance, 200},
        "Throw a draft away"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/issue", "issue_invoice", for_finance, 200},
        "Issue a draft under the next number; money of the wallet pays it"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/credit-notes", "credit_invoice", for_finance},
        "Take part of an invoice back, or all that is left"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/void", "void_invoice", for_finance, 200},
        "Take all of an invoice back; its number stays used"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/write-off",
         "write_off_invoice",
         for_finance,
         200},
        "Give up what is still owed"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/withholdings", "record_withholding", for_finance},
        "Record what the payer withheld, by its certificate"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/reallocate",
         "reallocate_funds",
         for_finance,
         200},
        "What paid this invoice pays another"
    ),
    read(
        {"/v1/tenants/{tenant}/taxes", &list_taxes, for_readers, list_parameters},
        "Every version of every tax"
    ),
    read(
        {"/v1/tenants/{tenant}/invoicing-terms",
         &list_invoicing_terms,
         for_readers,
         list_parameters},
        "The terms of invoicing, by the day from which they hold"
    ),
    read(
        {"/v1/tenants/{tenant}/invoices",
         &list_invoices,
         for_readers,
         "min_position limit cursor customer status due_before fiscal entity"},
        "Invoices and drafts"
    ),
    read(
        {"/v1/tenants/{tenant}/invoices/{invoice}", &get_invoice, for_readers},
        "An invoice with its lines and all that happened to it"
    ),
    document(
        {"/v1/tenants/{tenant}/invoices/{invoice}/document.pdf",
         &get_invoice_document,
         for_readers},
        "application/pdf",
        "An issued invoice as a page to print"
    ),
    document(
        {"/v1/tenants/{tenant}/invoices/{invoice}/lines.csv", &get_invoice_lines, for_readers},
        "text/csv",
        "The lines of an issued invoice, one for each tax"
    ),
};

} // namespace tollbook::api
