#include "sip/message.h"

#include "base/require.h"
#include "base/text.h"
#include "sip/grammar.h"
#include "sip/header/cseq.h"
#include "sip/header/to.h"
#include "sip/status.h"

namespace sip {

namespace {
/// Room for a usual request, so that a builder allocates once.
constexpr std::size_t usual_message_bytes = 1400;
constexpr std::size_t usual_fields = 24;
constexpr std::string_view end_of_line = "\r\n";
}  // namespace

// --- finding -----------------------------------------------------------------------------------------------

Message::Key Message::key(std::string_view name) {
  const auto id = header_id(name);
  return {id, id == HeaderId::other ? name : full_name(id), compact_name(id)};
}

bool Message::matches(const Field& field, const Key& key) const {
  if (field.id != key.id) return false;
  if (key.id != HeaderId::other) return true;
  const auto name = slice(field.begin, field.begin + field.name_size);
  return base::same(name, key.full) || (name.size() == 1 && key.compact != 0 && base::lower(name[0]) == key.compact);
}

std::size_t Message::find_slowly(const Key& key, std::size_t from) const {
  for (std::size_t i = from; i < fields_.size(); ++i)
    if (matches(fields_[i], key)) return i;
  return npos;
}

bool Message::lists(const Key& key, std::string_view token) const {
  for (std::size_t at = find(key, 0); at != npos; at = find(key, at + 1)) {
    bool found = false;
    grammar::each_in_list(value(at), [&](std::string_view item) {
      found |= base::same(item.substr(0, item.find_first_of("; \t")), token);
    });
    if (found) return true;
  }
  return false;
}

Message::FieldText Message::field(std::size_t i) const {
  const auto& field = fields_[i];
  return {slice(field.begin, field.begin + field.name_size), slice(field.value, field.value_end), field.id};
}

std::optional<std::string_view> Message::text_of(std::string_view name) const {
  const auto at = find(key(name), 0);
  if (at == npos) return std::nullopt;
  return value(at);
}

std::vector<std::string_view> Message::texts_of(std::string_view name) const {
  std::vector<std::string_view> texts;
  const auto wanted = key(name);
  for (std::size_t at = find(wanted, 0); at != npos; at = find(wanted, at + 1)) texts.push_back(value(at));
  return texts;
}

std::string_view Message::content_type() const {
  const auto at = find({HeaderId::content_type, {}, 0}, 0);
  return at == npos ? std::string_view{} : value(at);
}

// --- changing ----------------------------------------------------------------------------------------------

Message::Field Message::begin_field(const Key& key) {
  Field field{};
  field.begin = static_cast<std::uint32_t>(buffer_.size());
  field.name_size = static_cast<std::uint16_t>(key.full.size());
  field.id = key.id;
  buffer_.append(key.full).append(": ");
  field.value = static_cast<std::uint32_t>(buffer_.size());
  return field;
}

void Message::end_field(Field& field) {
  // Whatever a typed header or a variable held: one field stays one field.
  for (char* at = buffer_.data() + field.begin, *const end = buffer_.data() + buffer_.size(); at != end; ++at)
    if (static_cast<unsigned char>(*at) <= '\r' && (*at == '\r' || *at == '\n' || *at == '\0')) [[unlikely]] *at = ' ';
  field.value_end = static_cast<std::uint32_t>(buffer_.size());
  buffer_.append(end_of_line);
  field.end = static_cast<std::uint32_t>(buffer_.size());
  changed_ = true;
}

void Message::reindex() {
  count_.fill(0);
  for (std::size_t i = 0; i < fields_.size(); ++i) note(fields_[i].id, i);
}

void Message::insert(std::size_t at, const Field& field) {
  fields_.insert(fields_.begin() + static_cast<std::ptrdiff_t>(at), field);
  if (at + 1 == fields_.size()) note(field.id, at);
  else reindex();
}

void Message::replace(const Key& key, const Field& field) {
  const auto at = find(key, 0);
  if (at == npos) return insert(fields_.size(), field);
  fields_[at] = field;
  if (find(key, at + 1) == npos) return;
  const auto rest = fields_.begin() + static_cast<std::ptrdiff_t>(at) + 1;
  fields_.erase(std::remove_if(rest, fields_.end(), [&](const Field& f) { return matches(f, key); }), fields_.end());
  reindex();
}

std::size_t Message::place_to_prepend(const Key& key) const {
  const auto at = find(key, 0);
  if (at != npos) return at;
  // A first Route or Record-Route goes behind the Vias, where people look for it.
  std::size_t behind_vias = 0;
  if (key.id != HeaderId::via)
    while (behind_vias < fields_.size() && fields_[behind_vias].id == HeaderId::via) ++behind_vias;
  return behind_vias;
}

std::size_t Message::remove_fields(const Key& key) {
  if (find(key, 0) == npos) return 0;
  const auto removed = std::erase_if(fields_, [&](const Field& field) { return matches(field, key); });
  changed_ = true;
  reindex();
  return removed;
}

bool Message::remove_first_value(const Key& key) {
  const auto at = find(key, 0);
  if (at == npos) return false;
  std::size_t first_size = 0, values = 0;
  const auto text = value(at);
  grammar::each_in_list(text, [&](std::string_view item) {
    if (values++ == 1) first_size = static_cast<std::size_t>(item.data() - text.data());
  });
  changed_ = true;
  if (values < 2) {
    fields_.erase(fields_.begin() + static_cast<std::ptrdiff_t>(at));
    reindex();
    return true;
  }
  const std::string rest{text.substr(first_size)};
  Field field = begin_field({key.id, key.id == HeaderId::other ? key.full : full_name(key.id), 0});
  buffer_ += rest;
  end_field(field);
  fields_[at] = field;
  return true;
}

void Message::append_raw(std::string_view line, std::size_t name_size, std::size_t value_offset,
                         std::size_t value_size, HeaderId id) {
  const auto begin = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += line;
  const auto value = begin + static_cast<std::uint32_t>(value_offset);
  fields_.push_back({begin, static_cast<std::uint32_t>(buffer_.size()), value,
                     value + static_cast<std::uint32_t>(value_size), static_cast<std::uint16_t>(name_size), id});
  note(id, fields_.size() - 1);
}

void Message::copy_fields(const Key& key, const Message& other) {
  base::require(&other != this, "a message copies fields from itself");
  for (std::size_t at = other.find(key, 0); at != npos; at = other.find(key, at + 1)) {
    const auto& field = other.fields_[at];
    append_raw(other.slice(field.begin, field.end), field.name_size, field.value - field.begin,
               field.value_end - field.value, field.id);
  }
  changed_ = true;
}

void Message::add(std::string_view name, std::string_view value) {
  auto where = key(name);
  where.full = name;
  Field field = begin_field(where);
  buffer_ += value;
  end_field(field);
  insert(fields_.size(), field);
}

void Message::set(std::string_view name, std::string_view value) {
  auto where = key(name);
  where.full = name;
  Field field = begin_field(where);
  buffer_ += value;
  end_field(field);
  replace(where, field);
}

void Message::set_body(std::string_view type, std::string_view body) {
  const std::string copy{body};
  if (type.empty()) remove("Content-Type");
  else set("Content-Type", type);
  body_ = static_cast<std::uint32_t>(buffer_.size());
  if (!type.empty()) buffer_ += copy;
  body_end_ = static_cast<std::uint32_t>(buffer_.size());
  changed_ = true;
}

// --- building ----------------------------------------------------------------------------------------------

void Message::start_request(std::string_view method, std::string_view uri) {
  start_ = start_a_ = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += method;
  start_a_end_ = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += ' ';
  start_b_ = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += uri;
  start_b_end_ = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += " SIP/2.0\r\n";
  start_end_ = static_cast<std::uint32_t>(buffer_.size());
  changed_ = true;
}

void Message::start_response(int status, std::string_view reason) {
  base::require(status >= 100 && status <= 699, "a status is 100..699");
  start_ = start_a_ = start_a_end_ = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += "SIP/2.0 ";
  grammar::print_number(buffer_, static_cast<std::uint64_t>(status));
  buffer_ += ' ';
  start_b_ = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += reason.empty() ? reason_phrase(status) : reason;
  for (std::size_t i = start_b_; i < buffer_.size(); ++i)
    if (buffer_[i] == '\r' || buffer_[i] == '\n') buffer_[i] = ' ';
  start_b_end_ = static_cast<std::uint32_t>(buffer_.size());
  buffer_ += end_of_line;
  start_end_ = static_cast<std::uint32_t>(buffer_.size());
  status_ = static_cast<std::uint16_t>(status);
  changed_ = true;
}

Message Message::request(std::string_view method, std::string_view request_uri) {
  Message message;
  message.buffer_.reserve(usual_message_bytes);
  message.fields_.reserve(usual_fields);
  message.method_ = method_of(method);
  message.start_request(method, request_uri);
  return message;
}

Message Message::request(Method method, std::string_view request_uri) {
  base::require(method != Method::unknown, "an unknown method has no name");
  return request(sip::name(method), request_uri);
}

Message Message::response(const Message& request, int status, std::string_view reason, std::string_view to_tag) {
  Message message;
  message.buffer_.reserve(usual_message_bytes);
  message.fields_.reserve(usual_fields);
  message.start_response(status, reason);
  constexpr std::array copied{HeaderId::via, HeaderId::from, HeaderId::to, HeaderId::call_id, HeaderId::cseq};
  for (const auto id : copied) message.copy_fields({id, full_name(id), 0}, request);
  if (to_tag.empty()) return message;
  if (auto to = message.get<To>(); to && !to->tag()) {
    to->params.set("tag", to_tag);
    message.set(*to);
  }
  return message;
}

void Message::set_request_uri(std::string_view uri) {
  base::require(is_request(), "set_request_uri of a response");
  const std::string method{method_text()}, copy{uri};
  start_request(method, copy);
}

void Message::set_status(int status, std::string_view reason) {
  base::require(is_response(), "set_status of a request");
  const std::string copy{reason};
  start_response(status, copy);
}

// --- printing ----------------------------------------------------------------------------------------------

std::string Message::text(Form form) const {
  std::string out;
  print(out, form);
  return out;
}

void Message::print(std::string& out, Form form) const {
  if (!changed_ && form == Form::as_is) {
    out.append(slice(start_, body_end_));
    return;
  }
  out.reserve(out.size() + (start_end_ - start_) + fields_.size() * 48 + (body_end_ - body_) + 32);
  // Neighbours in the buffer that are neighbours in the message are copied at once.
  std::size_t run = start_, run_end = start_end_;
  for (const auto& field : fields_) {
    if (field.id == HeaderId::content_length) continue;
    const bool shorten = form == Form::compact && compact_name(field.id) != 0;
    if (!shorten && field.begin == run_end) {
      run_end = field.end;
      continue;
    }
    out.append(slice(run, run_end));
    run = field.begin;
    run_end = field.end;
    if (!shorten) continue;
    out += compact_name(field.id);
    out += ": ";
    run = field.value;
  }
  out.append(slice(run, run_end));
  out += form == Form::compact ? "l: " : "Content-Length: ";
  grammar::print_number(out, body_end_ - body_);
  out += "\r\n\r\n";
  out.append(body());
}

}  // namespace sip
