#include "delivery/conversion/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/check.h"
#include "delivery/conversion/failures.h"
#include "delivery/conversion/row_text.h"
#include "delivery/conversion/scratch.h"
#include "delivery/errors.h"
#include "delivery/limits.h"
#include "io/faults/failpoint.h"
#include "io/steady_time.h"

namespace freshet::delivery {
namespace {

namespace fs = std::filesystem;

constexpr const char* failure_type = "format-conversion-failed";

/// The conversion of one cut.
class Run {
  public:
    Run(ConversionParts parts, const DeliveryStream& stream, ConversionPlan plan, CutNames names,
        FailedRecords& failed, RowSchema schema)
        : parts_(parts),
          stream_(stream),
          plan_(std::move(plan)),
          names_(std::move(names)),
          failed_(failed),
          schema_(std::move(schema)),
          scratch_(make_scratch(parts.pool, parts.objects.scratch_directory())),
          failures_(scratch_->path() + "/failures", words()) {}

    io::Task<Result<>> run(std::vector<RowGroup> groups, std::vector<Draft>& drafts) {
        auto made = co_await parts_.pool.run([this] { return scratch_->create(); });
        if (!made) co_return made;
        for (const RowGroup& group : groups) {
            auto done = co_await convert_group(group, drafts);
            if (!done) co_return done;
        }
        auto finished = co_await parts_.pool.run([this] { return failures_.finish(); });
        if (!finished) co_return pass(finished);
        if (*finished) draft_failures(drafts);
        io::failpoints::reach("delivery.after_convert");
        co_return Result<>();
    }
    const ConversionFigures& figures() const { return figures_; }

  private:
    /// Records [from, to) of a group.
    struct Stretch {
        std::size_t from = 0, to = 0;
        int tries = 0;  ///< that cost a worker
        std::size_t records() const { return to - from; }
    };

    io::Task<Result<>> convert_group(const RowGroup& group, std::vector<Draft>& drafts) {
        std::shared_ptr<RowText> text = group.text;
        FRESHET_CHECK(!text || text->is_json() == plan_.input.is_json());
        if (!text) {
            auto written =
                co_await parts_.pool.run([&] { return write_text(group.records, text); });
            if (!written) co_return written;
        }
        auto converted = co_await convert_text(group, *text, drafts);
        if (!converted) co_return converted;
        figures_.good_records += text->records();
        figures_.good_bytes += group.bytes;
        if (!group.text) co_await remove({text->path()});
        co_return Result<>();
    }

    /// One object; when the worker does not survive the records, those that it does survive.
    io::Task<Result<>> convert_text(const RowGroup& group, const RowText& text,
                                    std::vector<Draft>& drafts) {
        std::vector<Stretch> left{{0, text.records()}};  // the last one is next
        while (!left.empty()) {
            Stretch stretch = left.back();
            left.pop_back();
            const auto begun = io::monotonic_now();
            auto done = co_await convert_stretch(group, text, stretch, drafts);
            if (done) continue;
            if (!done.error().is(Errc::worker_lost)) co_return done;
            ++stretch.tries;
            ++workers_lost_;
            time_lost_ += io::monotonic_now() - begun;
            auto works = co_await check_worker();
            if (!works) co_return works;
            const bool narrows =
                workers_lost_ < losses_max_ && time_lost_ < limits::workers_lost_time_max;
            if (narrows && stretch.records() > 1) {
                const std::size_t middle = stretch.from + stretch.records() / 2;
                left.push_back({middle, stretch.to});
                left.push_back({stretch.from, middle});
            } else if (narrows && stretch.tries < limits::lone_tries_max) {
                left.push_back(stretch);
            } else {
                auto failed = co_await add_lost(group, stretch, done.error());
                if (!failed) co_return failed;
            }
        }
        co_return Result<>();
    }

    io::Task<Result<>> convert_stretch(const RowGroup& group, const RowText& text, Stretch stretch,
                                       std::vector<Draft>& drafts) {
        auto part = co_await parts_.pool.run([&] { return text.part(stretch.from, stretch.to); });
        if (!part) co_return pass(part);
        sql::plan::WritePlan plan = plan_for(text, *part, plans_++);
        const std::string rejects_path = plan.rejects_path;
        sql::plan::Written made;
        if (part->lines > 0) {
            auto answer = co_await parts_.converter.write(std::move(plan), time_for(part->bytes));
            if (!answer) {
                co_await remove({rejects_path});
                co_return pass(answer);
            }
            made = std::move(*answer);
        }
        FRESHET_CHECK(made.rows + made.rejected == part->lines);  // each line once
        if (auto done = co_await add_refused(group, text, stretch); !done) co_return done;
        auto rejected = co_await add_rejected(group, text, *part, rejects_path);
        if (!rejected) co_return pass(rejected);
        FRESHET_CHECK(*rejected == made.rejected);
        co_await remove({rejects_path});
        if (!made.files.empty()) draft_rows(group, text, stretch, made, drafts);
        co_return Result<>();
    }

    io::Task<void> remove(std::vector<std::string> paths) {
        co_await parts_.pool.run([&] {
            std::error_code ignored;
            for (const std::string& path : paths) fs::remove(path, ignored);
        });
    }

