#pragma once

#include "ledger/ensure.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <string_view>
#include <vector>

namespace tollbook {

std::uint64_t key_hash(std::string_view key);

// Values by key, each at an address that stays. A look-up costs two misses of the cache, one for
// the place and one for the node (the key stands behind its value), and whoever knows early what he
// will ask for can have them side by side (`bring_near`). Not thread-safe.
template <class Value>
class KeyedNodes {
public:
    class Node {
    public:
        Value value{};

        std::string_view key() const {
            return {reinterpret_cast<const char*>(this + 1), key_bytes_};
        }

    private:
        friend KeyedNodes;

        explicit Node(std::string_view key) : key_bytes_(static_cast<std::uint32_t>(key.size())) {
            std::copy_n(key.data(), key.size(), reinterpret_cast<char*>(this + 1));
        }

        std::uint32_t key_bytes_;
    };

    KeyedNodes() = default;
    KeyedNodes(const KeyedNodes&) = delete;
    KeyedNodes& operator=(const KeyedNodes&) = delete;

    ~KeyedNodes() {
        for (const Place& place : places_)
            if (place.node != nullptr) destroy(place.node);
    }

    std::size_t size() const { return size_; }

    // Null: it is not there. `hash` is key_hash(key).
    Node* find(std::uint64_t hash, std::string_view key) const {
        if (places_.empty()) return nullptr;
        for (std::size_t at = home(hash); places_[at].node != nullptr; at = after(at))
            if (places_[at].hash == hash && places_[at].node->key() == key) return places_[at].node;
        return nullptr;
    }

    // The key is not there yet.
    Node& add(std::uint64_t hash, std::string_view key) {
        ensure(key.size() <= std::numeric_limits<std::uint32_t>::max());
        if ((size_ + 1) * load_over > places_.size() * load_under) grow();
        void* room = ::operator new(sizeof(Node) + key.size() + 1); // `read_node` reads behind it.
        Node* node = new (room) Node(key);
        put({hash, node});
        ++size_;
        return *node;
    }

    void erase(Node& node) {
        std::size_t hole = home(key_hash(node.key()));
        while (places_[hole].node != &node)
            hole = after(hole);
        close(hole);
        --size_;
        destroy(&node);
    }

    // Reads what has the hashes of these into the nearest caches: all places first, then all nodes,
    // so that their misses stand beside each other. Reads and not prefetches: g++ 12 takes a
    // function of nothing but prefetches for one without effect, and drops the calls of it.
    template <class Wanted>
    void bring_near(const Wanted& wanted) const {
        if (places_.empty()) return;
        for (const auto& key : wanted)
            read_line(&places_[home(key.hash)]);
        for (const auto& key : wanted)
            for (std::size_t at = home(key.hash); places_[at].node != nullptr; at = after(at))
                if (places_[at].hash == key.hash) read_node(places_[at].node);
    }

    // All nodes, in no particular order. The visitor adds and erases nothing.
    template <class F>
    void for_each(F&& visit) const {
        for (const Place& place : places_)
            if (place.node != nullptr) visit(*place.node);
    }

private:
    static_assert(alignof(Node) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

    // At most 3 of 4 places are taken, so a run of taken ones is short.
    static constexpr std::size_t load_under = 3;
    static constexpr std::size_t load_over = 4;
    static constexpr std::size_t places_min = 16;
    static constexpr std::size_t cache_line_bytes = 64;

    struct Place {
        std::uint64_t hash{};
        Node* node{};
    };

    static void read_line(const void* at) { (void)*static_cast<const volatile char*>(at); }

    static void read_node(const Node* node) {
        const auto* bytes = reinterpret_cast<const char*>(node);
        for (std::size_t line = 0; line <= sizeof(Node); line += cache_line_bytes)
            read_line(bytes + line);
    }

    std::size_t home(std::uint64_t hash) const { return hash & (places_.size() - 1); }

    std::size_t after(std::size_t at) const { return (at + 1) & (places_.size() - 1); }

    void put(const Place& place) {
        std::size_t at = home(place.hash);
        while (places_[at].node != nullptr)
            at = after(at);
        places_[at] = place;
    }

    void grow() {
        std::vector<Place> old(places_.empty() ? places_min : places_.size() * 2);
        old.swap(places_);
        for (const Place& place : old)
            if (place.node != nullptr) put(place);
    }

    // Moves up what stands behind the hole and may stand in it, so that no run is cut in two.
    void close(std::size_t hole) {
        for (std::size_t at = after(hole); places_[at].node != nullptr; at = after(at)) {
            const std::size_t mask = places_.size() - 1;
            const std::size_t from_home = (at - home(places_[at].hash)) & mask;
            if (from_home < ((at - hole) & mask)) continue;
            places_[hole] = places_[at];
            hole = at;
        }
        places_[hole] = {};
    }

    static void destroy(Node* node) {
        node->~Node();
        ::operator delete(node);
    }

    std::vector<Place> places_; // As many as a power of two.
    std::size_t size_{};
};

} // namespace tollbook
