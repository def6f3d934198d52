#include "ledger/topic_watch.hpp"

#include "ledger/pause.hpp"

#include <utility>

namespace tollbook {

TopicWatch::TopicWatch(
    Topic& topic, std::chrono::milliseconds every, std::function<void(const Error&)> told
)
    : topic_(topic)
    , every_(every)
    , told_(std::move(told))
    , thread_([this](const std::stop_token& stop) { run(stop); }) {}

void TopicWatch::run(const std::stop_token& stop) {
    for (pause(stop, every_); !stop.stop_requested(); pause(stop, every_))
        look();
}

void TopicWatch::look() {
    const Status now = topic_.check();
    if (!now && now.error().code == Errc::topic_unavailable) return;
    const Status before = found_.with([&](Status& found) { return std::exchange(found, now); });
    if (!now && (before || before.error().detail != now.error().detail)) told_(now.error());
}

Status TopicWatch::found() const {
    return found_.with([](const Status& found) { return found; });
}

} // namespace tollbook
