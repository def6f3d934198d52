#include "api/cli/open_log.hpp"

#include "api/kafka_config.hpp"
#include "ledger/export_file.hpp"
#include "ledger/topic_source.hpp"

#include <utility>

namespace tollbook::api {

namespace {

Result<OpenedLog> open_topic(const Context& context) {
    const Result<KafkaSettings> brokers = kafka_of(context.config);
    if (!brokers) return brokers.error();
    Result<std::unique_ptr<KafkaTopic>> topic = KafkaTopic::open(*brokers);
    if (!topic) return topic.error();
    Result<std::unique_ptr<TopicSource>> source = TopicSource::open(**topic);
    if (!source) return source.error();
    return OpenedLog{nullptr, std::move(*topic), std::move(*source)};
}

} // namespace

Result<OpenedLog> open_log(const Context& context, const AuditInput& input) {
    if (input.topic) return open_topic(context);
    OpenedLog opened;
    if (!input.export_file.empty()) {
        Result<std::unique_ptr<ExportFile>> file = ExportFile::open(input.export_file);
        if (!file) return file.error();
        opened.source = std::move(*file);
        return opened;
    }
    StoreOptions options;
    options.read_only = true;
    Result<std::unique_ptr<Store>> store = Store::open(context.config.text("data.dir"), options);
    if (!store) return store.error();
    opened.store = std::move(*store);
    opened.source = opened.store->source();
    return opened;
}

} // namespace tollbook::api
