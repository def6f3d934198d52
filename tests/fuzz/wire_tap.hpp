// A connection without a socket: the peer is the test.
#pragma once

#include "api/http/channel.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tollbook::fuzz {

// Sends the pieces as the session asks for them, then ends; keeps what the session says. Every
// other write is told as done later. Drive it with `step` on the thread of the session.
class WireTap {
public:
    explicit WireTap(const std::vector<std::string>& pieces)
        : wire_(std::make_shared<Wire>()), pieces_(pieces.begin(), pieces.end()) {}

    std::unique_ptr<api::Channel> channel() const { return std::make_unique<Tapped>(wire_); }

    // Whether the session has let go of the channel.
    bool closed() const { return wire_->closed && !wire_->reader && !wire_->writer; }

    const std::string& sent() const { return wire_->sent; }

    // Does what the session waits for; false when it waits for something else.
    bool step() {
        if (wire_->writer) {
            std::exchange(wire_->writer, nullptr)->on_written(!wire_->closed);
            return true;
        }
        if (!wire_->reader) return false;
        const api::ChannelUserPtr reader = std::exchange(wire_->reader, nullptr);
        while (!pieces_.empty() && pieces_.front().empty())
            pieces_.pop_front();
        if (wire_->closed || pieces_.empty()) {
            reader->on_read(false, 0);
            return true;
        }
        std::string& piece = pieces_.front();
        const std::size_t size = std::min(piece.size(), wire_->into.size());
        std::copy_n(piece.begin(), size, wire_->into.begin());
        piece.erase(0, size);
        reader->on_read(true, size);
        return true;
    }

private:
    struct Wire {
        api::ChannelUserPtr reader;
        api::ChannelUserPtr writer;
        std::span<char> into;
        std::string sent;
        std::size_t writes{};
        bool closed{};
    };

    class Tapped final : public api::Channel {
    public:
        explicit Tapped(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}

        Tapped(const Tapped&) = delete;
        Tapped& operator=(const Tapped&) = delete;

        ~Tapped() override { wire_->closed = true; }

        void open(api::ChannelUserPtr user) override { user->on_open(true); }

        void read(std::span<char> into, api::ChannelUserPtr user) override {
            wire_->into = into;
            wire_->reader = std::move(user);
        }

        api::Sent write(std::string_view bytes, api::ChannelUserPtr user) override {
            wire_->sent += bytes;
            if (++wire_->writes % 2 == 1) return api::Sent::all;
            wire_->writer = std::move(user);
            return api::Sent::later;
        }

        bool write_now(std::string_view bytes) override {
            wire_->sent += bytes;
            return true;
        }

        bool end_sending() override { return true; }

        std::string peer() const override { return "127.0.0.1"; }

    private:
        std::shared_ptr<Wire> wire_;
    };

    std::shared_ptr<Wire> wire_;
    std::deque<std::string> pieces_;
};

} // namespace tollbook::fuzz
