// One crawl: keys to tables. Plain functions; lake.cpp does the reading.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/ports.h"
#include "lake/types.h"

namespace freshet::lake {

/// "s3://bucket/prefix/"; nothing when it is not of that form. The prefix is empty or ends with
/// '/'.
struct Place {
    std::string bucket, prefix;
};
std::optional<Place> parse_place(std::string_view path);

/// Of more than limits::explained_lines_max lines the first quarter and the last three: what became
/// of tables is said last.
std::vector<std::string> kept_lines(const std::vector<std::string>& lines);

/// A folder below a target, with what lies in it.
struct Folder {
    std::string name;      ///< "" of the target itself
    std::string location;  ///< "s3://bucket/prefix/folder/"
    std::vector<Listed> files;
    std::map<std::string, std::unique_ptr<Folder>> below;
    std::optional<Format> format;  ///< of its files, when one of them is something known
};

/// The tree of what lies below a target. Names that begin with '_' or '.', empty files and what a
/// glob excludes are left out, with a line in `skipped`.
Folder folders_of(const Place& place, const Target& target, const std::vector<Listed>& files,
                  std::vector<std::string>& skipped);

/// The folders that have files of their own.
std::vector<Folder*> with_files(Folder& top);

/// What a folder's name says as a partition: "month=01" is {month, 01}, "01" has no key.
struct Step {
    std::string key, value;
};
Step step_of(const std::string& folder);

/// What only nulls were seen of is text.
void settle_types(Format& format);

/// A table cannot have a column and a partition key of one name: the folder's value is the key's,
/// and a file's column of that name is left out; of text whose columns count it takes another name.
void keep_apart_from_keys(FoundTable& table, std::vector<std::string>& lines);

/// The folder at `location` as a partition of the table at `table_location`, below which it lies:
/// the steps to it, none when it is the table's own.
std::vector<Step> steps_between(const std::string& table_location, const std::string& location);

/// Keys without a name get one by their place; twins differ by a number.
void name_keys(std::vector<std::string>& keys);

/// The name of the table at `location`: its last folder's, or the bucket's.
std::string table_name(const std::string& location, const std::string& table_prefix);

/// Of the tables that the folder lies in, the deepest; nullptr when there is none.
KnownTable* home_of(std::vector<KnownTable>& known, const std::string& location);

}  // namespace freshet::lake
