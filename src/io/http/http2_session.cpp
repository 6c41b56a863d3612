#include "io/http/http2_session.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <deque>
#include <unordered_map>

#include "base/check.h"

namespace freshet::io {
namespace {

constexpr std::uint32_t max_frame_bytes = 64 * 1024;
constexpr std::size_t reset_cost = 4;  ///< of an allowance that a ping takes one of

nghttp2_nv pair_of(std::string_view name, std::string_view value) {
    return {const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(name.data())),
            const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(value.data())),
            name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string_view text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// One request and its answer.
struct Stream {
    HttpRequest head;
    std::size_t header_bytes = 0;
    std::size_t unread = 0;  ///< of the body, of which the window was not given back
    bool is_too_large = false;
    bool was_requested = false;  ///< its event was made
    bool has_ended = false;      ///< by the peer
    bool has_responded = false;
    std::deque<Bytes> queue;
    std::size_t taken = 0;     ///< of the queue's front
    bool is_complete = false;  ///< nothing follows the queue
    bool is_asleep = false;    ///< nghttp2 waits for resume_data
    bool has_moved = false;    ///< since the last tick
    int stalls = 0;
};

}  // namespace

struct Http2Session::State {
    HttpLimits limits;
    nghttp2_session* session = nullptr;
    std::unordered_map<StreamId, Stream> streams;
    std::vector<Event> events;
    std::size_t allowance;
    bool is_calm = true;  ///< false: the peer used up its allowance

    explicit State(const HttpLimits& limits_)
        : limits(limits_), allowance(limits_.http2_spare_frames_max) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { nghttp2_session_del(session); }

    Stream* find(StreamId id) {
        const auto found = streams.find(id);
        return found == streams.end() ? nullptr : &found->second;
    }
    void add(What what, StreamId id) { events.push_back({what, id, {}, false, {}}); }

    void charge(std::size_t cost) {
        if (allowance < cost) is_calm = false;
        allowance -= std::min(allowance, cost);
    }

    void begin(StreamId id) { streams.try_emplace(id); }

    int header(StreamId id, std::string_view name, std::string_view value) {
        Stream* stream = find(id);
        if (!stream || stream->was_requested) return 0;  // trailers say nothing that is used
        stream->header_bytes += name.size() + value.size() + 32;  // as RFC 9113 counts them
        if (stream->header_bytes > limits.header_bytes_max) stream->is_too_large = true;
        if (stream->is_too_large) return 0;
        HttpRequest& head = stream->head;
        if (name == ":method")
            head.method = value;
        else if (name == ":path")
            head.target = value;
        else if (name == ":authority")
            head.headers.add("host", value);
        else if (name == "host" && head.headers.find("host") == value)
            return 0;  // :authority once more (RFC 9113, 8.3.1)
        else if (!name.starts_with(':'))
            head.headers.add(name, value);
        return 0;
    }

    void headers_done(StreamId id, bool has_ended) {
        Stream* stream = find(id);
        if (!stream) return;
        stream->has_ended = stream->has_ended || has_ended;
        if (stream->was_requested) {
            if (has_ended) add(What::end, id);
            return;
        }
        stream->was_requested = true;
        if (stream->is_too_large) return refuse(id, *stream);
        const std::string_view length = stream->head.headers.get("content-length");
        std::uint64_t size = 0;
        const auto [stop, error] =
            std::from_chars(length.data(), length.data() + length.size(), size);
        if (error == std::errc() && stop == length.data() + length.size() && !length.empty())
            stream->head.content_length = size;
        else if (has_ended)
            stream->head.content_length = 0;
        events.push_back({What::request, id, std::move(stream->head), has_ended, {}});
    }

    void refuse(StreamId id, Stream& stream) {
        stream.has_responded = true;
        const std::array<nghttp2_nv, 1> answer{pair_of(":status", "431")};
        nghttp2_submit_response(session, id, answer.data(), answer.size(), nullptr);
    }

    void data(StreamId id, std::string_view bytes) {
        Stream* stream = find(id);
        if (!stream || stream->is_too_large) {
            nghttp2_session_consume(session, id, bytes.size());
            return;
        }
        stream->unread += bytes.size();
        stream->has_moved = true;
        if (!events.empty() && events.back().what == What::data && events.back().stream == id)
            events.back().data.append(bytes);
        else
            events.push_back({What::data, id, {}, false, std::string(bytes)});
    }

