// A Channel of a connection that was accepted: apart from channel.h, which needs nothing of Asio
// but buffers.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "io/http/channel.h"

namespace freshet::io {

using TcpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

Channel make_channel(TcpSocket socket);

}  // namespace freshet::io
