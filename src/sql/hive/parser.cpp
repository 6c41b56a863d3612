#include "sql/hive/parser.h"

#include <cctype>

#include "base/error.h"
#include "sql/trino/parse/parser.h"
#include "sql/trino/parse/token.h"

namespace freshet::sql::hive {
namespace {

using trino::ColumnDefinition;
using trino::PropertyList;
using trino::Statement;
using trino::StatementKind;
using trino::SyntaxError;
using trino::SyntaxResult;
using trino::TableDefinition;
using trino::Token;
using trino::TokenKind;
using trino::TokenReader;

/// The first words of a statement in upper case, comments skipped.
std::vector<std::string> first_words(std::string_view text, std::size_t count) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < text.size() && words.size() < count) {
        if (text.substr(at).starts_with("--")) {
            at = std::min(text.find('\n', at), text.size());
        } else if (text.substr(at).starts_with("/*")) {
            const auto close = text.find("*/", at);
            at = close == std::string_view::npos ? text.size() : close + 2;
        } else if (std::isalpha(static_cast<unsigned char>(text[at])) != 0) {
            std::string word;
            while (at < text.size() &&
                   (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_')) {
                word += static_cast<char>(std::toupper(static_cast<unsigned char>(text[at++])));
            }
            words.push_back(std::move(word));
        } else if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
            ++at;
        } else {
            break;
        }
    }
    return words;
}

class Reader {
  public:
    explicit Reader(TokenReader& in) : in_(in) {}

    SyntaxResult<Statement> statement() {
        Statement made;
        made.at = in_.peek().at;
        SyntaxResult<> read;
        if (in_.accept_word("CREATE")) {
            read = create(made);
        } else if (in_.accept_word("DROP")) {
            read = drop(made);
        } else if (in_.accept_word("ALTER")) {
            read = alter(made);
        } else if (in_.accept_word("MSCK")) {
            made.kind = StatementKind::repair_table;
            read = in_.expect_word("REPAIR");
            if (read) read = in_.expect_word("TABLE");
            if (read) read = name(made.names);
        } else if (in_.accept_word("SHOW")) {
            read = show(made);
        } else {
            in_.take();  // DESCRIBE or DESC
            made.kind = StatementKind::describe;
            made.is_detailed = in_.accept_word("FORMATTED") || in_.accept_word("EXTENDED");
            in_.accept_word("TABLE");
            read = name(made.names);
        }
        if (!read) return pass(read);
        in_.accept_symbol(";");
        if (in_.peek().kind != TokenKind::end) return std::unexpected(in_.mismatch("<EOF>"));
        return made;
    }

  private:
    SyntaxResult<std::string> identifier() {
        const Token& token = in_.peek();
        if (token.kind == TokenKind::word || token.kind == TokenKind::quoted)
            return trino::lower_case(in_.take().text);
        return std::unexpected(in_.mismatch("<identifier>"));
    }
    SyntaxResult<> name(std::vector<std::string>& names) {
        do {
            auto part = identifier();
            if (!part) return pass(part);
            names.push_back(std::move(*part));
        } while (in_.accept_symbol("."));
        return {};
    }
    SyntaxResult<std::string> text() {
        if (in_.peek().kind != TokenKind::string) return std::unexpected(in_.mismatch("<string>"));
        return in_.take().text;
    }
    SyntaxResult<> text_into(std::string& target) {
        auto read = text();
        if (!read) return pass(read);
        target = std::move(*read);
        return {};
    }
    SyntaxResult<> properties(PropertyList& list) {
        if (auto open = in_.expect_symbol("("); !open) return open;
        do {
            auto key = text();
            if (!key) return pass(key);
            if (auto equal = in_.expect_symbol("="); !equal) return equal;
            auto value = text();
            if (!value) return pass(value);
            list.emplace_back(std::move(*key), std::move(*value));
        } while (in_.accept_symbol(","));
        return in_.expect_symbol(")");
    }

