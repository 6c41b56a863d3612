#include "aws/protocol/query.h"

#include <fmt/format.h>

#include "aws/protocol/scalar.h"

namespace freshet::aws {
namespace {

class Reader {
  public:
    Reader(const Pairs& parameters, Violations& violations)
        : parameters_(parameters), violations_(violations) {}

    Answer<void> structure(const Shape& shape, const std::string& prefix, void* out,
                           const Path& path) {
        for (const Member& member : shape.members) {
            const std::string name = prefix + member.wire;
            const Path inner{&path, member.name, 0, nullptr};
            if (!is_there(name)) {
                if (member.is_required) violations_.add_missing(inner);
                continue;
            }
            auto done = any(*member.shape, name, member.make(out), inner, member.stamp);
            if (!done) return done;
        }
        return {};
    }

  private:
    bool is_there(const std::string& name) const {
        const std::string dotted = name + '.';
        for (const auto& [key, value] : parameters_) {
            if (key == name || key.starts_with(dotted)) return true;
        }
        return false;
    }

    Answer<void> any(const Shape& shape, const std::string& name, void* out, const Path& path,
                     Stamp stamp) {
        if (shape.kind == Kind::structure) return structure(shape, name + '.', out, path);
        if (shape.kind == Kind::list) return list(shape, name, out, path);
        for (const auto& [key, value] : parameters_) {
            if (key == name) return scalar_from_text(shape, value, out, stamp);
        }
        return {};
    }

    Answer<void> list(const Shape& shape, const std::string& name, void* out, const Path& path) {
        const std::string start =
            shape.is_flattened ? name : fmt::format("{}.{}", name, shape.element_name);
        for (std::size_t i = 1;; ++i) {
            const std::string item = fmt::format("{}.{}", start, i);
            if (!is_there(item)) return {};
            auto done = any(*shape.element, item, shape.list->append(out),
                            Path{&path, {}, i - 1, nullptr}, Stamp::natural);
            if (!done) return done;
        }
    }

    const Pairs& parameters_;
    Violations& violations_;
};

}  // namespace

Answer<void> decode_query(const Shape& shape, const Pairs& parameters, void* out,
                          Violations& violations) {
    return Reader(parameters, violations).structure(shape, "", out, Path{});
}

}  // namespace freshet::aws
