// Fiscal devices and what waits for them; a part of the table in api/http/route_table.hpp.
#pragma once

#include "api/http/route_kinds.hpp"

#include <array>

namespace tollbook::api {

Result<ReadAnswer> list_fiscal_devices(ReaderPool& pool, const Query& query);
Result<ReadAnswer> list_fiscal_documents(ReaderPool& pool, const Query& query);

inline constexpr std::array fiscal_routes{
    command(
        {"/v1/tenants/{tenant}/fiscal-device", "set_fiscal_device", for_admins, 200},
        "To which fiscal device invoices are transmitted from a number on, or to none"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/fiscal-receipt",
         "record_fiscal_receipt",
         for_finance,
         200},
        "Record what a fiscal device answered, as a person read it there"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/fiscal-refusal",
         "record_fiscal_refusal",
         for_finance,
         200},
        "Put a document aside that the fiscal device will not take"
    ),
    command(
        {"/v1/tenants/{tenant}/invoices/{invoice}/fiscal-retry",
         "retry_fiscal_transmission",
         for_finance,
         200},
        "Transmit again what the fiscal device refused"
    ),
    read(
        {"/v1/tenants/{tenant}/fiscal-devices", &list_fiscal_devices, for_readers, list_parameters},
        "Fiscal devices, and how much waits for each"
    ),
    read(
        {"/v1/tenants/{tenant}/fiscal-documents",
         &list_fiscal_documents,
         for_readers,
         "min_position limit cursor state invoice"},
        "Documents meant for a fiscal device, in the order in which they are transmitted"
    ),
};

} // namespace tollbook::api
