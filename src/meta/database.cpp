#include "meta/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "io/gathering.h"
#include "meta/announcements.h"
#include "meta/sqlite_error.h"
#include "meta/versions.h"

namespace freshet {
const ErrorDomain& ErrorTraits<meta::Errc>::domain() {
    static const ErrorDomain domain{"meta"};
    return domain;
}
}  // namespace freshet

namespace freshet::meta {
namespace {

constexpr int readers = 2;
constexpr std::size_t group_max = 256;  ///< write transactions that share one commit
constexpr std::size_t reads_max = 16;   ///< reads that share one snapshot

/// Values are not copied: each use of a statement binds all of its parameters again, and they live
/// until it was stepped to its end.
struct Binder {
    sqlite3_stmt* statement;
    int at;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, at); }
    int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, at, value); }
    int operator()(double value) const { return sqlite3_bind_double(statement, at, value); }
    int operator()(const std::string& value) const {
        return sqlite3_bind_text64(statement, at, value.data(), value.size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    int operator()(const Bytes& value) const {
        return sqlite3_bind_blob64(statement, at, value.data(), value.size(), SQLITE_STATIC);
    }
};

Result<sqlite3*> open_handle(const std::string& path) {
    sqlite3* db = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) {
        Error error = sqlite_error(db, code, "open " + path);
        sqlite3_close(db);
        return std::unexpected(std::move(error));
    }
    sqlite3_busy_timeout(db, 10'000);
    for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                               "PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY",
                               "PRAGMA cache_size=-4000", "PRAGMA wal_autocheckpoint=4000"}) {
        const int done = sqlite3_exec(db, pragma, nullptr, nullptr, nullptr);
        if (done == SQLITE_OK) continue;
        Error error = sqlite_error(db, done, pragma);
        sqlite3_close(db);
        return std::unexpected(std::move(error));
    }
    return db;
}

/// What versions_here() and announcements_here() are of a database.
struct Here {
    Versions versions;
    Announcements announcements;
};

/// Of the database whose callback runs on this thread; nullptr outside of one.
thread_local Here* current = nullptr;

class Visit {
  public:
    explicit Visit(Here& here) : before_(std::exchange(current, &here)) {}
    ~Visit() { current = before_; }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

  private:
    Here* before_;
};

}  // namespace

Versions& versions_here() {
    FRESHET_CHECK(current != nullptr);
    return current->versions;
}

Announcements& announcements_here() {
    FRESHET_CHECK(current != nullptr);
    return current->announcements;
}

std::int64_t Row::integer(int column) const {
    return sqlite3_column_int64(static_cast<sqlite3_stmt*>(statement_), column);
}
double Row::real(int column) const {
    return sqlite3_column_double(static_cast<sqlite3_stmt*>(statement_), column);
}
std::string Row::text(int column) const { return blob(column); }
std::string Row::blob(int column) const {
    auto* statement = static_cast<sqlite3_stmt*>(statement_);
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return data ? std::string(data, size) : std::string();
}
bool Row::is_null(int column) const {
    return sqlite3_column_type(static_cast<sqlite3_stmt*>(statement_), column) == SQLITE_NULL;
}
int Row::columns() const { return sqlite3_column_count(static_cast<sqlite3_stmt*>(statement_)); }

/// A text is found without making a string of it.
struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
};

struct Connection::State {
    sqlite3* db;
    std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements;

