#include "http/websocket.h"

#include <array>
#include <utility>

#include "base/bytes.h"

namespace http {

namespace {

constexpr std::uint8_t last_bit = 0x80, mask_bit = 0x80, reserved_bits = 0x70, opcode_bits = 0x0f, length_bits = 0x7f;
constexpr std::uint8_t length_in_two = 126, length_in_eight = 127;
constexpr std::size_t kept = 4096;  // of an empty buffer's memory

std::array<char, 4> bytes_of(std::uint32_t mask) {
  return {static_cast<char>(mask >> 24), static_cast<char>(mask >> 16), static_cast<char>(mask >> 8), static_cast<char>(mask)};
}

void apply(std::uint32_t mask, std::string& bytes, std::size_t from = 0) {
  const auto four = bytes_of(mask);
  for (std::size_t i = from; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ four[(i - from) % 4]);
}

/// Section 7.4: what a peer may send.
bool may_be_sent(std::uint16_t status) {
  return (status >= 1000 && status <= 1011 && status != 1004 && status != 1005 && status != 1006) ||
         (status >= 3000 && status <= 4999);
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<std::uint8_t>(text[i]);
    const std::size_t more = first < 0x80 ? 0 : first < 0xc2 ? 4 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 4;
    if (more == 4 || i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k)
      if ((static_cast<std::uint8_t>(text[i + k]) & 0xc0) != 0x80) return false;
    const auto second = more > 0 ? static_cast<std::uint8_t>(text[i + 1]) : 0;
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f))
      return false;
    i += more + 1;
  }
  return true;
}

void WebSocket::on_bytes(std::string_view bytes) {
  if (closed_) return;
  if (begin_ == buffer_.size()) {
    begin_ = 0;
    buffer_.clear();
    if (buffer_.capacity() > kept) buffer_ = {};
  } else if (begin_ >= buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_ += bytes;
}

std::optional<WebSocket::Head> WebSocket::read_head(std::optional<Status>& fault) const {
  base::ByteReader in{base::bytes_of(std::string_view{buffer_}.substr(begin_))};
  const auto first = in.take<std::uint8_t>(), second = in.take<std::uint8_t>();
  if (!in.ok()) return std::nullopt;
  Head head{(first & last_bit) != 0, static_cast<Opcode>(first & opcode_bits), 2, second & std::size_t{length_bits}, 0,
            (second & mask_bit) != 0};
  if ((first & reserved_bits) != 0) fault = protocol_error;  // no extension was agreed
  if (head.payload == length_in_two) {
    head.payload = in.take<std::uint16_t>();
    head.size += 2;
  } else if (head.payload == length_in_eight) {
    head.payload = in.take<std::uint64_t>();
    head.size += 8;
  }
  if (!in.ok()) return std::nullopt;
  // Before the mask has come: who announces too much is not waited for.
  if (!fault) fault = check(head);
  if (head.masked) {
    head.mask = in.take<std::uint32_t>();
    head.size += 4;
  }
  if (!in.ok() && !fault) return std::nullopt;
  return head;
}

std::optional<WebSocket::Status> WebSocket::check(const Head& head) const {
  // Section 5.1: a client masks, a server does not.
  if (head.masked != (role_ == Role::server)) return protocol_error;
  switch (head.opcode) {
    case Opcode::more:
      if (!in_message_) return protocol_error;
      break;
    case Opcode::text:
    case Opcode::binary:
      if (in_message_) return protocol_error;
      break;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!head.last || head.payload > control_bytes_max) return protocol_error;
      return std::nullopt;
    default: return protocol_error;
  }
  if (head.payload > message_bytes_max || message_.size() + head.payload > message_bytes_max) return too_big;
  return std::nullopt;
}

std::string WebSocket::take_payload(const Head& head) {
  std::string payload = buffer_.substr(begin_ + head.size, head.payload);
  begin_ += head.size + head.payload;
  if (head.masked) apply(head.mask, payload);
  return payload;
}

std::optional<WebSocket::Output> WebSocket::poll() {
  while (!closed_) {
    std::optional<Status> fault;
    const auto head = read_head(fault);
    if (fault) return fail(*fault);
    if (!head || buffer_.size() - begin_ < head->size + head->payload) return std::nullopt;
    auto payload = take_payload(*head);
    const bool control = static_cast<std::uint8_t>(head->opcode) >= static_cast<std::uint8_t>(Opcode::close);
    if (auto output = control ? take_control(*head, std::move(payload)) : take_data(*head, std::move(payload))) return output;
  }
  return std::nullopt;
}

std::optional<WebSocket::Output> WebSocket::take_control(const Head& head, std::string payload) {
  if (head.opcode == Opcode::pong) return std::nullopt;
  if (head.opcode == Opcode::ping) return Send{make(Opcode::pong, payload)};
  if (payload.size() == 1) return fail(protocol_error);
  if (payload.empty()) {
    closed_ = true;
    return Closed{no_status, make(Opcode::close, {})};
  }
  base::ByteReader in{base::bytes_of(payload)};
  const auto status = in.take<std::uint16_t>();
  if (!may_be_sent(status)) return fail(protocol_error);
  if (!is_utf8(std::string_view{payload}.substr(2))) return fail(bad_data);
  closed_ = true;
  return Closed{status, make(Opcode::close, payload.substr(0, 2))};
}

std::optional<WebSocket::Output> WebSocket::take_data(const Head& head, std::string payload) {
  if (head.opcode != Opcode::more) {
    is_text_ = head.opcode == Opcode::text;
    fragments_ = 0;
  }
  if (++fragments_ > fragments_max) return fail(too_big);
  in_message_ = !head.last;
  message_ += payload;
  if (!head.last) return std::nullopt;
  if (is_text_ && !is_utf8(message_)) return fail(bad_data);
  return Message{std::exchange(message_, {})};
}

WebSocket::Output WebSocket::fail(Status status) {
  auto last_words = close(status);
  closed_ = true;
  buffer_ = message_ = {};
  begin_ = 0;
  in_message_ = false;
  return Closed{status, std::move(last_words)};
}

std::string WebSocket::close(std::uint16_t status) {
  const char two[]{static_cast<char>(status >> 8), static_cast<char>(status)};
  return make(Opcode::close, {two, sizeof two});
}

std::string WebSocket::frame(std::string_view message) {
  return make(is_utf8(message) ? Opcode::text : Opcode::binary, message);
}

std::string WebSocket::make(Opcode opcode, std::string_view payload) {
  const std::uint8_t mask = role_ == Role::client ? mask_bit : 0;
  std::string out;
  out.reserve(payload.size() + 14);
  out += static_cast<char>(last_bit | static_cast<std::uint8_t>(opcode));
  const auto put = [&](std::uint64_t value, int bytes) {
    while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
  };
  if (payload.size() < length_in_two) {
    put(mask | payload.size(), 1);
  } else if (payload.size() <= 0xffff) {
    put(mask | length_in_two, 1);
    put(payload.size(), 2);
  } else {
    put(mask | length_in_eight, 1);
    put(payload.size(), 8);
  }
  if (mask == 0) return out.append(payload);
  const auto key = random_.u32();
  put(key, 4);
  const auto from = out.size();
  out.append(payload);
  apply(key, out, from);
  return out;
}

}  // namespace http
