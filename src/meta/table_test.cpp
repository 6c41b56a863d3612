#include "meta/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meta/pairs.h"

namespace freshet::meta {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Boat;
using Key = ResourceName<Boat>;
enum class Colour { red, green };
struct Last {
    std::string outcome;
    Timestamp at;
};
struct Boat {
    std::int64_t id = 0;
    Key key;
    std::optional<std::string> note;
    Timestamp built;
    bool is_afloat = false;
    Colour colour = Colour::red;
    std::string cargo;
    std::optional<Last> last;
};
struct Sail {
    std::string name;
    double area = 0;
};
struct Berth {
    Key key;
    std::vector<std::string> words;
};

const auto boats = table<Boat>("boats", [](auto& column, auto& boat) {
    column.id("id", boat.id);
    column.key(boat.key);
    column("note", boat.note);
    column.fixed("built_ms", boat.built);
    column("is_afloat", boat.is_afloat);
    column("colour", boat.colour);
    column("cargo", blob(boat.cargo));
    column.optional(boat.last, [](auto& column, auto& last) {
        column("last_outcome", last.outcome);
        column("last_ms", last.at);
    });
});
const auto sails = table<Sail>("sails", [](auto& column, auto& sail) {
    column.owner("boat");
    column.position("position");
    column("name", sail.name);
    column("area", sail.area);
});
const auto berths = table<Berth>("berths", [](auto& column, auto& berth) {
    column.key(berth.key);
    column("words", packed(
                        berth.words,
                        [](const std::vector<std::string>& words) {
                            std::string text;
                            for (const auto& word : words) text += word + ";";
                            return text;
                        },
                        [](std::string text) {
                            std::vector<std::string> words;
                            for (std::size_t end = 0; (end = text.find(';')) != std::string::npos;
                                 text.erase(0, end + 1))
                                words.push_back(text.substr(0, end));
                            return words;
                        }));
});
const auto logbook = table<Sail>("logbook", [](auto& column, auto& sail) {
    column.no_key();
    column.owner("boat");
    column("name", sail.name);
});
const Pairs flags("flags", "boat");

std::vector<Migration> migrations() {
    return {{"test", 1,
             "CREATE TABLE boats (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
             "region TEXT NOT NULL, name TEXT NOT NULL, note TEXT, built_ms INTEGER NOT NULL, "
             "is_afloat INTEGER NOT NULL, colour INTEGER NOT NULL, cargo BLOB NOT NULL, "
             "last_outcome TEXT, last_ms INTEGER, UNIQUE (account, region, name))"},
            {"test", 2,
             "CREATE TABLE sails (boat INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT "
             "NULL, area REAL NOT NULL, PRIMARY KEY (boat, position)) WITHOUT ROWID"},
            {"test", 3,
             "CREATE TABLE berths (account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT "
             "NULL, words TEXT NOT NULL, PRIMARY KEY (account, region, name)) WITHOUT ROWID"},
            {"test", 4,
             "CREATE TABLE flags (boat INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, "
             "PRIMARY KEY (boat, name)) WITHOUT ROWID"}};
}

/// Runs `work` in a database of the tables above.
void in_database(const std::function<Result<>(Txn&)>& work) {
    auto database = Database::open(":memory:", migrations());
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

TEST(Table, a_description_gives_this_sql) {
    EXPECT_EQ(boats.sql().select,
              "SELECT id, account, region, name, note, built_ms, is_afloat, colour, cargo, "
              "last_outcome, last_ms FROM boats");
    EXPECT_EQ(boats.sql().find, boats.sql().select + " WHERE id = ?1");
    EXPECT_EQ(boats.sql().insert,
              "INSERT INTO boats (account, region, name, note, built_ms, is_afloat, colour, cargo, "
              "last_outcome, last_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    EXPECT_EQ(boats.sql().update,
              "UPDATE boats SET note = ?2, is_afloat = ?3, colour = ?4, cargo = ?5, last_outcome = "
              "?6, last_ms = ?7 WHERE id = ?1");
    EXPECT_EQ(boats.sql().remove, "DELETE FROM boats WHERE id = ?1");
    EXPECT_EQ(berths.sql().put,
              "INSERT INTO berths (account, region, name, words) VALUES (?1, ?2, ?3, ?4) ON "
              "CONFLICT (account, region, name) DO UPDATE SET words = excluded.words");
    EXPECT_EQ(berths.sql().remove,
              "DELETE FROM berths WHERE account = ?1 AND region = ?2 AND name = ?3");
}

TEST(Table, a_description_with_an_owner_gives_this_sql) {
    EXPECT_EQ(sails.sql().insert,
              "INSERT INTO sails (boat, position, name, area) VALUES (?1, ?2, ?3, ?4)");
    EXPECT_EQ(sails.sql().load, "SELECT name, area FROM sails WHERE boat = ?1 ORDER BY position");
    EXPECT_EQ(sails.sql().clear, "DELETE FROM sails WHERE boat = ?1");
    EXPECT_EQ(sails.sql().find, "SELECT name, area FROM sails WHERE boat = ?1 AND position = ?2");
    EXPECT_EQ(flags.sql().load, "SELECT name, value FROM flags WHERE boat = ?1 ORDER BY name");
    EXPECT_EQ(flags.sql().put,
              "INSERT INTO flags (boat, name, value) VALUES (?1, ?2, ?3) ON CONFLICT (boat, name) "
              "DO UPDATE SET value = excluded.value");
}

TEST(Table, rows_without_a_key_are_read_in_the_order_in_which_they_came) {
    EXPECT_EQ(logbook.sql().create,
              "CREATE TABLE logbook (boat INTEGER NOT NULL, name TEXT NOT NULL)");
    EXPECT_EQ(logbook.sql().load, "SELECT name FROM logbook WHERE boat = ?1 ORDER BY rowid");
    EXPECT_EQ(logbook.sql().update, "");
}

TEST(Table, create_is_what_a_migration_would_write) {
    EXPECT_EQ(boats.sql().create,
              "CREATE TABLE boats (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, "
              "region TEXT NOT NULL, name TEXT NOT NULL, note TEXT, built_ms INTEGER NOT NULL, "
              "is_afloat INTEGER NOT NULL, colour INTEGER NOT NULL, cargo BLOB NOT NULL, "
              "last_outcome TEXT, last_ms INTEGER)");
    EXPECT_EQ(sails.sql().create, migrations()[1].sql);
    EXPECT_EQ(berths.sql().create, migrations()[2].sql);
    EXPECT_EQ(flags.sql().create, migrations()[3].sql);
}

TEST(Table, a_row_is_read_as_it_was_written) {
    in_database([](Txn& txn) -> Result<> {
        Boat boat{
            0,    {{"1", "eu"}, "ark"}, std::nullopt,           from_epoch_ms(5),
            true, Colour::green,        std::string("a\0b", 3), Last{"sank", from_epoch_ms(9)}};
        FRESHET_TRY(inserted, boats.insert(txn, boat));
        EXPECT_EQ(boat.id, 1);
        FRESHET_TRY(found, boats.find(txn, values(boat.id)));
        if (!*found) return fail(freshet::Errc::io, "no row");
        const Boat& read = **found;
        EXPECT_EQ(read.id, 1);
        EXPECT_EQ(read.key, boat.key);
        EXPECT_EQ(read.note, std::nullopt);
        EXPECT_EQ(read.built, boat.built);
        EXPECT_TRUE(read.is_afloat);
        EXPECT_EQ(read.colour, Colour::green);
        EXPECT_EQ(read.cargo, boat.cargo);
        EXPECT_TRUE(read.last && read.last->outcome == "sank" && read.last->at == boat.last->at);
        return {};
    });
}

TEST(Table, an_update_writes_no_fixed_column_and_reports_a_missing_row) {
    in_database([](Txn& txn) -> Result<> {
        Boat boat{0, {{"1", "eu"}, "ark"}, "n", from_epoch_ms(5), true, Colour::red, "", Last{}};
        FRESHET_TRY(inserted, boats.insert(txn, boat));
        const Boat changed{1,     {{"2", "us"}, "tub"}, "m", from_epoch_ms(6),
                           false, Colour::red,          "",  std::nullopt};
        FRESHET_TRY(updated, boats.try_update(txn, changed));
        EXPECT_TRUE(*updated);
        FRESHET_TRY(found, boats.find(txn, values(1)));
        if (!*found) return fail(freshet::Errc::io, "no row");
        EXPECT_EQ((*found)->key, boat.key);
        EXPECT_EQ((*found)->built, boat.built);
        EXPECT_EQ((*found)->note, "m");
        EXPECT_FALSE((*found)->last);
        FRESHET_TRY(nothing, boats.try_update(txn, Boat{7, {}, {}, {}, {}, {}, {}, {}}));
        EXPECT_FALSE(*nothing);
        return {};
    });
}

TEST(Table, rows_of_an_owner_come_back_in_their_order) {
    in_database([](Txn& txn) -> Result<> {
        const std::vector<Sail> first{{"main", 30}, {"jib", 12.5}}, other{{"storm", 3}};
        FRESHET_TRY(one, sails.replace(txn, values(1), std::vector<Sail>{{"old", 1}}));
        FRESHET_TRY(two, sails.replace(txn, values(2), other));
        FRESHET_TRY(again, sails.replace(txn, values(1), first));
        FRESHET_TRY(read, sails.load(txn, values(1)));
        EXPECT_EQ(read->size(), 2U);
        EXPECT_EQ(read->front().name, "main");
        EXPECT_EQ(read->back().area, 12.5);
        FRESHET_TRY(rest, list<std::string>(txn, "SELECT name FROM sails WHERE boat = 2", {}));
        EXPECT_THAT(*rest, ElementsAre("storm"));
        return {};
    });
}

TEST(Table, put_takes_the_place_of_the_row_with_the_same_key) {
    in_database([](Txn& txn) -> Result<> {
        const Key key{{"1", "eu"}, "north"};
        FRESHET_TRY(one, berths.put(txn, Berth{key, {"deep", "dry"}}));
        FRESHET_TRY(two, berths.put(txn, Berth{key, {"wet"}}));
        FRESHET_TRY(all, berths.load(txn));
        EXPECT_EQ(all->size(), 1U);
        EXPECT_THAT(all->front().words, ElementsAre("wet"));
        FRESHET_TRY(removed, berths.try_remove(txn, values(key)));
        EXPECT_TRUE(*removed);
        FRESHET_TRY(again, berths.try_remove(txn, values(key)));
        EXPECT_FALSE(*again);
        return {};
    });
}

TEST(Pairs, replacing_pairs_leaves_those_of_other_owners) {
    in_database([](Txn& txn) -> Result<> {
        FRESHET_TRY(one, flags.replace(txn, 1, {{"a", "1"}, {"b", "2"}}));
        FRESHET_TRY(two, flags.replace(txn, 2, {{"a", "3"}}));
        FRESHET_TRY(three, flags.replace(txn, 1, {{"c", "4"}}));
        FRESHET_TRY(four, flags.put(txn, 1, {{"c", "5"}}));
        FRESHET_TRY(of_one, flags.load(txn, 1));
        FRESHET_TRY(of_two, flags.load(txn, 2));
        EXPECT_EQ(*of_one, (Pairs::Map{{"c", "5"}}));
        EXPECT_EQ(*of_two, (Pairs::Map{{"a", "3"}}));
        FRESHET_TRY(gone, flags.remove(txn, 1, "c"));
        FRESHET_TRY(empty, flags.load(txn, 1));
        EXPECT_TRUE(empty->empty());
        return {};
    });
}

TEST(Shape, a_description_that_fits_its_migrations_has_no_mismatch) {
    EXPECT_THAT(
        mismatches(migrations(), {boats.shape(), sails.shape(), berths.shape(), flags.shape()}),
        IsEmpty());
}

TEST(Shape, a_statement_that_sqlite_refuses_is_a_mismatch) {
    const Shape shape{
        "queue", {{"number", "INTEGER", false, Role::number}, {"name", "TEXT", false, Role::key}}};
    EXPECT_THAT(mismatches({{"test", 1,
                             "CREATE TABLE queue (number INTEGER PRIMARY KEY AUTOINCREMENT, name "
                             "TEXT NOT NULL UNIQUE)"}},
                           {shape}),
                IsEmpty());
    EXPECT_THAT(mismatches({{"test", 1,
                             "CREATE TABLE queue (number INTEGER PRIMARY KEY AUTOINCREMENT, name "
                             "TEXT NOT NULL)"}},
                           {shape}),
                ElementsAre(testing::HasSubstr("ON CONFLICT clause does not match")));
}

TEST(Shape, every_way_to_differ_from_the_table_is_a_mismatch) {
    auto all = migrations();
    all.push_back({"test", 5,
                   "ALTER TABLE berths ADD COLUMN depth INTEGER; DROP TABLE sails; CREATE TABLE "
                   "sails (boat INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT, area REAL "
                   "NOT NULL, PRIMARY KEY (boat)); CREATE TABLE crews (id INTEGER)"});
    EXPECT_THAT(mismatches(all, {boats.shape(), sails.shape(), berths.shape()}, {"flags"}),
                ElementsAre("crews is not described", "sails: name TEXT is not described",
                            "sails: position INTEGER NOT NULL is not described",
                            "sails: name TEXT NOT NULL is not in the table",
                            "sails: position INTEGER PRIMARY KEY is not in the table",
                            "berths: depth INTEGER is not described"));
}

}  // namespace
}  // namespace freshet::meta
