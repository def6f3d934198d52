#pragma once

#include "ledger/error.hpp"
#include "ledger/record.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollbook {

// The texts must live until `seal` returns.
struct SealRequest {
    std::string_view tenant;
    std::string_view subject;
    std::string_view plain;
    Uuid event_id{};
};

// The keys of persons (and routers), one for each (tenant, subject), in their own store beside the
// log: in no log, topic or shared backup. Each is wrapped under the master key of the data
// directory. Also the keyed hashes that stand for personal things in the clear.
// The store itself names nobody: it holds keyed hashes of (tenant, subject).
// Thread-safe. New keys are synced before `seal` returns.
class KeyStore {
public:
    // Opens or makes the store below `directory` (keys/ and master.key, mode 0600).
    // `read_only` opens beside a running node; sealing for an unknown subject then refuses.
    static Result<std::unique_ptr<KeyStore>> open(const std::string& directory, bool read_only);

    KeyStore(const KeyStore&) = delete;
    KeyStore& operator=(const KeyStore&) = delete;
    ~KeyStore();

    // Seals a group of personal parts, in their order, with one sync for all new keys.
    Result<std::vector<Sealed>> seal(std::span<const SealRequest> requests);

    // The plain text, or erased (not_found) when the subject's key is gone.
    Result<std::string> open_sealed(
        std::string_view tenant, const Sealed& sealed, const Uuid& event_id
    ) const;

    // Nobody opens what was sealed for the subject before; a later seal makes it a new key. The
    // key's bytes are overwritten on disk and synced: copies of the disk keep what they have.
    Status forget(std::string_view tenant, std::string_view subject);

    // Keyed BLAKE2b-256 under the tenant's own key, hex of the first 16 bytes: equal inputs have
    // equal hashes within a tenant, and nobody without the key can guess them.
    std::string private_hash(std::string_view tenant, std::string_view text) const;

    // The same over 32 bytes: the fingerprint of a command. Refuses while the tenant's key cannot
    // be made durable: no hash under a key that may be lost gets into the log.
    Result<Hash> fingerprint(std::string_view tenant, std::string_view canonical) const;

private:
    struct State;
    explicit KeyStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace tollbook
