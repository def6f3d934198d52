// What a router says: its sentences, and a whole session with it in which every answer is the
// input. The link of this program is no socket: it stands in for link.cpp.
#include "projections/enforcement/routeros/link.hpp"
#include "projections/enforcement/routeros/ppp.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tollbook::routeros {

namespace {

std::vector<std::string> to_be_said;

} // namespace

struct Link::Streams {
    std::vector<std::string> pieces;
    std::size_t next{};
};

Link::Link(std::unique_ptr<Streams> streams) : streams_(std::move(streams)) {}

Link::~Link() = default;

Answer<std::unique_ptr<Link>> Link::open(const Device&, Deadline) {
    return std::unique_ptr<Link>(
        new Link(std::make_unique<Streams>(Streams{std::move(to_be_said), 0}))
    );
}

Answer<Done> Link::write(std::string_view bytes, Deadline) {
    ensure(!bytes.empty());
    return Done{};
}

Answer<std::string_view> Link::read(Deadline) {
    if (streams_->next == streams_->pieces.size())
        return transient(Errc::device_unreachable, "the router closed the connection");
    return std::string_view(streams_->pieces[streams_->next++]);
}

} // namespace tollbook::routeros

using namespace tollbook;
using namespace tollbook::routeros;

namespace {

constexpr std::size_t detail_bytes_max = 1'024;

struct Sentences {
    std::vector<Sentence> all;
    std::optional<Error> broken;
};

Sentences sentences_in(const std::vector<std::string>& pieces) {
    Decoder decoder;
    Sentences read;
    for (const std::string& piece : pieces) {
        const Status fed = decoder.feed(piece);
        while (std::optional<Sentence> sentence = decoder.next())
            read.all.push_back(std::move(*sentence));
        if (!fed) {
            read.broken = fed.error();
            break;
        }
    }
    return read;
}

void check_sentences(std::string_view bytes) {
    const Sentences whole = sentences_in({std::string(bytes)});
    const Sentences pieces = sentences_in(fuzz::pieces_of(bytes));
    ensure(whole.all == pieces.all && whole.broken == pieces.broken);
    if (whole.broken) fuzz::ensure_refusal(*whole.broken, {Errc::device_protocol});
    std::string written;
    std::size_t inside = 0;
    for (const Sentence& sentence : whole.all) {
        ensure(!sentence.empty() && sentence.size() <= sentence_words_max);
        for (const std::string& word : sentence)
            inside += word.size();
        append_sentence(written, sentence);
        if (const Result<ReplySentence> reply = read_reply(sentence); !reply)
            fuzz::ensure_refusal(reply.error(), {Errc::device_protocol});
    }
    ensure(inside <= bytes.size());
    ensure(sentences_in({written}).all == whole.all);
}

// Logs and pages show it.
void check_failure(const Failure& failure) {
    ensure(failure.detail.size() <= detail_bytes_max);
    ensure(std::ranges::all_of(failure.detail, [](char c) { return c >= ' ' && c <= '~'; }));
}

template <class T>
bool worked(const Answer<T>& answer) {
    if (!answer) check_failure(answer.error());
    return answer.has_value();
}

void check_session(std::string_view bytes) {
    to_be_said = fuzz::pieces_of(bytes);
    const Device device{.host = "127.0.0.1", .user = "u", .password = "pw", .legacy_login = true};
    Answer<Client> client = Client::connect(device);
    if (!worked(client)) return;
    const SecretWish wish{"alice", "secret", "10M", "s1", true};
    const std::vector<SecretWish> wishes{wish, {"bob", "secret", "10M", "s2", false}};

    if (worked(ensure_profile(*client, {"10M", "10M/10M"}))) ensure(client->alive());
    const Answer<SecretFact> fact = converge(*client, wish);
    if (worked(fact)) ensure(fact->name == wish.name && fact->ours && fact->mark == wish.mark);
    const std::vector<Answer<SecretFact>> facts = converge_many(*client, wishes);
    ensure(facts.size() == wishes.size());
    for (std::size_t i = 0; i < facts.size(); ++i)
        if (worked(facts[i])) ensure(facts[i]->name == wishes[i].name && facts[i]->ours);
    const auto all = read_all_secrets(*client);
    if (worked(all)) ensure(all->size() <= bytes.size());
    const bool removed = worked(remove_secret(*client, {"alice", "s1"}));
    ensure(!removed || client->alive());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = fuzz::text_of(data, size);
    check_sentences(bytes);
    check_session(bytes);
    return 0;
}
