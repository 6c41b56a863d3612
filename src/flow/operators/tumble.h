// GROUP BY with STEP or FLOOR of ROWTIME: a group's row comes out when its time key must have
// changed, stamped with the first instant after the window.
#pragma once
#include <string>
#include <unordered_map>

#include "flow/operators/operator.h"

namespace freshet::flow {

class Tumble final : public Operator {
  public:
    Tumble(const sql::streaming::Step& step, const Run& run)
        : step_(step), run_(run), groups_(empty_groups()) {}
    void process(Rows rows, std::vector<Rows>& out) override;
    void on_time(std::int64_t bound, std::vector<Rows>& out) override;
    void save(Writer& writer) const override;
    bool load(Reader& reader) override;

  private:
    /// One aggregate of one group.
    struct Cell {
        std::int64_t count = 0;  ///< of values that are not NULL; of rows for COUNT(*)
        __int128 total = 0;      ///< of integers and decimals; MIN and MAX: the value
        double real = 0;
        std::string text;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    struct Groups {
        std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>
            index;           ///< by encoded key
        record::Batch keys;  ///< of each group, in order of arrival
        record::Arena arena;
        std::vector<Cell> cells;  ///< groups times aggregates
    };
    Groups empty_groups() const;
    std::size_t group_of(const std::vector<VectorPtr>& keys, std::uint32_t row);
    void add(Cell& cell, const sql::streaming::Aggregate& aggregate, const record::Vector* values,
             std::uint32_t row) const;
    void put_result(const Cell& cell, const sql::streaming::Aggregate& aggregate,
                    record::Arena& arena, std::uint32_t row, Troubles& troubles,
                    record::Vector& out) const;
    void emit(std::vector<Rows>& out);

    const sql::streaming::Step& step_;
    const Run& run_;
    std::int64_t window_end_ = INT64_MIN;  ///< of the open groups
    Groups groups_;
    std::string encoded_;
};

}  // namespace freshet::flow
