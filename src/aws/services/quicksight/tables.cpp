#include "aws/services/quicksight/tables.h"

#include "aws/protocol/json/json.h"
#include "aws/services/quicksight/words.h"

namespace freshet::aws {
namespace {

using namespace quicksight;
using namespace quicksight_words;
namespace domain = dashboards;

std::string quoted_name(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
    return text + '"';
}

/// The types that a column of a data set has: four. A column of another type is read as text.
std::string column_type_of(const std::string& given) {
    for (const char* name : {"INTEGER", "DECIMAL", "DATETIME"}) {
        if (given == name) return name;
    }
    return "STRING";
}

void add_columns(const std::vector<InputColumn>& given, domain::DataSet& set) {
    for (const InputColumn& column : given)
        set.columns.emplace_back(column.name, column_type_of(column.type));
}

Answer<void> read_relational(const RelationalTable& table, domain::DataSet& set) {
    if (table.catalog && *table.catalog != "AwsDataCatalog")
        return invalid(
            fmt::format("Catalog {} does not exist; AwsDataCatalog does.", *table.catalog));
    set.database = table.schema.value_or("default");
    add_columns(table.input_columns, set);
    std::string names;
    for (const InputColumn& column : table.input_columns)
        names += (names.empty() ? "" : ", ") + quoted_name(column.name);
    set.sql = fmt::format("SELECT {} FROM {}", names, quoted_name(table.name));
    return {};
}

Answer<void> check_logical(const LogicalTables& logical, const std::string& physical_id) {
    if (logical.size() != 1)
        return invalid("Freshet builds data sets of one logical table; join in the SQL.");
    const auto& source = logical.front().second.source;
    if (source.physical_table_id != physical_id)
        return invalid(
            fmt::format("The logical table's source is not the physical table {}.", physical_id));
    return {};
}

/// The tables whole, as JSON, so that they are described as they were given.
std::string words_of(const PhysicalTables& physical, const std::optional<LogicalTables>& logical) {
    DescribeDataSetResponse whole;
    auto& set = whole.data_set.emplace();
    set.physical_table_map = physical;
    set.logical_table_map = logical;
    return encode_json(*DescribeDataSetOp::info().output, &whole);
}

PhysicalTables tables_of_sql(const domain::DataSet& set) {
    PhysicalTable table;
    CustomSql& sql = table.custom_sql.emplace();
    sql.data_source_arn = arn_of("datasource", {set.key.home, set.source});
    sql.name = set.name;
    sql.sql_query = set.sql;
    auto& columns = sql.columns.emplace();
    for (const auto& [name, type] : set.columns) {
        InputColumn& column = columns.emplace_back();
        column.name = name;
        column.type = type;
    }
    return {{set.key.name, std::move(table)}};
}

}  // namespace

Answer<void> read_tables(const Caller& caller, const PhysicalTables& physical,
                         const std::optional<LogicalTables>& logical, domain::DataSet& set) {
    if (physical.size() != 1)
        return invalid("Freshet builds data sets of one physical table; join in the SQL.");
    const auto& [id, table] = physical.front();
    if (logical) {
        if (auto good = check_logical(*logical, id); !good) return good;
    }
    if (table.custom_sql.has_value() == table.relational_table.has_value())
        return invalid("A physical table has one of CustomSql and RelationalTable.");
    auto source = id_of("datasource", caller,
                        table.custom_sql ? table.custom_sql->data_source_arn
                                         : table.relational_table->data_source_arn);
    if (!source) return pass(source);
    set.source = std::move(*source);
    if (table.custom_sql) {
        set.database = "default";
        set.sql = table.custom_sql->sql_query;
        if (table.custom_sql->columns) add_columns(*table.custom_sql->columns, set);
    } else if (auto read = read_relational(*table.relational_table, set); !read) {
        return read;
    }
    set.words = words_of(physical, logical);
    return {};
}

DataSet write_tables(const Caller& caller, const domain::DataSet& set) {
    DescribeDataSetResponse whole;
    Violations violations;
    if (!set.words.empty() &&
        decode_json(*DescribeDataSetOp::info().output, set.words, &whole, violations) &&
        whole.data_set && whole.data_set->physical_table_map) {
        // The set may have been changed elsewhere since.
        domain::DataSet said;
        auto read = read_tables(caller, *whole.data_set->physical_table_map,
                                whole.data_set->logical_table_map, said);
        if (read && said.source == set.source && said.database == set.database &&
            said.sql == set.sql && (said.columns.empty() || said.columns == set.columns))
            return std::move(*whole.data_set);
    }
    DataSet out;
    out.physical_table_map = tables_of_sql(set);
    return out;
}

}  // namespace freshet::aws
