#include "http/upgrade.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"

namespace http {

namespace {

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 section 1.3
constexpr std::string_view version = "13";
constexpr std::size_t key_bytes = 16;

Response refused(int status, std::string_view subprotocol) {
  Response response{status, {}, {}};
  if (status == 426) {
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", "Upgrade, close");
    response.headers.add("Sec-WebSocket-Version", version);
    response.headers.add("Sec-WebSocket-Protocol", subprotocol);
  } else {
    response.headers.add("Connection", "close");
  }
  return response;
}

}  // namespace

std::string accept_for(std::string_view key) {
  return base::to_base64(base::bytes_of(base::digest(base::Digest::sha1, std::string{key}.append(guid))));
}

bool wants_upgrade(const Request& request) { return request.headers.has_token("Upgrade", "websocket"); }

Response answer_upgrade(const Request& request, std::string_view subprotocol) {
  const auto& headers = request.headers;
  const auto key = headers.text("Sec-WebSocket-Key");
  const auto decoded = base::from_base64(key);
  const bool whole = request.method == "GET" && request.minor_version == 1 && headers.has_token("Connection", "upgrade") &&
                     !headers.text("Host").empty() && decoded && decoded->size() == key_bytes;
  if (!whole) return refused(400, subprotocol);
  if (headers.text("Sec-WebSocket-Version") != version) return refused(426, subprotocol);
  if (!headers.has_token("Sec-WebSocket-Protocol", subprotocol)) return refused(426, subprotocol);
  Response response{101, {}, {}};
  response.headers.add("Upgrade", "websocket");
  response.headers.add("Connection", "Upgrade");
  response.headers.add("Sec-WebSocket-Accept", accept_for(key));
  response.headers.add("Sec-WebSocket-Protocol", subprotocol);
  return response;
}

std::string new_key(base::Random& random) {
  std::string bytes;
  for (std::size_t i = 0; i < key_bytes; ++i) bytes += static_cast<char>(random.below(256));
  return base::to_base64(base::bytes_of(bytes));
}

std::string upgrade_request(std::string_view host, std::string_view target, std::string_view key, std::string_view subprotocol) {
  std::string out{"GET "};
  out.append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  out.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: ").append(version);
  out.append("\r\nSec-WebSocket-Key: ").append(key).append("\r\nSec-WebSocket-Protocol: ").append(subprotocol);
  return out.append("\r\n\r\n");
}

bool is_upgraded(const Response& response, std::string_view key, std::string_view subprotocol) {
  return response.status == 101 && response.headers.has_token("Upgrade", "websocket") &&
         response.headers.text("Sec-WebSocket-Accept") == accept_for(key) &&
         base::same(response.headers.text("Sec-WebSocket-Protocol"), subprotocol);
}

}  // namespace http
