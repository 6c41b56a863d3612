#include "delivery/http/sender.h"

#include <fmt/format.h>

#include "base/check.h"
#include "delivery/limits.h"

namespace freshet::delivery {

io::Task<Result<>> EndpointSender::send(Flow& flow) {
    auto address = address_of(endpoint_.url);
    if (!address) co_return pass(address);
    address_ = std::move(*address);
    const auto items = std::span<const Item>(flow.items);
    std::string failed;
    std::size_t number = 0;
    for (std::size_t at = 0; at < items.size(); ++number) {
        std::size_t count = 0, bytes = 0;
        while (at + count < items.size() && count < limits::endpoint_records_max &&
               bytes + items[at + count].data.size() <= limits::endpoint_body_bytes_max)
            bytes += items[at + count++].data.size();
        FRESHET_CHECK(count > 0);  // one record is smaller than a request
        auto done = co_await send_request(items.subspan(at, count), number, failed);
        if (!done) co_return done;
        at += count;
    }
    if (!failed.empty()) flow.failures["http-endpoint-failed"] += failed;
    co_return Result<>();
}

struct EndpointSender::Exchange {
    std::unique_ptr<io::HttpClient> client;
    io::Signal wake;
    std::optional<Result<io::ClientResponse>> response = {};
};

io::Task<void> EndpointSender::run(std::shared_ptr<Exchange> exchange, io::ClientRequest request) {
    exchange->response =
        co_await exchange->client->send(std::move(request), limits::endpoint_time_max);
    exchange->wake.notify();
}

io::Task<Result<io::ClientResponse>> EndpointSender::ask(io::ClientRequest request) {
    FRESHET_CHECK(client_);
    const auto exchange = std::make_shared<Exchange>(std::move(client_), parts_.wake);
    io::detach(parts_.home, run(exchange, std::move(request)));
    while (!exchange->response && !parts_.follower.is_stopping()) co_await parts_.wake.wait();
    if (!exchange->response) co_return fail(freshet::Errc::cancelled, "Freshet is stopping");
    client_ = std::move(exchange->client);
    co_return std::move(*exchange->response);
}

io::Task<Result<>> EndpointSender::send_request(std::span<const Item> items, std::size_t number,
                                                std::string& failed) {
    const std::string id = names_.uuid(fmt::format("request/{}", number));
    const Timestamp deadline = parts_.home.now() + std::chrono::seconds(endpoint_.retry_s);
    for (int attempts = 1;; ++attempts) {
        if (!client_) {
            auto client = io::make_http_client(parts_.home, address_.origin);
            if (!client) co_return pass(client);
            client_ = std::move(*client);
        }
        auto response = co_await ask(
            endpoint_request(endpoint_, address_, id, source_arn_, parts_.home.now(), items));
        if (parts_.follower.is_stopping())
            co_return fail(freshet::Errc::cancelled, "Freshet is stopping");
        const auto problem = judge(response, id);
        if (!problem) {
            ++sent_requests_;
            sent_records_ += items.size();
            for (const Item& item : items) sent_bytes_ += item.data.size();
            co_return Result<>();
        }
        client_.reset();  // the next try connects again
        parts_.on_problem(problem->problem);
        const Timestamp next =
            parts_.home.now() + endpoint_delay(attempts, names_.input().seed + number);
        if (problem->is_permanent || next > deadline) {
            const FailedLine line{problem->problem, attempts, parts_.home.now(), ""};
            std::size_t at = 0;
            for (const Item& item : items)
                append_endpoint_failed(
                    item, line, names_.uuid(fmt::format("record/{}/{}", number, at++)), failed);
            co_return Result<>();
        }
        co_await parts_.follower.rest_until(next);
        if (parts_.follower.is_stopping())
            co_return fail(freshet::Errc::cancelled, "Freshet is stopping");
    }
}

}  // namespace freshet::delivery
