#include "flow/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "flow/error_rows.h"
#include "flow/limits.h"
#include "flow/operators/operator.h"
#include "flow/program.h"
#include "record/csv.h"
#include "record/decode.h"
#include "record/limits.h"
#include "record/text.h"

namespace freshet::flow {
namespace {

constexpr std::string_view magic = "FRFL";
constexpr std::uint64_t format_version = 2;
/// Each operator's state was a text with its length.
constexpr std::uint64_t version_of_lengths = 1;

struct Input {
    std::unique_ptr<record::Decoder> decoder;
    record::Batch batch;
    record::Arena arena;
    std::shared_ptr<const void> held;  ///< the payload that is being decoded, when it is not copied
    std::int64_t last_rowtime = INT64_MIN;
};

struct PumpState {
    const sql::streaming::Pump* plan = nullptr;
    std::unique_ptr<Run> run;
    std::vector<std::unique_ptr<Operator>> operators;
};

struct StreamState {
    std::vector<Rows> pending;  ///< of this pass, for the next pumps
    record::Batch emitted;      ///< since take()
    bool is_watched = true;
    int writers = 0;
};

/// Memory of a batch's rows.
std::size_t bytes_of(const record::Batch& batch) {
    return batch.rows() * batch.columns.size() * record::limits::cell_bytes +
           record::text_bytes(batch);
}

void append(record::Batch& to, const record::Batch& from) {
    for (std::size_t i = 0; i < to.columns.size(); ++i) to.columns[i].keep(from.columns[i].owners);
    for (std::size_t row = 0; row < from.rows(); ++row) to.push_row_from(from, row);
}

/// As CSV, as far as error_stream shows it.
std::string row_text(const Rows& rows, std::uint32_t row) {
    std::string text;
    for (const VectorPtr& column : rows.columns) {
        if (&column != &rows.columns.front()) text += ',';
        record::append_csv_cell(record::to_text(*column, row), text);
        if (text.size() > limits::error_row_bytes_max) break;
    }
    return text;
}

}  // namespace

struct Engine::State {
    std::shared_ptr<const Program> program;
    Timestamp started;
    std::vector<Input> inputs;
    std::vector<PumpState> pumps;
    std::vector<StreamState> streams;
    ErrorRows errors;
    bool errors_watched = true;
    std::size_t emitted_rows = 0, emitted_bytes = 0;  ///< since take()
    std::uint64_t rows_in = 0;
    std::size_t current = 0;  ///< the input whose batch is open

