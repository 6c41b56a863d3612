// A classifier that a user made: how it judges the text of a file.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/resource.h"
#include "base/time.h"
#include "lake/classify.h"
#include "lake/types.h"

namespace freshet::lake {

struct CustomClassifier;
using ClassifierKey = ResourceName<CustomClassifier>;

enum class ClassifierKind { grok, xml, json, csv };
enum class HeaderRule { unknown, present, absent };

/// Members of other kinds than its own are empty.
struct CustomClassifier {
    std::int64_t id = 0;
    ClassifierKey key;
    ClassifierKind kind = ClassifierKind::grok;
    std::string classification;                 ///< of grok and XML: the user's word
    std::string grok_pattern, custom_patterns;  ///< of grok
    std::string row_tag;                        ///< of XML
    std::string json_path;                      ///< of JSON
    std::string delimiter, quote;               ///< of CSV; "" for any of the usual, for '"'
    HeaderRule header_rule = HeaderRule::unknown;
    std::vector<std::string> header;     ///< names of the columns, if the user gives them
    bool keeps_blanks = false;           ///< DisableValueTrimming
    bool takes_single_column = false;    ///< AllowSingleColumn
    bool has_datatypes = false;          ///< CustomDatatypeConfigured
    std::vector<std::string> datatypes;  ///< the types that columns may get
    std::string serde;                   ///< "OpenCSVSerDe", "LazySimpleSerDe", "None", ""
    Timestamp created, updated;
    int version = 1;
};

/// Why no file can be judged by it; nothing when one can.
std::expected<void, std::string> check_classifier(const CustomClassifier& classifier);

/// What a classifier says of a file, and how sure it is: from 0 (not that) to 1.
struct Verdict {
    double certainty = 0;
    Classified classified;
    std::string reason;  ///< of 0: why not
};

/// `text` is the unpacked front of a file, or all of it. The classifier has passed
/// check_classifier().
Verdict judge(const CustomClassifier& classifier, const Bytes& text, bool is_whole);

}  // namespace freshet::lake
