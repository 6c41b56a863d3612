// Files that a crawler meets: any bytes are a format or a reason, compressed or not, by its own
// classifiers and by users'; and any text is a grok pattern or none.
#include <algorithm>
#include <cstdint>
#include <string>

#include "lake/formats/custom.h"
#include "lake/formats/grok.h"
#include "record/orc/orc_schema.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    lake::CustomClassifier csv, json, xml;
    csv.kind = lake::ClassifierKind::csv;
    json.kind = lake::ClassifierKind::json;
    json.json_path = "$.rows[*]";
    xml.kind = lake::ClassifierKind::xml;
    xml.row_tag = "row";
    for (const bool is_whole : {true, false})
        (void)lake::classify(Bytes::copy(bytes), is_whole, size + 1, {xml, json, csv});
    (void)lake::Grok::make(bytes, bytes);
    const std::size_t tail = std::min<std::size_t>(size, record::orc_tail_bytes);
    (void)record::orc_footer_bytes(bytes.substr(size - tail), size);
    (void)record::read_orc_schema(bytes);
    return 0;
}
