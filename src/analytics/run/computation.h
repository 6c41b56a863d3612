// The engine of a run, and what goes into it and comes out. On pool threads, one call at a time;
// the same records in the same order give the same rows, however they were cut into calls.
#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "analytics/run/commit.h"
#include "analytics/run/output_rows.h"
#include "analytics/run/sources.h"
#include "flow/engine.h"

namespace freshet::analytics {

/// load(), then feed(), on_time(), take() and save() in any order. `application` and `sources` must
/// outlive it and keep their place.
class Computation {
  public:
    /// What the engine put out at one moment.
    struct Moment {
        OutputRows rows;
        OutputRows::Part first;
        std::vector<Window> windows;
        std::uint64_t errors = 0;    ///< rows that failed
        std::uint64_t left_out = 0;  ///< of them, without a row in error_stream
    };

    Computation(std::shared_ptr<const flow::Program> program, const Application& application,
                const Sources& sources)
        : program_(std::move(program)), application_(application), sources_(sources) {}

    /// Begins with `state`; with empty windows when it is empty or of other code. Errc::cancelled
    /// when `is_stopping` became true.
    Result<> load(const std::string& state, const std::atomic<bool>& is_stopping);
    /// From `first` on as many as the engine takes before its output should be taken, at least one;
    /// where it stopped.
    std::size_t feed(const std::vector<Prepared>& records, std::size_t first);
    void feed_all(const std::vector<Prepared>& records);
    void on_time(Timestamp bound) { engine_->on_time(bound); }
    /// What came out since the last take, without the rows of each output that are out already.
    Moment take(const std::map<std::string, std::uint64_t>& rows_out);
    void drop_output() { engine_->take(); }
    bool save(const std::function<bool(std::string_view piece)>& sink) const {
        return engine_->save(sink);
    }
    std::uint64_t rows_in() const { return engine_->rows_in(); }
    /// KPL aggregates among the records fed since the last call.
    std::uint64_t take_aggregates() { return std::exchange(aggregates_, 0); }
    /// The engine, to be freed where that takes no one's time.
    std::unique_ptr<flow::Engine> release() { return std::move(engine_); }

  private:
    void begin();
    void feed_one(const Prepared& one);

    std::shared_ptr<const flow::Program> program_;
    const Application& application_;
    const Sources& sources_;
    std::unique_ptr<flow::Engine> engine_;
    std::uint64_t aggregates_ = 0;
};

}  // namespace freshet::analytics
