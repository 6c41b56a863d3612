// TOP_K_ITEMS_TUMBLING: the K most frequent values of a column in each window, counted exactly.
// Windows begin at multiples of their length since 1970. Equal counts: the smaller text first.
// NULLs are not counted.
#pragma once
#include <string>
#include <unordered_map>

#include "flow/operators/operator.h"

namespace freshet::flow {

class TopK final : public Operator {
  public:
    explicit TopK(const sql::streaming::Step& step) : step_(step) {}
    void process(Rows rows, std::vector<Rows>& out) override;
    void on_time(std::int64_t bound, std::vector<Rows>& out) override;
    void save(Writer& writer) const override;
    bool load(Reader& reader) override;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    void emit(std::vector<Rows>& out);
    void count(std::string_view item, std::int64_t times);

    const sql::streaming::Step& step_;
    std::int64_t window_end_ = INT64_MIN;  ///< of the open window
    std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> counts_;
};

}  // namespace freshet::flow
