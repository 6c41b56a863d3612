// Databases and tables of the catalog.
#include <fmt/format.h>

#include "aws/model/glue.h"
#include "base/text/ascii.h"
#include "pipeline/kinds/table_policy.h"
#include "pipeline/resource.h"
#include "query/tables.h"

namespace freshet::pipeline {
namespace {

using namespace aws::glue;
using Pairs = std::vector<std::pair<std::string, std::string>>;

const std::string parameter_mark = "parameter:", serde_mark = "serde_parameter:";
const std::string own_mark = "freshet.";  ///< parameters in which the server keeps what it knows

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
    TableResource(std::string name, Section& section, const Surroundings& surroundings) {
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
        key_ = {surroundings.account, surroundings.region, lower(database_), lower(input_.name)};
        std::set<std::string> names;
        for (const Column& column : *storage.columns) names.insert(lower(column.name));
        policy_ = read_policy(section, key_, names);
    }

    Fields wanted() const override {
        const auto& storage = *input_.storage_descriptor;
        Fields fields =
            table_fields(input_.description, input_.table_type, storage,
                         input_.partition_keys.value_or(std::vector<Column>()), input_.parameters);
        fields.merge(fields_of(policy_));
        return fields;
    }

    std::vector<Need> needs() const override { return {{Need::Kind::database, database_}}; }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found =
            co_await calls.call<GetTableOp>({.database_name = database_, .name = input_.name});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        Table table = *found->table;
        found_ = table;
        if (const auto text = text_before()) as_before(table, *text);
        if (table.parameters)
            std::erase_if(*table.parameters, [&](const auto& one) { return is_own(one.first); });
        Fields is =
            table_fields(table.description, table.table_type,
                         table.storage_descriptor.value_or(StorageDescriptor()),
                         table.partition_keys.value_or(std::vector<Column>()), table.parameters);
        is.merge(fields_of(co_await find_policy(calls, key_)));
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        auto made =
            co_await calls.run<CreateTableOp>({.database_name = database_, .table_input = input_});
        if (made && policy_) made = co_await put_policy(calls, key_, policy_);
        co_return made;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        const bool changes_policy = std::ranges::any_of(differing, is_of_policy);
        const bool changes_table = !std::ranges::all_of(differing, is_of_policy);
        aws::Answer<void> changed;
        if (changes_table)
            changed = co_await calls.run<UpdateTableOp>(
                {.database_name = database_, .table_input = update()});
        if (changed && changes_policy) changed = co_await put_policy(calls, key_, policy_);
        co_return changed;
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        auto removed = co_await put_policy(calls, key_, std::nullopt);
        if (!removed) co_return removed;
        removed =
            co_await calls.run<DeleteTableOp>({.database_name = database_, .name = input_.name});
        co_return removed;
    }

  private:
    /// How the text was stored of a table that was converted to Parquet in its place, and is not
    /// Parquet in the file.
    std::optional<query::CatalogStorage> text_before() const {
        const auto& wanted = *input_.storage_descriptor;
        if (!found_ || !found_->storage_descriptor ||
            *wanted.serde_info->serialization_library == formats[3].serde)
            return std::nullopt;
        query::CatalogStorage is;
        is.serde = found_->storage_descriptor->serde_info.value_or(SerDeInfo())
                       .serialization_library.value_or("");
        const Pairs parameters = found_->parameters.value_or(Pairs());
        return query::text_beside(is, {parameters.begin(), parameters.end()});
    }

    /// The table as it was before its text became Parquet.
    void as_before(Table& table, const query::CatalogStorage& text) const {
        StorageDescriptor& storage = *table.storage_descriptor;
        storage.input_format = text_input;
        storage.output_format = text_output;
        storage.serde_info.emplace().serialization_library = text.serde;
        storage.serde_info->parameters.emplace(text.serde_parameters.begin(),
                                               text.serde_parameters.end());
        for (auto& [name, value] : *table.parameters) {
            const bool follows_format = name == "classification" || name == "compressionType";
            if (follows_format) value = parameter(name).value_or(value);
        }
    }

    std::optional<std::string> parameter(const std::string& name) const {
        for (const auto& [key, value] : *input_.parameters) {
            if (key == name) return value;
        }
        return std::nullopt;
    }
    bool is_own(const std::string& name) const {
        return name.starts_with(own_mark) && !parameter(name);
    }

    /// What the server keeps in the table stays there, and so does the format of one that was
    /// converted: text that comes to it is read as the file says.
    TableInput update() const {
        TableInput made = input_;
        Properties own;
        for (const auto& [name, value] : found_->parameters.value_or(Pairs())) {
            if (is_own(name)) own[name] = value;
        }
        if (text_before()) {
            query::CatalogStorage text;
            auto& info = *made.storage_descriptor->serde_info;
            text.serde = *info.serialization_library;
            for (const auto& [name, value] : info.parameters.value_or(Pairs()))
                text.serde_parameters[name] = value;
            std::erase_if(own,
                          [](const auto& one) { return one.first.starts_with("freshet.raw."); });
            own.merge(query::text_parameters(text));
            made.storage_descriptor->input_format = formats[3].input;
            made.storage_descriptor->output_format = formats[3].output;
            info = *found_->storage_descriptor->serde_info;
            for (auto& [name, value] : *made.parameters) {
                if (name == "classification") value = "parquet";
                if (name == "compressionType") value = "none";
            }
        }
        for (const auto& one : own) made.parameters->push_back(one);
        return made;
    }

    static Fields table_fields(const std::optional<std::string>& description,
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

    using Properties = query::Properties;
    std::string database_;
    TableInput input_;
    maintenance::TableKey key_;
    std::optional<maintenance::Policy> policy_;
    std::optional<Table> found_;  ///< by look()
};

}  // namespace

std::unique_ptr<Resource> read_database(std::string name, Section& section, const Surroundings&) {
    return std::make_unique<DatabaseResource>(std::move(name), section);
}

std::unique_ptr<Resource> read_table(std::string name, Section& section,
                                     const Surroundings& surroundings) {
    return std::make_unique<TableResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
