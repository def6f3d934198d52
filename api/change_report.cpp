#include "api/change_report.hpp"

#include <algorithm>

namespace tollbook::api {

void count(ChangeReport& report, const Result<Receipt>& answer) {
    if (answer) {
        ++report.changed;
        report.position = std::max(report.position, answer->last_seq);
    } else if (answer.error().code == Errc::figures_moved) {
        ++report.moved;
    } else if (info(answer.error().code).http_status < 500) {
        ++report.refused;
    } else {
        ++report.failed;
    }
}

} // namespace tollbook::api
