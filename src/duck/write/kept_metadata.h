// What a file that is made of several Parquet files takes over from their footers: field ids and
// key-value metadata, as far as all of them say the same. What is not taken over has a reason.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "duck/write/parquet_schema.h"

namespace freshet::duck {

/// add() once for each source; then copy_options() and notes().
class KeptMetadata {
  public:
    void add(duckdb::Connection& connection, const std::string& name, const std::string& path,
             const std::vector<SchemaNode>& nodes);
    /// Of COPY: ", FIELD_IDS {...}, KV_METADATA {...}"; "" when nothing is kept.
    std::string copy_options() const;
    /// What is not kept, and why: a sentence each.
    const std::vector<std::string>& notes() const { return notes_; }

    struct Ids {
        std::optional<std::int64_t> id;
        std::map<std::string, Ids> fields;  ///< by name in lower case; "element", "key", "value"
    };

  private:
    using Entries = std::map<std::string, std::string>;
    void add_ids(const std::string& name, const std::vector<SchemaNode>& nodes);
    void add_entries(const std::string& name, const Entries& entries);
    void drop_entry(const std::string& key, const std::string& why);

    std::size_t sources_ = 0;
    bool has_ids_ = true;  ///< false: they contradict one another
    Ids ids_;
    Entries entries_;
    std::set<std::string> dropped_;  ///< keys that are not kept
    std::vector<std::string> notes_;
};

}  // namespace freshet::duck
