// How a pipe makes columnar files of a cut.
#include "delivery/pipe.h"
#include "base/check.h"
#include "delivery/conversion/source_records.h"

namespace freshet::delivery {
namespace {

/// Of a cut whose records are in memory.
class WaitingRecords final : public FailedRecords {
  public:
    explicit WaitingRecords(const Waiting& waiting) : waiting_(waiting) {}
    io::Task<Result<std::vector<FailedRecord>>> find(std::vector<std::size_t> numbers) override {
        std::vector<FailedRecord> found;
        for (const std::size_t number : numbers) {
            const RecordPlaces::At at = waiting_.places.at(number);
            found.push_back({waiting_.data[number], true, at.arrival, at.origin});
        }
        co_return found;
    }

  private:
    const Waiting& waiting_;
};

/// Of what stages made of a cut.
class FlowRecords final : public FailedRecords {
  public:
    explicit FlowRecords(const Flow& flow) : flow_(flow) {}
    io::Task<Result<std::vector<FailedRecord>>> find(std::vector<std::size_t> numbers) override {
        std::vector<FailedRecord> found;
        for (const std::size_t number : numbers) {
            const Item& item = flow_.items[number];
            found.push_back({item.source, true, item.arrival, item.origin});
        }
        co_return found;
    }

  private:
    const Flow& flow_;
};

}  // namespace

bool Pipe::waits_as_text() const {
    const Options& options = stream_.destination.options;
    return options.is_converting() && options.processors.empty() && !options.partitioning &&
           !options.http && !options.is_backup_on;
}

io::Task<Result<>> Pipe::move_to_text() {
    if (!waits_as_text() || version_ != stream_.version || buffer_.records() == 0)
        co_return Result<>();
    auto plan = conversion_plan_of(stream_.destination, input_of(stream_.tags));
    if (!plan) co_return pass(plan);
    const bool is_json = plan->input.is_json();
    std::shared_ptr<RowText> text = buffer_.waiting().text;
    if (text && text->is_json() != is_json) {
        buffer_.give_back();  // its tag says now that it is read in another way
        co_return Result<>();
    }
    if (buffer_.waiting().data.empty()) co_return Result<>();
    if (!text)
        text = std::make_shared<RowText>(
            make_scratch(parts_.pool, parts_.objects.scratch_directory()), "text", is_json);
    const std::vector<Bytes> records = buffer_.move_to(text);
    auto written = co_await parts_.pool.run([&]() -> Result<> {
        for (const Bytes& record : records) {
            if (auto added = text->add(record.view()); !added) return added;
        }
        return text->flush();
    });
    if (!written) buffer_.give_back();
    co_return written;
}

io::Task<Result<std::vector<Draft>>> Pipe::convert_waiting(const Work& work, CutNames names) {
    const DeliveryStream& stream = *work.stream;
    const Waiting& waiting = work.waiting;
    std::vector<RowGroup> groups(1);
    RowGroup& all = groups.front();
    all.prefix = prefix_of(stream, names);
    all.oldest = *waiting.oldest;
    std::unique_ptr<FailedRecords> failed;
    if (waiting.text) {
        FRESHET_CHECK(waiting.data.empty() && waiting.text->records() == waiting.records);
        all.text = waiting.text;
        all.bytes = waiting.bytes;
        const auto unpack_one = [this](log::PartitionId partition, const log::Record& record,
                                       std::vector<Bytes>& users) -> Result<> {
            Unpacked unpacked;
            auto done = unpack(partition, {&record, 1}, unpacked);
            users = std::move(unpacked.data);
            return done;
        };
        failed =
            std::make_unique<SourceRecords>(parts_.log, parts_.pool, waiting.places, unpack_one);
    } else {
        all.records.reserve(waiting.data.size());
        for (const Bytes& record : waiting.data) {
            all.records.push_back(record.view());
            all.bytes += record.size();
        }
        failed = std::make_unique<WaitingRecords>(waiting);
    }
    std::vector<Draft> drafts;
    auto done = co_await convert_groups(stream, names, std::move(groups), *failed, drafts);
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
                group.bytes += portion.records[i].size();
                group.numbers.push_back(portion.items[i]);
            }
        });
    FlowRecords failed(flow);
    auto done = co_await convert_groups(stream, names, std::move(groups), failed, drafts);
    co_return done;
}

io::Task<Result<>> Pipe::convert_groups(const DeliveryStream& stream, CutNames names,
                                        std::vector<RowGroup> groups, FailedRecords& failed,
                                        std::vector<Draft>& drafts) {
    auto plan = conversion_plan_of(stream.destination, input_of(stream.tags));
    if (!plan) co_return pass(plan);
    const ConversionParts parts{parts_.home, parts_.pool, parts_.objects, parts_.source,
                                parts_.converter};
    auto converted = co_await convert(parts, stream, std::move(*plan), std::move(names),
                                      std::move(groups), failed, drafts);
    if (!converted) co_return pass(converted);
    figures_.converted.good_records += converted->good_records;
    figures_.converted.good_bytes += converted->good_bytes;
    figures_.converted.bad_records += converted->bad_records;
    figures_.converted.bad_bytes += converted->bad_bytes;
    co_return Result<>();
}

}  // namespace freshet::delivery
