#pragma once

#include "ledger/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace tollbook::bench {

// One line of a benchmark: what was reached, the limit measured in the same run, and their ratio.
// `at_least` is the ratio that the product promises itself (for bytes: the most, see unit).
struct Figure {
    std::string bench;
    double value{};
    double limit{};
    double ratio{};
    double at_least{};
    std::string unit;
    std::string conditions;
};

inline void print(const Figure& figure) {
    std::string conditions;
    write_json_string(conditions, figure.conditions);
    fmt::print(
        "{{\"bench\":\"{}\",\"value\":{:.1f},\"limit\":{:.1f},\"ratio\":{:.3f},\"at_least\":{:.2f},"
        "\"unit\":\"{}\",\"conditions\":{}}}\n",
        figure.bench,
        figure.value,
        figure.limit,
        figure.ratio,
        figure.at_least,
        figure.unit,
        conditions
    );
    std::fflush(stdout);
}

inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.at(values.size() / 2);
}

// What several repeats reached, each beside the limit measured with it. Its figure has the medians.
class Series {
public:
    void add(double value, double limit, double ratio) {
        values_.push_back(value);
        limits_.push_back(limit);
        ratios_.push_back(ratio);
    }

    // So much work in so many seconds.
    template <class Amount>
    void add_work(Amount amount, double took, double limit_took) {
        const auto work = static_cast<double>(amount);
        add(work / took, work / limit_took, limit_took / took);
    }

    std::size_t repeats() const { return values_.size(); }

    Figure figure(std::string bench, double at_least, std::string unit, std::string conditions)
        const {
        return {
            std::move(bench),
            median(values_),
            median(limits_),
            median(ratios_),
            at_least,
            std::move(unit),
            std::move(conditions)};
    }

private:
    std::vector<double> values_;
    std::vector<double> limits_;
    std::vector<double> ratios_;
};

// Runs something and says how many seconds it took.
template <class F>
double seconds(F&& run) {
    const auto start = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Processor time of this process so far, all threads.
inline double processor_seconds() {
    rusage used{};
    (void)::getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

} // namespace tollbook::bench