    const sql::streaming::Plan& plan() const { return program->parts().plan; }
    record::Batch input_batch(std::size_t input) const;
    void decode(std::size_t index, const SourceRecord& record);
    void add_error(const char* name, std::string_view message, std::int64_t rowtime,
                   std::string_view row, const std::string& pump);
    void add_source_columns(Input& input, std::size_t index, const SourceRecord& record);
    void save(Writer& writer) const;
    void flush(std::size_t input);
    void flush_all() {
        for (std::size_t i = 0; i < inputs.size(); ++i) flush(i);
    }
    /// Runs what is pending through the pumps; then `bound`, when there is one.
    void pass(std::optional<std::int64_t> bound);
    static void run_operators(PumpState& pump, std::vector<Rows> rows,
                              std::optional<std::int64_t> bound, std::vector<Rows>& out);
    /// The rows that entered `stream` in this pass, in order of time.
    void settle(std::size_t stream);
};

record::Batch Engine::State::input_batch(std::size_t input) const {
    record::Batch batch = record::empty_batch(program->parts().inputs[input].schema.columns);
    for (const record::Column& column : sql::streaming::source_columns())
        batch.columns.emplace_back(column.type);
    for (record::Vector& column : batch.columns) {
        column.owners.push_back(inputs[input].arena.owner());
        if (inputs[input].held) column.owners.push_back(inputs[input].held);
    }
    return batch;
}

void Engine::State::add_error(const char* name, std::string_view message, std::int64_t rowtime,
                              std::string_view row, const std::string& pump) {
    if (!errors_watched) return;
    errors.add(name, message, rowtime, row, pump);
}

Engine::Engine(std::shared_ptr<const Program> program, Timestamp started)
    : state_(std::make_unique<State>()) {
    State& state = *state_;
    state.program = std::move(program);
    state.started = started;
    const Program::Parts& parts = state.program->parts();
    state.inputs.resize(parts.inputs.size());
    for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
        state.inputs[i].decoder =
            std::move(*record::make_decoder(parts.inputs[i].schema, parts.read[i]));
        state.inputs[i].batch = state.input_batch(i);
    }
    for (const auto& stream : parts.plan.streams)
        state.streams.emplace_back().emitted = record::empty_batch(stream.columns);
    for (const auto& plan : parts.plan.pumps) {
        if (plan.is_stopped) continue;
        PumpState& pump = state.pumps.emplace_back();
        pump.plan = &plan;
        pump.run = std::make_unique<Run>(
            Run{parts.patterns, started, [&state, &plan](const Rows& rows, const Trouble& trouble) {
                    state.add_error("Row error", trouble.message, (*rows.rowtimes)[trouble.row],
                                    state.errors.is_full() ? "" : row_text(rows, trouble.row),
                                    plan.name);
                }});
        for (const auto& step : plan.steps)
            pump.operators.push_back(make_operator(step, *pump.run));
        ++state.streams[plan.target].writers;
    }
}

Engine::~Engine() = default;

void Engine::watch(std::vector<std::string> names) {
    const auto& streams = state_->plan().streams;
    for (std::size_t i = 0; i < streams.size(); ++i)
        state_->streams[i].is_watched = std::ranges::find(names, streams[i].name) != names.end();
    state_->errors_watched = std::ranges::find(names, error_stream) != names.end();
}

void Engine::State::add_source_columns(Input& input, std::size_t index,
                                       const SourceRecord& record) {
    const std::size_t first = program->parts().inputs[index].schema.columns.size();
    const std::vector<bool>& read = program->parts().read[index];
    record::Vector* const hidden = &input.batch.columns[first];
    const std::size_t rows = input.batch.rows();
    const std::string_view texts[] = {record.shard_id, record.partition_key,
                                      record.sequence_number};
    if (read[first]) {
        while (hidden[0].size() < rows) hidden[0].push(to_epoch_ms(record.arrival));
    }
    for (std::size_t i = 1; i <= std::size(texts); ++i) {
        if (!read[first + i] || hidden[i].size() == rows) continue;
        const std::string_view text = input.arena.copy(texts[i - 1]);
        while (hidden[i].size() < rows) hidden[i].push(text);
    }
}

void Engine::feed(std::size_t index, const SourceRecord& record) {
    State& state = *state_;
    if (index != state.current) state.flush(state.current);
    state.current = index;
    Input& input = state.inputs[index];
    input.last_rowtime = std::max(input.last_rowtime, to_epoch_ms(record.arrival));
    state.decode(index, record);
}

