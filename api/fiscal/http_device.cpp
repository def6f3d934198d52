#include "api/fiscal/http_device.hpp"

#include "api/fiscal/etims_message.hpp"
#include "api/fiscal/http_post.hpp"

#include <utility>

namespace tollbook::api {

namespace {

class EtimsDevice final : public FiscalDevice {
public:
    explicit EtimsDevice(HttpDeviceOptions options)
        : options_(std::move(options)), taxpayer_(etims_taxpayer(options_.device.device)) {}

    FiscalAnswer transmit(
        const std::string& request_id, const FiscalWork& work, const std::stop_token& stop
    ) override {
        Result<std::string> body = etims_request(taxpayer_, work);
        if (!body) return FiscalRefusal{"tax-type", body.error().detail};
        HttpPost post;
        post.url = options_.device.url;
        post.body = std::move(*body);
        post.answer_within = options_.answer_within;
        post.headers = {
            "Content-Type: application/json",
            "Accept: application/json",
            "Request-Id: " + request_id,
            "tin: " + taxpayer_.pin,
            "bhfId: " + taxpayer_.branch};
        if (!options_.key.empty()) post.headers.push_back("cmcKey: " + options_.key);
        const Result<HttpAnswer> answer = http_post(post, stop);
        if (!answer) return FiscalSilence{answer.error().detail};
        return etims_answer(taxpayer_, answer->status, answer->body);
    }

private:
    HttpDeviceOptions options_;
    EtimsTaxpayer taxpayer_;
};

} // namespace

std::unique_ptr<FiscalDevice> make_http_device(HttpDeviceOptions options) {
    switch (options.device.kind) {
    case FiscalDeviceKind::etims:
        break;
    }
    return std::make_unique<EtimsDevice>(std::move(options));
}

} // namespace tollbook::api