    void draft_rows(const RowGroup& group, const RowText& text, Stretch stretch,
                    const sql::plan::Written& made, std::vector<Draft>& drafts) {
        FRESHET_CHECK(made.files.size() == 1);
        const bool is_whole = stretch.records() == text.records();
        const std::string part =
            is_whole ? group.part : fmt::format("{}!{}-{}", group.part, stretch.from, stretch.to);
        Draft& draft = drafts.emplace_back();
        draft.bucket = stream_.destination.bucket;
        draft.key =
            group.prefix + names_.object(group.oldest, part) + extension_of(stream_.destination);
        draft.file = made.files.front().path;
        draft.holder = scratch_;
    }

    /// Whether the worker converts a line that is certainly harmless: where it does not, nothing is
    /// said of the records.
    io::Task<Result<>> check_worker() {
        const std::vector<std::string_view> line{plan_.input.is_json() ? "{}" : "0"};
        std::shared_ptr<RowText> text;
        auto part = co_await parts_.pool.run([&]() -> Result<RowText::Part> {
            if (auto written = write_text(line, text); !written) return pass(written);
            return text->part(0, 1);
        });
        if (!part) co_return pass(part);
        sql::plan::WritePlan plan = plan_for(*text, *part, plans_++);
        std::vector<std::string> left{text->path(), plan.rejects_path};
        auto made = co_await parts_.converter.write(std::move(plan), time_for(part->bytes));
        if (made) {
            for (const auto& file : made->files) left.push_back(file.path);
        }
        co_await remove(std::move(left));
        if (!made) co_return fail(freshet::Errc::unavailable, made.error().message());
        co_return Result<>();
    }

    static Millis time_for(std::uint64_t text_bytes) {
        return limits::conversion_time +
               limits::conversion_time_of_mib * static_cast<std::int64_t>(text_bytes >> 20);
    }

    /// Records at which the worker ended, or passed a limit.
    io::Task<Result<>> add_lost(const RowGroup& group, Stretch stretch, Error why) {
        const std::string with =
            stretch.records() == 1
                ? "alone"
                : fmt::format("with {} others, after {} such losses in one delivery",
                              stretch.records() - 1, workers_lost_ - 1);
        std::vector<Unconverted> batch;
        for (std::size_t i = stretch.from; i < stretch.to; ++i) {
            Unconverted& one = batch.emplace_back();
            one.number = group.number_of(i);
            one.problem = {"DataFormatConversion.MalformedData",
                           fmt::format("The process that converts did not survive the record, "
                                       "which it read {}: {}",
                                       with, why.message())};
            one.attempts = stretch.tries;
            if (batch.size() < limits::failure_batch_records) continue;
            auto added = co_await add(std::exchange(batch, {}));
            if (!added) co_return added;
        }
        auto added = co_await add(std::move(batch));
        co_return added;
    }

    /// A file of its own. Blocks.
    Result<> write_text(const std::vector<std::string_view>& records,
                        std::shared_ptr<RowText>& text) {
        text = std::make_shared<RowText>(scratch_, fmt::format("text-{}", texts_++),
                                         plan_.input.is_json());
        for (const std::string_view record : records) {
            if (auto added = text->add(record); !added) return added;
        }
        return text->flush();
    }

    sql::plan::WritePlan plan_for(const RowText& text, const RowText::Part& part,
                                  std::size_t index) const {
        sql::plan::WritePlan plan;
        plan.source.format = schema_.format;
        plan.source.columns = schema_.columns;
        plan.source.properties = schema_.properties;
        plan.source.partitions = {{}};
        plan.source.files = {
            {"records", part.bytes, 0, {{text.path(), part.offset, part.bytes, ""}}}};
        plan.forms = schema_.forms;
        plan.target.directory = scratch_->path();
        plan.target.file_name = fmt::format("rows{}", index);
        plan.target.format = plan_.output.format;
        plan.target.compression = plan_.output.compression;
        plan.rejects_path = fmt::format("{}/rejects-{}", scratch_->path(), index);
        plan.rejects_max = UINT64_MAX;
        plan.memory_mib = limits::worker_memory_mib;
        plan.spill_directory = parts_.objects.scratch_directory();
        if (plan_.output.format == sql::plan::FileFormat::orc) {
            plan.target.orc = plan_.output.orc;
            plan.target.bloom_columns = plan_.output.bloom_columns;
            return plan;
        }
        plan.target.has_dictionaries = plan_.output.has_dictionaries;
        plan.target.writer_version = plan_.output.writer_version;
        const std::uint64_t group_bytes =
            std::min<std::uint64_t>(plan_.output.block_bytes, limits::row_group_text_bytes_max);
        const std::uint64_t line_bytes =
            std::max<std::uint64_t>(1, part.bytes / std::max<std::uint64_t>(1, part.lines));
        plan.target.row_group_rows = std::clamp<std::uint64_t>(
            group_bytes / line_bytes, limits::row_group_rows_min, plan.target.row_group_rows);
        return plan;
    }

