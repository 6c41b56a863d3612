// MD5 of several streams at once. Each step of MD5 waits for the one before it, so that a core is
// mostly idle while it hashes one stream: eight side by side cost little more than one.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/crypto/digest.h"

namespace freshet {

/// An MD5 that is taken piece by piece, alone or beside others.
class Md5Stream {
  public:
    Md5Stream();
    ~Md5Stream();
    Md5Stream(Md5Stream&&) noexcept;
    Md5Stream& operator=(Md5Stream&&) noexcept;
    void update(std::string_view data);
    /// The 16 raw bytes; the stream is spent afterwards.
    std::string finish();

    /// The next bytes of a stream.
    struct Next {
        Md5Stream* stream;
        std::string_view data;
    };
    static constexpr std::size_t lanes = 8;
    /// update() of each; no stream twice. Up to `lanes` of about one size are fastest.
    static void update_all(std::span<const Next> all);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// out[i] = md5(texts[i]); both are of the same length. Texts of up to 55 bytes are taken beside
/// one another.
void md5_each(std::span<const std::string_view> texts, std::span<Md5> out);

}  // namespace freshet
