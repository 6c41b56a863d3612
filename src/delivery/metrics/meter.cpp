#include "delivery/metrics/meter.h"

#include <utility>

namespace freshet::delivery {
namespace {

struct Words {
    std::string_view name, unit;
};
constexpr Words words[] = {
    {"PutRecord.Bytes", "Bytes"},
    {"PutRecord.Latency", "Milliseconds"},
    {"PutRecord.Requests", "Count"},
    {"PutRecordBatch.Bytes", "Bytes"},
    {"PutRecordBatch.Latency", "Milliseconds"},
    {"PutRecordBatch.Records", "Count"},
    {"PutRecordBatch.Requests", "Count"},
    {"ThrottledRecords", "Count"},
    {"ExecuteProcessing.Duration", "Milliseconds"},
    {"ExecuteProcessing.Success", "Count"},
    {"SucceedProcessing.Records", "Count"},
    {"SucceedProcessing.Bytes", "Bytes"},
    {"JQProcessing.Duration", "Milliseconds"},
    {"PartitionCount", "Count"},
    {"PartitionCountExceeded", "Count"},
    {"PerPartitionThroughput", "Bytes/Second"},
    {"OutputDecompressedBytes.Success", "Bytes"},
    {"OutputDecompressedBytes.Failed", "Bytes"},
    {"OutputDecompressedRecords.Success", "Count"},
    {"OutputDecompressedRecords.Failed", "Count"},
    {"BackupToS3.Records", "Count"},
    {"BackupToS3.Bytes", "Bytes"},
    {"BackupToS3.Success", "Count"},
    {"DeliveryToHttpEndpoint.Records", "Count"},
    {"DeliveryToHttpEndpoint.Bytes", "Bytes"},
    {"DeliveryToHttpEndpoint.ProcessedRecords", "Count"},
    {"DeliveryToHttpEndpoint.ProcessedBytes", "Bytes"},
    {"DeliveryToHttpEndpoint.Success", "Count"},
};
static_assert(std::size(words) == metric_count);

}  // namespace

void Meter::add(Metric metric, double value) {
    tallies_[static_cast<std::size_t>(metric)].add(value);
}

void Meter::add(const std::vector<Measurement>& all) {
    for (const Measurement& one : all) add(one.metric, one.value);
}

std::vector<Measured> Meter::take() {
    std::vector<Measured> all;
    for (std::size_t i = 0; i < metric_count; ++i) {
        const Tally tally = std::exchange(tallies_[i], {});
        if (tally.count > 0) all.push_back({words[i].name, words[i].unit, tally});
    }
    return all;
}

}  // namespace freshet::delivery
