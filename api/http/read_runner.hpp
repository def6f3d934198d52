#pragma once

#include "api/http/admission.hpp"

#include <memory>

namespace tollbook::api {

// Runs reads on a few threads of their own. A read whose min_position is not reached yet waits
// without occupying one, then refuses with projection_lag.
class ReadRunner {
public:
    explicit ReadRunner(const Services& services);
    ReadRunner(const ReadRunner&) = delete;
    ReadRunner& operator=(const ReadRunner&) = delete;
    ~ReadRunner();

    void run(Request request, Admitted admitted, Reply reply);

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace tollbook::api
