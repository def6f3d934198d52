#include "ledger/partition.hpp"

#include "ledger/partition_writer.hpp"

#include <utility>

namespace tollbook {

Partition::Partition(std::unique_ptr<PartitionWriter> writer) : writer_(std::move(writer)) {}

Partition::~Partition() = default;

Result<std::unique_ptr<Partition>> Partition::open(
    Store& store, KeyStore& keys, std::unique_ptr<Decider> decider, PartitionOptions options
) {
    auto writer =
        std::make_unique<PartitionWriter>(store, keys, std::move(decider), std::move(options));
    if (const Status recovered = writer->recover(); !recovered) return recovered.error();
    if (const Status started = writer->start(); !started) return started.error();
    return std::unique_ptr<Partition>(new Partition(std::move(writer)));
}

void Partition::submit(Submission submission, Answer answer) {
    writer_->submit(std::move(submission), std::move(answer));
}

void Partition::submit_atomic(std::vector<Submission> batch, BatchAnswer answer) {
    writer_->submit_atomic(std::move(batch), std::move(answer));
}

Status Partition::read(const std::function<void(const Decider&, const Head&)>& look) {
    return writer_->read(look);
}

Result<std::vector<Result<Tried>>> Partition::try_out(std::vector<Submission> commands) {
    return writer_->try_out(std::move(commands));
}

Source& Partition::source() { return writer_->source(); }

Status Partition::checkpoint() { return writer_->checkpoint(); }

PartitionHealth Partition::health() const { return writer_->health(); }

} // namespace tollbook
