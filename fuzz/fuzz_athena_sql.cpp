// Any text as a statement of Athena: parsed and, when it is a SELECT, analysed. Both dialects.
#include <cstddef>
#include <cstdint>
#include <string>

#include "sql/hive/parser.h"
#include "sql/trino/analyzer.h"
#include "sql/trino/parse/parser.h"

using namespace freshet::sql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    (void)hive::parse_statement(text);
    auto statement = trino::parse_statement(text);
    if (!statement || !statement->query) return 0;
    trino::TableInfo table;
    table.database = "default";
    table.name = "t";
    table.columns = {{"a", trino::make_type(trino::TypeKind::bigint), false},
                     {"b", trino::varchar_type(), true}};
    trino::Context context;
    context.parameters = {"1"};
    (void)trino::analyze(*statement->query, {{"default.t", table}}, context);
    return 0;
}