    /// The cached statement of `sql`; parameters of an earlier use may still be bound.
    Result<sqlite3_stmt*> statement_of(std::string_view sql) {
        if (const auto found = statements.find(sql); found != statements.end())
            return found->second;
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) return std::unexpected(sqlite_error(db, code, sql));
        statements.emplace(sql, statement);
        return statement;
    }
    Result<sqlite3_stmt*> prepare(std::string_view sql, const std::vector<Value>& parameters) {
        auto found = statement_of(sql);
        if (!found) return found;
        sqlite3_stmt* statement = *found;
        // A statement whose rows are being visited is not begun again inside the visit.
        FRESHET_CHECK(!sqlite3_stmt_busy(statement));
        FRESHET_CHECK(sqlite3_bind_parameter_count(statement) ==
                      static_cast<int>(parameters.size()));
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const int code = std::visit(Binder{statement, static_cast<int>(i) + 1}, parameters[i]);
            if (code != SQLITE_OK) return std::unexpected(sqlite_error(db, code, sql));
        }
        return statement;
    }
    Result<> execute(const char* sql) {
        const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) return std::unexpected(sqlite_error(db, code, sql));
        return {};
    }
    /// One of the few statements without parameters or rows that run for each transaction.
    Result<> step(std::string_view sql) {
        auto statement = statement_of(sql);
        if (!statement) return pass(statement);
        const int code = sqlite3_step(*statement);
        Result<> result;
        if (code != SQLITE_DONE) result = std::unexpected(sqlite_error(db, code, sql));
        sqlite3_reset(*statement);
        return result;
    }
};

Connection::Connection(void* handle) : state_(new State{static_cast<sqlite3*>(handle), {}}) {}
Connection::~Connection() {
    for (const auto& [sql, statement] : state_->statements) sqlite3_finalize(statement);
    sqlite3_close(state_->db);
}

Result<> Connection::query(std::string_view sql, const std::vector<Value>& parameters,
                           const std::function<bool(const Row&)>& each) const {
    auto statement = state_->prepare(sql, parameters);
    if (!statement) return pass(statement);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(*statement)) == SQLITE_ROW) {
        if (!each(Row(*statement))) break;
    }
    Result<> result;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        result = std::unexpected(sqlite_error(state_->db, code, sql));
    sqlite3_reset(*statement);
    return result;
}

Result<std::int64_t> Txn::execute(std::string_view sql, const std::vector<Value>& parameters) {
    auto statement = state_->prepare(sql, parameters);
    if (!statement) return pass(statement);
    int code = SQLITE_OK;
    do code = sqlite3_step(*statement);
    while (code == SQLITE_ROW);
    Result<std::int64_t> result = static_cast<std::int64_t>(sqlite3_changes(state_->db));
    if (code != SQLITE_DONE) result = std::unexpected(sqlite_error(state_->db, code, sql));
    sqlite3_reset(*statement);
    return result;
}
Result<> Txn::run(std::string_view sql, const std::vector<Value>& parameters) {
    auto done = execute(sql, parameters);
    if (!done) return pass(done);
    return {};
}
std::int64_t Txn::last_row_id() const { return sqlite3_last_insert_rowid(state_->db); }
void Txn::commit_after(std::shared_future<void> ready) {
    if (ready.valid()) awaited_.push_back(std::move(ready));
}

/// The writer thread owns the only Txn; each reader thread owns a Connection.
struct Database::State {
    struct Write {
        std::function<Result<>(Txn&)> work;
        std::function<void(Result<>)> done;
    };
    Here here;
    std::unique_ptr<Txn> txn;
    std::unique_ptr<Connection> own_reader;  ///< read_now()
    std::vector<std::unique_ptr<Connection>> connections;
    std::mutex mutex;
    std::condition_variable writes_wake, reads_wake;
    std::deque<Write> writes;
    io::Gathering gathering;
    bool is_gathering = false;  ///< the writer thread sleeps until a group is whole
    struct Read {
        std::uint64_t number;  ///< in order of arrival
        std::function<void(const Connection&)> work;
    };
    std::deque<Read> reads;
    std::uint64_t last_read = 0;
    bool is_stopping = false;
    std::vector<std::thread> threads;

    /// With the mutex held: whether the writer thread is to be woken.
    bool is_group_due() const {
        return !is_gathering || is_stopping || writes.size() >= gathering.wanted;
    }