    SyntaxResult<> create(Statement& made) {
        if (in_.accept_word("DATABASE") || in_.accept_word("SCHEMA")) {
            made.kind = StatementKind::create_database;
            made.has_if_not_exists = in_.accept_words({"IF", "NOT", "EXISTS"});
            if (auto read = name(made.names); !read) return read;
            while (in_.peek().kind == TokenKind::word) {
                SyntaxResult<> read;
                if (in_.accept_word("COMMENT")) {
                    read = text_into(made.comment);
                } else if (in_.accept_word("LOCATION")) {
                    read = text_into(made.location);
                } else if (in_.accept_words({"WITH", "DBPROPERTIES"})) {
                    read = properties(made.properties);
                } else {
                    read = std::unexpected(in_.mismatch("'COMMENT', 'LOCATION', 'WITH'"));
                }
                if (!read) return read;
            }
            return {};
        }
        made.kind = StatementKind::create_table;
        made.table.is_external = in_.accept_word("EXTERNAL");
        if (auto table = in_.expect_word("TABLE"); !table) return table;
        made.has_if_not_exists = in_.accept_words({"IF", "NOT", "EXISTS"});
        if (auto read = name(made.names); !read) return read;
        if (in_.is_symbol("(")) {
            if (auto read = columns(made.table.columns); !read) return read;
        }
        while (in_.peek().kind == TokenKind::word) {
            if (auto read = table_clause(made.table); !read) return read;
        }
        return {};
    }

    SyntaxResult<> columns(std::vector<ColumnDefinition>& list) {
        if (auto open = in_.expect_symbol("("); !open) return open;
        do {
            ColumnDefinition column;
            auto column_name = identifier();
            if (!column_name) return pass(column_name);
            column.name = std::move(*column_name);
            if (auto read = type_text(column.type); !read) return read;
            if (in_.accept_word("COMMENT")) {
                if (auto read = text_into(column.comment); !read) return read;
            }
            list.push_back(std::move(column));
        } while (in_.accept_symbol(","));
        return in_.expect_symbol(")");
    }

    /// A Hive type as text without blanks: "array<struct<a:int>>".
    SyntaxResult<> type_text(std::string& type) {
        const trino::Position at = in_.peek().at;
        int depth = 0;
        while (in_.peek().kind != TokenKind::end) {
            const Token& token = in_.peek();
            if (depth == 0 && !type.empty() &&
                (token.kind != TokenKind::symbol || token.text == "," || token.text == ")"))
                break;
            if (token.text == "<" || token.text == "(") ++depth;
            if (token.text == ">" || token.text == ")") --depth;
            if (token.text == "<>") break;
            type += trino::lower_case(in_.take().text);
        }
        if (type == "integer") type = "int";
        if (!trino::parse_hive_type(type)) {
            return std::unexpected(
                SyntaxError{at, "cannot recognize the column type '" + type + "'"});
        }
        return {};
    }

    SyntaxResult<> table_clause(TableDefinition& table) {
        if (in_.accept_word("COMMENT")) return text_into(table.comment);
        if (in_.accept_words({"PARTITIONED", "BY"})) return columns(table.partition_keys);
        if (in_.accept_word("LOCATION")) return text_into(table.location);
        if (in_.accept_word("TBLPROPERTIES")) return properties(table.properties);
        if (in_.accept_words({"ROW", "FORMAT", "SERDE"})) {
            if (auto read = text_into(table.serde); !read) return read;
            return in_.accept_words({"WITH", "SERDEPROPERTIES"})
                       ? properties(table.serde_properties)
                       : SyntaxResult<>();
        }
        if (in_.accept_words({"WITH", "SERDEPROPERTIES"}))
            return properties(table.serde_properties);
        if (in_.accept_words({"ROW", "FORMAT", "DELIMITED"})) return delimited(table);
        if (in_.accept_words({"STORED", "AS"})) {
            if (in_.accept_word("INPUTFORMAT")) {
                if (auto read = text_into(table.input_format); !read) return read;
                if (auto word = in_.expect_word("OUTPUTFORMAT"); !word) return word;
                return text_into(table.output_format);
            }
            table.stored_as = in_.take().upper;
            return {};
        }
        return std::unexpected(
            in_.mismatch("'COMMENT', 'PARTITIONED', 'ROW', 'STORED', 'LOCATION', 'TBLPROPERTIES'"));
    }

