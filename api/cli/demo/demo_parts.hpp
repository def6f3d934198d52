#pragma once

#include "api/cli/demo/child_process.hpp"
#include "api/cli/demo/day_files.hpp"
#include "api/cli/demo/day_result.hpp"
#include "api/cli/demo/day_run.hpp"
#include "api/cli/demo/demo.hpp"
#include "api/client.hpp"
#include "ledger/kafka/settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollbook {
class SqlSession;
}

namespace tollbook::api {

// The processes of a demo and the ways into them: the test routers, the node, its read models.
// They end with it.
class DemoParts {
public:
    static Result<DemoParts> start(const DemoOptions& options, const Day& day);

    DemoParts(DemoParts&&) noexcept;
    DemoParts& operator=(DemoParts&&) noexcept;
    ~DemoParts();

    const DayAccess& access() const { return access_; }

    Client& client() { return *client_; }

    SqlSession& database() { return *database_; }

    // Ends the node as an operator would, and starts it again on the same data.
    Status restart_node();

    // Until the read models hold the whole log and every site is applied as the book wants it, or
    // for as long as that makes progress.
    Status wait_until_routers_obey();

    // Each router's own secret list, read over its API.
    Result<std::vector<RouterCount>> count_secrets() const;

    // Ends the node, and holds the topic against the disk: the same records, and the same hash.
    // Empty: they are the same, or there is no topic.
    Result<std::string> difference_to_topic();

    std::string how_to_look() const;

private:
    DemoParts(DemoOptions options, std::string directory, std::string tenant);

    Status start_routers(const Day& day);
    Status prepare_directory();
    Status make_topic();
    Status start_node();
    Status end_node();
    Result<std::string> log_position(); // Seq of the newest record.

    DemoOptions options_;
    std::string directory_;
    std::string tenant_;
    std::string api_key_;
    KafkaSettings kafka_; // No bootstrap: no topic.
    DayAccess access_;
    std::optional<ChildProcess> routers_;
    std::optional<ChildProcess> node_;
    std::string url_;
    std::unique_ptr<Client> client_;
    std::unique_ptr<SqlSession> database_;
};

} // namespace tollbook::api
