// What failed, as a value. Every fallible function returns Result<T>; nothing in Freshet throws.
// A module names its failures in an `enum class Errc` and registers it with an ErrorDomain; the rim
// switches over that enum to answer in AWS's words.
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace freshet {

/// Identity and name of one module's error enum. One static instance a module.
struct ErrorDomain {
    const char* name;  ///< the module, e.g. "stream"
};

/// Specialise for each module's Errc: `template <> struct ErrorTraits<stream::Errc>` with a static
/// `const ErrorDomain& domain()`.
template <class Code>
struct ErrorTraits;

/// A failure: which module's, which of its codes, and a sentence that names the value at fault.
class [[nodiscard]] Error {
  public:
    template <class Code>
    Error(Code code, std::string message)
        : domain_(&ErrorTraits<Code>::domain()),
          code_(static_cast<int>(code)),
          message_(std::move(message)) {}

    const std::string& message() const { return message_; }
    const char* domain() const { return domain_->name; }
    int code() const { return code_; }

    /// True when the error is of module Code's domain; then `as<Code>()` gives the enum to switch
    /// on.
    template <class Code>
    bool is_of() const {
        return domain_ == &ErrorTraits<Code>::domain();
    }
    template <class Code>
    Code as() const {
        return static_cast<Code>(code_);
    }
    template <class Code>
    bool is(Code code) const {
        return is_of<Code>() && as<Code>() == code;
    }

    /// The same failure with what was being done in front: "open segment 12: Permission denied".
    Error within(std::string_view doing) && {
        message_.insert(0, ": ").insert(0, doing);
        return std::move(*this);
    }

  private:
    const ErrorDomain* domain_;
    int code_;
    std::string message_;
};

template <class T = void>
using Result = std::expected<T, Error>;

using Failure = std::unexpected<Error>;

/// `return fail(Errc::not_found, fmt::format(...));`
template <class Code>
[[nodiscard]] Failure fail(Code code, std::string message) {
    return Failure(Error(code, std::move(message)));
}

/// The error of a failed result, to return as one's own: `if (!x) return pass(x);`. Takes the error
/// out of `failed`, which must hold one.
template <class T, class E>
[[nodiscard]] std::unexpected<E> pass(std::expected<T, E>& failed) {
    return std::unexpected<E>(std::move(failed.error()));
}
template <class T, class E>
[[nodiscard]] std::unexpected<E> pass(std::expected<T, E>&& failed) {
    return std::unexpected<E>(std::move(failed.error()));
}
template <class T, class E>
[[nodiscard]] std::unexpected<E> pass(const std::expected<T, E>& failed) {
    return std::unexpected<E>(failed.error());
}

/// Declares `name` as the result of `call`, and returns its error when it holds one. A macro,
/// because C++ has no expression that returns; not for coroutines.
#define FRESHET_TRY(name, call) \
    auto name = call;           \
    if (!name) return ::freshet::pass(name)

/// Failures that any module can have and that no caller distinguishes by module.
enum class Errc {
    io,          ///< the operating system refused; the message carries its words
    corrupt,     ///< stored bytes contradict their checksum or their format
    no_space,    ///< the disk is full; nothing was acknowledged
    invalid,     ///< input that the rim cannot judge (a file, a configuration) is wrong
    busy,        ///< someone else holds it: a port, a data directory
    cancelled,   ///< the caller or shutdown stopped it
    timed_out,   ///< a limit of time passed
    unavailable  ///< a peer process is not there
};

template <>
struct ErrorTraits<Errc> {
    static const ErrorDomain& domain();
};

}  // namespace freshet
