// Bugs made on purpose: a sanitizer that does not report them watches nothing.
#include <array>
#include <cstring>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace {

// What the optimiser may not see through.
std::size_t outside(std::size_t value) {
    const volatile std::size_t hidden = value;
    return hidden;
}

std::array<char, 256> shared{};

void copy_into_shared(char letter) {
    const std::vector<char> from(outside(shared.size()), letter);
    std::memcpy(shared.data(), from.data(), from.size());
}

int counter = 0;

int race() {
    std::jthread other([] { ++counter; });
    return ++counter;
}

int race_of_copies() {
    std::jthread other([] { copy_into_shared('a'); });
    copy_into_shared('b');
    return shared.at(outside(0)); // Read, so that the copies are really made.
}

int use_after_free() {
    const auto* freed = new int[outside(4)];
    delete[] freed;
    return freed[outside(1)];
}

int leak() {
    static_cast<void>(new int[outside(1000)]);
    return 0;
}

int overflow() {
    const int most = std::numeric_limits<int>::max() - static_cast<int>(outside(0));
    return most + static_cast<int>(outside(1));
}

} // namespace

int main(int argc, char** argv) {
    const std::map<std::string_view, std::function<int()>> bugs{
        {"race", race},
        {"race_of_copies", race_of_copies},
        {"use_after_free", use_after_free},
        {"leak", leak},
        {"overflow", overflow}};
    const auto found = bugs.find(argc == 2 ? argv[1] : "");
    if (found == bugs.end()) return 0; // A test takes that for silence.
    std::cout << found->second() << '\n';
    return 0;
}
