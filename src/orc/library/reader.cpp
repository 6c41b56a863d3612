#include "orc/library/reader.h"

#include <arrow/adapters/orc/adapter.h>
#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/io/interfaces.h>

#include "orc/library/guard.h"

namespace freshet::orc {
namespace {

/// So few that the arrays of a wide row stay small.
constexpr std::int64_t rows_at_once = 2048;

/// A Source as Arrow reads it.
class SourceFile final : public arrow::io::RandomAccessFile {
  public:
    explicit SourceFile(std::unique_ptr<Source> source) : source_(std::move(source)) {}

    arrow::Status Close() override {
        is_closed_ = true;
        return arrow::Status::OK();
    }
    bool closed() const override { return is_closed_; }
    arrow::Result<std::int64_t> Tell() const override { return at_; }
    arrow::Status Seek(std::int64_t position) override {
        at_ = position;
        return arrow::Status::OK();
    }
    arrow::Result<std::int64_t> GetSize() override {
        return static_cast<std::int64_t>(source_->size());
    }
    arrow::Result<std::int64_t> Read(std::int64_t bytes, void* out) override {
        ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(at_, bytes, out));
        at_ += got;
        return got;
    }
    arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t bytes) override {
        ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(at_, bytes));
        at_ += buffer->size();
        return buffer;
    }
    arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t bytes,
                                       void* out) override {
        const auto size = static_cast<std::int64_t>(source_->size());
        if (position < 0 || position > size || bytes < 0)
            return arrow::Status::IOError("a read outside the file");
        const std::int64_t got = std::min(bytes, size - position);
        const auto read = source_->read_at(static_cast<std::uint64_t>(position), out,
                                           static_cast<std::size_t>(got));
        if (!read) return arrow::Status::IOError(read.error());
        return got;
    }
    arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position,
                                                         std::int64_t bytes) override {
        ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(bytes));
        ARROW_ASSIGN_OR_RAISE(const std::int64_t got,
                              ReadAt(position, bytes, buffer->mutable_data()));
        ARROW_RETURN_NOT_OK(buffer->Resize(got));
        return std::shared_ptr<arrow::Buffer>(std::move(buffer));
    }

  private:
    std::unique_ptr<Source> source_;
    std::int64_t at_ = 0;
    bool is_closed_ = false;
};

class StripeRows final : public Rows {
  public:
    explicit StripeRows(std::shared_ptr<arrow::RecordBatchReader> batches)
        : batches_(std::move(batches)) {}

    Outcome<bool> next(ArrowArray& out) override {
        return guarded([&]() -> Outcome<bool> {
            std::shared_ptr<arrow::RecordBatch> batch;
            if (const auto read = batches_->ReadNext(&batch); !read.ok())
                return std::unexpected(words_of(read));
            if (!batch) return false;
            if (const auto made = arrow::ExportRecordBatch(*batch, &out); !made.ok())
                return std::unexpected(words_of(made));
            return true;
        });
    }

  private:
    std::shared_ptr<arrow::RecordBatchReader> batches_;
};

class ArrowReader final : public Reader {
  public:
    explicit ArrowReader(std::unique_ptr<arrow::adapters::orc::ORCFileReader> file)
        : file_(std::move(file)) {}

    Outcome<> schema(ArrowSchema& out) override {
        return guarded([&]() -> Outcome<> {
            const auto schema = file_->ReadSchema();
            if (!schema.ok()) return std::unexpected(words_of(schema.status()));
            if (const auto made = arrow::ExportSchema(**schema, &out); !made.ok())
                return std::unexpected(words_of(made));
            return {};
        });
    }

    std::vector<std::uint64_t> stripe_rows() override {
        std::vector<std::uint64_t> rows;
        for (std::int64_t stripe = 0; stripe < file_->NumberOfStripes(); ++stripe)
            rows.push_back(
                static_cast<std::uint64_t>(file_->GetStripeInformation(stripe).num_rows));
        return rows;
    }

    Outcome<std::unique_ptr<Rows>> read(std::size_t stripe,
                                        const std::vector<int>& columns) override {
        return guarded([&]() -> Outcome<std::unique_ptr<Rows>> {
            const auto first =
                file_->GetStripeInformation(static_cast<std::int64_t>(stripe)).first_row_id;
            if (const auto sought = file_->Seek(first); !sought.ok())
                return std::unexpected(words_of(sought));
            auto batches = file_->NextStripeReader(rows_at_once, columns);
            if (!batches.ok()) return std::unexpected(words_of(batches.status()));
            return std::make_unique<StripeRows>(std::move(*batches));
        });
    }

  private:
    std::unique_ptr<arrow::adapters::orc::ORCFileReader> file_;
};

}  // namespace

Outcome<std::unique_ptr<Reader>> open_reader(std::unique_ptr<Source> source) {
    return guarded([&]() -> Outcome<std::unique_ptr<Reader>> {
        auto file = arrow::adapters::orc::ORCFileReader::Open(
            std::make_shared<SourceFile>(std::move(source)), arrow::default_memory_pool());
        if (!file.ok()) return std::unexpected(words_of(file.status()));
        return std::make_unique<ArrowReader>(std::move(*file));
    });
}

}  // namespace freshet::orc
