#include "ledger/sha256.hpp"

#include "ledger/ensure.hpp"

#include <openssl/evp.h>

namespace tollbook {

namespace {

// Fetched once: an implicit fetch on each hash takes longer than the hash.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

} // namespace

struct Sha256::Context {
    EVP_MD_CTX* evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    ensure(EVP_DigestInit_ex2(context_->evp, algorithm(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_->evp); }

Sha256& Sha256::add(std::string_view bytes) {
    ensure(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1);
    return *this;
}

Hash Sha256::finish() {
    Hash hash{};
    ensure(EVP_DigestFinal_ex(context_->evp, hash.data(), nullptr) == 1);
    ensure(EVP_DigestInit_ex2(context_->evp, nullptr, nullptr) == 1);
    return hash;
}

Sha256& Sha256::of_thread() {
    thread_local Sha256 reused;
    return reused;
}

} // namespace tollbook
