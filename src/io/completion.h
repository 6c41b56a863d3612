// Awaits an Asio operation: `const Completed done = co_await Completion([&](Completer completer) {
// start(std::move(completer)); });` The one bridge between Asio's callbacks and Task; for the files
// of io/ that own sockets.
#pragma once
#include <boost/system/error_code.hpp>
#include <coroutine>
#include <cstddef>
#include <utility>

namespace freshet::io {

struct Completed {
    boost::system::error_code error;
    std::size_t bytes = 0;
};

/// The handler of an operation. One type for all of them: Asio's templates are compiled once.
class Completer {
  public:
    Completer(Completed& place, std::coroutine_handle<> awaiter)
        : place_(&place), awaiter_(awaiter) {}
    void operator()(const boost::system::error_code& error, std::size_t bytes = 0) const {
        *place_ = {error, bytes};
        awaiter_.resume();
    }

  private:
    Completed* place_;
    std::coroutine_handle<> awaiter_;
};

/// `start` is called with a Completer to give to the operation.
template <class Start>
class Completion {
  public:
    explicit Completion(Start start) : start_(std::move(start)) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> here) { start_(Completer(completed_, here)); }
    Completed await_resume() const noexcept { return completed_; }

  private:
    Start start_;
    Completed completed_;
};

}  // namespace freshet::io
