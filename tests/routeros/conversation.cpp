#include "tests/routeros/conversation.hpp"

#include "ledger/ensure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <string_view>
#include <utility>

namespace tollbook::routeros {

namespace {

using After = Answered::After;

constexpr std::size_t challenge_bytes = 16;

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text;
}

std::string md5(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    ensure(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(), nullptr) == 1);
    std::string out;
    for (unsigned i = 0; i < length; ++i)
        out += static_cast<char>(digest[i]);
    return out;
}

// The value of the word that begins with `start`; empty when there is none.
std::string value_of(const Sentence& request, std::string_view start) {
    const auto word = std::ranges::find_if(request, [&](const std::string& candidate) {
        return candidate.starts_with(start);
    });
    return word == request.end() ? std::string() : word->substr(start.size());
}

// The whole tag word, or empty: a client that sent none must not get one.
std::string tag_word(const Sentence& request) {
    const std::string tag = value_of(request, ".tag=");
    return tag.empty() ? tag : ".tag=" + tag;
}

Sentence tagged(Sentence sentence, const std::string& tag) {
    if (!tag.empty()) sentence.push_back(tag);
    return sentence;
}

void append_trap(Answered& answered, const Trap& trap, const std::string& tag) {
    Sentence sentence{"!trap"};
    if (trap.category >= 0) sentence.push_back(fmt::format("=category={}", trap.category));
    sentence.push_back("=message=" + trap.message);
    answered.append(tagged(std::move(sentence), tag));
    answered.append(tagged({"!done"}, tag));
}

Answered trapped(const Trap& trap, const std::string& tag) {
    Answered answered;
    append_trap(answered, trap, tag);
    return answered;
}

Answered done(const std::string& tag) {
    Answered answered;
    answered.append(tagged({"!done"}, tag));
    return answered;
}

Answered fatal(std::string_view text) {
    Answered answered;
    answered.append({"!fatal", std::string(text)});
    answered.after = After::close;
    return answered;
}

bool writes(std::string_view path) {
    constexpr std::array<std::string_view, 5> verbs{
        "/add", "/set", "/remove", "/enable", "/disable"};
    return std::ranges::any_of(verbs, [&](std::string_view verb) { return path.ends_with(verb); });
}

std::string journal_line(const Sentence& request) {
    std::string line;
    for (const std::string& word : request) {
        if (word.starts_with(".tag=")) continue;
        if (!line.empty()) line += ' ';
        line += word.starts_with("=password=") ? "=password=***" : word;
    }
    return line;
}

// What befalls this command; the faults that happen once are used up by it.
Fault take_fault(std::atomic<Fault>& fault, std::string_view path) {
    const Fault current = fault;
    bool due = false;
    switch (current) {
    case Fault::none:
    case Fault::refuse:
    case Fault::never_answer:
    case Fault::garbage:
    case Fault::drop_halfway:
        return current;
    case Fault::trap_next_write:
    case Fault::interrupt_next_write:
    case Fault::lose_next_write:
    case Fault::drop_next_write:
        due = writes(path);
        break;
    case Fault::race_next_add:
        due = path == "/ppp/secret/add";
        break;
    case Fault::vanish_next_set:
        due = path == "/ppp/secret/set";
        break;
    case Fault::keep_next_session:
        due = path == "/ppp/active/remove";
        break;
    }
    if (!due) return Fault::none;
    fault = Fault::none;
    return current;
}

} // namespace

void Answered::append(const Sentence& sentence) {
    append_sentence(bytes, sentence);
    sentence_ends.push_back(bytes.size());
}

Answered Conversation::answer(const Sentence& request) {
    router_.journal.with([&](std::vector<std::string>& journal) {
        if (journal.size() < journal_lines_max) journal.push_back(journal_line(request));
    });
    if (router_.fault == Fault::never_answer) return {};
    if (router_.fault == Fault::garbage) return Answered{.bytes = "\xff\xfe garbage"};
    if (request.front() == "/quit") return fatal("session terminated on request");
    if (request.front() == "#") return done(tag_word(request)); // A client's keepalive.
    if (request.front() == "/login") return log_in(request);
    if (!logged_in_) return fatal("not logged in");
    return command(request);
}

Answered Conversation::log_in(const Sentence& request) {
    if (++sentences_before_login_ > login_sentences_max) return fatal("too many attempts");
    if (router_.options.legacy_login) return log_in_before(request);
    const bool right = value_of(request, "=name=") == router_.options.user &&
                       value_of(request, "=password=") == router_.options.password;
    if (!right) return trapped({"invalid user name or password (6)"}, tag_word(request));
    logged_in_ = true;
    return done(tag_word(request));
}

