// ORC files through Apache Arrow. libfreshet-orc.so alone links Arrow; freshet-query loads it when
// a plan asks for ORC, and talks to it in this header's words. Rows cross as Arrow's C data
// interface, which the engine speaks too.
#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

struct ArrowSchema;
struct ArrowArray;

namespace freshet::orc {

/// Or why not, as the library says it.
template <class T = void>
using Outcome = std::expected<T, std::string>;

/// The bytes of a file that is read. One thread at a time.
class Source {
  public:
    virtual ~Source() = default;
    virtual std::uint64_t size() const = 0;
    /// All `size` bytes. Throws nothing.
    virtual Outcome<> read_at(std::uint64_t offset, void* out, std::size_t size) = 0;
};

/// The rows of one stripe, in pieces.
class Rows {
  public:
    virtual ~Rows() = default;
    /// False at the end. The caller releases `out`.
    virtual Outcome<bool> next(ArrowArray& out) = 0;
};

/// One open file. One thread at a time.
class Reader {
  public:
    virtual ~Reader() = default;
    /// A struct of the file's columns. The caller releases `out`.
    virtual Outcome<> schema(ArrowSchema& out) = 0;
    /// How many rows each stripe has.
    virtual std::vector<std::uint64_t> stripe_rows() = 0;
    /// `columns` are places in schema(), ascending, at least one; each array that comes is a
    /// struct of them. This outlives the rows; a later read() ends those before.
    virtual Outcome<std::unique_ptr<Rows>> read(std::size_t stripe,
                                                const std::vector<int>& columns) = 0;
};

enum class Compression { none, zlib, snappy };

struct FileOptions {
    Compression compression = Compression::snappy;
    std::uint64_t stripe_bytes = 64 << 20;  ///< about, as they lie in the file
    std::uint64_t row_index_stride = 10'000;
    double dictionary_threshold = 0;  ///< distinct texts of all; 0: no dictionary
    /// ORC's numbers of columns: 0 is the row, its columns and theirs follow in depth.
    std::vector<std::int64_t> bloom_columns;
    double bloom_false_positives = 0.05;
    bool is_version_0_11 = false;
};

/// One file that is written. One thread at a time. What it wrote so far stays when it fails.
class Writer {
  public:
    virtual ~Writer() = default;
    /// Takes `rows`, whatever happens.
    virtual Outcome<> write(ArrowArray& rows) = 0;
    /// Closes the file, which is not synced; its size in bytes.
    virtual Outcome<std::uint64_t> finish() = 0;
};

class Library {
  public:
    virtual ~Library() = default;
    virtual Outcome<std::unique_ptr<Reader>> open(std::unique_ptr<Source> source) const = 0;
    /// `schema` is a struct of the columns; it is taken, whatever happens.
    virtual Outcome<std::unique_ptr<Writer>> create(const std::string& path, ArrowSchema& schema,
                                                    const FileOptions& options) const = 0;
};

/// The one symbol that the library gives; `interface_version` must be the loader's own.
inline constexpr const char* entry_name = "freshet_orc_library";
inline constexpr int interface_version = 1;
using Entry = const Library* (*)(int interface_version);

/// Loads libfreshet-orc.so, which lies beside this program, at the first call; it stays loaded.
Outcome<const Library*> load();

}  // namespace freshet::orc
