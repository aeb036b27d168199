// sip/message.h - a SIP message: one buffer, one index, typed headers on demand. RFC 3261 section 7.
//
// parse() makes one pass that finds the start line and the fields; nothing is copied. Headers are parsed when
// asked for: message.get<From>() answers a value, or absent, malformed, repeated. Changing a message appends
// text to the buffer and points the index there, so that printing copies whole runs of what is unchanged: an
// untouched message prints the bytes that were received.
//
// A Message is a value: copying it copies the text. Views it returns live until it is changed or destroyed;
// typed headers own their text and live on. Not for two threads at once.
//
// Cost: about a tenth of a microsecond for the index of a usual INVITE, some 30 ns for each typed header.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sip/header.h"
#include "sip/header_name.h"
#include "sip/method.h"

namespace sip {

inline constexpr std::size_t max_message_bytes = 65536;
/// Fields of one known kind (or values of one list header), and fields in all.
inline constexpr std::size_t max_fields_of_a_kind = 128;
inline constexpr std::size_t max_fields = 512;

struct ParseError {
  enum class Kind : std::uint8_t {
    empty,              // nothing but line ends: a keepalive
    too_long,           // more than max_message_bytes
    start_line,         // neither a request line nor a status line
    too_many_fields,    // max_fields or max_fields_of_a_kind
    no_end_of_headers,  // ends within a line: cut off, or not SIP
  };
  Kind kind;
  std::size_t offset;  // bytes
};

/// How names are printed.
enum class Form : std::uint8_t { as_is, compact };

class Message {
 public:
  /// An empty request; only good for being assigned to.
  Message() {}  // not defaulted: Message{} would clear the whole of it first

  /// Lenient: whatever has a start line and an end of headers gets an index, so that a broken request can still
  /// be answered. validate() (sip/validate.h) tells what is wrong with it. Bytes beyond Content-Length are cut.
  static base::Result<Message, ParseError> parse(std::string bytes);

  static Message request(Method method, std::string_view request_uri);
  static Message request(std::string_view method, std::string_view request_uri);
  /// RFC 3261 section 8.2.6: copies Via, From, To, Call-ID and CSeq as they are, and adds `to_tag` when given and
  /// To has no tag. An empty reason takes the usual phrase. Record-Route is copied by copy<RecordRoute>(request).
  static Message response(const Message& request, int status, std::string_view reason = {},
                          std::string_view to_tag = {});

  bool is_request() const { return status_ == 0; }
  bool is_response() const { return status_ != 0; }
  Method method() const { return method_; }
  std::string_view method_text() const { return slice(start_a_, start_a_end_); }
  std::string_view request_uri() const { return is_request() ? slice(start_b_, start_b_end_) : std::string_view{}; }
  /// 100..699, or 0 in a request.
  int status() const { return status_; }
  std::string_view reason() const { return is_response() ? slice(start_b_, start_b_end_) : std::string_view{}; }
  /// False for "SIP/7.0", which deserves 505.
  bool is_version_2() const { return version_2_; }

  void set_request_uri(std::string_view uri);
  void set_status(int status, std::string_view reason = {});

  // --- typed headers ---------------------------------------------------------------------------------------

  /// The value of a single header; the first value of a list header (the top Via).
  template <Header H>
  Parsed<H> get() const;
  /// Every value of a list header; an empty vector when there is none.
  template <Header H>
  Parsed<std::vector<H>> all() const;
  template <Header H>
  bool has() const { return find(key<H>(), 0) != npos; }
  /// Whether a header whose values are tokens (Supported, Require, Allow ...) lists `token`, without case.
  template <Header H>
  bool has_token(std::string_view token) const { return lists(key<H>(), token); }

  /// Replaces every field of this header by one, at the place of the first.
  template <Header H>
  void set(const H& header);
  /// The same for a list: one field a value. An empty list removes.
  template <Header H>
  void set_all(const std::vector<H>& headers);
  /// Adds a field behind the last one.
  template <Header H>
  void append(const H& header);
  /// Adds a field before the first of its kind (Via, Route, Record-Route), or before all others.
  template <Header H>
  void prepend(const H& header);
  /// Takes the first value of a list header away: pops Via or Route. False when there is none.
  template <Header H>
  bool remove_first() { return remove_first_value(key<H>()); }
  /// Puts `header` in place of the first value of a list header: stamps received= into the top Via.
  template <Header H>
  void replace_first(const H& header);
  template <Header H>
  std::size_t remove() { return remove_fields(key<H>()); }
  /// Appends the fields of this header of another message as they are.
  template <Header H>
  void copy(const Message& other) { copy_fields(key<H>(), other); }

