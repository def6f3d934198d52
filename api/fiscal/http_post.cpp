#include "api/fiscal/http_post.hpp"

#include <curl/curl.h>
#include <memory>

namespace tollbook::api {

namespace {

struct FreeCurl {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }

    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using Handle = std::unique_ptr<CURL, FreeCurl>;
using HeaderList = std::unique_ptr<curl_slist, FreeCurl>;

// The answer so far, and how much of it there may be.
struct Taking {
    std::string body;
    std::size_t bytes_max{};
};

// Fewer bytes than were offered end the request.
std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
    auto& taking = *static_cast<Taking*>(to);
    if (taking.body.size() + size * count > taking.bytes_max) return 0;
    taking.body.append(data, size * count);
    return size * count;
}

// As curl calls it, about every second; other than zero ends the request.
int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

Error error_of(CURLcode code, const std::string& url) {
    const std::string why = url + ": " + curl_easy_strerror(code);
    switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
        return {Errc::device_unreachable, why};
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
        return {Errc::device_timeout, why};
    case CURLE_WRITE_ERROR:
        return {Errc::device_protocol, url + ": the answer is too large"};
    default:
        return {Errc::device_protocol, why};
    }
}

void set_limits(CURL* curl, const HttpPost& post) {
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(
        curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(post.connect_within.count())
    );
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(post.answer_within.count()));
}

} // namespace

Result<HttpAnswer> http_post(const HttpPost& post, const std::stop_token& stop) {
    [[maybe_unused]] static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    const Handle curl(curl_easy_init());
    curl_slist* lines = nullptr;
    for (const std::string& header : post.headers)
        lines = curl_slist_append(lines, header.c_str());
    const HeaderList headers(curl_slist_append(lines, "Expect:"));
    Taking taking{{}, post.answer_bytes_max};
    std::stop_token stopped = stop;
    set_limits(curl.get(), post);
    curl_easy_setopt(curl.get(), CURLOPT_URL, post.url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, post.body.data());
    curl_easy_setopt(
        curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size())
    );
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, &is_stopped);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &stopped);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &taking);
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) return error_of(code, post.url);
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    return HttpAnswer{static_cast<int>(status), std::move(taking.body)};
}

} // namespace tollbook::api
