// AWS's event streams (application/vnd.amazon.eventstream): frames with headers and checksums,
// which SubscribeToShard answers with. Pure but for EventBody, which turns a source of events into
// frames as they come; how a payload is written (JSON, CBOR) is the front's choice, by the
// request's type.
//
//   total length u32 | length of headers u32 | CRC-32 of these eight bytes
//   headers: length of name u8, name, type u8 (7: text), length u16, text
//   payload | CRC-32 of all before it          numbers are big-endian
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/fault.h"
#include "aws/protocol/shape.h"
#include "base/bytes.h"
#include "io/body_reader.h"

namespace freshet::aws {

using EventHeaders = std::vector<std::pair<std::string_view, std::string_view>>;
std::string encode_event_frame(const EventHeaders& headers, std::string_view payload);

/// How payloads are written.
struct EventEncoding {
    int id = 0;                     ///< of this encoding, for caches
    const char* type = "";          ///< of an event: "application/json"
    const char* initial_type = "";  ///< of the first frame: "application/x-amz-json-1.1"
    std::string (*encode)(const Shape&, const void* value) = nullptr;
    std::string (*encode_fault)(const Fault&) = nullptr;
};
/// application/json
const EventEncoding& json_events();
/// application/x-amz-cbor-1.1
const EventEncoding& cbor_events();

/// Frames that were made of one event, so that the next reader of the same event gets them again.
/// One core.
class EventCache {
  public:
    const Bytes* find(int encoding) const;
    void keep(int encoding, Bytes frame) { frames_.emplace_back(encoding, std::move(frame)); }

  private:
    std::vector<std::pair<int, Bytes>> frames_;
};

struct Event {
    const char* name = "";  ///< of the member of the event stream
    const Shape* shape = nullptr;
    std::function<std::shared_ptr<const void>()> make;  ///< the value of `shape`, when it is needed
    std::shared_ptr<EventCache> cache;                  ///< may be null
};

/// The body of an answer that is an event stream. Read on the core of its operation.
class EventBody : public io::BodyReader {
  public:
    /// Before the first read; JSON unless said otherwise.
    void write_as(const EventEncoding& encoding) { encoding_ = &encoding; }
    io::Task<Result<Bytes>> read() final;

  protected:
    /// The next event; an answer without an event ends the stream, a fault ends it as an exception.
    virtual io::Task<Answer<std::optional<Event>>> next() = 0;

  private:
    enum class State { begin, middle, end };
    const EventEncoding* encoding_ = &json_events();
    State state_ = State::begin;
};

}  // namespace freshet::aws
