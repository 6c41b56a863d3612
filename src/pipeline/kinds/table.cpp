// Databases and tables of the catalog.
#include <fmt/format.h>

#include "aws/model/glue.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::glue;
using Pairs = std::vector<std::pair<std::string, std::string>>;

const std::string parameter_mark = "parameter:", serde_mark = "serde_parameter:";

class DatabaseResource final : public Resource {
  public:
    DatabaseResource(std::string name, Section& section)
        : name_(std::move(name)),
          description_(section.text("description", "")),
          location_(section.text("location", "")) {}

    Fields wanted() const override {
        return {{"description", description_}, {"location", location_}};
    }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<GetDatabaseOp>({.name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        const Database database = found->database.value_or(Database());
        co_return Fields{{"description", database.description.value_or("")},
                         {"location", database.location_uri.value_or("")}};
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        auto made = co_await calls.run<CreateDatabaseOp>({.database_input = input()});
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string>) override {
        auto changed =
            co_await calls.run<UpdateDatabaseOp>({.name = name_, .database_input = input()});
        co_return changed;
    }

    /// A database goes with all its tables: those of others hold it.
    io::Task<aws::Answer<std::string>> obstacle(Calls& calls,
                                                std::set<std::string> named) override {
        GetTablesRequest request;
        request.database_name = name_;
        do {
            auto page = co_await calls.call<GetTablesOp>(request);
            if (!page) co_return pass(page);
            for (const auto& table :
                 page->table_list.value_or(std::vector<std::shared_ptr<Table>>())) {
                const std::string full = fmt::format("{}.{}", name_, table->name);
                if (!named.contains("table " + full) && !named.contains("view " + full))
                    co_return fmt::format(
                        "the database has the table {}, which the file does not name", table->name);
            }
            request.next_token = page->next_token;
        } while (request.next_token);
        co_return std::string();
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await calls.run<DeleteDatabaseOp>({.name = name_});
        co_return removed;
    }

  private:
    DatabaseInput input() const {
        DatabaseInput made;
        made.name = name_;
        if (!description_.empty()) made.description = description_;
        if (!location_.empty()) made.location_uri = location_;
        return made;
    }

    std::string name_, description_, location_;
};

/// The words of STORED AS, and classes of their own.
struct Format {
    const char *word, *input, *output, *serde;
};
constexpr const char* text_input = "org.apache.hadoop.mapred.TextInputFormat";
constexpr const char* text_output = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
constexpr Format formats[] = {
    {"opencsv", text_input, text_output, "org.apache.hadoop.hive.serde2.OpenCSVSerde"},
    {"text", text_input, text_output, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    {"json", text_input, text_output, "org.openx.data.jsonserde.JsonSerDe"},
    {"parquet", "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
     "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
     "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
};

std::string text_of(const std::vector<Column>& columns) {
    std::string out;
    for (const Column& column : columns)
        out +=
            fmt::format("{}{} {}", out.empty() ? "" : ", ", column.name, column.type.value_or(""));
    return out;
}

std::vector<Column> columns_of(const Pairs& pairs) {
    std::vector<Column> columns;
    for (const auto& [name, type] : pairs) {
        Column& column = columns.emplace_back();
        column.name = name;
        column.type = type;
    }
    return columns;
}

class TableResource final : public Resource {
  public:
    TableResource(std::string name, Section& section) {
        const auto dot = name.find('.');
        database_ = name.substr(0, dot);
        input_.name = dot == std::string::npos ? "" : name.substr(dot + 1);
        if (dot == std::string::npos)
            section.problems().add(section.value(), "a table's name is DATABASE.TABLE");
        if (const std::string text = section.text("description", ""); !text.empty())
            input_.description = text;
        input_.table_type = "EXTERNAL_TABLE";
        auto& storage = input_.storage_descriptor.emplace();
        storage.columns = columns_of(section.pairs("columns"));
        if (storage.columns->empty()) section.wrong("columns", "'columns' is not given");
        input_.partition_keys = columns_of(section.pairs("partitions"));
        storage.location = section.text("location");
        const std::string serde = section.text("serde");
        const Format* format = &formats[1];
        for (const Format& known : formats) {
            if (serde == known.word) format = &known;
        }
        const bool is_class = serde.find('.') != std::string::npos;
        if (!is_class && serde != format->word)
            section.wrong("serde",
                          "'serde' is opencsv, text, json, parquet or the name of a class");
        storage.input_format = section.text("input_format", format->input);
        storage.output_format = section.text("output_format", format->output);
        auto& info = storage.serde_info.emplace();
        info.serialization_library = is_class ? serde : format->serde;
        if (Pairs given = section.pairs("serde_parameters"); !given.empty())
            info.parameters = std::move(given);
        Pairs parameters{{"EXTERNAL", "TRUE"}};
        for (auto& one : section.pairs("parameters")) parameters.push_back(std::move(one));
        input_.parameters = std::move(parameters);
    }

    Fields wanted() const override {
        const auto& storage = *input_.storage_descriptor;
        return fields_of(input_.description, input_.table_type, storage,
                         input_.partition_keys.value_or(std::vector<Column>()), input_.parameters);
    }

    std::vector<Need> needs() const override { return {{Need::Kind::database, database_}}; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found =
            co_await calls.call<GetTableOp>({.database_name = database_, .name = input_.name});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        const Table& table = *found->table;
        co_return fields_of(table.description, table.table_type,
                            table.storage_descriptor.value_or(StorageDescriptor()),
                            table.partition_keys.value_or(std::vector<Column>()), table.parameters);
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        auto made =
            co_await calls.run<CreateTableOp>({.database_name = database_, .table_input = input_});
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string>) override {
        auto changed =
            co_await calls.run<UpdateTableOp>({.database_name = database_, .table_input = input_});
        co_return changed;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed =
            co_await calls.run<DeleteTableOp>({.database_name = database_, .name = input_.name});
        co_return removed;
    }

  private:
    static Fields fields_of(const std::optional<std::string>& description,
                            const std::optional<std::string>& type,
                            const StorageDescriptor& storage, const std::vector<Column>& keys,
                            const std::optional<Pairs>& parameters) {
        const SerDeInfo serde = storage.serde_info.value_or(SerDeInfo());
        Fields fields{{"description", description.value_or("")},
                      {"type", type.value_or("")},
                      {"columns", text_of(storage.columns.value_or(std::vector<Column>()))},
                      {"partitions", text_of(keys)},
                      {"location", storage.location.value_or("")},
                      {"input_format", storage.input_format.value_or("")},
                      {"output_format", storage.output_format.value_or("")},
                      {"serde", serde.serialization_library.value_or("")}};
        for (const auto& [key, value] : serde.parameters.value_or(Pairs()))
            fields[serde_mark + key] = value;
        for (const auto& [key, value] : parameters.value_or(Pairs()))
            fields[parameter_mark + key] = value;
        return fields;
    }

    std::string database_;
    TableInput input_;
};

}  // namespace

std::unique_ptr<Resource> read_database(std::string name, Section& section, const Surroundings&) {
    return std::make_unique<DatabaseResource>(std::move(name), section);
}

std::unique_ptr<Resource> read_table(std::string name, Section& section, const Surroundings&) {
    return std::make_unique<TableResource>(std::move(name), section);
}

}  // namespace freshet::pipeline
