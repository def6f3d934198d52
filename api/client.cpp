#include "api/client.hpp"

#include "api/http/problem.hpp"
#include "ledger/json.hpp"

#include <chrono>
#include <curl/curl.h>
#include <thread>
#include <utility>

namespace tollbook::api {

namespace {

constexpr std::chrono::milliseconds pause_first{100};
constexpr long connect_timeout_ms = 5'000;

std::size_t append_body(char* data, std::size_t size, std::size_t count, void* to) {
    static_cast<std::string*>(to)->append(data, size * count);
    return size * count;
}

std::string_view value_of(std::string_view line, std::string_view name) {
    if (line.size() <= name.size() || !line.starts_with(name)) return {};
    line.remove_prefix(name.size());
    while (!line.empty() && (line.front() == ' ' || line.front() == ':'))
        line.remove_prefix(1);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
        line.remove_suffix(1);
    return line;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
    auto* reply = static_cast<ClientReply*>(to);
    const std::string_view line(data, size * count);
    if (const auto position = value_of(line, "Tollbook-Position"); !position.empty())
        reply->position = position;
    if (const auto parked = value_of(line, "Tollbook-Parked-Keys"); !parked.empty())
        reply->parked = parked;
    if (value_of(line, "Idempotent-Replayed") == "true") reply->replayed = true;
    return size * count;
}

// As curl calls it; other than zero ends the request.
int give_up(void* keep_waiting, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return (*static_cast<const std::function<bool()>*>(keep_waiting))() ? 0 : 1;
}

bool may_have_arrived(CURLcode code) {
    return code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST &&
           code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL;
}

// The error that a problem document speaks of.
Error error_of(const ClientReply& reply) {
    Error error{Errc::internal, "HTTP status " + std::to_string(reply.status)};
    JsonDocument document;
    const Result<JsonNode> root = document.parse(reply.body);
    if (!root || kind(*root) != JsonKind::object) return error;
    std::string detail;
    for (const JsonField& field : fields_of(*root)) {
        const std::string_view text = as_text(field.value).value_or("");
        if (field.name == "code") error.code = errc_of(text).value_or(Errc::internal);
        if (field.name == "detail") detail = text;
    }
    error.detail = detail;
    return error;
}

struct HeaderLines {
    curl_slist* list{};

    HeaderLines() = default;
    HeaderLines(const HeaderLines&) = delete;
    HeaderLines& operator=(const HeaderLines&) = delete;

    ~HeaderLines() { curl_slist_free_all(list); }

    void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

std::string quoted_key(const std::string& key) {
    std::string out = "\"";
    for (const char c : key) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

} // namespace

struct Client::State {
    ClientOptions options;
    CURL* curl{};

    Result<ClientReply> once(
        const std::string& path, const std::string* body, const HeaderLines& headers
    );
    Result<ClientReply> send(
        const std::string& path, const std::string* body, const HeaderLines& headers
    );
};

Client::Client(ClientOptions options) : state_(std::make_unique<State>()) {
    [[maybe_unused]] static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    state_->options = std::move(options);
    state_->curl = curl_easy_init();
}

Client::~Client() { curl_easy_cleanup(state_->curl); }

Result<ClientReply> Client::State::once(
    const std::string& path, const std::string* body, const HeaderLines& headers
) {
    ClientReply reply;
    curl_easy_reset(curl); // Keeps the connection.
    curl_easy_setopt(curl, CURLOPT_URL, (options.url + path).c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.answer_timeout.count()));
    if (options.keep_waiting) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &give_up);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &options.keep_waiting);
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &append_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    if (body != nullptr) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return Error{
            body != nullptr && may_have_arrived(code) ? Errc::outcome_unknown : Errc::not_ready,
            options.url + ": " + curl_easy_strerror(code)};
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    if (status < 200 || status > 299) return error_of(reply);
    return reply;
}

Result<ClientReply> Client::State::send(
    const std::string& path, const std::string* body, const HeaderLines& headers
) {
    std::chrono::milliseconds pause = pause_first;
    for (int attempt = 1;; ++attempt) {
        Result<ClientReply> reply = once(path, body, headers);
        if (reply || !retryable(reply.error().code) || attempt == options.attempts_max)
            return reply;
        std::this_thread::sleep_for(pause);
        pause *= 2;
    }
}

Result<ClientReply> Client::get(const std::string& path) {
    HeaderLines headers;
    headers.add("Authorization: Bearer " + state_->options.key);
    return state_->send(path, nullptr, headers);
}

Result<ClientReply> Client::post(
    const std::string& path, const std::string& body, const std::string& idempotency_key
) {
    HeaderLines headers;
    headers.add("Authorization: Bearer " + state_->options.key);
    headers.add("Content-Type: application/json");
    headers.add("Expect:"); // No round trip before a large body.
    if (!idempotency_key.empty()) headers.add("Idempotency-Key: " + quoted_key(idempotency_key));
    return state_->send(path, &body, headers);
}

std::string path_segment(std::string_view name) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 0x0fU];
    }
    return out;
}

} // namespace tollbook::api
