#include "tests/routeros/certificate.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace tollbook::routeros {

namespace {

template <auto free_function>
struct Free {
    template <class T>
    void operator()(T* pointer) const {
        free_function(pointer);
    }
};

using Key = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;
using Signed = std::unique_ptr<X509, Free<&X509_free>>;
using Memory = std::unique_ptr<BIO, Free<&BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<&X509_EXTENSION_free>>;

constexpr long valid_seconds = 24L * 3600;

std::string text_of(const Memory& memory) {
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

void extend(const Signed& certificate, int kind, const char* value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    ensure(extension != nullptr && X509_add_ext(certificate.get(), extension.get(), -1) == 1);
}

Signed self_signed(const Key& key) {
    Signed certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_seconds);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    const std::array<unsigned char, 12> common_name{"test router"};
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name.data(), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
    ensure(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    return certificate;
}

std::string digest_of(const Signed& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    ensure(X509_digest(certificate.get(), EVP_sha256(), digest.data(), &length) == 1);
    std::string hex;
    for (unsigned i = 0; i < length; ++i)
        hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

} // namespace

Certificate make_certificate() {
    const Key key(EVP_EC_gen("P-256"));
    ensure(key != nullptr);
    const Signed certificate = self_signed(key);
    const Memory certificate_pem(BIO_new(BIO_s_mem()));
    const Memory key_pem(BIO_new(BIO_s_mem()));
    ensure(PEM_write_bio_X509(certificate_pem.get(), certificate.get()) == 1);
    ensure(
        PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
        1
    );
    return {text_of(certificate_pem), text_of(key_pem), digest_of(certificate)};
}

} // namespace tollbook::routeros
