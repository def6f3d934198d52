#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tollbook {

// A fiscal device of eTIMS' kind on loopback that answers as it is told to. It takes a document
// once: what it hears again by the same request id has the same receipt. One thread, one connection
// at a time.
class FiscalTestDevice {
public:
    enum class Manner {
        takes,
        takes_and_drops, // Has the document, but the answer ends half-way.
        refuses,
        fails,   // HTTP status 500.
        garbles, // Something that is no JSON.
        floods,  // An answer without end.
        hangs,   // Hears, and says nothing.
    };

    struct Heard {
        std::string request_id;
        std::string key; // Its header cmcKey.
        std::string body;
    };

    explicit FiscalTestDevice(Manner manner = Manner::takes);
    FiscalTestDevice(const FiscalTestDevice&) = delete;
    FiscalTestDevice& operator=(const FiscalTestDevice&) = delete;
    ~FiscalTestDevice();

    std::string url() const;

    // From the next request on; whoever it lets hang is cut off.
    void set(Manner manner);

    std::vector<Heard> heard() const;

    // Request ids of the documents that it took, in the order in which it did.
    std::vector<std::string> taken() const;

private:
    void serve();
    void talk(int peer);
    std::string answer_to(const Heard& heard, Manner manner);
    bool hear(int peer, Heard& heard) const;

    std::uint16_t port_{}; // Before the listener, which says it.
    int listener_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Manner manner_;
    bool over_{};
    std::vector<Heard> heard_;
    std::map<std::string, std::size_t> receipts_; // By request id.
    std::vector<std::string> taken_;
    std::thread thread_;
};

} // namespace tollbook