    /// Returns when there is something to write, or nothing more comes.
    void gather(std::unique_lock<std::mutex>& lock) {
        writes_wake.wait(lock, [this] { return is_stopping || !writes.empty(); });
        is_gathering = gathering.wanted >= io::Gathering::appends_min;
        if (is_gathering)
            writes_wake.wait_for(lock, io::Gathering::wait_max, [this] { return is_group_due(); });
        is_gathering = false;
        if (!writes.empty()) gathering.learn(writes.size());
    }

    void write_loop() {
        while (true) {
            std::vector<Write> group;
            {
                std::unique_lock lock(mutex);
                gather(lock);
                if (writes.empty()) return;
                while (!writes.empty() && group.size() < group_max) {
                    group.push_back(std::move(writes.front()));
                    writes.pop_front();
                }
            }
            std::vector<Result<>> results;
            commit(group, results);
            FRESHET_CHECK(results.size() == group.size());  // each write is answered, once
            for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(results[i]));
        }
    }

    /// A work that fails is rolled back alone; a commit that fails fails all that were in it.
    void commit(std::vector<Write>& group, std::vector<Result<>>& results) {
        const Visit visit(here);
        auto begun = txn->state_->step("BEGIN IMMEDIATE");
        for (Write& write : group) {
            results.push_back(begun ? in_savepoint(write.work) : begun);
        }
        if (!begun) return;
        for (const auto& ready : std::exchange(txn->awaited_, {})) ready.wait();
        here.versions.begin_commit();
        auto committed = txn->state_->step("COMMIT");
        here.versions.end_commit();
        here.announcements.end_commit(committed.has_value());
        if (committed) return;
        log_error("meta", "commit failed", {{"reason", committed.error().message()}});
        (void)txn->state_->step("ROLLBACK");
        for (auto& result : results) {
            if (result) result = committed;
        }
    }

    Result<> in_savepoint(const std::function<Result<>(Txn&)>& work) {
        auto opened = txn->state_->step("SAVEPOINT one");
        if (!opened) return opened;
        auto result = work(*txn);
        if (!result) (void)txn->state_->step("ROLLBACK TO one");
        auto released = txn->state_->step("RELEASE one");
        return result ? released : result;
    }

    /// Reads that were asked for before a snapshot began may share it: each sees every commit that
    /// its caller knows of.
    void read_loop(const Connection& connection) {
        while (true) {
            std::optional<Read> read;
            std::uint64_t covered = 0;
            {
                std::unique_lock lock(mutex);
                reads_wake.wait(lock, [&] { return is_stopping || !reads.empty(); });
                if (reads.empty()) return;
                read = take_read();
                covered = last_read;
            }
            in_snapshot(connection, [&](const Connection& snapshot) {
                for (std::size_t count = 1; read; ++count) {
                    FRESHET_CHECK(read->number <= covered);
                    read->work(snapshot);
                    read.reset();
                    const std::scoped_lock lock(mutex);
                    if (count < reads_max && !reads.empty() && reads.front().number <= covered)
                        read = take_read();
                }
            });
        }
    }

    /// With the mutex held.
    Read take_read() {
        Read read = std::move(reads.front());
        reads.pop_front();
        return read;
    }

    static void in_snapshot(const Connection& connection,
                            const std::function<void(const Connection&)>& work) {
        (void)connection.state_->step("BEGIN");
        work(connection);
        (void)connection.state_->step("COMMIT");
    }

    Result<> migrate(const std::vector<Migration>& migrations) {
        auto made = txn->state_->execute(
            "CREATE TABLE IF NOT EXISTS migrations (service TEXT, version INTEGER, PRIMARY KEY "
            "(service, version)) WITHOUT ROWID");
        if (!made) return made;
        for (const Migration& migration : migrations) {
            const std::vector<Value> key{std::string(migration.service),
                                         std::int64_t{migration.version}};
            bool is_applied = false;
            auto asked = txn->query("SELECT 1 FROM migrations WHERE service = ?1 AND version = ?2",
                                    key, [&](const Row&) { return !(is_applied = true); });
            if (!asked) return asked;
            if (is_applied) continue;
            auto done = txn->state_->execute(std::string(migration.sql).c_str());
            if (!done)
                return std::unexpected(
                    std::move(done.error())
                        .within(fmt::format("migration {} of {}", migration.version,
                                            migration.service)));
            auto noted = txn->execute("INSERT INTO migrations VALUES (?1, ?2)", key);
            if (!noted) return pass(noted);
        }
        return {};
    }
};

