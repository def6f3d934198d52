#include "projections/enforcement/routeros/login.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <openssl/evp.h>

namespace tollbook::routeros {

namespace {

constexpr std::size_t challenge_bytes = 16;

bool append_unhexed(std::string& out, std::string_view hex) {
    if (hex.size() != 2 * challenge_bytes) return false;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned char byte = 0;
        const char* const end = hex.data() + i + 2;
        const auto [stop, failed] = std::from_chars(hex.data() + i, end, byte, 16);
        if (failed != std::errc{} || stop != end) return false;
        out += static_cast<char>(byte);
    }
    return true;
}

} // namespace

Answer<std::string> legacy_response(const Challenge& challenge) {
    std::string text(1, '\0');
    text += challenge.password;
    if (!append_unhexed(text, challenge.hex))
        return transient(Errc::device_protocol, "the login challenge is not 32 hex digits");

    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned bytes = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &bytes, EVP_md5(), nullptr) != 1)
        return final_refusal(Errc::internal, "MD5 is not available");
    std::string response = "00";
    for (unsigned i = 0; i < bytes; ++i)
        response += fmt::format("{:02x}", digest[i]);
    return response;
}

} // namespace tollbook::routeros
