// The bounds of delivery, with the AWS quota that each mirrors.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::delivery::limits {

inline constexpr std::int64_t buffer_mib_min = 1, buffer_mib_max = 128;  ///< AWS, S3
inline constexpr std::int64_t interval_s_max = 900;                      ///< AWS
inline constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;          ///< AWS: PutRecordBatch
/// AWS, with `limits: aws`: StartDeliveryStreamEncryption and Stop together, of a delivery stream.
inline constexpr std::size_t sealing_calls_max = 25;
inline constexpr Millis sealing_calls_window = 24h;
inline constexpr double calls_per_second = 5;  ///< AWS, with `limits: aws`: of each operation
inline constexpr std::size_t tags_max = 50;    ///< AWS
inline constexpr std::size_t prefix_bytes_max = 512;     ///< AWS: after evaluation
inline constexpr std::size_t piece_bytes = 1024 * 1024;  ///< of an object's bytes, made at a time
inline constexpr std::size_t read_records_max = 10'000;  ///< at a time from a source
inline constexpr std::size_t read_bytes_max = 8 << 20;   ///< at a time, from one partition
/// Of one object: it is made when so many wait. A record in memory costs about 100 bytes more than
/// its own, and small ones would take gigabytes before they fill a buffer.
inline constexpr std::size_t buffer_records_max = 1'000'000;
/// Of a cut whose records are partitioned: 300 bytes more on their way through the stages.
inline constexpr std::size_t partitioned_records_max = 600'000;
/// Of cuts on their way, of all delivery streams together, besides one of each: what is read and
/// staged ahead of the object that is published next.
inline constexpr std::uint64_t ahead_bytes_max = 128 << 20;
inline constexpr std::size_t ahead_cuts_max = 8;  ///< of one delivery stream
/// The same of cuts that wait as text for their conversion, each a file as large as the buffer.
inline constexpr std::size_t ahead_texts_max = 2;
inline constexpr int transform_retries_max = 300;                        ///< AWS's console
inline constexpr double transform_mib_min = 0.2, transform_mib_max = 3;  ///< AWS: Lambda buffer
inline constexpr std::size_t transform_calls_max = 5;  ///< AWS: at once, of a delivery stream
inline constexpr std::size_t transform_records_max = 10'000;  ///< of a call
/// Of a function's answers for one cut, which are kept while what follows is tried again; with more
/// of them the function is called again.
inline constexpr std::size_t answered_bytes_max = 128 << 20;
inline constexpr std::size_t sub_records_max = 500;              ///< AWS: of RecordDeAggregation
inline constexpr std::size_t decompressed_bytes_max = 64 << 20;  ///< of one record
inline constexpr Millis query_compile_time_max = 10'000ms;       ///< real time
inline constexpr Millis query_time_max = 5'000ms;  ///< real time, of a batch of records
inline constexpr std::size_t query_batch_records_max = 2'000;
inline constexpr std::size_t query_chunk_records_max = 20'000;  ///< answers in memory at a time
inline constexpr std::size_t query_batch_bytes_max = 2 << 20;
inline constexpr std::size_t query_processes_idle_max = 8;
inline constexpr std::size_t partitions_max = 500;  ///< AWS: active partitions, unless raised
/// Of partitioned records that wait, in all partitions together: an object of one partition holds
/// at most what its buffer hint says, and all are cut together (README.md, "Stages").
inline constexpr std::uint64_t partitioned_bytes_max = 256 << 20;
inline constexpr std::int64_t large_buffer_mib_min = 64;  ///< AWS: partitions, conversion
inline constexpr std::int64_t large_buffer_mib_default = 128;
inline constexpr std::int64_t partitioned_interval_s_min = 60;  ///< AWS
inline constexpr std::uint64_t worker_memory_mib = 192;         ///< of the engine that converts
/// Of text, of one row group: what a thread of the worker holds at a time.
inline constexpr std::uint64_t row_group_text_bytes_max = 32 << 20;
inline constexpr std::uint64_t row_group_rows_min = 2048;
/// Of an ORC file, which its writer holds whole beside the engine's memory; a larger one that is
/// asked for is made so large.
inline constexpr std::uint64_t orc_stripe_bytes_max = 64 << 20;
inline constexpr std::uint64_t orc_stride_max = 1'000'000;  ///< rows that one bloom filter is for
/// Real time, of one conversion: a fixed part, and more for each MiB of text.
inline constexpr Millis conversion_time = 30'000ms, conversion_time_of_mib = 2'000ms;
/// A record that overcomes the worker alone so often in one cut is a failure.
inline constexpr int lone_tries_max = 2;
/// In one cut. With more of them, records are not looked at one by one any more: those that
/// overcome the worker together are failures.
inline constexpr std::uint64_t workers_lost_max = 200;
/// Real time that lost workers may take, in one cut, before it is the same.
inline constexpr Millis workers_lost_time_max = 900'000ms;
inline constexpr std::size_t failure_batch_records = 1000;  ///< written down at a time
inline constexpr std::int64_t endpoint_mib_max = 64;  ///< AWS: BufferingHints of an HTTP endpoint
inline constexpr std::int64_t endpoint_retry_s_max = 7200;         ///< AWS
inline constexpr std::size_t endpoint_attributes_max = 50;         ///< AWS
inline constexpr std::size_t endpoint_records_max = 10'000;        ///< AWS: of a request
inline constexpr std::size_t endpoint_body_bytes_max = 48 << 20;   ///< of records: 64 MiB in base64
inline constexpr std::size_t endpoint_answer_bytes_max = 1 << 20;  ///< AWS
inline constexpr Millis endpoint_time_max = 180'000ms;             ///< AWS: real time, of a request
inline constexpr Millis endpoint_delay_max = 120'000ms;            ///< AWS: between tries
inline constexpr Millis retry_first = 1000ms,
                        retry_max = 60'000ms;  ///< between tries of a refused object

}  // namespace freshet::delivery::limits