  // --- raw fields ------------------------------------------------------------------------------------------

  struct FieldText {
    std::string_view name, value;
    HeaderId id;
  };
  std::size_t field_count() const { return fields_.size(); }
  FieldText field(std::size_t i) const;

  /// The text of the first field of that name (full or compact), without blanks around it; line folds are left in.
  std::optional<std::string_view> text_of(std::string_view name) const;
  std::vector<std::string_view> texts_of(std::string_view name) const;
  /// Line ends in `value` become blanks: nobody smuggles a field into a message through a variable.
  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);
  std::size_t remove(std::string_view name) { return remove_fields(key(name)); }
  void copy(std::string_view name, const Message& other) { copy_fields(key(name), other); }

  // --- body ------------------------------------------------------------------------------------------------

  std::string_view body() const { return slice(body_, body_end_); }
  bool has_body() const { return body_ != body_end_; }
  /// The text of Content-Type; empty when there is none.
  std::string_view content_type() const;
  /// Sets Content-Type and body; an empty type removes both.
  void set_body(std::string_view type, std::string_view body);

  // --- text ------------------------------------------------------------------------------------------------

  /// A changed or built message gets the right Content-Length; an untouched one is given back byte for byte.
  void print(std::string& out, Form form = Form::as_is) const;
  std::string text(Form form = Form::as_is) const;

  /// What parse() found wrong but could live with.
  struct Faults {
    bool start_line = false;      // blanks where none may be
    bool field = false;           // a line that is not "name: value"
    bool content_length = false;  // not a number, or two that differ
    bool short_body = false;      // Content-Length is more than there was
    bool cut_off = false;         // ends behind a field, without the empty line
    bool any() const { return start_line || field || content_length || short_body || cut_off; }
  };
  Faults faults() const { return faults_; }

 private:
  friend class MessageParser;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  struct Field {
    std::uint32_t begin, end;         // the whole, line end included
    std::uint32_t value, value_end;   // without blanks around it
    std::uint16_t name_size;
    HeaderId id;
  };
  struct Key {
    HeaderId id;
    std::string_view full;
    char compact;
  };
  template <class H>
  static constexpr Key key() {
    constexpr HeaderId id = header_id(H::name.full);
    return {id, H::name.full, H::name.compact};
  }
  static Key key(std::string_view name);

  std::string_view slice(std::size_t begin, std::size_t end) const {
    return {buffer_.data() + begin, end - begin};
  }
  std::string_view value(std::size_t i) const { return slice(fields_[i].value, fields_[i].value_end); }
  bool matches(const Field& field, const Key& key) const;
  /// The first field at or behind `from`; npos when there is none.
  std::size_t find(const Key& key, std::size_t from) const {
    const auto kind = static_cast<std::size_t>(key.id);
    if (key.id != HeaderId::other && (count_[kind] == 0 || (from > first_[kind] && count_[kind] == 1))) return npos;
    if (key.id != HeaderId::other && from <= first_[kind]) return first_[kind];
    return find_slowly(key, from);
  }
  std::size_t find_slowly(const Key& key, std::size_t from) const;
  bool lists(const Key& key, std::string_view token) const;
  /// What may follow a value: the end, or the comma of a list.
  static bool ends(base::Cursor& in, Arity arity) {
    in.skip_space();
    return in.at_end() || (arity == Arity::many && in.peek() == ',');
  }
  template <Header H>
  Parsed<H> parse_at(std::size_t at) const;
  template <Header H>
  static bool take_into(std::vector<H>& list, base::Cursor& in);

