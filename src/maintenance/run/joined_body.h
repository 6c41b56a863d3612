// The objects of a group as one body of text, made piece by piece while it is read: one piece of a
// source is in memory, however large the group is.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "io/body_reader.h"
#include "maintenance/plan.h"
#include "maintenance/run/parts.h"
#include "maintenance/text/gzip.h"
#include "maintenance/text/text_join.h"

namespace freshet::maintenance {

/// Errors of read(): objects::Errc::condition when a source is not what was listed; Errc::unfit
/// when one cannot be joined, which unfit() names; freshet::Errc::cancelled. The objects and the
/// pool outlive it.
class JoinedBody final : public io::BodyReader {
  public:
    JoinedBody(objects::Objects& objects, io::Pool& pool, std::string bucket, Group group,
               TextJoin::Rules rules, std::function<bool()> must_stop);
    io::Task<Result<Bytes>> read() override;

    const std::optional<LeftAlone>& unfit() const { return unfit_; }
    /// After the end: content-type and content-encoding that all sources have.
    const objects::Attributes& attributes() const { return attributes_; }
    std::int64_t lines() const { return join_.lines(); }

  private:
    io::Task<Result<>> open_next();
    Result<> take(const Bytes& piece, std::string& out);
    Result<> end_source(std::string& out);
    void write(std::string_view text, std::string& out);
    void note_attributes(const objects::ObjectInfo& object);

    objects::Objects& objects_;
    io::Pool& pool_;
    std::string bucket_;
    Group group_;
    TextJoin join_;
    std::function<bool()> must_stop_;
    std::size_t next_ = 0;  ///< of the group's sources
    std::shared_ptr<io::BodyReader> source_;
    std::unique_ptr<GzipReader> inflater_;
    std::unique_ptr<GzipWriter> deflater_;
    objects::Attributes attributes_;
    std::optional<LeftAlone> unfit_;
    bool is_ended_ = false;
};

}  // namespace freshet::maintenance
