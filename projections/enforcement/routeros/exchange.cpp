#include "projections/enforcement/routeros/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace tollbook::routeros {

namespace {

constexpr std::size_t detail_bytes_max = 200;
constexpr std::size_t tag_word_bytes_max = 32;

bool fits(const Command& command) {
    std::size_t bytes = command.path.size() + tag_word_bytes_max;
    for (const std::string& word : command.words) {
        if (word.size() > word_bytes_max) return false;
        bytes += word.size();
    }
    return bytes <= sentence_bytes_max && command.words.size() + 2 <= sentence_words_max;
}

void append_command(std::string& out, const Command& command, std::uint64_t tag) {
    Sentence words{command.path};
    words.insert(words.end(), command.words.begin(), command.words.end());
    words.push_back(fmt::format(".tag={}", tag));
    append_sentence(out, words);
}

void hide(std::string& text, std::string_view secret) {
    if (secret.empty()) return;
    constexpr std::string_view stars = "***";
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + stars.size()))
        text.replace(at, secret.size(), stars);
}

void hide_secrets(std::string& text, const Command& command) {
    constexpr std::array<std::string_view, 2> secret_words{"=password=", "=response="};
    for (const std::string& word : command.words)
        for (const std::string_view start : secret_words)
            if (word.starts_with(start)) hide(text, std::string_view(word).substr(start.size()));
}

// What a router said goes into logs and pages: bounded and printable.
std::string shown(std::string text) {
    text.resize(std::min(text.size(), detail_bytes_max));
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?'
    );
    return text;
}

} // namespace

Exchange::Exchange(Link& link, Decoder& decoder, std::span<const Command> commands)
    : link_(link), decoder_(decoder), commands_(commands), slots_(commands.size()) {}

std::vector<Answer<Reply>> Exchange::run(std::uint64_t first_tag, Deadline deadline) {
    first_tag_ = first_tag;
    while (next_ < slots_.size() || waiting_ > 0) {
        Answer<Done> step = send_window(deadline);
        if (step && waiting_ > 0) step = receive(deadline);
        if (step) continue;
        end_all(step.error());
        break;
    }
    std::vector<Answer<Reply>> answers;
    answers.reserve(slots_.size());
    for (Slot& slot : slots_)
        answers.push_back(std::move(*slot.answer));
    return answers;
}

// Refills when the window is half empty, so that one write carries many commands.
Answer<Done> Exchange::send_window(Deadline deadline) {
    if (next_ == slots_.size() || waiting_ > window_commands_max / 2) return Done{};
    std::string bytes;
    for (; next_ < slots_.size() && waiting_ < window_commands_max; ++next_) {
        if (!fits(commands_[next_])) {
            slots_[next_].answer = final_refusal(Errc::value_out_of_range, "a command too large");
            continue;
        }
        append_command(bytes, commands_[next_], first_tag_ + next_);
        slots_[next_].sent = true;
        ++waiting_;
    }
    if (bytes.empty()) return Done{};
    return link_.write(bytes, deadline);
}

// Whole sentences before a violation still count: a write that was answered is not unknown.
Answer<Done> Exchange::receive(Deadline deadline) {
    const Answer<std::string_view> bytes = link_.read(deadline);
    if (!bytes) return bytes.error();
    const Status fed = decoder_.feed(*bytes);
    while (const std::optional<Sentence> sentence = decoder_.next()) {
        const Answer<Done> taken = take(*sentence);
        if (!taken) return taken.error();
    }
    if (!fed) return transient(fed.error().code, fed.error().detail);
    return Done{};
}

Answer<Done> Exchange::take(const Sentence& sentence) {
    Result<ReplySentence> reply = read_reply(sentence);
    if (!reply) return transient(reply.error().code, reply.error().detail);
    if (reply->kind == ReplyKind::fatal) return fatal(reply->text);

    const std::size_t index = reply->tag.value_or(0) - first_tag_; // Wraps when it is not ours.
    if (!reply->tag || index >= next_ || slots_[index].answer)
        return transient(Errc::device_protocol, "an answer to nothing that was asked");
    Slot& slot = slots_[index];
    switch (reply->kind) {
    case ReplyKind::item:
        return take_item(slot, std::move(reply->attributes), sentence);
    case ReplyKind::trap:
        if (!slot.trap) slot.trap = trap_of(reply->attributes);
        return Done{};
    case ReplyKind::done:
        slot.reply.ret = reply->attributes.get("ret");
        end(index, answer_of(index));
        return Done{};
    case ReplyKind::empty:
    case ReplyKind::fatal:
        return Done{};
    }
    return Done{};
}

Answer<Done> Exchange::take_item(Slot& slot, Item item, const Sentence& sentence) {
    for (const std::string& word : sentence)
        slot.reply_bytes += word.size();
    if (slot.reply.items.size() >= reply_items_max || slot.reply_bytes > reply_bytes_max)
        return transient(Errc::device_protocol, "an answer without an end");
    slot.reply.items.push_back(std::move(item));
    return Done{};
}

Answer<Reply> Exchange::answer_of(std::size_t index) {
    Slot& slot = slots_[index];
    if (!slot.trap) return std::move(slot.reply);
    const Refusal meaning = classify(*slot.trap);
    hide_secrets(slot.trap->message, commands_[index]);
    return refused(meaning, shown(std::move(slot.trap->message)));
}

void Exchange::end(std::size_t index, Answer<Reply> answer) {
    slots_[index].answer = std::move(answer);
    --waiting_;
}

void Exchange::end_all(const Failure& failure) {
    broken_ = true;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].answer) continue;
        const bool unknown = slots_[i].sent && commands_[i].writes();
        slots_[i].answer = unknown ? transient(Errc::outcome_unknown, failure.detail) : failure;
    }
}

// Without a tag it may be about any command under way, so the secrets of all of them are hidden.
Failure Exchange::fatal(std::string_view text) const {
    std::string detail(text);
    for (std::size_t i = 0; i < next_; ++i)
        if (!slots_[i].answer) hide_secrets(detail, commands_[i]);
    return transient(
        Errc::device_unreachable, "the router ended the session: " + shown(std::move(detail))
    );
}

} // namespace tollbook::routeros
