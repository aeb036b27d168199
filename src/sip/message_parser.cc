// sip/message_parser.cc - the one pass over a received message.
#include <bit>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/text.h"
#include "sip/grammar.h"
#include "sip/message.h"

namespace sip {

namespace {

#ifdef __SSE2__
/// Which of the 16 bytes at `at` are `wanted`, one bit each.
inline unsigned places_of(char wanted, const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted))));
}
#endif

/// The first line feed, nullptr when there is none. Lines are short: looking at two or three times 16 bytes here beats
/// the call that looks at 32.
inline const char* find_line_feed(const char* at, const char* end) {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16)
    if (const auto hits = places_of('\n', at)) return at + std::countr_zero(hits);
#endif
  return static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
}

/// A line: its end, and the colon behind its name, nullptr when it has none.
struct Line {
  const char* line_feed;
  const char* colon;
};

/// Most names and their colon lie within the first 16 bytes, which are looked at once for both.
inline Line find_line(const char* at, const char* end) {
#ifdef __SSE2__
  if (end - at >= 16) [[likely]] {
    const auto feeds = places_of('\n', at), colons = places_of(':', at);
    const char* const feed = feeds != 0 ? at + std::countr_zero(feeds) : find_line_feed(at + 16, end);
    if (colons != 0) [[likely]] {
      const char* const colon = at + std::countr_zero(colons);
      return {feed, colon < feed ? colon : nullptr};
    }
    if (feed == nullptr || feed < at + 16) return {feed, nullptr};
    return {feed, static_cast<const char*>(std::memchr(at + 16, ':', static_cast<std::size_t>(feed - at - 16)))};
  }
#endif
  const char* const feed = find_line_feed(at, end);
  if (feed == nullptr) return {nullptr, nullptr};
  return {feed, static_cast<const char*>(std::memchr(at, ':', static_cast<std::size_t>(feed - at)))};
}

}  // namespace

class MessageParser {
 public:
  using Kind = ParseError::Kind;

  explicit MessageParser(Message& message) : m_{message}, begin_{m_.buffer_.data()}, end_{begin_ + m_.buffer_.size()} {}

  [[gnu::always_inline]] std::optional<ParseError> parse() {
    if (m_.buffer_.size() > max_message_bytes) return ParseError{Kind::too_long, max_message_bytes};
    at_ = begin_;
    while (at_ != end_ && (*at_ == '\r' || *at_ == '\n')) ++at_;  // RFC 3261 section 7.5
    if (at_ == end_) return ParseError{Kind::empty, 0};
    if (!parse_start_line()) return ParseError{Kind::start_line, offset(at_)};
    m_.fields_.reserve(32);
    while (at_ != end_) {
      if (*at_ == '\n' || (*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n')) {
        at_ += *at_ == '\r' ? 2 : 1;
        finish();
        return std::nullopt;
      }
      const char* line = at_;
      if (!parse_field()) return ParseError{at_ == line ? Kind::no_end_of_headers : Kind::too_many_fields, offset(line)};
    }
    m_.faults_.cut_off = true;
    finish();
    return std::nullopt;
  }

 private:
  std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  const char* find_line_end(const char* from) const {
    return find_line_feed(from, end_);
  }

  static constexpr std::size_t least_start_line = 11;  // "SIP/2.0 200", "A b SIP/2.0"

  bool parse_start_line() {
    const char* newline = find_line_end(at_);
    if (newline == nullptr) return false;
    const char* line_end = newline > at_ && newline[-1] == '\r' ? newline - 1 : newline;
    const std::string_view line{at_, static_cast<std::size_t>(line_end - at_)};
    if (line.size() < least_start_line) return false;
    m_.start_ = offset(at_);
    m_.start_end_ = offset(newline + 1);
    const bool good = line[3] == '/' && base::same(line.substr(0, 4), "SIP/") ? parse_status_line(line) : parse_request_line(line);
    if (good) at_ = newline + 1;
    return good;
  }

  /// SIP/2.0 SP 3DIGIT SP reason
  bool parse_status_line(std::string_view line) {
    m_.version_2_ = base::same(line.substr(0, 8), "SIP/2.0 ");
    if (!m_.version_2_) return false;
    const auto digit = [&](std::size_t i) { return base::is_digit(line[i]) ? line[i] - '0' : -1000; };
    const int status = digit(8) * 100 + digit(9) * 10 + digit(10);
    if (status < 100 || status > 699 || (line.size() > 11 && line[11] != ' ')) return false;
    m_.status_ = static_cast<std::uint16_t>(status);
    m_.start_b_ = offset(line.data() + std::min<std::size_t>(line.size(), 12));
    m_.start_b_end_ = offset(line.data() + line.size());
    m_.start_a_ = m_.start_a_end_ = m_.start_;
    return true;
  }

  /// Method SP Request-URI SP SIP/2.0; blanks in other places are noted and passed over.
  bool parse_request_line(std::string_view line) {
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1), m_.faults_.start_line = true;
    const auto first = grammar::run_end(line, 0, grammar::token);  // of the method
    const bool usual = line.ends_with(" SIP/2.0");
    const auto last = usual ? line.size() - 8 : line.rfind(' ');
    if (first == 0 || last == line.npos || last <= first || line[first] != ' ') return false;
    const auto method = line.substr(0, first), version = line.substr(last + 1);
    if (!usual && !base::same(version.substr(0, 4), "SIP/")) return false;
    auto uri = line.substr(first + 1, last - first - 1);
    if (uri.find(' ') != uri.npos || uri.find('\t') != uri.npos) {
      m_.faults_.start_line = true;
      uri = base::trim(uri);
    }
    if (uri.empty()) return false;
    m_.version_2_ = usual || base::same(version, "SIP/2.0");
    m_.method_ = method_of(method);
    m_.start_a_ = offset(method.data());
    m_.start_a_end_ = offset(method.data() + method.size());
    m_.start_b_ = offset(uri.data());
    m_.start_b_end_ = offset(uri.data() + uri.size());
    return true;
  }

