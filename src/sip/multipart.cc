#include "sip/multipart.h"

#include "base/cursor.h"
#include "base/text.h"
#include "sip/header/content_disposition.h"
#include "sip/header/content_type.h"

namespace sip {

namespace {

std::string_view without_parameters(std::string_view type) { return base::trim(type.substr(0, type.find(';'))); }

std::string boundary_of(std::string_view content_type) {
  base::Cursor in{content_type};
  const auto type = ContentType::parse(in);
  return type ? type->params.text_of("boundary") : std::string{};
}

/// Where a delimiter line ("--boundary" at the beginning of a line) starts, from `at` on.
std::size_t find_delimiter(std::string_view body, std::string_view delimiter, std::size_t at) {
  for (;;) {
    at = body.find(delimiter, at);
    if (at == std::string_view::npos || at == 0 || body[at - 1] == '\n') return at;
    ++at;
  }
}

BodyPart part_of(std::string_view text) {
  if (text.starts_with("\r\n")) return {{}, text.substr(2)};
  if (text.starts_with("\n")) return {{}, text.substr(1)};
  for (const std::string_view empty_line : {"\r\n\r\n", "\n\n"})
    if (const auto end = text.find(empty_line); end != std::string_view::npos)
      return {text.substr(0, end), text.substr(end + empty_line.size())};
  return {text, {}};
}

SessionBody find_nested(std::string_view content_type, std::string_view body, int depth) {
  SessionBody found;
  if (base::same(without_parameters(content_type), "application/sdp")) {
    found.description = body;
    return found;
  }
  const auto parts = depth < body_nesting_max && is_multipart(content_type) ? parse_multipart(content_type, body) : std::nullopt;
  if (!parts) return found;
  for (const auto& part : *parts) {
    const auto type = part.header("Content-Type");
    const auto inner = find_nested(type, part.body, depth + 1);
    found.unknown_required |= inner.unknown_required;
    if (inner.description && !found.description) found.description = inner.description;
    if (!inner.description && base::same(part.handling(), "required")) found.unknown_required = true;
  }
  return found;
}

}  // namespace

std::string_view BodyPart::header(std::string_view name) const {
  for (const auto line : base::split(headers, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && base::same(base::trim(line.substr(0, colon)), name)) return base::trim(line.substr(colon + 1));
  }
  return {};
}

std::string_view BodyPart::type() const {
  const auto type = without_parameters(header("Content-Type"));
  return type.empty() ? "text/plain" : type;
}

std::string_view BodyPart::handling() const {
  const auto text = header("Content-Disposition");
  for (const auto piece : base::split(text, ';')) {
    const auto equals = piece.find('=');
    if (equals != std::string_view::npos && base::same(base::trim(piece.substr(0, equals)), "handling"))
      return base::trim(piece.substr(equals + 1));
  }
  return {};
}

bool is_multipart(std::string_view content_type) {
  return content_type.size() > 10 && base::same(content_type.substr(0, 10), "multipart/");
}

std::optional<std::vector<BodyPart>> parse_multipart(std::string_view content_type, std::string_view body) {
  const auto boundary = boundary_of(content_type);
  if (boundary.empty()) return std::nullopt;
  const std::string delimiter = "--" + boundary;
  std::vector<BodyPart> parts;
  std::size_t at = find_delimiter(body, delimiter, 0);
  while (at != std::string_view::npos) {
    const auto after = body.substr(at + delimiter.size());
    if (after.starts_with("--")) return parts;
    const auto line_end = after.find('\n');
    if (line_end == std::string_view::npos || parts.size() == body_parts_max) return std::nullopt;
    const std::size_t begin = at + delimiter.size() + line_end + 1;
    at = find_delimiter(body, delimiter, begin);
    auto text = body.substr(begin, at == std::string_view::npos ? at : at - begin);
    if (at != std::string_view::npos) {  // the line end before a delimiter belongs to it
      if (text.ends_with('\n')) text.remove_suffix(1);
      if (text.ends_with('\r')) text.remove_suffix(1);
    }
    parts.push_back(part_of(text));
  }
  // Some write no closing delimiter; what is there counts.
  return parts.empty() ? std::nullopt : std::optional{parts};
}

std::string print_multipart(const std::vector<BodyPart>& parts, std::string_view boundary) {
  std::string out;
  for (const auto& part : parts) {
    out.append("--").append(boundary).append("\r\n");
    if (!part.headers.empty()) out.append(part.headers).append("\r\n");
    out.append("\r\n").append(part.body).append("\r\n");
  }
  return out.append("--").append(boundary).append("--\r\n");
}

SessionBody find_session_description(std::string_view content_type, std::string_view body) {
  return find_nested(content_type, body, 0);
}

}  // namespace sip
