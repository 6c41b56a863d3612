#include "delivery/objects_of.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "delivery/conversion/plan.h"

namespace freshet::delivery {
namespace {

void own(std::vector<Bytes> records, bool appends_newline, Draft& draft) {
    draft.owner = std::make_shared<const std::vector<Bytes>>(std::move(records));
    draft.pieces = pieces_of(*draft.owner, appends_newline);
}

}  // namespace

std::string extension_of(const Destination& destination) {
    if (!destination.file_extension.empty()) return destination.file_extension;
    if (destination.options.is_converting()) {
        const auto& output = destination.options.conversion->output;
        return output && output->kind == SerdeKind::orc ? ".orc" : ".parquet";
    }
    return words_of(destination.compression).extension;
}

std::string prefix_of(const DeliveryStream& stream, const CutNames& names) {
    return evaluate_prefix(stream.destination.prefix, names.input()).value_or("");
}

std::string key_of(const DeliveryStream& stream, const CutNames& names, Timestamp oldest) {
    return prefix_of(stream, names) + names.object(oldest, "") + extension_of(stream.destination);
}

std::vector<std::string_view> pieces_of(const std::vector<Bytes>& records, bool appends_newline) {
    std::vector<std::string_view> pieces;
    pieces.reserve((appends_newline ? 2 : 1) * records.size());
    for (const Bytes& record : records) {
        pieces.push_back(record.view());
        if (appends_newline) pieces.push_back("\n");
    }
    return pieces;
}

void draft_data(const DeliveryStream& stream, const CutNames& names, std::vector<Portion> portions,
                std::vector<Draft>& drafts) {
    const Destination& destination = stream.destination;
    const auto bytes_max = static_cast<std::uint64_t>(destination.buffer_mib) << 20;
    const bool is_only = !destination.options.partitioning;
    for (Portion& portion : portions) {
        std::size_t number = 0;
        for (std::size_t at = 0; at < portion.records.size(); ++number) {
            std::vector<Bytes> records;
            std::uint64_t bytes = 0;
            while (at < portion.records.size() && (is_only || bytes < bytes_max)) {
                bytes += portion.records[at].size() + (destination.appends_newline ? 1 : 0);
                records.push_back(std::move(portion.records[at++]));
            }
            FRESHET_CHECK(!records.empty());  // each object holds a record
            const std::string part = is_only ? "" : fmt::format("{}#{}", portion.prefix, number);
            Draft& draft = drafts.emplace_back();
            draft.bucket = destination.bucket;
            draft.key =
                portion.prefix + names.object(portion.oldest, part) + extension_of(destination);
            own(std::move(records), destination.appends_newline, draft);
            draft.compression = destination.compression;
            draft.entry = {names.uuid(part), portion.oldest};
        }
    }
}

void for_each_object(const DeliveryStream& stream, const std::vector<Portion>& portions,
                     const std::function<void(const Portion& portion, std::string part,
                                              std::size_t from, std::size_t to)>& take) {
    const Destination& destination = stream.destination;
    const auto bytes_max = static_cast<std::uint64_t>(destination.buffer_mib) << 20;
    const bool is_only = !destination.options.partitioning;
    for (const Portion& portion : portions) {
        std::size_t number = 0;
        for (std::size_t at = 0; at < portion.records.size(); ++number) {
            const std::size_t from = at;
            for (std::uint64_t bytes = 0;
                 at < portion.records.size() && (is_only || bytes < bytes_max); ++at)
                bytes += portion.records[at].size();
            take(portion, is_only ? "" : fmt::format("{}#{}", portion.prefix, number), from, at);
        }
    }
}

void draft_failures(const DeliveryStream& stream, const CutNames& names, const Failures& failures,
                    std::vector<Draft>& drafts) {
    const Destination& destination = stream.destination;
    const PrefixInput input = names.input();
    for (const auto& [type, lines] : failures) {
        FRESHET_CHECK(!lines.empty());
        // AWS: no extension, not compressed.
        Draft& draft = drafts.emplace_back();
        draft.kind = Draft::Kind::failures;
        draft.records = static_cast<std::size_t>(std::ranges::count(lines, '\n'));
        draft.bucket = destination.bucket;
        draft.key = error_prefix(destination.prefix, destination.error_prefix, input, type) +
                    names.object(input.instant, "error/" + type);
        own({Bytes::copy(lines)}, false, draft);
    }
}

void draft_backup(const DeliveryStream& stream, const CutNames& names,
                  const std::vector<Bytes>& records, std::vector<Draft>& drafts) {
    const Backup& backup = *stream.destination.options.backup;
    const PrefixInput input = names.input();
    const auto prefix = evaluate_prefix(backup.prefix, input);
    Draft& draft = drafts.emplace_back();
    draft.kind = Draft::Kind::backup;
    draft.records = records.size();
    draft.bucket = backup.bucket;
    draft.key = (prefix ? *prefix : "") + names.object(input.instant, "backup") +
                words_of(backup.compression).extension;
    draft.pieces = pieces_of(records, false);
    draft.compression = backup.compression;
    draft.entry = {names.uuid("backup"), input.instant};
}

}  // namespace freshet::delivery
