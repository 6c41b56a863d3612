// JSON documents to rows.
#pragma once
#include <memory>
#include <string_view>

#include "record/decode.h"
#include "record/text.h"

namespace freshet::record {

Result<std::unique_ptr<Decoder>> make_json_decoder(const Schema& schema);

/// The JSON documents of a text, one after the other, separated by blanks, line breaks or commas.
/// Text that is not an object or array, or that never closes, ends with its line.
class Documents {
  public:
    explicit Documents(std::string_view text, std::size_t at = 0)
        : text_(text), at_(at > 0 ? at : byte_order_mark(text)) {}
    /// Empty at the end.
    std::string_view next();
    std::size_t at() const { return at_; }  ///< after the last one

  private:
    std::string_view rest_of_line(std::size_t first);

    std::string_view text_;
    std::size_t at_ = 0;
    int unclosed_ = 0;
};

/// The members of a sample document, one level deep and two for nested objects: path ("$.a.b"), the
/// value as text, and its sort: 'n' number, 's' string, 'b' boolean, '0' null, 'j' array or object.
struct JsonMember {
    std::string path, name, text;
    char sort = '0';
};
std::optional<std::vector<JsonMember>> members_of(std::string_view document);
/// The elements of a document that is an array, as JSON; nothing for another one.
std::optional<std::vector<std::string>> elements_of(std::string_view document);

}  // namespace freshet::record
