#pragma once

#include "projections/enforcement/routeros/sentence.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace tollbook::routeros {

// One answer of a scripted peer: words per sentence, where "{tag}" stands for the tag of the
// request. `raw` goes out behind them as it is.
struct Scripted {
    std::vector<Sentence> sentences;
    std::string raw{};
    bool hang_up = false;
};

// Plays what no well-behaved router would say: accepts one connection, answers the login, then each
// further sentence with the next line of the script, and reads on in silence after the last.
class ScriptedPeer {
public:
    explicit ScriptedPeer(std::vector<Scripted> script);
    ~ScriptedPeer();
    ScriptedPeer(const ScriptedPeer&) = delete;
    ScriptedPeer& operator=(const ScriptedPeer&) = delete;
    ScriptedPeer(ScriptedPeer&&) = delete;
    ScriptedPeer& operator=(ScriptedPeer&&) = delete;

    std::uint16_t port() const;

private:
    struct Sockets; // Asio stays in scripted_peer.cpp.

    std::unique_ptr<Sockets> sockets_;
    std::jthread thread_;
};

} // namespace tollbook::routeros