    void frame_received(const nghttp2_frame& frame) {
        const StreamId id = frame.hd.stream_id;
        const int type = frame.hd.type;
        const bool ends = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (type == NGHTTP2_HEADERS) return headers_done(id, ends);
        if (type == NGHTTP2_RST_STREAM) return charge(reset_cost);
        if (type == NGHTTP2_PING || type == NGHTTP2_SETTINGS || type == NGHTTP2_PRIORITY)
            return charge(1);
        if (type != NGHTTP2_DATA) return;
        if (frame.hd.length == 0 && !ends) charge(1);
        Stream* stream = find(id);
        if (!ends || !stream || stream->has_ended) return;
        stream->has_ended = true;
        if (!stream->is_too_large) add(What::end, id);
    }

    void closed(StreamId id) {
        Stream* stream = find(id);
        if (!stream) return;
        // What its reader has not taken must not hold back the others.
        if (stream->unread) nghttp2_session_consume_connection(session, stream->unread);
        if (stream->was_requested) add(What::closed, id);
        streams.erase(id);
    }

    ssize_t read(StreamId id, std::uint8_t* out, std::size_t size, std::uint32_t* flags) {
        Stream* stream = find(id);
        if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        std::size_t done = 0;
        while (done < size && !stream->queue.empty()) {
            const Bytes& front = stream->queue.front();
            const std::size_t part = std::min(size - done, front.size() - stream->taken);
            std::memcpy(out + done, front.data() + stream->taken, part);
            done += part;
            stream->taken += part;
            if (stream->taken < front.size()) continue;
            stream->queue.pop_front();
            stream->taken = 0;
        }
        stream->has_moved = stream->has_moved || done != 0;
        if (stream->queue.empty()) {
            if (stream->is_complete)
                *flags |= NGHTTP2_DATA_FLAG_EOF;
            else if (done != 0)
                add(What::sent, id);
        }
        if (done == 0 && !(*flags & NGHTTP2_DATA_FLAG_EOF)) {
            stream->is_asleep = true;
            return NGHTTP2_ERR_DEFERRED;
        }
        return static_cast<ssize_t>(done);
    }

    /// The answer went out before the request was whole: the rest of it is not wanted.
    void frame_sent(const nghttp2_frame& frame) {
        const bool answers = frame.hd.type == NGHTTP2_DATA || frame.hd.type == NGHTTP2_HEADERS;
        if (!answers || !(frame.hd.flags & NGHTTP2_FLAG_END_STREAM)) return;
        const Stream* stream = find(frame.hd.stream_id);
        if (stream && !stream->has_ended) {
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame.hd.stream_id,
                                      NGHTTP2_NO_ERROR);
        }
        if (allowance < limits.http2_spare_frames_max) ++allowance;
    }

    void wake(StreamId id, Stream& stream) {
        if (std::exchange(stream.is_asleep, false)) nghttp2_session_resume_data(session, id);
    }

    void open();
};

/// nghttp2's callbacks, each to the member that does the work.
void Http2Session::State::open() {
    nghttp2_session_callbacks* calls = nullptr;
    nghttp2_session_callbacks_new(&calls);
    nghttp2_session_callbacks_set_on_begin_headers_callback(
        calls, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
            if (frame->headers.cat == NGHTTP2_HCAT_REQUEST)
                static_cast<State*>(user)->begin(frame->hd.stream_id);
            return 0;
        });
    nghttp2_session_callbacks_set_on_header_callback(
        calls, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                  std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                  std::uint8_t, void* user) {
            return static_cast<State*>(user)->header(frame->hd.stream_id, text(name, name_size),
                                                     text(value, value_size));
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        calls, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                  std::size_t size, void* user) {
            static_cast<State*>(user)->data(id, text(data, size));
            return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        calls, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
            static_cast<State*>(user)->frame_received(*frame);
            return 0;
        });
    nghttp2_session_callbacks_set_on_frame_send_callback(
        calls, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
            static_cast<State*>(user)->frame_sent(*frame);
            return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        calls, [](nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
            static_cast<State*>(user)->closed(id);
            return 0;
        });
    nghttp2_option* options = nullptr;
    nghttp2_option_new(&options);
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_max_outbound_ack(options, limits.http2_pending_acks_max);
    nghttp2_option_set_no_closed_streams(options, 1);
    nghttp2_session_server_new2(&session, calls, this, options);
    nghttp2_option_del(options);
    nghttp2_session_callbacks_del(calls);
    FRESHET_CHECK(session != nullptr);
    const std::array<nghttp2_settings_entry, 4> settings{{
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
         static_cast<std::uint32_t>(limits.http2_streams_max)},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
         static_cast<std::uint32_t>(limits.http2_stream_window_bytes)},
        {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, max_frame_bytes},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
         static_cast<std::uint32_t>(limits.header_bytes_max)},
    }};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(
        session, NGHTTP2_FLAG_NONE, 0,
        static_cast<std::int32_t>(limits.http2_connection_window_bytes));
}

