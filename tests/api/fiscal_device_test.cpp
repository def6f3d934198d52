// A fiscal device behind HTTP: what it is told, and whatever it answers.
#include "api/fiscal/device_keys.hpp"
#include "api/fiscal/etims_message.hpp"
#include "api/fiscal/http_device.hpp"
#include "tests/support/fiscal_examples.hpp"
#include "tests/support/fiscal_test_device.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/show_result.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

using namespace tollbook;
using namespace tollbook::api;

namespace {

using Manner = FiscalTestDevice::Manner;

const EtimsTaxpayer taxpayer{"P051234567X", "01"};

FiscalWork work() { return {fiscal_request_example(), 1}; }

std::unique_ptr<FiscalDevice> device_at(
    const std::string& url, std::chrono::milliseconds within = std::chrono::seconds(30)
) {
    FiscalDeviceRow row;
    row.enabled = true;
    row.url = url;
    row.device = "P051234567X:01";
    return make_http_device({row, "secret-1", within});
}

FiscalAnswer told(FiscalTestDevice& device) {
    return device_at(device.url())->transmit("kiota:main:invoice:1", work(), {});
}

std::string silence(const FiscalAnswer& answer) {
    const auto* found = std::get_if<FiscalSilence>(&answer);
    REQUIRE(found != nullptr);
    return found->why;
}

FiscalReceipt receipt(const FiscalAnswer& answer) {
    const auto* found = std::get_if<FiscalTaken>(&answer);
    REQUIRE(found != nullptr);
    return found->receipt;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// What an answer with that body comes to.
FiscalAnswer answered(std::string_view body, int status = 200) {
    return etims_answer(taxpayer, status, body);
}

constexpr auto good =
    R"({"resultCd":"000","resultMsg":"It is succeeded","new":[1.5,{}],"data":{"rcptNo":"7",)"
    R"("rcptSign":"SIGN","vsdcRcptPbctDate":"20261120120007","sdcId":"KRACU01","more":null}})";

std::string with(std::string text, std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
    return text;
}

} // namespace

TEST_CASE("fiscal device: takes a document, and the same one again for the same receipt") {
    FiscalTestDevice device;
    const FiscalReceipt first = receipt(told(device));
    CHECK(first.control_number == "KRACU01/1");
    CHECK(first.signature == "SIGN1");
    CHECK(first.qr.ends_with("indexEtimsReceiptData?Data=P051234567X01SIGN1"));
    CHECK(first.device_time == parse_timestamp("2026-11-20T09:00:01Z").value());
    CHECK(receipt(told(device)) == first);
    CHECK(device.taken().size() == 1);
    const FiscalTestDevice::Heard heard = device.heard().front();
    CHECK(heard.request_id == "kiota:main:invoice:1");
    CHECK(heard.key == "secret-1");
    CHECK(device.heard().back().body == heard.body);
}

TEST_CASE("fiscal device: an answer that is lost on the way is asked for again") {
    FiscalTestDevice device(Manner::takes_and_drops);
    CHECK(has(silence(told(device)), "partial"));
    device.set(Manner::takes);
    CHECK(receipt(told(device)).control_number == "KRACU01/1");
    CHECK(device.taken().size() == 1);
}

TEST_CASE("fiscal device: a refusal is told with its code") {
    FiscalTestDevice device(Manner::refuses);
    const FiscalAnswer answer = told(device);
    const auto* refusal = std::get_if<FiscalRefusal>(&answer);
    REQUIRE(refusal != nullptr);
    CHECK(refusal->code == "910");
    CHECK(refusal->reason == "itemNm: not a text");
}

TEST_CASE("fiscal device: what is no answer is silence") {
    FiscalTestDevice device(Manner::fails);
    CHECK(has(silence(told(device)), "HTTP status 500"));
    device.set(Manner::garbles);
    CHECK(has(silence(told(device)), "<html>"));
    device.set(Manner::floods);
    CHECK(has(silence(told(device)), "too large"));
}

TEST_CASE("fiscal device: it waits no longer than its limit, and not at all when it is stopped") {
    FiscalTestDevice device(Manner::hangs);
    const auto impatient = device_at(device.url(), std::chrono::milliseconds(50));
    CHECK(has(silence(impatient->transmit("r", work(), {})), "Timeout"));
    std::stop_source stop;
    stop.request_stop();
    const auto begun = std::chrono::steady_clock::now();
    silence(device_at(device.url())->transmit("r", work(), stop.get_token()));
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
}

TEST_CASE("fiscal device: nobody listens there") {
    std::string url;
    {
        const FiscalTestDevice gone;
        url = gone.url();
    }
    CHECK(has(silence(device_at(url)->transmit("r", work(), {})), url));
}

TEST_CASE("etims: an invoice as it is told; excise is part of what the tax is on") {
    const std::string body = etims_request(taxpayer, work()).value();
    JsonDocument document;
    REQUIRE(document.parse(body));
    CHECK(has(body, R"({"tin":"P051234567X","bhfId":"01","trdInvcNo":"F-000001","invcNo":1,)"));
    CHECK(has(body, R"("orgInvcNo":0,"salesTyCd":"N","rcptTyCd":"S","salesSttsCd":"02",)"));
    CHECK(has(body, R"("cfmDt":"20261120120000","salesDt":"20261120","curCd":"KES",)"));
    CHECK(has(body, R"("taxblAmtA":1500.00,"taxRtA":0,"taxAmtA":0.00,)"));
    CHECK(has(body, R"("taxblAmtB":11500.00,"taxRtB":16,"taxAmtB":1840.00,)"));
    CHECK(has(body, R"("totTaxblAmt":13000.00,"totTaxAmt":1840.00,"totAmt":14840.00,)"));
    CHECK(has(
        body,
        R"({"itemSeq":1,"itemNm":"Router, dual band","qty":1,"prc":13340.00,"splyAmt":13340.00,)"
        R"("taxTyCd":"B","taxblAmt":11500.00,"taxAmt":1840.00,"totAmt":13340.00},)"
    ));
    CHECK(has(body, R"("taxTyCd":"A","taxblAmt":1500.00,"taxAmt":0.00,"totAmt":1500.00}]})"));
}

TEST_CASE("etims: a credit note names the place of its invoice; lines without a tax, and with two"
) {
    FiscalWork note = work();
    note.told.credit_note = "N1";
    note.told.reason = "sent \"back\"";
    note.told.lines = {{"x", 100'00, {}, {}}, {"y", 50'00, {{"vat8", 80'000, 4'00}}, {}}};
    note.credited_place = 17;
    const std::string body = etims_request(taxpayer, note).value();
    CHECK(has(body, R"("orgInvcNo":17,"salesTyCd":"N","rcptTyCd":"R",)"));
    CHECK(has(body, R"("remark":"sent \"back\"",)"));
    CHECK(has(body, R"("taxblAmtD":100.00,"taxRtD":0,"taxAmtD":0.00,)"));
    CHECK(has(body, R"("taxblAmtE":50.00,"taxRtE":8,"taxAmtE":4.00,)"));
    note.told.lines.back().taxes.push_back({"vat16", 160'000, 8'00});
    const auto refused = etims_request(taxpayer, note);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::device_refused);
    FiscalTestDevice device;
    const FiscalAnswer answer = device_at(device.url())->transmit("r", note, {});
    CHECK(std::get_if<FiscalRefusal>(&answer)->code == "tax-type");
    CHECK(std::get_if<FiscalRefusal>(&answer)->reason == "line 2 is taxed with two rates");
    CHECK(device.heard().empty());
}

TEST_CASE("etims: a device without a branch is of the first one") {
    CHECK(etims_taxpayer("P1").branch == "00");
    CHECK(etims_taxpayer("P1:07").branch == "07");
    CHECK(etims_taxpayer("P1:07").pin == "P1");
}

TEST_CASE("etims: numbers and unknown fields come in any shape, what is missing is silence") {
    CHECK(receipt(answered(good)).control_number == "KRACU01/7");
    const std::string linked =
        with(good, R"("more":null)", R"("qrCodeUrl":"https://example.org/7")");
    CHECK(receipt(answered(linked)).qr == "https://example.org/7");
    for (const char* part : {"rcptNo", "rcptSign", "vsdcRcptPbctDate", "sdcId", "data"})
        silence(answered(with(good, part, "other")));
    silence(answered(with(good, "20261120120007", "20261320120007")));
    silence(answered(with(good, "20261120120007", "2026112012000x")));
    silence(answered(with(good, "KRACU01", "KRA\\u0000CU")));
    silence(answered(with(good, "KRACU01", std::string(49, 'x'))));
    silence(answered(with(good, "\"000\"", "null")));
    silence(answered("[]"));
    silence(answered(""));
    CHECK(receipt(answered(good, 201)).control_number == "KRACU01/7");
}

TEST_CASE("etims: whose fault it is") {
    const std::string refused = with(good, "\"000\"", "\"910\"");
    CHECK(std::holds_alternative<FiscalRefusal>(answered(refused)));
    CHECK(std::holds_alternative<FiscalRefusal>(answered(refused, 400)));
    for (const int status : {401, 403, 404, 429, 500, 503})
        silence(answered(refused, status));
    silence(answered(good, 400)); // It says both.
    for (const char* passing : {"\"894\"", "\"896\"", "\"901\"", "\"999\""})
        silence(answered(with(good, "\"000\"", passing)));
    const std::string long_text = std::string(199, 'a') + "\xc3\xa9";
    const FiscalAnswer cut =
        answered(R"({"resultCd":"910","resultMsg":"a\n)" + long_text + R"("})");
    const auto* refusal = std::get_if<FiscalRefusal>(&cut);
    REQUIRE(refusal != nullptr);
    CHECK(refusal->reason == "a " + std::string(198, 'a'));
    const FiscalAnswer whole = answered(R"({"resultCd":"910","resultMsg":")" + long_text + R"("})");
    CHECK(std::get_if<FiscalRefusal>(&whole)->reason == std::string(199, 'a'));
}

TEST_CASE("device keys: by tenant and entity, from a file that only we may read") {
    const ScratchDirectory scratch;
    const std::string path = scratch.path + "/keys";
    DeviceKeys none(path);
    REQUIRE(none.open());
    CHECK(none.key_of("kiota", "main").empty());
    std::ofstream(path) << "kiota main secret-1\nkiota other secret-2\n";
    std::filesystem::permissions(path, std::filesystem::perms{0644});
    CHECK(DeviceKeys(path).open().error().code == Errc::config_invalid);
    std::filesystem::permissions(path, std::filesystem::perms{0600});
    DeviceKeys keys(path);
    REQUIRE(keys.open());
    CHECK(keys.key_of("kiota", "main") == "secret-1");
    CHECK(keys.key_of("kiota", "other") == "secret-2");
    CHECK(keys.key_of("baraka", "main").empty());
}
