#include "orc/library/writer.h"

#include <arrow/adapters/orc/adapter.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>

#include "orc/library/guard.h"

namespace freshet::orc {
namespace {

namespace adapter = arrow::adapters::orc;

arrow::Compression::type compression_of(Compression compression) {
    switch (compression) {
        case Compression::none:
            return arrow::Compression::UNCOMPRESSED;
        case Compression::zlib:
            return arrow::Compression::GZIP;  // so Arrow calls ORC's ZLIB
        case Compression::snappy:
            break;
    }
    return arrow::Compression::SNAPPY;
}

adapter::WriteOptions options_of(const FileOptions& options) {
    adapter::WriteOptions made;
    if (options.is_version_0_11) made.file_version = adapter::FileVersion(0, 11);
    made.stripe_size = static_cast<std::int64_t>(options.stripe_bytes);
    made.compression = compression_of(options.compression);
    made.row_index_stride = static_cast<std::int64_t>(options.row_index_stride);
    made.dictionary_key_size_threshold = options.dictionary_threshold;
    made.bloom_filter_columns = options.bloom_columns;
    made.bloom_filter_fpp = options.bloom_false_positives;
    return made;
}

class ArrowWriter final : public Writer {
  public:
    ArrowWriter(std::shared_ptr<arrow::io::FileOutputStream> out,
                std::unique_ptr<adapter::ORCFileWriter> file, std::shared_ptr<arrow::Schema> schema)
        : out_(std::move(out)), file_(std::move(file)), schema_(std::move(schema)) {}

    Outcome<> write(ArrowArray& rows) override {
        return guarded([&]() -> Outcome<> {
            auto batch = arrow::ImportRecordBatch(&rows, schema_);
            if (!batch.ok()) return std::unexpected(words_of(batch.status()));
            if (const auto written = file_->Write(**batch); !written.ok())
                return std::unexpected(words_of(written));
            is_begun_ = true;
            return {};
        });
    }

    Outcome<std::uint64_t> finish() override {
        return guarded([&]() -> Outcome<std::uint64_t> {
            if (!is_begun_) {  // the columns are known from the first rows
                auto none = arrow::RecordBatch::MakeEmpty(schema_);
                if (!none.ok()) return std::unexpected(words_of(none.status()));
                if (const auto written = file_->Write(**none); !written.ok())
                    return std::unexpected(words_of(written));
            }
            if (const auto closed = file_->Close(); !closed.ok())
                return std::unexpected(words_of(closed));
            const auto bytes = out_->Tell();
            if (!bytes.ok()) return std::unexpected(words_of(bytes.status()));
            if (const auto closed = out_->Close(); !closed.ok())
                return std::unexpected(words_of(closed));
            return static_cast<std::uint64_t>(*bytes);
        });
    }

  private:
    std::shared_ptr<arrow::io::FileOutputStream> out_;
    std::unique_ptr<adapter::ORCFileWriter> file_;
    std::shared_ptr<arrow::Schema> schema_;
    bool is_begun_ = false;
};

}  // namespace

Outcome<std::unique_ptr<Writer>> create_writer(const std::string& path, ArrowSchema& schema,
                                               const FileOptions& options) {
    return guarded([&]() -> Outcome<std::unique_ptr<Writer>> {
        auto columns = arrow::ImportSchema(&schema);
        if (!columns.ok()) return std::unexpected(words_of(columns.status()));
        auto out = arrow::io::FileOutputStream::Open(path);
        if (!out.ok()) return std::unexpected(words_of(out.status()));
        auto file = adapter::ORCFileWriter::Open(out->get(), options_of(options));
        if (!file.ok()) return std::unexpected(words_of(file.status()));
        return std::make_unique<ArrowWriter>(std::move(*out), std::move(*file),
                                             std::move(*columns));
    });
}

}  // namespace freshet::orc