/// A batch at a time: what a small payload can be made to mean does not lie in memory at once.
void Engine::State::decode(std::size_t index, const SourceRecord& record) {
    Input& input = inputs[index];
    record::Payload payload{record.payload.view()};
    if (payload.text.size() > limits::copied_payload_bytes_max) {
        payload.is_lasting = true;
        input.held = std::make_shared<const Bytes>(record.payload);
        for (record::Vector& column : input.batch.columns) column.owners.push_back(input.held);
    }
    const auto on_bad_row = [&](const record::BadRow& row) {
        ++rows_in;
        add_error("Data error", row.message, row.rowtime, row.row, "");
    };
    const std::size_t most =
        limits::record_rows_bytes_base + limits::record_rows_bytes_factor * payload.text.size();
    const std::size_t row_bytes = input.batch.columns.size() * record::limits::cell_bytes;
    std::size_t at = 0, made = 0;
    while (at < payload.text.size()) {
        const std::size_t rows = input.batch.rows();
        made += input.decoder->decode(payload, at, limits::batch_rows_max, input.last_rowtime,
                                      input.arena, input.batch, on_bad_row);
        made += (input.batch.rows() - rows) * row_bytes;
        add_source_columns(input, index, record);
        rows_in += input.batch.rows() - rows;
        if (input.batch.rows() >= limits::batch_rows_max ||
            input.arena.bytes() >= record::limits::batch_bytes)
            flush(index);
        if (made < most || at >= payload.text.size()) continue;
        const std::string_view rest = payload.text.substr(at);
        on_bad_row({input.last_rowtime, rest,
                    fmt::format("the record makes more than {} MiB of rows: its last {} bytes are "
                                "not read",
                                most >> 20, rest.size())});
        break;
    }
    input.held.reset();
}

void Engine::fail_record(std::size_t index, const SourceRecord& record, std::string_view reason) {
    Input& input = state_->inputs[index];
    input.last_rowtime = std::max(input.last_rowtime, to_epoch_ms(record.arrival));
    state_->add_error("Processing error", reason, input.last_rowtime, record.payload.view(), "");
}

void Engine::State::flush(std::size_t index) {
    Input& input = inputs[index];
    if (input.batch.rows() == 0) {  // all of them were bad
        if (input.arena.bytes() == 0) return;
        input.arena = record::Arena();
        input.batch = input_batch(index);
        return;
    }
    const std::int64_t last = input.batch.rowtimes.back();
    // The inputs are the first streams of the plan.
    streams[index].pending.push_back(rows_of(std::move(input.batch)));
    input.arena = record::Arena();
    input.batch = input_batch(index);
    pass(inputs.size() == 1 ? std::optional(last) : std::nullopt);
}

void Engine::on_time(Timestamp bound) {
    state_->flush_all();
    state_->pass(to_epoch_ms(bound));
}

void Engine::State::run_operators(PumpState& pump, std::vector<Rows> rows,
                                  std::optional<std::int64_t> bound, std::vector<Rows>& out) {
    for (const auto& one : pump.operators) {
        std::vector<Rows> made;
        for (Rows& batch : rows) one->process(std::move(batch), made);
        if (bound) one->on_time(*bound, made);
        rows = std::move(made);
    }
    std::ranges::move(rows, std::back_inserter(out));
}

void Engine::State::pass(std::optional<std::int64_t> bound) {
    for (PumpState& pump : pumps) {
        settle(pump.plan->source);
        run_operators(pump, streams[pump.plan->source].pending, bound,
                      streams[pump.plan->target].pending);
    }
    for (std::size_t i = 0; i < streams.size(); ++i) {
        settle(i);
        if (!plan().streams[i].is_input && streams[i].is_watched) {
            std::size_t name_bytes = 0;  // JSON repeats them in each row
            for (const record::Column& column : plan().streams[i].columns)
                name_bytes += column.name.size();
            for (const Rows& rows : streams[i].pending) {
                const record::Batch made = compacted(rows);
                emitted_rows += made.rows();
                emitted_bytes += bytes_of(made) + made.rows() * name_bytes;
                append(streams[i].emitted, made);
            }
        }
        streams[i].pending.clear();
    }
}

void Engine::State::settle(std::size_t index) {
    StreamState& stream = streams[index];
    if (stream.writers < 2 || stream.pending.size() < 2) return;
    record::Batch all = compacted(stream.pending[0]);
    for (std::size_t i = 1; i < stream.pending.size(); ++i)
        append(all, compacted(stream.pending[i]));
    Rows rows = rows_of(std::move(all));
    const auto& times = *rows.rowtimes;
    std::ranges::sort(rows.selection, {},
                      [&](std::uint32_t row) { return std::pair(times[row], row); });
    stream.pending.clear();
    stream.pending.push_back(std::move(rows));
}

