#include "sip/framer.h"

#include <cstring>

#include "base/text.h"

namespace sip {

namespace {

bool is_line_end(char c) { return c == '\r' || c == '\n'; }

/// So much of a start line is looked at to tell SIP from other protocols early.
constexpr std::size_t start_bytes = 4;

/// A start line begins with a token: a method or SIP.
bool may_start(std::string_view text) {
  for (const char c : text.substr(0, start_bytes))
    if (!base::is_alpha(c) && !base::is_digit(c) && c != ' ' && c != '/' && std::string_view{"-.!%*_+`'~"}.find(c) == std::string_view::npos)
      return false;
  return true;
}

}  // namespace

void StreamFramer::on_bytes(std::string_view bytes) {
  if (broken_) return;
  // What is finished is dropped before more is added; moving costs at most what arrived.
  if (begin_ > 0 && begin_ >= buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_ += bytes;
}

std::optional<StreamFramer::Output> StreamFramer::poll() {
  if (broken_) return std::nullopt;
  if (auto output = take_blank()) return output;
  if (begin_ == buffer_.size()) return std::nullopt;
  if (head_ == 0) {
    if (auto output = take_header_section()) return output;
  }
  return head_ == 0 ? std::nullopt : take_message();
}

/// Line ends before a start line: two are a ping, one with nothing behind it is the answer to ours. A ping that
/// arrives in halves shows as a pong and a ping, which harms nobody.
std::optional<StreamFramer::Output> StreamFramer::take_blank() {
  if (scanned_ > 0) return std::nullopt;
  while (begin_ < buffer_.size() && is_line_end(buffer_[begin_])) {
    if (++blanks_ > max_blank_bytes) return fail(Error::not_sip);
    if (buffer_[begin_++] != '\n' || ++line_ends_ < 2) continue;
    line_ends_ = 0;
    ponged_ = false;
    return Ping{};
  }
  if (begin_ < buffer_.size()) {
    line_ends_ = 0;
    ponged_ = false;
  } else if (line_ends_ == 1 && !ponged_) {
    ponged_ = true;
    return Pong{};
  }
  return std::nullopt;
}

std::optional<StreamFramer::Output> StreamFramer::take_header_section() {
  const std::string_view pending = std::string_view{buffer_}.substr(begin_);
  if (scanned_ < start_bytes && !may_start(pending)) return fail(Error::not_sip);
  // An end of headers may straddle what was scanned before: step back by its size less one.
  std::size_t at = scanned_ > 3 ? scanned_ - 3 : 0;
  for (;;) {
    const void* found = std::memchr(pending.data() + at, '\n', pending.size() - at);
    if (found == nullptr) break;
    const auto newline = static_cast<std::size_t>(static_cast<const char*>(found) - pending.data());
    const auto rest = pending.substr(newline + 1);
    if (rest.starts_with('\n')) head_ = newline + 2;
    else if (rest.starts_with("\r\n")) head_ = newline + 3;
    if (head_ > 0) break;
    at = newline + 1;
  }
  scanned_ = pending.size();
  if (head_ > max_header_bytes || (head_ == 0 && pending.size() > max_header_bytes)) return fail(Error::too_long);
  if (head_ == 0) return std::nullopt;
  if (const auto error = read_length(pending.substr(0, head_))) return fail(*error, head_);
  if (head_ + length_ > max_message_bytes) return fail(Error::too_long, head_);
  return std::nullopt;
}

std::optional<StreamFramer::Error> StreamFramer::read_length(std::string_view head) {
  std::optional<std::uint32_t> length;
  for (std::size_t at = head.find('\n') + 1; at < head.size();) {
    const auto end = head.find('\n', at);
    const auto line = head.substr(at, end - at);
    at = end + 1;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || base::is_space(line[0])) continue;
    if (header_id(base::trim(line.substr(0, colon))) != HeaderId::content_length) continue;
    auto text = line.substr(colon + 1);
    while (at < head.size() && (head[at] == ' ' || head[at] == '\t')) {  // folded
      const auto more = head.find('\n', at);
      text = std::string_view{text.data(), static_cast<std::size_t>(head.data() + more - text.data())};
      at = more + 1;
    }
    const auto number = base::to_number<std::uint32_t>(base::trim(text));
    if (!number || (length && *length != *number)) return Error::content_length;
    length = *number;
  }
  if (!length) return Error::no_content_length;
  length_ = *length;
  return std::nullopt;
}

std::optional<StreamFramer::Output> StreamFramer::take_message() {
  const std::size_t size = head_ + length_;
  if (pending() < size) return std::nullopt;
  Complete message{buffer_.substr(begin_, size)};
  begin_ += size;
  scanned_ = head_ = length_ = blanks_ = line_ends_ = 0;
  return message;
}

StreamFramer::Output StreamFramer::fail(Error error, std::size_t head_size) {
  Broken broken{error, buffer_.substr(begin_, head_size)};
  broken_ = true;
  buffer_ = {};
  begin_ = scanned_ = head_ = length_ = 0;
  return broken;
}

}  // namespace sip