  /// One field with its folded lines; false when it has no end, or is one too many. This is most of what a message
  /// costs: one look at 16 bytes at a time, and an entry that is written in place. The NUL behind a std::string spares
  /// the checks for the end. Inlined by force, so that the parser's state stays in registers over the loop.
  [[gnu::always_inline]] bool parse_field() {
    const char* const line = at_;
    auto [newline, colon] = find_line(line, end_);
    if (newline == nullptr) [[unlikely]] return false;
    const char* name_end = colon == nullptr ? line : colon;
    while (name_end > line && is_blank(name_end[-1])) [[unlikely]] --name_end;
    const std::string_view name{line, static_cast<std::size_t>(name_end - line)};
    const auto id = header_id_within(name, end_);
    const char* value = colon != nullptr ? colon + 1 : line;
    if (id == HeaderId::other && !grammar::is_token(name)) [[unlikely]] {
      m_.faults_.field = true;
      value = name_end = line;
    }
    while (is_blank(newline[1])) [[unlikely]] {  // folded
      newline = find_line_end(newline + 1);
      if (newline == nullptr) return false;
    }
    const char* value_end = newline;
    if (*value == ' ' && value[1] > ' ') [[likely]] {
      ++value;
    } else {
      while (value < value_end && base::is_space(*value)) ++value;
    }
    if (value_end > value && value_end[-1] == '\r') --value_end;
    while (value_end > value && base::is_space(value_end[-1])) --value_end;
    const std::size_t index = fields_++;
    m_.fields_.push_back({offset(line), offset(newline + 1), offset(value), offset(value_end),
                          static_cast<std::uint16_t>(name_end - line), id});
    m_.note(id, index);
    at_ = newline + 1;
    return index < max_fields && (m_.count_[static_cast<std::size_t>(id)] <= max_fields_of_a_kind || id == HeaderId::other);
  }

  /// The body: what Content-Length says, or the rest.
  void finish() {
    m_.body_ = offset(at_);
    m_.body_end_ = offset(end_);
    m_.changed_ = false;
    std::optional<std::size_t> length;
    constexpr Message::Key key{HeaderId::content_length, {}, 0};
    for (std::size_t i = m_.find(key, 0); i != Message::npos; i = m_.find(key, i + 1)) {
      const auto digits = base::to_number<std::uint32_t>(m_.value(i));
      if (!digits || (length && *length != *digits)) m_.faults_.content_length = true;
      else length = *digits;
    }
    if (m_.faults_.content_length) {
      m_.body_end_ = m_.body_;
    } else if (length && *length <= static_cast<std::size_t>(end_ - at_)) {
      m_.body_end_ = m_.body_ + static_cast<std::uint32_t>(*length);
    } else if (length) {
      m_.faults_.short_body = true;
    }
  }

  Message& m_;
  const char* begin_;
  const char* end_;
  const char* at_ = nullptr;
  std::size_t fields_ = 0;
};

base::Result<Message, ParseError> Message::parse(std::string bytes) {
  base::Result<Message, ParseError> message;
  message->buffer_ = std::move(bytes);
  if (const auto error = MessageParser{*message}.parse()) message = base::Unexpected<ParseError>{*error};
  return message;
}

}  // namespace sip
