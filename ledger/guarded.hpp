#pragma once

#include <mutex>
#include <utility>

namespace tollbook {

// Shared state that cannot be touched unlocked: `with` runs a function on it under its mutex.
template <class T>
class Guarded {
public:
    template <class... Args>
    explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

    template <class F>
    decltype(auto) with(F&& f) {
        const std::scoped_lock lock(mutex_);
        return std::forward<F>(f)(value_);
    }

    template <class F>
    decltype(auto) with(F&& f) const {
        const std::scoped_lock lock(mutex_);
        return std::forward<F>(f)(value_);
    }

private:
    mutable std::mutex mutex_;
    T value_;
};

} // namespace tollbook
