#pragma once

#include "api/cli/progress.hpp"
#include "ledger/guarded.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tollbook::api {

// One bar for several works of about the same length. Thread-safe; outlives its parts.
class SharedProgress {
public:
    using Part = std::function<void(std::size_t done, std::size_t total)>;

    SharedProgress(const Context& context, std::string what) : bar_(context, std::move(what)) {}

    // One more work: it tells how far it is. All are added before the first tells.
    Part add();

private:
    struct Bar {
        Bar(const Context& context, std::string what) : progress(context, std::move(what)) {}

        Progress progress;
        std::vector<std::size_t> done;
    };

    void tell(std::size_t part, std::size_t done, std::size_t total);

    Guarded<Bar> bar_;
};

} // namespace tollbook::api