    io::Task<Result<>> add_refused(const RowGroup& group, const RowText& text, Stretch stretch) {
        std::vector<Unconverted> batch;
        for (const std::size_t record : text.refused()) {
            if (record < stretch.from || record >= stretch.to) continue;
            Unconverted& one = batch.emplace_back();
            one.number = group.number_of(record);
            one.problem = {"DataFormatConversion.ParseError",
                           "The record cannot be parsed: it is not a sequence of JSON values"};
            if (batch.size() < limits::failure_batch_records) continue;
            auto added = co_await add(std::move(batch));
            if (!added) co_return added;
            batch.clear();
        }
        auto added = co_await add(std::move(batch));
        co_return added;
    }

    /// How many there were.
    io::Task<Result<std::uint64_t>> add_rejected(const RowGroup& group, const RowText& text,
                                                 RowText::Part part, std::string path) {
        RejectedLines lines(path);
        std::uint64_t count = 0;
        for (bool is_open = true; is_open;) {
            std::vector<Unconverted> batch;
            auto read = co_await parts_.pool.run([&]() -> Result<> {
                while (batch.size() < limits::failure_batch_records) {
                    FRESHET_TRY(line, lines.next());
                    if (!*line) {
                        is_open = false;
                        break;
                    }
                    FRESHET_CHECK((*line)->number <= part.lines);
                    const auto origin = text.origin_of(part.lines_before + (*line)->number);
                    Unconverted& one = batch.emplace_back();
                    one.number = group.number_of(origin.record);
                    one.line = std::move((*line)->raw);
                    one.is_part = origin.is_part;
                    one.problem = std::move((*line)->problem);
                }
                return {};
            });
            if (!read) co_return pass(read);
            count += batch.size();
            auto added = co_await add(std::move(batch));
            if (!added) co_return pass(added);
        }
        co_return count;
    }

    io::Task<Result<>> add(std::vector<Unconverted> batch) {
        if (batch.empty()) co_return Result<>();
        std::vector<std::size_t> wanted;
        for (const Unconverted& one : batch) wanted.push_back(one.number);
        auto found = co_await failed_.find(std::move(wanted));
        if (!found) co_return pass(found);
        const std::vector<FailedRecord>& records = *found;
        FRESHET_CHECK(records.size() == batch.size());
        std::vector<std::string> numbers;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            ++figures_.bad_records;
            figures_.bad_bytes += batch[i].line ? batch[i].line->size() : records[i].source.size();
            numbers.push_back(
                stream_.source
                    ? parts_.source.place_of(*stream_.source, records[i].origin, records[i].arrival)
                          .sequence_number
                    : "");
        }
        const Timestamp now = parts_.home.now();
        auto added = co_await parts_.pool.run([&]() -> Result<> {
            for (std::size_t i = 0; i < batch.size(); ++i) {
                if (auto one = failures_.add(batch[i], records[i], numbers[i], now); !one)
                    return one;
            }
            return {};
        });
        co_return added;
    }

    void draft_failures(std::vector<Draft>& drafts) {
        const Destination& destination = stream_.destination;
        const PrefixInput input = names_.input();
        Draft& draft = drafts.emplace_back();
        draft.kind = Draft::Kind::failures;
        draft.bucket = destination.bucket;
        draft.key =
            error_prefix(destination.prefix, destination.error_prefix, input, failure_type) +
            names_.object(input.instant, std::string("error/") + failure_type);
        draft.file = failures_.path();
        draft.holder = scratch_;
    }

    TableWords words() const {
        return {schema_.catalog_id,
                plan_.schema.database.value_or(""),
                plan_.schema.table.value_or(""),
                schema_.region,
                plan_.schema.version.value_or("LATEST"),
                schema_.catalog_arn};
    }

    const ConversionParts parts_;
    const DeliveryStream& stream_;
    const ConversionPlan plan_;
    const CutNames names_;
    FailedRecords& failed_;
    const RowSchema schema_;
    const std::shared_ptr<Scratch> scratch_;
    FailureFile failures_;
    ConversionFigures figures_;
    std::size_t plans_ = 0, texts_ = 0;  ///< so far
    std::uint64_t workers_lost_ = 0;
    std::chrono::steady_clock::duration time_lost_{};
    const std::uint64_t losses_max_ =
        io::failpoints::number("worker.losses_max", limits::workers_lost_max);
};

}  // namespace

io::Task<Result<ConversionFigures>> convert(ConversionParts parts, const DeliveryStream& stream,
                                            ConversionPlan plan, CutNames names,
                                            std::vector<RowGroup> groups, FailedRecords& failed,
                                            std::vector<Draft>& drafts) {
    auto schema = co_await parts.converter.schema(stream.key, plan);
    if (!schema) co_return pass(schema);
    Run run(parts, stream, std::move(plan), std::move(names), failed, std::move(*schema));
    auto done = co_await run.run(std::move(groups), drafts);
    if (!done) co_return pass(done);
    ConversionFigures figures = run.figures();
    figures.good_records -= std::min(figures.good_records, figures.bad_records);
    figures.good_bytes -= std::min(figures.good_bytes, figures.bad_bytes);
    co_return figures;
}

}  // namespace freshet::delivery
