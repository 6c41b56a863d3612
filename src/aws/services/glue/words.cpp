#include "aws/services/glue/words.h"

#include <re2/re2.h>

#include <algorithm>

#include "aws/protocol/page_token.h"

namespace freshet::aws::glue_words {

using namespace glue;

std::optional<std::string> token_of(const std::optional<std::string>& next) {
    return next ? std::optional(page_token(*next)) : std::nullopt;
}

Answer<std::string> key_of(const std::optional<std::string>& token) {
    auto key = page_start(token);
    if (!key) return refuse("InvalidInputException", "The pagination token is not valid");
    return std::move(*key);
}

Answer<void> check_attributes(const std::optional<std::vector<std::string>>& attributes) {
    if (attributes && std::ranges::find(*attributes, "NAME") == attributes->end())
        return refuse("InvalidInputException", "AttributesToGet must contain NAME");
    return {};
}

Answer<std::shared_ptr<const re2::RE2>> pattern_of(const std::string& expression) {
    std::string text;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        const bool is_bare =
            expression[i] == '*' &&
            (i == 0 || std::string_view(".])").find(expression[i - 1]) == std::string_view::npos);
        text += is_bare ? ".*" : std::string(1, expression[i]);
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto pattern = std::make_shared<const re2::RE2>(text, options);
    if (!pattern->ok())
        return refuse("InvalidInputException",
                      "The pattern is not a regular expression: " + pattern->error());
    return pattern;
}

catalog::Properties properties_of(const std::optional<Pairs>& pairs) {
    return pairs ? catalog::Properties(pairs->begin(), pairs->end()) : catalog::Properties();
}

std::optional<Pairs> pairs_of(const catalog::Properties& properties) {
    if (properties.empty()) return std::nullopt;
    return Pairs(properties.begin(), properties.end());
}

std::vector<catalog::Column> columns_of(const std::optional<std::vector<Column>>& in) {
    std::vector<catalog::Column> columns;
    for (const Column& column : in.value_or(std::vector<Column>())) {
        columns.push_back({column.name, column.type.value_or(""), column.comment.value_or(""),
                           properties_of(column.parameters)});
    }
    return columns;
}

std::vector<Column> columns_output(const std::vector<catalog::Column>& columns) {
    std::vector<Column> out;
    for (const catalog::Column& column : columns) {
        Column& made = out.emplace_back();
        made.name = column.name;
        if (!column.type.empty()) made.type = column.type;
        if (!column.comment.empty()) made.comment = column.comment;
        made.parameters = pairs_of(column.parameters);
    }
    return out;
}

catalog::Storage storage_of(const StorageDescriptor& in) {
    catalog::Storage storage;
    storage.columns = columns_of(in.columns);
    storage.location = in.location.value_or("");
    storage.input_format = in.input_format.value_or("");
    storage.output_format = in.output_format.value_or("");
    storage.is_compressed = in.compressed.value_or(false);
    storage.buckets = in.number_of_buckets.value_or(0);
    if (in.serde_info) {
        storage.serde_name = in.serde_info->name.value_or("");
        storage.serde = in.serde_info->serialization_library.value_or("");
        storage.serde_parameters = properties_of(in.serde_info->parameters);
    }
    storage.bucket_columns = in.bucket_columns.value_or(std::vector<std::string>());
    for (const Order& order : in.sort_columns.value_or(std::vector<Order>()))
        storage.sort_columns.emplace_back(order.column, order.sort_order);
    storage.parameters = properties_of(in.parameters);
    storage.has_sub_directories = in.stored_as_sub_directories.value_or(false);
    storage.more_locations = in.additional_locations.value_or(std::vector<std::string>());
    if (in.skewed_info) {
        const auto texts = [](const auto& list) {
            return list.value_or(std::vector<std::string>());
        };
        storage.skewed_columns = texts(in.skewed_info->skewed_column_names);
        storage.skewed_values = texts(in.skewed_info->skewed_column_values);
        storage.skewed_locations = properties_of(in.skewed_info->skewed_column_value_location_maps);
    }
    return storage;
}

StorageDescriptor storage_output(const catalog::Storage& storage) {
    StorageDescriptor out;
    out.columns = columns_output(storage.columns);
    const auto text = [](const std::string& value) {
        return value.empty() ? std::nullopt : std::optional(value);
    };
    out.location = text(storage.location);
    out.input_format = text(storage.input_format);
    out.output_format = text(storage.output_format);
    out.compressed = storage.is_compressed;
    out.number_of_buckets = storage.buckets;
    out.serde_info.emplace();
    out.serde_info->name = text(storage.serde_name);
    out.serde_info->serialization_library = text(storage.serde);
    out.serde_info->parameters = pairs_of(storage.serde_parameters);
    out.bucket_columns = storage.bucket_columns;
    out.sort_columns.emplace();
    for (const auto& [column, order] : storage.sort_columns)
        out.sort_columns->push_back({column, order});
    out.parameters = pairs_of(storage.parameters);
    out.stored_as_sub_directories = storage.has_sub_directories;
    if (!storage.more_locations.empty()) out.additional_locations = storage.more_locations;
    if (storage.skewed_columns.empty() && storage.skewed_values.empty() &&
        storage.skewed_locations.empty())
        return out;
    SkewedInfo& skewed = out.skewed_info.emplace();
    skewed.skewed_column_names = storage.skewed_columns;
    skewed.skewed_column_values = storage.skewed_values;
    skewed.skewed_column_value_location_maps =
        Pairs(storage.skewed_locations.begin(), storage.skewed_locations.end());
    return out;
}

}  // namespace freshet::aws::glue_words
