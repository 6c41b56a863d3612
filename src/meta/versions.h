// Whether what was read is still so. Things are named by hashes; the writer thread notes which of
// them a commit changes, and who keeps what it read asks whether that is over.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace freshet::meta {

/// of() on any thread; the rest on the writer thread. What shares a hash, or a part of it, changes
/// together: a version says too early that something is over, never too late.
class Versions {
  public:
    /// Before a read. A later commit that changes the thing changes it, before its own effect is
    /// seen; nothing while such a commit is under way: what is read then is not kept.
    std::optional<std::uint64_t> of(std::uint64_t hash) const;

    void note(std::uint64_t hash) { changed_.push_back(hash % stripes); }
    void note_all() { is_all_ = true; }
    /// Around the commit of what was noted, whether that succeeds or not.
    void begin_commit();
    void end_commit();

  private:
    static constexpr std::size_t stripes = 1024;
    void bump();
    std::array<std::atomic<std::uint64_t>, stripes> versions_{};  ///< odd: a commit is under way
    std::vector<std::size_t> changed_;                            ///< may have one several times
    bool is_all_ = false;
};

/// Those of the database that runs the callback of a write, or of read_now(), on this thread.
Versions& versions_here();

}  // namespace freshet::meta
