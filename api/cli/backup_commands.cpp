#include "api/cli/backup_commands.hpp"

#include "api/cli/audit.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/receipts.hpp"
#include "ledger/backup.hpp"
#include "ledger/json.hpp"
#include "ledger/restore.hpp"
#include "ledger/store.hpp"

#include <fmt/format.h>

namespace tollbook::api {

namespace {

struct CreateLine {
    std::optional<std::string> file; // None: nothing is new.
    std::uint64_t first_seq{};
    std::uint64_t last_seq{};
    std::string last_hash;
    std::uint64_t bytes{};
};
BOOST_DESCRIBE_STRUCT(CreateLine, (), (file, first_seq, last_seq, last_hash, bytes))

struct FileLine {
    std::string file;
    std::uint64_t first_seq{};
    std::uint64_t last_seq{};
    Timestamp first_recorded_at;
    Timestamp last_recorded_at;
    std::string last_hash;
    std::uint64_t bytes{};
};
BOOST_DESCRIBE_STRUCT(
    FileLine, (), (file, first_seq, last_seq, first_recorded_at, last_recorded_at, last_hash, bytes)
)

struct ListLine {
    std::string cluster;
    std::string incarnation;
    std::uint64_t last_seq{};
    std::string last_hash;
    std::vector<FileLine> files;
};
BOOST_DESCRIBE_STRUCT(ListLine, (), (cluster, incarnation, last_seq, last_hash, files))

struct CheckLine {
    std::uint64_t files{};
    std::uint64_t records{};
    std::uint64_t commands{};
    std::uint64_t postings{};
    std::uint64_t seq{};
    std::string hash;
    std::uint64_t receipts{};        // Of them, those that the backup reaches.
    std::uint64_t receipts_beyond{}; // Those that it does not reach.
    std::optional<std::string> problem;
};
BOOST_DESCRIBE_STRUCT(
    CheckLine,
    (),
    (files, records, commands, postings, seq, hash, receipts, receipts_beyond, problem)
)

struct RestoreLine {
    std::string data;
    std::string cluster;
    std::string incarnation;
    bool new_incarnation{};
    std::uint64_t last_seq{};
    std::string last_hash;
    bool keys{};
};
BOOST_DESCRIBE_STRUCT(
    RestoreLine, (), (data, cluster, incarnation, new_incarnation, last_seq, last_hash, keys)
)

FileLine line_of(const BackupFile& file) {
    return {
        file.path,
        file.from.seq + 1,
        file.to.seq,
        file.first_recorded_at,
        file.last_recorded_at,
        hex(file.to.hash),
        file.bytes};
}

// What says that the backup is wrong, unlike what says that it cannot be read.
bool is_finding(Errc code) {
    return code == Errc::store_damaged || code == Errc::store_foreign || code == Errc::store_newer;
}

// The report's problem names the seq; this names the file too.
Status check(Backup& backup, Source& source, const AuditProgress& progress, CheckLine& line) {
    const Result<VerifyReport> report = verify(source, nullptr, progress);
    if (!report) return report.error();
    line.records = report->records;
    line.commands = report->commands;
    line.postings = report->postings;
    line.seq = report->seq;
    line.hash = hex(report->hash);
    if (!report->problem.empty())
        line.problem = backup.file_of(report->seq + 1).path + ": " + report->problem;
    return Done{};
}

Status check_all(const Context& context, const BackupWords& words, CheckLine& line) {
    std::vector<KeptReceipt> receipts;
    if (!words.receipts.empty()) {
        Result<std::vector<KeptReceipt>> read = read_receipts(words.receipts);
        if (!read) return read.error();
        receipts = std::move(*read);
    }
    const Result<std::unique_ptr<Backup>> backup = Backup::open(words.directory);
    if (!backup) return backup.error();
    line.files = (*backup)->files().size();
    WitnessedSource source(**backup, std::move(receipts));
    const std::uint64_t last = (*backup)->files().back().to.seq;
    line.receipts = source.upto(last);
    line.receipts_beyond = source.beyond(last);
    Progress progress(context, "verify");
    return check(
        **backup, source, [&](std::uint64_t seq, std::uint64_t of) { progress.at(seq, of); }, line
    );
}

void print_check(const CheckLine& line) {
    if (line.problem) return print(*line.problem);
    print(fmt::format(
        "{} files, {} records of {} commands, {} postings: sums, chain, density and postings hold "
        "up to seq {}",
        line.files,
        line.records,
        line.commands,
        line.postings,
        line.seq
    ));
    if (line.receipts + line.receipts_beyond > 0)
        print(fmt::format(
            "{} receipts stand in it, {} lie behind its end", line.receipts, line.receipts_beyond
        ));
}

void remark_restored(const Context& context, const RestoreLine& line, const RestoreWords& words) {
    if (words.at && line.last_seq > *words.at)
        remark(
            context,
            fmt::format(
                "seq {} stands in a frame that ends at seq {}: all of it is restored",
                *words.at,
                line.last_seq
            )
        );
    if (line.new_incarnation)
        remark(
            context, "it has a new incarnation: an old topic or old read models do not fit to it"
        );
    if (!line.keys)
        remark(
            context,
            "there are no keys/ and master.key: before the first start bring them back, or "
            "personal data stays unreadable and a repeated request is refused"
        );
}

} // namespace

Exit run_backup_create(const Context& context, const BackupWords& words) {
    StoreOptions options;
    options.read_only = true;
    const Result<std::unique_ptr<Store>> store =
        Store::open(context.config.text("data.dir"), options);
    if (!store) return fail(context, store.error());
    const Result<BackupStep> step = write_backup(
        (*store)->log(), words.directory, words.full ? BackupKind::full : BackupKind::incremental
    );
    if (!step) return fail(context, step.error());
    const ExportSummary& summary = step->summary;
    CreateLine line{
        std::nullopt, summary.first_seq, summary.last_seq, hex(summary.last_hash), summary.bytes};
    if (!step->path.empty()) line.file = step->path;
    if (context.json)
        print(to_json(line));
    else if (!line.file)
        print(fmt::format("nothing new: the backup ends at seq {}, as the log does", line.last_seq)
        );
    else
        print(fmt::format(
            "{}: seq {} to {}, {} bytes, last hash {}",
            *line.file,
            line.first_seq,
            line.last_seq,
            line.bytes,
            line.last_hash
        ));
    remark(context, "the keys of persons are not in it: copy keys/ and master.key apart, after it");
    return Exit::ok;
}

Exit run_backup_list(const Context& context, const BackupWords& words) {
    const Result<std::unique_ptr<Backup>> backup = Backup::open(words.directory);
    if (!backup) return fail(context, backup.error());
    const ReaderState& end = (*backup)->files().back().to;
    ListLine list{
        to_string((*backup)->identity().cluster),
        to_string(end.incarnation),
        end.seq,
        hex(end.hash),
        {}};
    for (const BackupFile& file : (*backup)->files())
        list.files.push_back(line_of(file));
    if (context.json) {
        print(to_json(list));
        return Exit::ok;
    }
    print("cluster     " + list.cluster);
    print("incarnation " + list.incarnation);
    for (const FileLine& file : list.files)
        print(fmt::format(
            "{}: seq {} to {}, recorded {} to {}, {} bytes, last hash {}",
            file.file,
            file.first_seq,
            file.last_seq,
            to_string(file.first_recorded_at),
            to_string(file.last_recorded_at),
            file.bytes,
            file.last_hash
        ));
    return Exit::ok;
}

Exit run_backup_verify(const Context& context, const BackupWords& words) {
    CheckLine line;
    const Status checked = check_all(context, words, line);
    if (!checked && !is_finding(checked.error().code)) return fail(context, checked.error());
    if (!checked) line.problem = checked.error().detail;
    if (context.json)
        print(to_json(line));
    else
        print_check(line);
    return line.problem ? Exit::differences : Exit::ok;
}

Exit run_restore(const Context& context, const RestoreWords& words) {
    const Result<std::unique_ptr<Backup>> backup = Backup::open(words.from);
    if (!backup) return fail(context, backup.error());
    Progress progress(context, "restore");
    RestoreOptions options;
    options.directory = context.config.text("data.dir");
    options.at = words.at;
    options.new_incarnation = words.new_incarnation;
    options.keys = words.keys;
    options.progress = [&](std::uint64_t seq, std::uint64_t of) { progress.at(seq, of); };
    const Result<RestoreSummary> restored = restore_backup(**backup, options);
    if (!restored) return fail(context, restored.error());
    const RestoreLine line{
        options.directory,
        to_string((*backup)->identity().cluster),
        to_string(restored->incarnation),
        restored->is_new_incarnation,
        restored->head.seq,
        hex(restored->head.hash),
        restored->has_keys};
    remark_restored(context, line, words);
    if (context.json)
        print(to_json(line));
    else
        print(fmt::format("{}: seq 1 to {}, last hash {}", line.data, line.last_seq, line.last_hash)
        );
    return Exit::ok;
}

} // namespace tollbook::api
