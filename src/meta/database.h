// The metadata of every service: one SQLite file, one writer thread, a pool of readers. Writes that
// wait together are committed together (group commit) with one fsync; a write's task completes only
// when its commit is durable. A transaction is open to several services at once: delivery makes an
// object, a position and a partition visible in one Txn. SQLite is in this module and in no other.
#pragma once
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/core.h"

namespace freshet::meta {

/// NULL, integer, real, text, blob.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;

/// One row of an answer; columns count from 0. Valid until the next row is asked for.
class Row {
  public:
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::string blob(int column) const;
    bool is_null(int column) const;
    int columns() const;

  private:
    friend class Connection;
    explicit Row(void* statement) : statement_(statement) {}
    void* statement_;
};

/// Reads inside one consistent snapshot. Pool or writer thread only, for the length of the
/// callback.
class Connection {
  public:
    /// Calls `each` per row until it returns false. `sql` is prepared once and cached by its text;
    /// parameters are ?1, ?2... Stores read rows by meta/table.h and meta/cell.h.
    Result<> query(std::string_view sql, const std::vector<Value>& parameters,
                   const std::function<bool(const Row&)>& each) const;
    Connection(const Connection&) = delete;
    ~Connection();

  protected:
    friend class Database;
    explicit Connection(void* handle);
    struct State;
    std::unique_ptr<State> state_;
};

/// A write transaction, or a savepoint in the one that several writes share. On the writer thread,
/// for the length of the callback; an error that the callback returns undoes what it wrote.
class Txn : public Connection {
  public:
    /// The number of rows changed. Errc::io, Errc::no_space, or meta::Errc::conflict for a broken
    /// UNIQUE.
    Result<std::int64_t> execute(std::string_view sql, const std::vector<Value>& parameters = {});
    /// execute() for a caller that does not ask how many rows changed.
    Result<> run(std::string_view sql, const std::vector<Value>& parameters = {});
    std::int64_t last_row_id() const;
    /// The commit waits for `ready`: for bytes of another file that what is written here names, and
    /// whose sync runs beside the transaction. An invalid future is ready.
    void commit_after(std::shared_future<void> ready);

  private:
    friend class Database;
    using Connection::Connection;
    std::vector<std::shared_future<void>> awaited_;  ///< of the group that is under way
};

enum class Errc {
    conflict,  ///< a UNIQUE or PRIMARY KEY constraint refused the row
};

/// The tables of one service. Versions count from 1 and are applied in order, each once.
struct Migration {
    std::string_view service;
    int version;
    std::string_view sql;
};

/// Life: open() before any core runs; ~Database() after every core has stopped, so that no task
/// waits for it any more. write() and read() are called on any core and complete there; `work` runs
/// on a thread of this class, with what it captured, and touches no core's state. A write that
/// completed without an error is on disk; one that completed with an error left nothing.
class Database {
  public:
    /// Opens or makes `path`, applies what is missing of `migrations`. WAL, synchronous=FULL.
    static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                  const std::vector<Migration>& migrations);
    ~Database();

    /// Runs `work` in a write transaction on the writer thread, in order of arrival; an error rolls
    /// back what `work` did and is returned. Completes on the awaiting core, after the commit is
    /// durable.
    template <class Work>
    io::Task<std::invoke_result_t<Work, Txn&>> write(Work work) {
        using T = std::invoke_result_t<Work, Txn&>;
        std::optional<T> result;
        auto failed = co_await submit_write([&](Txn& txn) -> Result<> {
            result.emplace(work(txn));
            if (*result) return {};
            return std::unexpected(result->error());
        });
        if (!failed && result && *result) co_return pass(failed);
        if (!result) co_return pass(failed);
        co_return std::move(*result);
    }

    /// Runs `work` on a reader thread in a snapshot of what is committed.
    template <class Work>
    io::Task<std::invoke_result_t<Work, const Connection&>> read(Work work) {
        using T = std::invoke_result_t<Work, const Connection&>;
        std::optional<T> result;
        co_await submit_read(
            [&](const Connection& connection) { result.emplace(work(connection)); });
        co_return std::move(*result);
    }

    /// At start-up, before any core runs, and in tests: the same, on the calling thread.
    Result<> write_now(const std::function<Result<>(Txn&)>& work);
    Result<> read_now(const std::function<Result<>(const Connection&)>& work) const;

  private:
    Database();
    io::Task<Result<>> submit_write(std::function<Result<>(Txn&)> work);
    io::Task<void> submit_read(std::function<void(const Connection&)> work);
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::meta

template <>
struct freshet::ErrorTraits<freshet::meta::Errc> {
    static const ErrorDomain& domain();
};
