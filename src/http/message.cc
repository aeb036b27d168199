#include "http/message.h"

#include <algorithm>

#include "base/text.h"

namespace http {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

/// Headers of a head whose start line is gone; nullopt when a line is none.
std::optional<Headers> read_headers(std::string_view lines) {
  Headers headers;
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const auto line = lines.substr(0, end);
    lines = end == std::string_view::npos ? std::string_view{} : lines.substr(end + 2);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    // Folded lines are obsolete and a way to smuggle (RFC 9112 section 5.2): no token begins with a blank.
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::nullopt;
    if (headers.all.size() >= headers_max) return std::nullopt;
    headers.add(line.substr(0, colon), base::trim(line.substr(colon + 1)));
  }
  return headers;
}

}  // namespace

std::string_view Headers::text(std::string_view name) const {
  for (const auto& [known, value] : all)
    if (base::same(known, name)) return value;
  return {};
}

std::vector<std::string_view> Headers::list(std::string_view name) const {
  std::vector<std::string_view> items;
  for (const auto& [known, value] : all) {
    if (!base::same(known, name)) continue;
    for (const auto item : base::split(value, ','))
      if (const auto trimmed = base::trim(item); !trimmed.empty()) items.push_back(trimmed);
  }
  return items;
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(list(name), [&](std::string_view item) { return base::same(item, token); });
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 426: return "Upgrade Required";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Unknown";
  }
}

std::string Response::text() const {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " ";
  out.append(reason_phrase(status)).append("\r\n");
  for (const auto& [name, value] : headers.all) out.append(name).append(": ").append(value).append("\r\n");
  if (status != 101) out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return out.append("\r\n").append(body);
}

HeadReader::State HeadReader::on_bytes(std::string_view bytes) {
  if (state_ != State::unfinished) {
    if (state_ == State::complete) rest_ += bytes;
    return state_;
  }
  buffer_ += bytes;
  return state_ = look();
}

HeadReader::State HeadReader::look() {
  const auto from = scanned_ < head_end.size() ? 0 : scanned_ - (head_end.size() - 1);
  const auto end = buffer_.find(head_end, from);
  scanned_ = buffer_.size();
  if (end == std::string::npos) return buffer_.size() > head_bytes_max ? State::too_long : State::unfinished;
  if (end > head_bytes_max) return State::too_long;
  rest_ = buffer_.substr(end + head_end.size());
  buffer_.resize(end + 2);
  return request() || response() ? State::complete : State::wrong;
}

std::optional<Request> HeadReader::request() const {
  const auto line_end = buffer_.find("\r\n");
  const auto words = base::split(std::string_view{buffer_}.substr(0, line_end), ' ');
  if (words.size() != 3 || !is_token(words[0]) || words[1].empty()) return std::nullopt;
  if (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0") return std::nullopt;
  auto headers = read_headers(std::string_view{buffer_}.substr(line_end + 2));
  if (!headers) return std::nullopt;
  return Request{std::string{words[0]}, std::string{words[1]}, words[2].back() - '0', std::move(*headers)};
}

std::optional<Response> HeadReader::response() const {
  const auto line_end = buffer_.find("\r\n");
  const auto words = base::split(std::string_view{buffer_}.substr(0, line_end), ' ');
  if (words.size() < 2 || !words[0].starts_with("HTTP/1.")) return std::nullopt;
  const auto status = base::to_number<int>(words[1]);
  auto headers = read_headers(std::string_view{buffer_}.substr(line_end + 2));
  if (!status || *status < 100 || *status > 999 || !headers) return std::nullopt;
  return Response{*status, std::move(*headers), {}};
}

}  // namespace http