    SyntaxResult<> delimited(TableDefinition& table) {
        table.is_delimited = true;
        const auto property = [&](const char* key) -> SyntaxResult<> {
            auto value = text();
            if (!value) return pass(value);
            table.serde_properties.emplace_back(key, std::move(*value));
            return {};
        };
        while (true) {
            SyntaxResult<> read;
            if (in_.accept_words({"FIELDS", "TERMINATED", "BY"})) {
                read = property("field.delim");
                if (read && in_.accept_words({"ESCAPED", "BY"})) read = property("escape.delim");
            } else if (in_.accept_words({"COLLECTION", "ITEMS", "TERMINATED", "BY"})) {
                read = property("collection.delim");
            } else if (in_.accept_words({"MAP", "KEYS", "TERMINATED", "BY"})) {
                read = property("mapkey.delim");
            } else if (in_.accept_words({"LINES", "TERMINATED", "BY"})) {
                read = property("line.delim");
            } else if (in_.accept_words({"NULL", "DEFINED", "AS"})) {
                read = property("serialization.null.format");
            } else {
                return {};
            }
            if (!read) return read;
        }
    }

    SyntaxResult<> drop(Statement& made) {
        if (in_.accept_word("TABLE")) {
            made.kind = StatementKind::drop_table;
        } else if (in_.accept_word("DATABASE") || in_.accept_word("SCHEMA")) {
            made.kind = StatementKind::drop_database;
        } else {
            return std::unexpected(in_.mismatch("'TABLE', 'DATABASE', 'SCHEMA', 'VIEW'"));
        }
        made.has_if_exists = in_.accept_words({"IF", "EXISTS"});
        if (auto read = name(made.names); !read) return read;
        made.cascades = in_.accept_word("CASCADE");
        if (!made.cascades) in_.accept_word("RESTRICT");
        return {};
    }

    SyntaxResult<> partition_spec(trino::PartitionSpec& spec) {
        if (auto word = in_.expect_word("PARTITION"); !word) return word;
        if (auto open = in_.expect_symbol("("); !open) return open;
        do {
            auto key = identifier();
            if (!key) return pass(key);
            if (auto equal = in_.expect_symbol("="); !equal) return equal;
            const Token& token = in_.peek();
            const bool is_literal =
                token.kind == TokenKind::string || token.kind == TokenKind::integer ||
                token.kind == TokenKind::decimal || token.kind == TokenKind::word;
            if (!is_literal) return std::unexpected(in_.mismatch("<literal>"));
            spec.values.emplace_back(std::move(*key), in_.take().text);
        } while (in_.accept_symbol(","));
        if (auto close = in_.expect_symbol(")"); !close) return close;
        return in_.accept_word("LOCATION") ? text_into(spec.location) : SyntaxResult<>();
    }

    SyntaxResult<> alter(Statement& made) {
        if (auto table = in_.expect_word("TABLE"); !table) return table;
        if (auto read = name(made.names); !read) return read;
        if (in_.accept_word("ADD")) {
            if (in_.accept_word("COLUMNS")) {
                made.kind = StatementKind::add_columns;
                return columns(made.table.columns);
            }
            made.kind = StatementKind::add_partitions;
            made.has_if_not_exists = in_.accept_words({"IF", "NOT", "EXISTS"});
            do {
                if (auto read = partition_spec(made.partitions.emplace_back()); !read) return read;
            } while (in_.is_word("PARTITION"));
            return {};
        }
        if (in_.accept_word("DROP")) {
            made.kind = StatementKind::drop_partitions;
            made.has_if_exists = in_.accept_words({"IF", "EXISTS"});
            do {
                if (auto read = partition_spec(made.partitions.emplace_back()); !read) return read;
            } while (in_.accept_symbol(","));
            return {};
        }
        return std::unexpected(SyntaxError{in_.peek().at, "Queries of this type are not supported",
                                           ErrorCode::unsupported_statement});
    }

