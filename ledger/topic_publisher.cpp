#include "ledger/topic_publisher.hpp"

#include "ledger/pause.hpp"

#include <chrono>
#include <utility>

namespace tollbook {

namespace {

constexpr std::size_t send_bytes = 1U << 20U;
constexpr std::chrono::milliseconds news_wait{200};
constexpr std::chrono::milliseconds retry_wait{500};
constexpr std::chrono::seconds remember_every{5};

} // namespace

TopicPublisher::TopicPublisher(const Log& local, std::unique_ptr<TopicLink> link)
    : local_(local)
    , link_(std::move(link))
    , thread_([this](const std::stop_token& stop) { run(stop); }) {}

TopicPublisher::~TopicPublisher() {
    thread_.request_stop();
    thread_.join();
}

void TopicPublisher::run(const std::stop_token& stop) {
    link_->on_wait([&stop] { return !stop.stop_requested(); });
    while (!stop.stop_requested()) {
        const Status ended = carry(stop);
        if (!ended && ended.error().code != Errc::topic_unavailable) return;
        pause(stop, retry_wait);
    }
}

Status TopicPublisher::carry(const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    if (const Status met = link_->meet(Growth::refused); !met) return met;
    Clock::time_point remembered = Clock::now();
    while (!stop.stop_requested()) {
        const Result<bool> sent = link_->send_next(send_bytes);
        if (!sent) return sent.error();
        if (*sent) continue;
        const Result<Head> news = local_.wait_above(link_->reader().state().seq, news_wait);
        if (!news) return news.error();
        if (Clock::now() - remembered < remember_every) continue;
        link_->remember();
        remembered = Clock::now();
    }
    return Done{};
}

} // namespace tollbook
