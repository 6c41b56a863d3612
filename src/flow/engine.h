// The streaming engine: a compiled application and its state. Pure: rows and times in, rows out,
// the same for the same input in the same order, however it was cut into calls. One thread at a
// time.
//
//   feed(input, payload, rowtime, ...)   any number of times, rowtime never falling over all inputs
//   on_time(bound)                       no later feed has a rowtime before `bound`: windows close
//   take()                               what came out since the last take()
//   save() / load()                      the state; only between take() and the next feed()
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "record/batch.h"
#include "record/schema.h"

namespace freshet::flow {

enum class Errc {
    invalid_code,  ///< the application's SQL; the message says line, column and what was expected
    bad_state      ///< load() of what another program or format saved
};

/// An in-application stream that the service makes: "SOURCE_SQL_STREAM_001" with the input's
/// schema.
struct InputStream {
    std::string name;
    record::Schema schema;
};

/// A stream of the program, as outputs and the interface know it.
struct StreamInfo {
    std::string name;
    std::vector<record::Column> columns;
};

class Program {
  public:
    /// Errc::invalid_code. Empty code is a program without streams.
    static Result<std::shared_ptr<const Program>> compile(std::string_view code,
                                                          std::vector<InputStream> inputs);
    /// Of code whose inputs are not known yet: what is wrong whatever they are. Errc::invalid_code.
    static Result<> check(std::string_view code);
    ~Program();
    /// The user's streams, then error_stream.
    std::vector<StreamInfo> streams() const;
    /// Whether SourceRecord::sequence_number makes a difference.
    bool reads_sequence_numbers() const;
    struct Parts;
    const Parts& parts() const { return *parts_; }

  private:
    explicit Program(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// The name under which an output takes the rows that failed.
inline constexpr std::string_view error_stream = "error_stream";

/// One record of the source: its rows get its arrival time as ROWTIME.
struct SourceRecord {
    Bytes payload;
    Timestamp arrival;
    // During the call:
    std::string_view shard_id, partition_key;
    std::string_view sequence_number;  ///< may be empty unless the program reads it
};

/// Rows that entered one stream, in order.
struct Emitted {
    std::string stream;
    std::vector<record::Column> columns;
    record::Batch rows;
    /// Of error_stream: failed rows that have no row here; the last row says so.
    std::uint64_t left_out = 0;
};

class Engine {
  public:
    /// `started`: what CURRENT_TIMESTAMP is.
    Engine(std::shared_ptr<const Program> program, Timestamp started);
    /// take() gives these streams only; all of them when never called.
    void watch(std::vector<std::string> streams);
    ~Engine();
    /// `input` counts in the order of Program's inputs.
    void feed(std::size_t input, const SourceRecord& record);
    /// A record that the preprocessing function could not process: a row of error_stream.
    void fail_record(std::size_t input, const SourceRecord& record, std::string_view reason);
    void on_time(Timestamp bound);
    /// In the order of the program's streams; streams without new rows are left out.
    std::vector<Emitted> take();
    /// What waits to be taken has grown large: take() before more is fed.
    bool is_full() const;
    std::uint64_t rows_in() const;

    /// docs/formats/analytics.md
    std::string save() const;
    /// Piece by piece; false when the sink gave up.
    bool save(const std::function<bool(std::string_view piece)>& sink) const;
    /// Errc::bad_state when `saved` is not of this program (its fingerprint differs), is damaged,
    /// or `is_stopped` became true meanwhile.
    Result<> load(std::string_view saved, const std::atomic<bool>* is_stopped = nullptr);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::flow

template <>
struct freshet::ErrorTraits<freshet::flow::Errc> {
    static const ErrorDomain& domain();
};
