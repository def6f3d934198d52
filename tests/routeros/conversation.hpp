#pragma once

#include "projections/enforcement/routeros/sentence.hpp"
#include "tests/routeros/router_state.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace tollbook::routeros {

// Nobody needs more to log in.
inline constexpr SentenceLimits login_limits{
    .word_bytes = 1024, .sentence_bytes = 4096, .sentence_words = 8};
inline constexpr int login_sentences_max = 16;

// What goes back for one sentence, and what becomes of the connection then.
struct Answered {
    enum class After { go_on, close, cut_in_half };

    std::string bytes{};
    std::vector<std::size_t> sentence_ends{}; // Offsets in `bytes`.
    After after = After::go_on;
    std::vector<Change> changes{}; // For the listeners of all connections.

    void append(const Sentence& sentence);
};

// The router's side of one connection without the socket: login, tags, faults, listeners.
class Conversation {
public:
    Conversation(RouterState& router, std::uint64_t seed) : router_(router), random_(seed) {}

    Answered answer(const Sentence& request);

    // What this connection's listeners are told about changes, whoever made them.
    Answered report(std::span<const Change> changes) const;

    bool logged_in() const { return logged_in_; }

private:
    Answered log_in(const Sentence& request);
    Answered challenge(const std::string& tag);
    Answered log_in_before(const Sentence& request);
    Answered command(const Sentence& request);
    Answered carry_out(const Sentence& request, Fault fault);
    Answered listen(const Sentence& request);
    Answered cancel(const Sentence& request);
    Answered replies(const Outcome& outcome, const std::string& tag) const;

    RouterState& router_;
    std::mt19937_64 random_;
    bool logged_in_ = false;
    int sentences_before_login_ = 0;
    std::string challenge_;
    std::map<std::string, std::string> listeners_; // Tag word to menu.
};

} // namespace tollbook::routeros
