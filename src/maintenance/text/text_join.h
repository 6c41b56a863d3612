// Objects of text joined line by line: the header lines once, a line break where an object ends
// without one. What follows a source is its own line, so a query reads the same rows of the joined
// text as of its sources (one row a line; quotes do not reach over a line's end).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::maintenance {

/// For each source: begin(), add() any number of times, end(). Plain state, any thread.
class TextJoin {
  public:
    struct Rules {
        std::int64_t header_lines = 0;  ///< at the front of every source
        std::optional<char> quote;      ///< of fields; for OpenCSVSerde
    };
    explicit TextJoin(Rules rules) : rules_(rules) {}

    void begin();
    void add(std::string_view piece, std::string& out);
    /// Errc::unfit when a quote is open: other readers would take the next source for its rest.
    Result<> end(std::string& out);

    /// Lines of all sources that have ended, without headers.
    std::int64_t lines() const { return lines_; }

  private:
    Rules rules_;
    bool is_in_source_ = false;
    bool keeps_header_ = true;      ///< of the first source
    std::int64_t header_left_ = 0;  ///< lines of the current source's header
    bool ends_in_line_ = false;     ///< the last byte of the current source was no line break
    bool has_open_quote_ = false;
    std::int64_t lines_ = 0;
};

}  // namespace freshet::maintenance
