#include "duck/write/rejects.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/text/json_text.h"
#include "duck/engine.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

bool is_utf8(std::string_view text) {
    return duckdb::Value::StringIsValid(text.data(), text.size());
}

/// What is found, as it lies in the file: numbers, then texts with their sizes.
struct Header {
    std::uint64_t file = 0, range = 0, line = 0;
    std::uint64_t column_bytes = 0, reason_bytes = 0, raw_bytes = 0;
};

[[noreturn]] void fail_to_write() {
    raise(sql::ErrorCode::generic_internal_error,
          std::string("Unable to write the rejected rows: ") + std::strerror(errno));
}

}  // namespace

Rejects::Rejects(const sql::plan::WritePlan& plan)
    : plan_(plan), found_path_(plan.rejects_path + ".found"), lines_(plan.source.files.size()) {
    ::unlink(plan.rejects_path.c_str());  // of an attempt that ended before it could say so
}

Rejects::~Rejects() {
    if (!found_) return;
    found_.reset();
    ::unlink(found_path_.c_str());
}

Rejects::Stream Rejects::open(const std::string& path, const char* mode) {
    Stream file(std::fopen(path.c_str(), mode));
    if (!file) fail_to_write();
    return file;
}

void Rejects::write(std::FILE* file, std::string_view bytes) const {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) fail_to_write();
}

void Rejects::add(const Place& place, const Misfit& misfit, std::string_view raw) {
    const std::scoped_lock lock(mutex_);
    if (count_ == plan_.rejects_max)
        raise(sql::ErrorCode::hive_bad_data,
              plan_.source.files[place.file].name + ": more than " +
                  std::to_string(plan_.rejects_max) + " rows do not fit the columns: " +
                  (misfit.column.empty() ? "" : "column " + misfit.column + " is ") +
                  misfit.reason);
    if (!found_) found_ = open(found_path_, "w+b");
    std::string reason = misfit.reason;
    while (!is_utf8(reason)) reason.pop_back();  // it was cut within a character
    const Header header{place.file,           place.range,   place.line,
                        misfit.column.size(), reason.size(), raw.size()};
    write(found_.get(), {reinterpret_cast<const char*>(&header), sizeof header});
    for (const std::string_view text :
         {std::string_view(misfit.column), std::string_view(reason), raw})
        write(found_.get(), text);
    ++count_;
}

void Rejects::end_range(std::size_t file, std::uint32_t range, std::uint64_t lines) {
    const std::scoped_lock lock(mutex_);
    auto& counts = lines_.at(file);
    if (counts.size() <= range) counts.resize(range + 1);
    counts[range] = lines;
}

bool Rejects::copy_next(std::FILE* from, std::FILE* to) {
    Header header;
    if (std::fread(&header, sizeof header, 1, from) != 1) return false;
    std::string column(header.column_bytes, '\0'), reason(header.reason_bytes, '\0'),
        raw(header.raw_bytes, '\0');
    for (std::string* text : {&column, &reason, &raw}) {
        if (std::fread(text->data(), 1, text->size(), from) != text->size()) fail_to_write();
    }
    std::uint64_t line = header.line;
    const auto& counts = lines_.at(header.file);
    FRESHET_CHECK(header.range < counts.size());  // every range with a row was read to its end
    for (std::uint64_t range = 0; range < header.range; ++range) line += counts[range];
    std::string out = "{\"file\":" + json_text(plan_.source.files[header.file].name) +
                      ",\"line\":" + std::to_string(line);
    if (!column.empty()) out += ",\"column\":" + json_text(column);
    out += ",\"reason\":" + json_text(reason);
    out += is_utf8(raw) ? ",\"raw\":" + json_text(raw)
                        : ",\"raw_base64\":" + json_text(base64_encode(raw));
    write(to, out + "}\n");
    return true;
}

std::uint64_t Rejects::finish() {
    const std::scoped_lock lock(mutex_);
    if (count_ == 0) return 0;
    std::rewind(found_.get());
    const Stream result = open(plan_.rejects_path, "wb");
    std::uint64_t copied = 0;
    while (copy_next(found_.get(), result.get())) ++copied;
    FRESHET_CHECK(copied == count_);
    if (std::fflush(result.get()) != 0) fail_to_write();
    return count_;
}

}  // namespace freshet::duck
