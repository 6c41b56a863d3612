// How a pipe makes columnar files of a cut.
#include "delivery/pipe.h"

namespace freshet::delivery {

io::Task<Result<std::vector<Draft>>> Pipe::convert_waiting(const Work& work, CutNames names) {
    const DeliveryStream& stream = *work.stream;
    const Waiting& waiting = work.waiting;
    RowGroup all;
    all.prefix = prefix_of(stream, names);
    all.oldest = *waiting.oldest;
    all.records.reserve(waiting.data.size());
    for (const Bytes& record : waiting.data) all.records.push_back(record.view());
    std::vector<RowGroup> groups;
    groups.push_back(std::move(all));
    std::vector<Draft> drafts;
    const auto failed_of = [&waiting](std::size_t number) -> FailedRecord {
        const Waiting::Placed& placed = waiting.placed[number];
        return {waiting.data[number],
                placed.origin.arrival,
                {placed.origin.partition, placed.origin.ordinal, placed.sub}};
    };
    auto done = co_await convert_groups(stream, names, std::move(groups), failed_of, drafts);
    if (!done) co_return pass(done);
    if (stream.destination.options.is_backup_on) draft_backup(stream, names, waiting.data, drafts);
    co_return drafts;
}

io::Task<Result<>> Pipe::convert_portions(const DeliveryStream& stream, CutNames names,
                                          const Flow& flow, const std::vector<Portion>& portions,
                                          std::vector<Draft>& drafts) {
    std::vector<RowGroup> groups;
    for_each_object(
        stream, portions,
        [&](const Portion& portion, std::string part, std::size_t from, std::size_t to) {
            RowGroup& group = groups.emplace_back();
            group.prefix = portion.prefix;
            group.oldest = portion.oldest;
            group.part = std::move(part);
            for (std::size_t i = from; i < to; ++i) {
                group.records.push_back(portion.records[i].view());
                group.numbers.push_back(portion.items[i]);
            }
        });
    const auto failed_of = [&flow](std::size_t number) -> FailedRecord {
        const Item& item = flow.items[number];
        return {item.source, item.arrival, item.origin};
    };
    auto done = co_await convert_groups(stream, names, std::move(groups), failed_of, drafts);
    co_return done;
}

io::Task<Result<>> Pipe::convert_groups(const DeliveryStream& stream, CutNames names,
                                        std::vector<RowGroup> groups, FailedRecordOf failed_of,
                                        std::vector<Draft>& drafts) {
    auto plan = conversion_plan_of(stream.destination, input_of(stream.tags));
    if (!plan) co_return pass(plan);
    const ConversionParts parts{parts_.home, parts_.pool, parts_.objects, parts_.source,
                                parts_.converter};
    auto converted = co_await convert(parts, stream, std::move(*plan), std::move(names),
                                      std::move(groups), std::move(failed_of), drafts);
    if (!converted) co_return pass(converted);
    figures_.converted.good_records += converted->good_records;
    figures_.converted.good_bytes += converted->good_bytes;
    figures_.converted.bad_records += converted->bad_records;
    figures_.converted.bad_bytes += converted->bad_bytes;
    co_return Result<>();
}

}  // namespace freshet::delivery
