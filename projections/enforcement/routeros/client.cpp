#include "projections/enforcement/routeros/client.hpp"

#include "projections/enforcement/routeros/exchange.hpp"
#include "projections/enforcement/routeros/login.hpp"

#include <string>
#include <utility>

namespace tollbook::routeros {

Answer<Client> Client::connect(const Device& device) {
    const Deadline deadline = std::chrono::steady_clock::now() + device.call_timeout;
    Answer<std::unique_ptr<Link>> link = Link::open(device, deadline);
    if (!link) return link.error();
    Client client(std::move(*link), device.call_timeout);
    const Answer<Done> in = client.log_in(device, deadline);
    if (!in) return in.error();
    return client;
}

Answer<Reply> Client::call(const Command& command) { return call(command, deadline_for()); }

Answer<Reply> Client::call(const Command& command, Deadline deadline) {
    return std::move(call_many({&command, 1}, deadline).front());
}

std::vector<Answer<Reply>> Client::call_many(std::span<const Command> commands, Deadline deadline) {
    if (!link_) {
        const Failure over = transient(Errc::device_unreachable, "the session is over");
        std::vector<Answer<Reply>> answers(commands.size(), over);
        return answers;
    }
    Exchange exchange(*link_, decoder_, commands);
    std::vector<Answer<Reply>> answers = exchange.run(next_tag_, deadline);
    next_tag_ += commands.size();
    if (exchange.broken()) link_.reset();
    return answers;
}

Deadline Client::deadline_for(std::size_t commands) const {
    const auto shares = static_cast<int>(1 + commands / commands_per_timeout);
    return std::chrono::steady_clock::now() + call_timeout_ * shares;
}

Answer<Done> Client::log_in(const Device& device, Deadline deadline) {
    const Answer<Reply> asked = call(
        Command{"/login"}.attribute("name", device.user).attribute("password", device.password),
        deadline
    );
    if (!asked) return asked.error();
    if (asked->ret.empty()) return Done{};
    if (!device.legacy_login)
        return final_refusal(Errc::device_refused, "the router asks for the login before 6.43");

    const Answer<std::string> response =
        legacy_response({.hex = asked->ret, .password = device.password});
    if (!response) return response.error();
    const Answer<Reply> proved = call(
        Command{"/login"}.attribute("name", device.user).attribute("response", *response), deadline
    );
    if (!proved) return proved.error();
    return Done{};
}

} // namespace tollbook::routeros