// A router before 6.43 does not look at a password that is sent in the clear.
Answered Conversation::log_in_before(const Sentence& request) {
    const std::string response = value_of(request, "=response=");
    const std::string tag = tag_word(request);
    if (response.empty()) return challenge(tag);
    const std::string wanted =
        "00" + hex(md5(std::string(1, '\0') + router_.options.password + challenge_));
    const bool right = !challenge_.empty() && response == wanted &&
                       value_of(request, "=name=") == router_.options.user;
    challenge_.clear();
    if (!right) return trapped({"cannot log in"}, tag);
    logged_in_ = true;
    return done(tag);
}

Answered Conversation::challenge(const std::string& tag) {
    challenge_.clear();
    while (challenge_.size() < challenge_bytes)
        challenge_ += static_cast<char>(random_() & 0xff);
    Answered answered;
    answered.append(tagged({"!done", "=ret=" + hex(challenge_)}, tag));
    return answered;
}

Answered Conversation::command(const Sentence& request) {
    const std::string_view path = request.front();
    if (path == "/cancel") return cancel(request);
    if (path == "/ppp/secret/listen" || path == "/ppp/active/listen") return listen(request);
    const std::string tag = tag_word(request);
    const Fault fault = take_fault(router_.fault, path);
    if (fault == Fault::trap_next_write) return trapped({"not enough permissions (9)"}, tag);
    if (fault == Fault::interrupt_next_write) return trapped({"interrupted", 2}, tag);
    if (fault == Fault::keep_next_session) return done(tag);
    if (fault == Fault::lose_next_write) return Answered{.after = After::close};

    Answered answered = carry_out(request, fault);
    if (fault == Fault::drop_halfway) answered.after = After::cut_in_half;
    if (fault == Fault::drop_next_write) {
        answered.bytes.clear();
        answered.sentence_ends.clear();
        answered.after = After::close;
    }
    return answered;
}

Answered Conversation::carry_out(const Sentence& request, Fault fault) {
    Outcome outcome = router_.store.with([&](RouterStore& store) {
        if (fault == Fault::race_next_add) {
            (void)store.run(
                {"/ppp/secret/add",
                 "=name=" + value_of(request, "=name="),
                 "=password=theirs",
                 "=comment=" + value_of(request, "=comment=")}
            );
        }
        if (fault == Fault::vanish_next_set)
            (void)store.run({"/ppp/secret/remove", "=.id=" + value_of(request, "=.id=")});
        return store.run(request);
    });
    Answered answered = replies(outcome, tag_word(request));
    answered.changes = std::move(outcome.changes);
    return answered;
}

Answered Conversation::replies(const Outcome& outcome, const std::string& tag) const {
    Answered answered;
    for (const Fields& item : outcome.items) {
        Sentence sentence{"!re"};
        for (const auto& [name, value] : item)
            sentence.push_back(fmt::format("={}={}", name, value));
        answered.append(tagged(std::move(sentence), tag));
    }
    if (outcome.trap) {
        append_trap(answered, *outcome.trap, tag);
        return answered;
    }
    if (outcome.lists && outcome.items.empty() && !router_.options.pre_718)
        answered.append(tagged({"!empty"}, tag));
    Sentence end{"!done"};
    if (!outcome.ret.empty()) end.push_back("=ret=" + outcome.ret);
    answered.append(tagged(std::move(end), tag));
    return answered;
}

Answered Conversation::listen(const Sentence& request) {
    const std::string& path = request.front();
    listeners_.insert_or_assign(tag_word(request), path.substr(0, path.rfind('/')));
    return {};
}

Answered Conversation::cancel(const Sentence& request) {
    const std::string cancelled = ".tag=" + value_of(request, "=tag=");
    Answered answered;
    if (listeners_.erase(cancelled) > 0) append_trap(answered, {"interrupted", 2}, cancelled);
    answered.append(tagged({"!done"}, tag_word(request)));
    return answered;
}

Answered Conversation::report(std::span<const Change> changes) const {
    Answered answered;
    for (const auto& [tag, menu] : listeners_) {
        for (const Change& change : changes) {
            if (change.menu != menu) continue;
            Sentence sentence{"!re"};
            for (const auto& [name, value] : change.fields)
                sentence.push_back(fmt::format("={}={}", name, value));
            answered.append(tagged(std::move(sentence), tag));
        }
    }
    return answered;
}

} // namespace tollbook::routeros