    SyntaxResult<> pattern(Statement& made) {
        in_.accept_word("LIKE");
        if (in_.peek().kind == TokenKind::string) made.pattern = in_.take().text;
        return {};
    }
    SyntaxResult<> in_database(Statement& made) {
        if (in_.accept_word("IN") || in_.accept_word("FROM")) return name(made.names);
        return {};
    }
    SyntaxResult<> show(Statement& made) {
        if (in_.accept_word("DATABASES") || in_.accept_word("SCHEMAS")) {
            made.kind = StatementKind::show_databases;
            return pattern(made);
        }
        if (in_.accept_word("FUNCTIONS")) {
            made.kind = StatementKind::show_functions;
            return pattern(made);
        }
        if (in_.is_word("TABLES") || in_.is_word("VIEWS")) {
            made.kind = in_.take().upper == "TABLES" ? StatementKind::show_tables
                                                     : StatementKind::show_views;
            if (auto read = in_database(made); !read) return read;
            return pattern(made);
        }
        if (in_.accept_word("COLUMNS")) {
            made.kind = StatementKind::show_columns;
            if (!in_.is_word("IN") && !in_.is_word("FROM"))
                return std::unexpected(in_.mismatch("'FROM', 'IN'"));
            if (auto read = in_database(made); !read) return read;
            if (in_.accept_word("IN") || in_.accept_word("FROM")) {
                auto database = identifier();
                if (!database) return pass(database);
                made.names.insert(made.names.begin(), std::move(*database));
            }
            return {};
        }
        if (in_.accept_word("PARTITIONS")) {
            made.kind = StatementKind::show_partitions;
        } else if (in_.accept_words({"CREATE", "TABLE"})) {
            made.kind = StatementKind::show_create_table;
        } else if (in_.accept_words({"CREATE", "VIEW"})) {
            made.kind = StatementKind::show_create_view;
        } else if (in_.accept_word("TBLPROPERTIES")) {
            made.kind = StatementKind::show_properties;
        } else {
            return std::unexpected(
                in_.mismatch("'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'SCHEMAS', 'TABLES', "
                             "'TBLPROPERTIES', 'VIEWS'"));
        }
        if (auto read = name(made.names); !read) return read;
        if (made.kind == StatementKind::show_properties && in_.accept_symbol("(")) {
            if (auto read = text_into(made.pattern); !read) return read;
            return in_.expect_symbol(")");
        }
        return {};
    }

    TokenReader& in_;
};

/// True when "AS SELECT" or "AS WITH" follows: CREATE TABLE AS belongs to Trino.
bool creates_from_query(std::string_view text) {
    auto tokens = trino::tokenize(text, trino::Dialect::hive);
    if (!tokens) return false;
    TokenReader in(text, std::move(*tokens));
    for (; in.peek().kind != TokenKind::end; in.take()) {
        if (!in.is_word("AS")) continue;
        std::size_t ahead = 1;
        while (in.is_symbol("(", ahead)) ++ahead;
        if (in.is_word("SELECT", ahead) || in.is_word("WITH", ahead)) return true;
    }
    return false;
}

}  // namespace

bool is_hive_statement(std::string_view text) {
    const auto words = first_words(text, 4);
    if (words.empty()) return false;
    const auto second = words.size() > 1 ? words[1] : std::string();
    if (words[0] == "SHOW" || words[0] == "MSCK" || words[0] == "ALTER") return true;
    if (words[0] == "DESCRIBE" || words[0] == "DESC")
        return second != "INPUT" && second != "OUTPUT";
    if (words[0] == "DROP") return second != "VIEW";
    if (words[0] != "CREATE") return false;
    if (second == "DATABASE" || second == "SCHEMA" || second == "EXTERNAL") return true;
    return second == "TABLE" && !creates_from_query(text);
}

SyntaxResult<Statement> parse_statement(std::string_view text) {
    FRESHET_TRY(tokens, trino::tokenize(text, trino::Dialect::hive));
    TokenReader in(text, std::move(*tokens));
    return Reader(in).statement();
}

}  // namespace freshet::sql::hive
