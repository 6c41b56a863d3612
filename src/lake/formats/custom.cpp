#include "lake/formats/custom.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text/utf8.h"
#include "lake/formats/csv.h"
#include "lake/formats/grok.h"
#include "lake/formats/json_rows.h"
#include "lake/formats/lines.h"
#include "lake/formats/xml.h"

namespace freshet::lake {
namespace {

Verdict judge_grok(const CustomClassifier& classifier, const Bytes& text, bool is_whole) {
    Verdict verdict;
    const auto grok = Grok::make(classifier.grok_pattern, classifier.custom_patterns);
    if (!grok) {
        verdict.reason = grok.error();
        return verdict;
    }
    const Lines found = count_lines(*grok, text.view(), is_whole);
    if (found.matched == 0) {
        verdict.reason = fmt::format("none of {} lines fits the pattern", found.all);
        return verdict;
    }
    verdict.certainty = static_cast<double>(found.matched) / static_cast<double>(found.all);
    Format& format = verdict.classified.format;
    format.classification = classifier.classification;
    format.columns = grok->columns();
    format.particulars[particular::grok_pattern] = classifier.grok_pattern;
    if (!classifier.custom_patterns.empty())
        format.particulars[particular::grok_custom] = classifier.custom_patterns;
    verdict.classified.reason =
        fmt::format("{} of {} lines fit the pattern", found.matched, found.all);
    return verdict;
}

Verdict verdict_of(std::expected<Classified, std::string> judged) {
    Verdict verdict;
    if (!judged) {
        verdict.reason = std::move(judged.error());
        return verdict;
    }
    verdict.certainty = 1;
    verdict.classified = std::move(*judged);
    return verdict;
}

std::expected<void, std::string> check_csv(const CustomClassifier& one) {
    if (!one.delimiter.empty() && one.delimiter == one.quote)
        return std::unexpected(std::string("The delimiter and the quote symbol are the same"));
    if (one.has_datatypes && one.datatypes.empty())
        return std::unexpected(std::string("CustomDatatypeConfigured needs CustomDatatypes"));
    for (const std::string& type : one.datatypes) {
        if (!is_csv_datatype(type))
            return std::unexpected(fmt::format("{} is not a type of CustomDatatypes", type));
    }
    return {};
}

}  // namespace

std::expected<void, std::string> check_classifier(const CustomClassifier& classifier) {
    switch (classifier.kind) {
        case ClassifierKind::grok: {
            const auto made = Grok::make(classifier.grok_pattern, classifier.custom_patterns);
            if (!made) return std::unexpected("The grok pattern: " + made.error());
            return {};
        }
        case ClassifierKind::xml:
            if (classifier.row_tag.empty())
                return std::unexpected(std::string("An XML classifier needs a RowTag"));
            return {};
        case ClassifierKind::json: {
            const auto path = parse_rows_path(classifier.json_path);
            if (!path) return pass(path);
            return {};
        }
        case ClassifierKind::csv:
            return check_csv(classifier);
    }
    return {};
}

Verdict judge(const CustomClassifier& classifier, const Bytes& text, bool is_whole) {
    switch (classifier.kind) {
        case ClassifierKind::grok:
            return judge_grok(classifier, text, is_whole);
        case ClassifierKind::xml: {
            auto judged = classify_xml(text.view(), classifier.row_tag, is_whole);
            if (judged) judged->format.classification = classifier.classification;
            return verdict_of(std::move(judged));
        }
        case ClassifierKind::json:
            return verdict_of(classify_json_rows(text.view(), classifier.json_path, is_whole));
        case ClassifierKind::csv:
            return judge_csv(classifier, text, is_whole);
    }
    return {};
}

}  // namespace freshet::lake
