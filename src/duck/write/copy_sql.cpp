#include "duck/write/copy_sql.h"

#include "sql/trino/types.h"

namespace freshet::duck {
namespace {

const char* name_of(sql::plan::Compression compression) {
    switch (compression) {
        case sql::plan::Compression::none:
            return "uncompressed";
        case sql::plan::Compression::snappy:
            return "snappy";
        case sql::plan::Compression::gzip:
            return "gzip";
        case sql::plan::Compression::zstd:
            break;
    }
    return "zstd";
}

}  // namespace

bool writes_directory(const sql::plan::WriteTarget& target) {
    return target.file_bytes > 0 || !target.partition_by.empty();
}

std::string partition_column(std::size_t index) {
    return "freshet_partition_" + std::to_string(index);
}

std::string copy_statement(const std::string& select, const std::string& path,
                           const sql::plan::WriteTarget& target, const std::string& metadata) {
    std::string options = "FORMAT parquet, RETURN_STATS true, COMPRESSION ";
    options += name_of(target.compression);
    const auto number = [&](const char* option, std::uint64_t value) {
        if (value > 0) options += std::string(", ") + option + " " + std::to_string(value);
    };
    number("ROW_GROUP_SIZE", target.row_group_rows);
    number("ROW_GROUP_SIZE_BYTES", target.row_group_bytes);
    number("DICTIONARY_SIZE_LIMIT", target.has_dictionaries ? target.dictionary_values_max : 0);
    number("STRING_DICTIONARY_PAGE_SIZE_LIMIT", target.string_page_bytes);
    if (!target.has_dictionaries) options += ", DICTIONARY_SIZE_LIMIT 0";
    options +=
        std::string(", WRITE_BLOOM_FILTER ") + (target.bloom_columns.empty() ? "false" : "true");
    options += target.writer_version == 2 ? ", PARQUET_VERSION V2" : ", PARQUET_VERSION V1";
    if (!target.partition_by.empty()) {
        options += ", PARTITION_BY (";
        for (std::size_t i = 0; i < target.partition_by.size(); ++i)
            options += (i > 0 ? ", " : "") + partition_column(i);
        options += ")";
    } else {
        number("FILE_SIZE_BYTES", target.file_bytes);
    }
    return "COPY (" + select + ") TO " + sql::trino::quote_text(path) + " (" + options + metadata +
           ")";
}

}  // namespace freshet::duck
