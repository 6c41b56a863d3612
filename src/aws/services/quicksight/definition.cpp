#include "aws/services/quicksight/definition.h"

#include "aws/protocol/json/json.h"
#include "aws/services/quicksight/words.h"

namespace freshet::aws {
namespace {

using namespace quicksight;
using namespace quicksight_words;
namespace domain = dashboards;

/// The columns in the field wells of a visual.
struct Wells {
    const std::optional<std::vector<DimensionField>>* category = nullptr;
    const std::optional<std::vector<MeasureField>>* bars = nullptr;
    const std::optional<std::vector<MeasureField>>* lines = nullptr;
};

template <class Visual>
Answer<void> check_wells(const Visual& visual) {
    if (!visual.chart_configuration || !visual.chart_configuration->field_wells)
        return invalid(fmt::format("Visual {} has no field wells.", visual.visual_id));
    return {};
}

Answer<Wells> wells_of(const Visual& visual) {
    const std::unexpected<Fault> none = invalid("The visual has no aggregated field wells.");
    if (visual.combo_chart_visual) {
        if (auto good = check_wells(*visual.combo_chart_visual); !good) return pass(good);
        const auto& all = visual.combo_chart_visual->chart_configuration->field_wells
                              ->combo_chart_aggregated_field_wells;
        if (!all) return none;
        return Wells{&all->category, &all->bar_values, &all->line_values};
    }
    if (visual.bar_chart_visual) {
        if (auto good = check_wells(*visual.bar_chart_visual); !good) return pass(good);
        const auto& all = visual.bar_chart_visual->chart_configuration->field_wells
                              ->bar_chart_aggregated_field_wells;
        if (!all) return none;
        return Wells{&all->category, &all->values, nullptr};
    }
    if (visual.line_chart_visual) {
        if (auto good = check_wells(*visual.line_chart_visual); !good) return pass(good);
        const auto& all = visual.line_chart_visual->chart_configuration->field_wells
                              ->line_chart_aggregated_field_wells;
        if (!all) return none;
        return Wells{&all->category, nullptr, &all->values};
    }
    return invalid(
        "Freshet builds ComboChartVisual, BarChartVisual and LineChartVisual; the sheet's visual "
        "is "
        "none of them.");
}

const ColumnIdentifier* column_of(const DimensionField& field) {
    if (field.numerical_dimension_field) return &field.numerical_dimension_field->column;
    if (field.categorical_dimension_field) return &field.categorical_dimension_field->column;
    if (field.date_dimension_field) return &field.date_dimension_field->column;
    return nullptr;
}

Answer<std::string> name_of(const ColumnIdentifier* column, const std::string& identifier) {
    if (!column) return invalid("A field of the visual names no column.");
    if (column->data_set_identifier != identifier)
        return invalid(
            fmt::format("Data set identifier {} is not declared.", column->data_set_identifier));
    return column->column_name;
}

Answer<std::vector<std::string>> measures_of(const std::optional<std::vector<MeasureField>>* fields,
                                             const std::string& identifier) {
    std::vector<std::string> names;
    if (!fields || !*fields) return names;
    for (const MeasureField& field : **fields) {
        const NumericalMeasureField* measure =
            field.numerical_measure_field ? &*field.numerical_measure_field : nullptr;
        auto name = name_of(measure ? &measure->column : nullptr, identifier);
        if (!name) return pass(name);
        if (measure->aggregation_function &&
            measure->aggregation_function->simple_numerical_aggregation.value_or("SUM") != "SUM")
            return invalid(fmt::format(
                "Freshet does not build the aggregation {} of field {}: aggregate in the SQL.",
                *measure->aggregation_function->simple_numerical_aggregation, measure->field_id));
        names.push_back(std::move(*name));
    }
    return names;
}

Answer<void> read_wells(const Wells& wells, const std::string& identifier,
                        domain::Dashboard& dashboard) {
    if (!*wells.category || (*wells.category)->size() != 1)
        return invalid("Freshet builds visuals of one category field.");
    auto category = name_of(column_of((*wells.category)->front()), identifier);
    if (!category) return pass(category);
    dashboard.category = std::move(*category);
    auto bars = measures_of(wells.bars, identifier);
    if (!bars) return pass(bars);
    dashboard.bars = std::move(*bars);
    auto lines = measures_of(wells.lines, identifier);
    if (!lines) return pass(lines);
    dashboard.lines = std::move(*lines);
    return {};
}

template <class Field>
Field field_of(const std::string& column, const std::string& identifier) {
    Field field;
    field.field_id = column;
    field.column = {identifier, column};
    return field;
}

std::vector<DimensionField> category_of(const domain::Dashboard& dashboard,
                                        const domain::DataSet& set) {
    std::string type;
    for (const auto& [name, given] : set.columns) {
        if (name == dashboard.category) type = given;
    }
    DimensionField field;
    const std::string& column = dashboard.category;
    if (type == "DATETIME") {
        field.date_dimension_field = field_of<DateDimensionField>(column, set.key.name);
    } else if (type == "INTEGER" || type == "DECIMAL") {
        field.numerical_dimension_field = field_of<NumericalDimensionField>(column, set.key.name);
    } else {
        field.categorical_dimension_field =
            field_of<CategoricalDimensionField>(column, set.key.name);
    }
    return {std::move(field)};
}

std::vector<MeasureField> values_of(const std::vector<std::string>& columns,
                                    const std::string& identifier) {
    std::vector<MeasureField> fields;
    for (const std::string& column : columns)
        fields.emplace_back().numerical_measure_field =
            field_of<NumericalMeasureField>(column, identifier);
    return fields;
}

/// Makes the chart, for the fields that go into it.
template <class Chart>
auto& wells_of(std::optional<Chart>& chart) {
    chart.emplace().visual_id = "visual";
    return chart->chart_configuration.emplace().field_wells.emplace();
}

/// Bars and lines are a combo chart; bars alone and lines alone have visuals of their own.
Visual visual_of(const domain::Dashboard& dashboard, const domain::DataSet& set) {
    Visual visual;
    const auto category = category_of(dashboard, set);
    const auto bars = values_of(dashboard.bars, set.key.name);
    const auto lines = values_of(dashboard.lines, set.key.name);
    if (lines.empty()) {
        auto& wells = wells_of(visual.bar_chart_visual).bar_chart_aggregated_field_wells.emplace();
        wells.category = category;
        wells.values = bars;
    } else if (bars.empty()) {
        auto& wells =
            wells_of(visual.line_chart_visual).line_chart_aggregated_field_wells.emplace();
        wells.category = category;
        wells.values = lines;
    } else {
        auto& wells =
            wells_of(visual.combo_chart_visual).combo_chart_aggregated_field_wells.emplace();
        wells.category = category;
        wells.bar_values = bars;
        wells.line_values = lines;
    }
    return visual;
}

DashboardVersionDefinition definition_of(const domain::Dashboard& dashboard,
                                         const domain::DataSet& set) {
    DashboardVersionDefinition definition;
    definition.data_set_identifier_declarations.push_back(
        {set.key.name, arn_of("dataset", set.key)});
    SheetDefinition& sheet = definition.sheets.emplace().emplace_back();
    sheet.sheet_id = "sheet";
    sheet.name = dashboard.name;
    sheet.visuals.emplace().push_back(visual_of(dashboard, set));
    return definition;
}

const Shape& words_shape() { return *DescribeDashboardDefinitionOp::info().output; }

}  // namespace

Answer<void> read_definition(const Caller& caller, const DashboardVersionDefinition& definition,
                             const std::optional<DashboardPublishOptions>& options,
                             domain::Dashboard& dashboard) {
    const auto& declared = definition.data_set_identifier_declarations;
    if (declared.size() != 1) return invalid("Freshet builds dashboards of one data set.");
    auto set = id_of("dataset", caller, declared.front().data_set_arn);
    if (!set) return pass(set);
    dashboard.data_set = std::move(*set);
    if (!definition.sheets || definition.sheets->size() != 1)
        return invalid("Freshet builds dashboards of one sheet.");
    const SheetDefinition& sheet = definition.sheets->front();
    if (!sheet.visuals || sheet.visuals->size() != 1)
        return invalid("Freshet builds sheets of one visual.");
    auto wells = wells_of(sheet.visuals->front());
    if (!wells) return pass(wells);
    if (auto read = read_wells(*wells, declared.front().identifier, dashboard); !read) return read;
    DescribeDashboardDefinitionResponse whole;
    whole.definition = definition;
    whole.dashboard_publish_options = options;
    dashboard.words = encode_json(words_shape(), &whole);
    return {};
}

WrittenDefinition write_definition(const Caller& caller, const domain::Dashboard& dashboard,
                                   const domain::DataSet& set) {
    DescribeDashboardDefinitionResponse whole;
    Violations violations;
    if (!dashboard.words.empty() &&
        decode_json(words_shape(), dashboard.words, &whole, violations) && whole.definition) {
        // The dashboard may have been changed elsewhere since.
        domain::Dashboard said;
        auto read = read_definition(caller, *whole.definition, std::nullopt, said);
        if (read && said.data_set == dashboard.data_set && said.category == dashboard.category &&
            said.bars == dashboard.bars && said.lines == dashboard.lines)
            return {std::move(*whole.definition), std::move(whole.dashboard_publish_options)};
    }
    return {definition_of(dashboard, set), std::move(whole.dashboard_publish_options)};
}

}  // namespace freshet::aws