std::vector<Emitted> Engine::take() {
    State& state = *state_;
    state.flush_all();
    std::vector<Emitted> all;
    for (std::size_t i = 0; i < state.streams.size(); ++i) {
        record::Batch& emitted = state.streams[i].emitted;
        if (emitted.rows() == 0) continue;
        const auto& columns = state.plan().streams[i].columns;
        all.push_back({state.plan().streams[i].name, columns,
                       std::exchange(emitted, record::empty_batch(columns)), 0});
    }
    if (state.errors.size() > 0) {
        const std::uint64_t left_out = state.errors.left_out();
        all.push_back({std::string(error_stream), error_columns(), state.errors.take(), left_out});
    }
    state.emitted_rows = state.emitted_bytes = 0;
    return all;
}

bool Engine::is_full() const {
    return state_->emitted_rows >= limits::emitted_rows_soft ||
           state_->emitted_bytes >= limits::emitted_bytes_soft;
}

std::uint64_t Engine::rows_in() const { return state_->rows_in; }

std::string Engine::save() const {
    Writer writer;
    state_->save(writer);
    return std::move(writer.bytes());
}

bool Engine::save(const std::function<bool(std::string_view piece)>& sink) const {
    Writer writer(sink);
    state_->save(writer);
    return writer.finish();
}

void Engine::State::save(Writer& writer) const {
    // After take(): rows that wait in memory are in no saved state, and would be lost.
    for (const Input& input : inputs) FRESHET_CHECK(input.batch.rows() == 0);
    for (const StreamState& stream : streams)
        FRESHET_CHECK(stream.pending.empty() && stream.emitted.rows() == 0);
    writer.raw(magic);
    writer.number(format_version);
    writer.text(program->parts().fingerprint);
    writer.number(rows_in);
    for (const Input& input : inputs) writer.integer(input.last_rowtime);
    for (const PumpState& pump : pumps) {
        for (const auto& one : pump.operators) one->save(writer);
    }
    const std::uint32_t crc = writer.checksum();
    std::string bytes;
    for (int i = 0; i < 32; i += 8) bytes += static_cast<char>(crc >> i);
    writer.raw(bytes);
}

Result<> Engine::load(std::string_view saved, const std::atomic<bool>* is_stopped) {
    State& state = *state_;
    const auto bad = [](const char* why) {
        return fail(Errc::bad_state, fmt::format("the saved state {}", why));
    };
    if (!saved.starts_with(magic) || saved.size() < magic.size() + 5) return bad("is not one");
    std::uint32_t crc = 0;
    for (std::size_t i = 0; i < 4; ++i)
        crc |= static_cast<std::uint32_t>(static_cast<unsigned char>(saved[saved.size() - 4 + i]))
               << (i * 8);
    saved.remove_suffix(4);
    if (crc32c(saved) != crc) return bad("is damaged: its checksum differs");
    Reader reader(saved.substr(magic.size()), is_stopped);
    const std::uint64_t version = reader.number();
    if (version != format_version && version != version_of_lengths)
        return bad("is of another version");
    if (reader.text() != state.program->parts().fingerprint) return bad("is of other code");
    state.rows_in = reader.number();
    for (Input& input : state.inputs) input.last_rowtime = reader.integer();
    for (PumpState& pump : state.pumps) {
        for (const auto& one : pump.operators) {
            if (version == format_version) {
                if (!one->load(reader)) return bad("does not fit the code");
                continue;
            }
            Reader inner(reader.text());
            if (!one->load(inner) || !inner.is_at_end()) return bad("does not fit the code");
        }
    }
    return reader.is_bad() || !reader.is_at_end() ? Result<>(bad("is too short or too long"))
                                                  : Result<>();
}

}  // namespace freshet::flow
