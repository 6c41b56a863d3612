#include "duck/scan/orc/orc_shape.h"

#include <algorithm>
#include <map>
#include <string>

#include "duck/raise.h"
#include "duck/scan/object_stream.h"
#include "record/orc/orc_schema.h"

namespace freshet::duck {
namespace {

using duckdb::LogicalTypeId;

/// Arrow's reader goes down the types of a file without a bound.
constexpr std::size_t depth_max = 100;
constexpr std::uint64_t footer_bytes_max = 64 << 20;

[[noreturn]] void refuse(const sql::plan::File& file, const std::string& why) {
    raise(sql::ErrorCode::hive_cannot_open_split,
          "Error opening Hive split " + file.name +
              " (offset=0, length=" + std::to_string(file.size) + "): " + why);
}

/// What reading raises becomes words, which the reader hands on.
class ObjectSource final : public orc::Source {
  public:
    ObjectSource(const sql::plan::File& file, ScanState& state) : object_(file), state_(state) {}
    std::uint64_t size() const override { return object_.size(); }
    orc::Outcome<> read_at(std::uint64_t offset, void* out, std::size_t size) override {
        try {
            const std::size_t got = object_.read_at(offset, static_cast<char*>(out), size);
            state_.scanned_bytes += got;
            if (got == size) return {};
            return std::unexpected("the file ends within what is read");
        } catch (const std::exception& problem) {
            return std::unexpected(duckdb::ErrorData(problem).RawMessage());
        }
    }

  private:
    ObjectFile object_;
    ScanState& state_;
};

/// Refuses a file whose end the library may not survive.
void check_end(const sql::plan::File& file, ScanState& state) {
    ObjectFile object(file);
    const auto end_of = [&](std::uint64_t size) {
        std::string bytes(std::min(size, object.size()), '\0');
        bytes.resize(object.read_at(object.size() - bytes.size(), bytes.data(), bytes.size()));
        state.scanned_bytes += bytes.size();
        return bytes;
    };
    const auto size = record::orc_footer_bytes(end_of(record::orc_tail_bytes), object.size());
    if (!size) refuse(file, size.error());
    if (*size > footer_bytes_max) refuse(file, "its footer is larger than 64 MiB");
    const auto schema = record::read_orc_schema(end_of(*size));
    if (!schema) refuse(file, schema.error());
    if (!schema->is_in_order) refuse(file, "its footer holds types that are not in order");
    if (schema->depth > depth_max)
        refuse(file, "its types are nested deeper than " + std::to_string(depth_max));
}

}  // namespace

std::unique_ptr<orc::Reader> open_orc(const sql::plan::File& file, ScanState& state) {
    const auto library = orc::load();
    if (!library) raise(sql::ErrorCode::generic_internal_error, library.error());
    check_end(file, state);
    auto reader = (*library)->open(std::make_unique<ObjectSource>(file, state));
    if (!reader) refuse(file, reader.error());
    return std::move(*reader);
}

OrcColumns orc_columns(duckdb::ClientContext& context, const sql::plan::File& file,
                       orc::Reader& reader) {
    duckdb::ArrowSchemaWrapper schema;
    if (const auto read = reader.schema(schema.arrow_schema); !read) refuse(file, read.error());
    OrcColumns columns;
    for (std::int64_t i = 0; i < schema.arrow_schema.n_children; ++i)
        columns.names.emplace_back(schema.arrow_schema.children[i]->name);
    try {
        duckdb::ArrowTableFunction::PopulateArrowTableSchema(context, columns.types,
                                                             schema.arrow_schema);
    } catch (const std::exception& problem) {
        refuse(file, duckdb::ErrorData(problem).RawMessage());
    }
    return columns;
}

std::string orc_name(const duckdb::LogicalType& type) {
    static const std::map<LogicalTypeId, std::string> names{
        {LogicalTypeId::TINYINT, "BYTE"},
        {LogicalTypeId::SMALLINT, "SHORT"},
        {LogicalTypeId::INTEGER, "INT"},
        {LogicalTypeId::BIGINT, "LONG"},
        {LogicalTypeId::VARCHAR, "STRING"},
        {LogicalTypeId::BLOB, "BINARY"},
        {LogicalTypeId::TIMESTAMP_NS, "TIMESTAMP"},
        {LogicalTypeId::TIMESTAMP_TZ, "TIMESTAMP_INSTANT"},
        {LogicalTypeId::LIST, "LIST"},
        {LogicalTypeId::MAP, "MAP"},
        {LogicalTypeId::STRUCT, "STRUCT"},
        {LogicalTypeId::UNION, "UNION"}};
    const auto found = names.find(type.id());
    return found == names.end() ? type.ToString() : found->second;  // DATE, DECIMAL(10,2), ...
}

}  // namespace freshet::duck
