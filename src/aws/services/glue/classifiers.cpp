// Classifiers of users: made, described, changed, removed.
#include <fmt/format.h>

#include <algorithm>

#include "aws/protocol/page_token.h"
#include "aws/services/glue/crawlers.h"
#include "aws/services/glue/words.h"

namespace freshet::aws {
namespace {

using namespace glue;
using namespace glue_words;
namespace domain = lake;
using domain::ClassifierKind;

constexpr int list_default = 100;

std::optional<std::string> given(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

domain::HeaderRule rule_of(const std::string& word) {
    if (word == "PRESENT") return domain::HeaderRule::present;
    return word == "ABSENT" ? domain::HeaderRule::absent : domain::HeaderRule::unknown;
}

const char* word_of(domain::HeaderRule rule) {
    switch (rule) {
        case domain::HeaderRule::present:
            return "PRESENT";
        case domain::HeaderRule::absent:
            return "ABSENT";
        case domain::HeaderRule::unknown:
            return "UNKNOWN";
    }
    return "";
}

/// What Create and Update of a kind have in common; members that are not given stay as they are.
template <class Members>
void apply_csv(const Members& members, domain::CustomClassifier& one) {
    if (members.delimiter) one.delimiter = *members.delimiter;
    if (members.quote_symbol) one.quote = *members.quote_symbol;
    if (members.contains_header) one.header_rule = rule_of(*members.contains_header);
    if (members.header) one.header = *members.header;
    if (members.disable_value_trimming) one.keeps_blanks = *members.disable_value_trimming;
    if (members.allow_single_column) one.takes_single_column = *members.allow_single_column;
    if (members.custom_datatype_configured) one.has_datatypes = *members.custom_datatype_configured;
    if (members.custom_datatypes) one.datatypes = *members.custom_datatypes;
    if (members.serde) one.serde = *members.serde;
}

GrokClassifier describe_grok(const domain::CustomClassifier& one) {
    GrokClassifier out;
    out.name = one.key.name;
    out.classification = one.classification;
    out.creation_time = one.created;
    out.last_updated = one.updated;
    out.version = one.version;
    out.grok_pattern = one.grok_pattern;
    out.custom_patterns = given(one.custom_patterns);
    return out;
}

XMLClassifier describe_xml(const domain::CustomClassifier& one) {
    XMLClassifier out;
    out.name = one.key.name;
    out.classification = one.classification;
    out.creation_time = one.created;
    out.last_updated = one.updated;
    out.version = one.version;
    out.row_tag = one.row_tag;
    return out;
}

JsonClassifier describe_json(const domain::CustomClassifier& one) {
    JsonClassifier out;
    out.name = one.key.name;
    out.creation_time = one.created;
    out.last_updated = one.updated;
    out.version = one.version;
    out.json_path = one.json_path;
    return out;
}

CsvClassifier describe_csv(const domain::CustomClassifier& one) {
    CsvClassifier out;
    out.name = one.key.name;
    out.creation_time = one.created;
    out.last_updated = one.updated;
    out.version = one.version;
    out.delimiter = given(one.delimiter);
    out.quote_symbol = given(one.quote);
    out.contains_header = word_of(one.header_rule);
    if (!one.header.empty()) out.header = one.header;
    out.disable_value_trimming = one.keeps_blanks;
    out.allow_single_column = one.takes_single_column;
    out.custom_datatype_configured = one.has_datatypes;
    if (!one.datatypes.empty()) out.custom_datatypes = one.datatypes;
    out.serde = given(one.serde);
    return out;
}

Classifier describe(const domain::CustomClassifier& one) {
    Classifier out;
    switch (one.kind) {
        case ClassifierKind::grok:
            out.grok_classifier = describe_grok(one);
            break;
        case ClassifierKind::xml:
            out.xml_classifier = describe_xml(one);
            break;
        case ClassifierKind::json:
            out.json_classifier = describe_json(one);
            break;
        case ClassifierKind::csv:
            out.csv_classifier = describe_csv(one);
            break;
    }
    return out;
}

template <class Request>
int kinds_in(const Request& request) {
    return static_cast<int>(request.grok_classifier.has_value()) +
           static_cast<int>(request.xml_classifier.has_value()) +
           static_cast<int>(request.json_classifier.has_value()) +
           static_cast<int>(request.csv_classifier.has_value());
}

domain::CustomClassifier wanted(const Caller& caller, const CreateClassifierRequest& request) {
    domain::CustomClassifier one;
    one.key.home = caller.home();
    if (const auto& grok = request.grok_classifier) {
        one.key.name = grok->name;
        one.classification = grok->classification;
        one.grok_pattern = grok->grok_pattern;
        one.custom_patterns = grok->custom_patterns.value_or("");
    } else if (const auto& xml = request.xml_classifier) {
        one.kind = ClassifierKind::xml;
        one.key.name = xml->name;
        one.classification = xml->classification;
        one.row_tag = xml->row_tag.value_or("");
    } else if (const auto& json = request.json_classifier) {
        one.kind = ClassifierKind::json;
        one.key.name = json->name;
        one.json_path = json->json_path;
    } else if (const auto& csv = request.csv_classifier) {
        one.kind = ClassifierKind::csv;
        one.key.name = csv->name;
        apply_csv(*csv, one);
    }
    return one;
}

/// False when the classifier is of another kind.
bool is_changed(const UpdateClassifierRequest& request, domain::CustomClassifier& one) {
    if (const auto& grok = request.grok_classifier) {
        if (one.kind != ClassifierKind::grok) return false;
        one.classification = grok->classification.value_or(one.classification);
        one.grok_pattern = grok->grok_pattern.value_or(one.grok_pattern);
        one.custom_patterns = grok->custom_patterns.value_or(one.custom_patterns);
    } else if (const auto& xml = request.xml_classifier) {
        if (one.kind != ClassifierKind::xml) return false;
        one.classification = xml->classification.value_or(one.classification);
        one.row_tag = xml->row_tag.value_or(one.row_tag);
    } else if (const auto& json = request.json_classifier) {
        if (one.kind != ClassifierKind::json) return false;
        one.json_path = json->json_path.value_or(one.json_path);
    } else if (const auto& csv = request.csv_classifier) {
        if (one.kind != ClassifierKind::csv) return false;
        apply_csv(*csv, one);
    }
    return true;
}

std::string name_in(const UpdateClassifierRequest& request) {
    if (request.grok_classifier) return request.grok_classifier->name;
    if (request.xml_classifier) return request.xml_classifier->name;
    if (request.json_classifier) return request.json_classifier->name;
    return request.csv_classifier->name;
}

constexpr const char* one_kind =
    "Exactly one of GrokClassifier, XMLClassifier, JsonClassifier and "
    "CsvClassifier must be given";

class Handlers {
  public:
    explicit Handlers(domain::Classifiers& classifiers) : classifiers_(classifiers) {}

    io::Task<Answer<CreateClassifierOp::Output>> create(Caller caller,
                                                        CreateClassifierRequest request) {
        if (kinds_in(request) != 1) co_return refuse("InvalidInputException", one_kind);
        auto created = co_await classifiers_.create(wanted(caller, request));
        if (!created) co_return refuse_crawler(created.error());
        co_return CreateClassifierOp::Output();
    }

    io::Task<Answer<UpdateClassifierOp::Output>> update(Caller caller,
                                                        UpdateClassifierRequest request) {
        if (kinds_in(request) != 1) co_return refuse("InvalidInputException", one_kind);
        auto updated = co_await classifiers_.update(
            {caller.home(), name_in(request)},
            [request](domain::CustomClassifier& one) { return is_changed(request, one); });
        if (!updated) co_return refuse_crawler(updated.error());
        co_return UpdateClassifierOp::Output();
    }

    io::Task<Answer<GetClassifierResponse>> get(Caller caller, GetClassifierRequest request) {
        auto found = classifiers_.find({caller.home(), request.name});
        if (!found) co_return refuse_crawler(found.error());
        co_return GetClassifierResponse{describe(**found)};
    }

    io::Task<Answer<GetClassifiersResponse>> list(Caller caller, GetClassifiersRequest request) {
        auto all = classifiers_.list(caller.home());
        auto next = cut_page(all, request.next_token,
                             static_cast<std::size_t>(request.max_results.value_or(list_default)),
                             [](const domain::CustomClassifier* one) -> const std::string& {
                                 return one->key.name;
                             });
        if (!next) co_return refuse("InvalidInputException", "The pagination token is not valid");
        GetClassifiersResponse out;
        out.next_token = std::move(*next);
        auto& found = out.classifiers.emplace();
        for (const domain::CustomClassifier* one : all) found.push_back(describe(*one));
        co_return out;
    }

    io::Task<Answer<DeleteClassifierOp::Output>> remove(Caller caller,
                                                        DeleteClassifierRequest request) {
        auto removed = co_await classifiers_.remove({caller.home(), request.name});
        if (!removed) co_return refuse_crawler(removed.error());
        co_return DeleteClassifierOp::Output();
    }

  private:
    domain::Classifiers& classifiers_;
};

}  // namespace

void register_glue_classifiers(Router& router, domain::Classifiers& classifiers) {
    auto h = std::make_shared<Handlers>(classifiers);
    io::Core& home = classifiers.home();
    on<CreateClassifierOp>(router, home, h, &Handlers::create);
    on<UpdateClassifierOp>(router, home, h, &Handlers::update);
    on<GetClassifierOp>(router, home, h, &Handlers::get);
    on<GetClassifiersOp>(router, home, h, &Handlers::list);
    on<DeleteClassifierOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws
