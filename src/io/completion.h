// Awaits an Asio operation: `const Completed done = co_await Completion([&](auto handler) {
// start(std::move(handler)); });` The one bridge between Asio's callbacks and Task; for the files
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

/// `start` is called with the handler to give to the operation: void(error_code, size_t = 0).
template <class Start>
class Completion {
  public:
    explicit Completion(Start start) : start_(std::move(start)) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> here) { start_(Handler{this, here}); }
    Completed await_resume() const noexcept { return completed_; }

  private:
    struct Handler {
        Completion* self;
        std::coroutine_handle<> here;
        void operator()(boost::system::error_code error, std::size_t bytes = 0) {
            self->completed_ = {error, bytes};
            here.resume();
        }
    };
    Start start_;
    Completed completed_;
};

}  // namespace freshet::io