Http2Session::Http2Session(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {
    state_->open();
}
Http2Session::~Http2Session() = default;

bool Http2Session::receive(std::string_view bytes) {
    const ssize_t taken = nghttp2_session_mem_recv(
        state_->session, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (taken >= 0 && state_->is_calm) return true;
    const bool was_flooded = !state_->is_calm || taken == NGHTTP2_ERR_FLOODED;
    nghttp2_session_terminate_session(
        state_->session, was_flooded ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
    return false;
}

std::vector<Http2Session::Event> Http2Session::take_events() {
    return std::exchange(state_->events, {});
}

void Http2Session::consumed(StreamId id, std::size_t bytes) {
    Stream* stream = state_->find(id);
    if (!stream) return;  // closed() gave the connection's window back
    stream->unread -= std::min(stream->unread, bytes);
    nghttp2_session_consume(state_->session, id, bytes);
}

void Http2Session::encourage(StreamId id) {
    const Stream* stream = state_->find(id);
    if (!stream || stream->has_responded || stream->has_ended) return;
    const nghttp2_nv status = pair_of(":status", "100");
    nghttp2_submit_headers(state_->session, NGHTTP2_FLAG_NONE, id, nullptr, &status, 1, nullptr);
}

void Http2Session::respond(StreamId id, int status, const Headers& headers, bool has_body) {
    Stream* stream = state_->find(id);
    if (!stream || std::exchange(stream->has_responded, true)) return;
    const std::string status_text = std::to_string(status);
    std::vector<std::string> names;
    std::vector<nghttp2_nv> pairs{pair_of(":status", status_text)};
    names.reserve(std::ranges::size(headers.all()));
    for (const auto& [name, value] : headers.all()) {
        std::string& small = names.emplace_back(name);
        for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        if (small == "connection" || small == "transfer-encoding") continue;
        pairs.push_back(pair_of(small, value));
    }
    nghttp2_data_provider body{};
    body.read_callback = [](nghttp2_session*, std::int32_t at, std::uint8_t* out, std::size_t size,
                            std::uint32_t* flags, nghttp2_data_source*, void* user) {
        return static_cast<State*>(user)->read(at, out, size, flags);
    };
    nghttp2_submit_response(state_->session, id, pairs.data(), pairs.size(),
                            has_body ? &body : nullptr);
}

void Http2Session::send(StreamId id, Bytes piece) {
    Stream* stream = state_->find(id);
    if (!stream || piece.empty()) return;
    stream->queue.push_back(std::move(piece));
    state_->wake(id, *stream);
}

void Http2Session::end(StreamId id) {
    Stream* stream = state_->find(id);
    if (!stream) return;
    stream->is_complete = true;
    state_->wake(id, *stream);
}

void Http2Session::abandon(StreamId id) {
    if (!state_->find(id)) return;
    nghttp2_submit_rst_stream(state_->session, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
}

void Http2Session::refuse(StreamId id) {
    if (!state_->find(id)) return;
    nghttp2_submit_rst_stream(state_->session, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
}

bool Http2Session::take_output(std::string& out, std::size_t bytes_max) {
    while (out.size() < bytes_max) {
        const std::uint8_t* data = nullptr;
        const ssize_t size = nghttp2_session_mem_send(state_->session, &data);
        if (size < 0) return false;
        if (size == 0) break;
        out.append(text(data, static_cast<std::size_t>(size)));
    }
    return true;
}

void Http2Session::go_away() {
    nghttp2_submit_goaway(state_->session, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(state_->session),
                          NGHTTP2_NO_ERROR, nullptr, 0);
}

bool Http2Session::is_alive() const {
    return nghttp2_session_want_read(state_->session) != 0 ||
           nghttp2_session_want_write(state_->session) != 0;
}

std::size_t Http2Session::streams() const { return state_->streams.size(); }

bool Http2Session::tick(int stalls_max) {
    state_->allowance = std::min(state_->allowance + state_->limits.http2_spare_frames_per_sweep,
                                 state_->limits.http2_spare_frames_max);
    bool is_whole = true;
    std::vector<StreamId> stalled;
    for (auto& [id, stream] : state_->streams) {
        const bool owes_body = !stream.has_ended && !stream.has_responded && stream.unread == 0;
        const bool waits = !stream.was_requested || owes_body || !stream.queue.empty();
        const bool has_moved = std::exchange(stream.has_moved, false);
        stream.stalls = waits && !has_moved ? stream.stalls + 1 : 0;
        if (stream.stalls <= stalls_max) continue;
        is_whole = is_whole &&
                   stream.was_requested;  // a header that never ends holds the whole connection
        stalled.push_back(id);
    }
    for (const StreamId id : stalled) abandon(id);
    return is_whole;
}

}  // namespace freshet::io