  /// A field is written as begin_field, print into buffer_, end_field.
  Field begin_field(const Key& key);
  void end_field(Field& field);
  void insert(std::size_t at, const Field& field);
  void replace(const Key& key, const Field& field);
  std::size_t place_to_prepend(const Key& key) const;
  bool remove_first_value(const Key& key);
  std::size_t remove_fields(const Key& key);
  void copy_fields(const Key& key, const Message& other);
  void append_raw(std::string_view line, std::size_t name_size, std::size_t value_offset, std::size_t value_size,
                  HeaderId id);
  /// The index learns that fields_[at] is one of `id`.
  void note(HeaderId id, std::size_t at) {
    const auto kind = static_cast<std::size_t>(id);
    if (count_[kind] == 0) first_[kind] = static_cast<std::uint16_t>(at);
    if (count_[kind] < UINT8_MAX) ++count_[kind];
  }
  void reindex();
  void start_request(std::string_view method, std::string_view uri);
  void start_response(int status, std::string_view reason);

  std::string buffer_;
  std::vector<Field> fields_;
  std::array<std::uint16_t, static_cast<std::size_t>(HeaderId::count)> first_;  // good where count_ is not 0
  std::array<std::uint8_t, static_cast<std::size_t>(HeaderId::count)> count_{};
  std::uint32_t start_ = 0, start_end_ = 0;      // the start line, line end included
  std::uint32_t start_a_ = 0, start_a_end_ = 0;  // method
  std::uint32_t start_b_ = 0, start_b_end_ = 0;  // request URI or reason
  std::uint32_t body_ = 0, body_end_ = 0;
  std::uint16_t status_ = 0;
  Method method_ = Method::unknown;
  bool version_2_ = true;
  bool changed_ = true;
  Faults faults_;
};

template <Header H>
Parsed<H> Message::get() const {
  const std::size_t at = find(key<H>(), 0);
  if (at == npos) return base::Unexpected<HeaderError>{HeaderError::absent};
  if (H::arity == Arity::one && find(key<H>(), at + 1) != npos)
    return base::Unexpected<HeaderError>{HeaderError::repeated};
  return parse_at<H>(at);
}

template <Header H>
Parsed<H> Message::parse_at(std::size_t at) const {
  base::Cursor in{value(at)};
  Parsed<H> header = H::parse(in);
  if (header && !ends(in, H::arity)) header = malformed();
  return header;
}

template <Header H>
Parsed<std::vector<H>> Message::all() const {
  Parsed<std::vector<H>> list;
  if constexpr (key<H>().id != HeaderId::other) list->reserve(count_[static_cast<std::size_t>(key<H>().id)]);
  for (std::size_t at = find(key<H>(), 0); at != npos; at = find(key<H>(), at + 1)) {
    base::Cursor in{value(at)};
    if constexpr (requires { H::may_be_empty; }) {
      if (in.at_end()) continue;
    }
    do {
      if (list->size() == max_fields_of_a_kind || !take_into(*list, in) || !ends(in, Arity::many)) {
        list = malformed();
        return list;
      }
    } while (in.take(','));
  }
  return list;
}

template <Header H>
bool Message::take_into(std::vector<H>& list, base::Cursor& in) {
  if constexpr (requires { H::take(in, list.emplace_back()); }) {
    return H::take(in, list.emplace_back());  // where it stays
  } else {
    auto header = H::parse(in);
    if (header) list.push_back(std::move(*header));
    return header.has_value();
  }
}

template <Header H>
void Message::set(const H& header) {
  Field field = begin_field(key<H>());
  header.print(buffer_);
  end_field(field);
  replace(key<H>(), field);
}

template <Header H>
void Message::set_all(const std::vector<H>& headers) {
  if (headers.empty()) {
    remove<H>();
    return;
  }
  set(headers.front());
  std::size_t at = find(key<H>(), 0);
  for (std::size_t i = 1; i < headers.size(); ++i) {
    Field field = begin_field(key<H>());
    headers[i].print(buffer_);
    end_field(field);
    insert(++at, field);
  }
}

template <Header H>
void Message::append(const H& header) {
  Field field = begin_field(key<H>());
  header.print(buffer_);
  end_field(field);
  insert(fields_.size(), field);
}

template <Header H>
void Message::prepend(const H& header) {
  Field field = begin_field(key<H>());
  header.print(buffer_);
  end_field(field);
  insert(place_to_prepend(key<H>()), field);
}

template <Header H>
void Message::replace_first(const H& header) {
  const std::size_t at = find(key<H>(), 0);
  if (!remove_first<H>()) return append(header);
  Field field = begin_field(key<H>());
  header.print(buffer_);
  end_field(field);
  insert(at, field);
}

}  // namespace sip
