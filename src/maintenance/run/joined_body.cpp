#include "maintenance/run/joined_body.h"

#include <fmt/format.h>

#include "maintenance/errors.h"
#include "maintenance/limits.h"
#include "maintenance/run/listing.h"

namespace freshet::maintenance {
namespace {

std::string attribute(const objects::ObjectInfo& object, const char* name) {
    const auto found = object.attributes.find(name);
    return found == object.attributes.end() ? "" : found->second;
}

}  // namespace

JoinedBody::JoinedBody(objects::Objects& objects, io::Pool& pool, std::string bucket, Group group,
                       TextJoin::Rules rules, std::function<bool()> must_stop)
    : objects_(objects),
      pool_(pool),
      bucket_(std::move(bucket)),
      group_(std::move(group)),
      join_(rules),
      must_stop_(std::move(must_stop)) {
    if (group_.is_gzip) deflater_ = std::make_unique<GzipWriter>();
}

io::Task<Result<Bytes>> JoinedBody::read() {
    std::string out;
    while (out.size() < limits::joined_piece_bytes && !is_ended_) {
        if (must_stop_()) co_return fail(freshet::Errc::cancelled, "the run was stopped");
        if (!source_ && next_ == group_.sources.size()) {
            if (deflater_) co_await pool_.run([&] { deflater_->end(out); });
            is_ended_ = true;
            break;
        }
        if (!source_) {
            if (auto opened = co_await open_next(); !opened) co_return pass(opened);
        }
        auto piece = co_await source_->read();
        if (!piece) co_return pass(piece);
        auto taken = co_await pool_.run(
            [&]() -> Result<> { return piece->empty() ? end_source(out) : take(*piece, out); });
        if (!taken) {
            const std::string& key = group_.sources[next_ - 1].key;
            unfit_ = LeftAlone{key, taken.error().message()};
            co_return std::unexpected(std::move(taken.error()).within(key));
        }
        if (piece->empty()) source_.reset();
    }
    co_return Bytes::own(std::move(out));
}

io::Task<Result<>> JoinedBody::open_next() {
    const Listed& listed = group_.sources[next_++];
    auto object = co_await find_listed(objects_, bucket_, listed);
    if (!object) co_return pass(object);
    const std::string encoding = attribute(*object, "content-encoding");
    const bool is_plain = encoding.empty() || encoding == "aws-chunked";
    if (!is_plain && (encoding != "gzip" || !group_.is_gzip)) {
        unfit_ = LeftAlone{listed.key, fmt::format("its Content-Encoding is {}", encoding)};
        co_return fail(Errc::unfit, fmt::format("{}: {}", unfit_->key, unfit_->why));
    }
    note_attributes(*object);
    source_ = objects_.read(*object, 0, object->size);
    if (group_.is_gzip) inflater_ = std::make_unique<GzipReader>();
    join_.begin();
    co_return Result<>();
}

void JoinedBody::note_attributes(const objects::ObjectInfo& object) {
    const bool is_first = next_ == 1;
    for (const char* name : {"content-type", "content-encoding"}) {
        const std::string value = attribute(object, name);
        if (is_first && !value.empty()) attributes_[name] = value;
        const auto known = attributes_.find(name);
        if (known != attributes_.end() && known->second != value) attributes_.erase(known);
    }
}

Result<> JoinedBody::take(const Bytes& piece, std::string& out) {
    if (!inflater_) {
        write(piece.view(), out);
        return {};
    }
    std::string plain;
    if (auto inflated = inflater_->add(piece.view(), plain); !inflated) return inflated;
    write(plain, out);
    return {};
}

void JoinedBody::write(std::string_view text, std::string& out) {
    if (!deflater_) return join_.add(text, out);
    std::string joined;
    join_.add(text, joined);
    deflater_->add(joined, out);
}

Result<> JoinedBody::end_source(std::string& out) {
    if (inflater_) {
        if (auto ended = inflater_->end(); !ended) return ended;
    }
    std::string joined;
    if (auto ended = join_.end(joined); !ended) return ended;
    if (deflater_)
        deflater_->add(joined, out);
    else
        out += joined;
    return {};
}

}  // namespace freshet::maintenance