Database::Database() : state_(std::make_unique<State>()) {}

Result<std::unique_ptr<Database>> Database::open(const std::string& path,
                                                 const std::vector<Migration>& migrations) {
    std::unique_ptr<Database> database(new Database);
    State& state = *database->state_;
    auto writer = open_handle(path);
    if (!writer) return pass(writer);
    state.txn.reset(new Txn(*writer));
    auto migrated = database->write_now([&](Txn&) { return state.migrate(migrations); });
    if (!migrated) return pass(migrated);
    for (int i = 0; i <= readers; ++i) {
        auto handle = open_handle(path);
        if (!handle) return pass(handle);
        if (i == readers)
            state.own_reader.reset(new Connection(*handle));
        else
            state.connections.emplace_back(new Connection(*handle));
    }
    state.threads.emplace_back([&state] { state.write_loop(); });
    for (auto& connection : state.connections) {
        state.threads.emplace_back([&state, &connection] { state.read_loop(*connection); });
    }
    return database;
}

Database::~Database() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->is_stopping = true;
    }
    state_->writes_wake.notify_all();
    state_->reads_wake.notify_all();
    for (auto& thread : state_->threads) thread.join();
    // Nobody waits for an answer that never comes.
    FRESHET_CHECK(state_->writes.empty() && state_->reads.empty());
}

io::Task<Result<>> Database::submit_write(std::function<Result<>(Txn&)> work) {
    io::Promise<Result<>> done(*io::Core::current());
    bool wakes = false;
    {
        const std::scoped_lock lock(state_->mutex);
        FRESHET_CHECK(!state_->is_stopping);
        state_->writes.push_back(
            {std::move(work), [done](Result<> result) mutable { done.set(std::move(result)); }});
        wakes = state_->is_group_due();
    }
    if (wakes) state_->writes_wake.notify_one();
    auto result = co_await done.get();
    co_return result;
}

io::Task<void> Database::submit_read(std::function<void(const Connection&)> work) {
    io::Promise<bool> done(*io::Core::current());
    {
        const std::scoped_lock lock(state_->mutex);
        FRESHET_CHECK(!state_->is_stopping);
        state_->reads.push_back({++state_->last_read, [work = std::move(work),
                                                       done](const Connection& connection) mutable {
                                     work(connection);
                                     done.set(true);
                                 }});
    }
    state_->reads_wake.notify_one();
    co_await done.get();
}

Result<> Database::write_now(const std::function<Result<>(Txn&)>& work) {
    if (state_->threads.empty()) {
        std::vector<State::Write> group;
        group.push_back({work, {}});
        std::vector<Result<>> results;
        state_->commit(group, results);
        return std::move(results.front());
    }
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<Result<>> result;
    {
        const std::scoped_lock lock(state_->mutex);
        state_->writes.push_back({work, [&](Result<> done) {
                                      const std::scoped_lock inner(mutex);
                                      result.emplace(std::move(done));
                                      wake.notify_one();
                                  }});
    }
    state_->writes_wake.notify_one();
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return result.has_value(); });
    return std::move(*result);
}

Result<> Database::read_now(const std::function<Result<>(const Connection&)>& work) const {
    const Visit visit(state_->here);
    Result<> result;
    State::in_snapshot(*state_->own_reader,
                       [&](const Connection& connection) { result = work(connection); });
    return result;
}

}  // namespace freshet::meta
