#pragma once

#include "ledger/error.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tollbook {

enum class KeyKind : std::uint8_t { // Stored: never renumber.
    unused = 0,                     // A place whose writing was cut short.
    subject = 1,
    tenant = 2,
    forgotten = 3, // Of a subject; name and id stay, the key is gone.
};

// One wrapped key as it is stored. `name` says whose it is, to those with the master key only.
struct KeyEntry {
    KeyKind kind{};
    std::uint32_t key_id{};
    std::array<std::uint8_t, 32> name{};
    std::array<std::uint8_t, 24> nonce{};
    std::array<std::uint8_t, 48> wrapped{};
};

// The file of wrapped keys:
//   file   = header entry*
//   header = "TBKEYS" 0 1, count (u64 BE), zeros, XXH3 of the 120 bytes before (u64 BE): 128 bytes
//   entry  = kind (u8) 0 0 0, key id (u32 BE), name (32), nonce (24), wrapped (48), zeros (8), XXH3
//            of the 120 bytes before (u64 BE): 128 bytes
// Places are never moved: a key is destroyed by overwriting its entry. `count` places are known to
// be durable, so a bad entry among them is damage; behind them it is a write that was cut short and
// never answered for.
// Not thread-safe.
class KeyFile {
public:
    // Makes the file if there is none; refuses with store_locked while another process writes it.
    static Result<std::unique_ptr<KeyFile>> open(const std::string& path, bool read_only);

    KeyFile(const KeyFile&) = delete;
    KeyFile& operator=(const KeyFile&) = delete;
    ~KeyFile();

    // The places from `first` to the end as they are on disk now.
    Result<std::vector<KeyEntry>> read_from(std::uint64_t first) const;
    Result<KeyEntry> read(std::uint64_t place) const;

    // Durable on return; answers with the place of the first. A failed sync is final.
    Result<std::uint64_t> append(std::span<const KeyEntry> entries);
    Status overwrite(std::uint64_t place, const KeyEntry& entry);

private:
    KeyFile(int descriptor, bool read_only);
    Status start();
    Result<std::uint64_t> durable_count() const;
    Status write_header(std::uint64_t count);
    Status sync();

    int descriptor_;
    bool read_only_;
    bool failed_{};
    std::uint64_t places_{};
};

} // namespace tollbook
