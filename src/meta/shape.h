// What a described table looks like and the SQL that follows from it. The text is built once, when
// the description is made (meta/table.h), so that SQLite prepares each statement once.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "meta/database.h"

namespace freshet::meta {

/// What a column is to its table. The identity of a row is its id or, in a table without one, its
/// owner, position and key; it is also the primary key, but for a table with a number.
enum class Role {
    owner,     ///< names the row of another table that this one belongs to; not a field of the row
    position,  ///< the place in the owner's list, from 0; not a field of the row
    id,        ///< INTEGER PRIMARY KEY AUTOINCREMENT, given by insert
    number,    ///< INTEGER PRIMARY KEY AUTOINCREMENT, not a field: its rows are found by key
    key,       ///< of the row's name: written once
    fixed,     ///< written once
    plain,     ///< written by insert and by update
};

struct Column {
    std::string name;
    std::string_view type;
    bool is_nullable = false;
    Role role = Role::plain;
};

struct Shape {
    std::string table;
    std::vector<Column> columns;
    bool has_key = true;  ///< false: rows are not found again one by one; they keep their order

    bool has(Role role) const;
    bool is_identity(const Column& column) const;
    bool is_primary(const Column& column) const;
    /// A member of the C++ type keeps it.
    static bool is_field(const Column& column);
    /// An update writes it or finds the row by it.
    bool is_in_update(const Column& column) const;
};

/// The statements of one table; parameters count in the order of the columns that each uses.
struct Statements {
    std::string create;  ///< as a migration would make the table; migrations are written by hand
    std::string select;  ///< all fields of a row, in order; a WHERE may follow
    std::string find;    ///< by identity
    std::string load;    ///< by owner, in order of position or key
    std::string insert;
    std::string put;  ///< insert, or update when the identity is taken
    std::string update;
    std::string remove;  ///< by identity
    std::string clear;   ///< by owner
};
Statements statements_of(const Shape& shape);

/// The shapes of described tables (meta::Table, meta::Pairs).
template <class... Tables>
std::vector<Shape> shapes_of(const Tables&... tables) {
    return {tables.shape()...};
}

/// How the tables that `migrations` make differ from their descriptions, a sentence each; empty
/// when both agree and SQLite takes each statement. A table that is neither in `shapes` nor in
/// `undescribed` is a difference.
std::vector<std::string> mismatches(const std::vector<Migration>& migrations,
                                    const std::vector<Shape>& shapes,
                                    const std::vector<std::string>& undescribed = {});

}  // namespace freshet::meta
