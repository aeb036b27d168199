#include "tests/scenario/ladder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "sim/raw_agent.h"

namespace scenario {

using endpoint::Transport;
using sim::body_of;
using sim::first_line;
using sim::header;
using sim::headers;
using sim::status_of;

namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// `pattern` with * for anything.
bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*') return !text.empty() && pattern[0] == text[0] && is_like(text.substr(1), pattern.substr(1));
  for (std::size_t taken = 0; taken <= text.size(); ++taken)
    if (is_like(text.substr(taken), pattern.substr(1))) return true;
  return false;
}

std::string parameter(std::string_view field, std::string_view name) {
  const std::string wanted = ";" + std::string{name} + "=";
  const auto at = field.find(wanted);
  if (at == std::string_view::npos) return {};
  const auto value = field.substr(at + wanted.size());
  return std::string{value.substr(0, value.find_first_of(";,> "))};
}

std::string branch_of(std::string_view message) { return parameter(header(message, "Via"), "branch"); }

std::string request_uri_of(const std::string& request) {
  const auto begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

/// Who is meant: without tag, and without the quotes that a display name may have or not.
std::string without_tag(std::string field) {
  std::erase(field, '"');
  return field.substr(0, field.find(";tag="));
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all.append(all.empty() ? "" : ", ").append(text);
  return all;
}

/// The address media is wanted at.
std::string media_of(std::string_view message) {
  const auto body = body_of(message);
  const auto at = body.find("c=IN IP4 ");
  return at == std::string::npos ? body : body.substr(at + 9, body.find("\r\n", at) - at - 9);
}

}  // namespace

std::string fill(std::string text, Transport over) {
  text = replaced(std::move(text), "{over}", "SIP/2.0/" + std::string{endpoint::name(over)});
  text = replaced(std::move(text), "{port}", std::to_string(endpoint::usual_port(over)));
  return replaced(std::move(text), "{transport}", ";transport=" + std::string{endpoint::parameter(over)});
}

std::vector<std::string> values(std::string_view message, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& field : headers(message, name))
    for (const auto value : base::split(field, ',')) all.emplace_back(base::trim(value));
  return all;
}

std::string method_of(std::string_view message) {
  const auto cseq = header(message, "CSeq");
  return cseq.substr(cseq.find(' ') + 1);
}

Ladder::Ladder(sim::World& world, Transport over) : world_{world}, over_{over} {
  world.set_tap([this](const sim::Sent& sent) {
    std::string bytes{sent.bytes};
    const auto start = first_line(bytes);
    if (!sent.stream && !start.starts_with("SIP/2.0 ") && !start.ends_with(" SIP/2.0")) return;  // media
    // What waited for a connection leaves in one piece.
    while (auto text = sim::take_message(bytes)) sent_.push_back({sent.at, sent.from, sent.to, std::move(*text)});
  });
}

std::string Ladder::name_of(const base::Address& address) const {
  const auto known = names_.find(address.ip);
  return known == names_.end() ? address.ip.text() : known->second;
}

std::string Ladder::text() const {
  std::string all = "\n";
  for (const auto& sent : sent_) {
    all += name_of(sent.from) + " -> " + name_of(sent.to) + "  " + first_line(sent.text);
    all += status_of(sent.text) == 0 ? "\n" : "  (" + method_of(sent.text) + ")\n";
  }
  return all;
}

std::vector<Ladder::Row> Ladder::rows_of(std::string_view table) const {
  std::vector<Row> rows;
  const std::string filled = fill(std::string{table}, over_);
  for (const auto line : base::split(filled, '\n')) {
    const auto text = base::trim(line);
    if (text.empty()) continue;
    const auto arrow = text.find(" -> ");
    if (text[0] != 'F' || arrow == std::string_view::npos) {
      rows.back().fields.emplace_back(text);
      continue;
    }
    Row row;
    row.number = text.substr(0, text.find(' '));
    auto from = base::trim(text.substr(row.number.size(), arrow - row.number.size()));
    int times = 1;
    if (from[0] == 'x') {
      times = base::to_number<int>(from.substr(1, from.find(' ') - 1)).value();
      from = base::trim(from.substr(from.find(' ')));
    }
    const auto rest = text.substr(arrow + 4);
    row.from = from;
    row.to = rest.substr(0, rest.find("  "));
    row.start = base::trim(rest.substr(row.to.size()));
    for (int i = 0; i < (over_ == Transport::udp ? times : 1); ++i) rows.push_back(row);
  }
  return rows;
}

void Ladder::expect(std::string_view table) const {
  const auto rows = rows_of(table);
  SCOPED_TRACE("the messages were:" + text());
  std::vector<const Sent*> left;
  for (const auto& sent : sent_) left.push_back(&sent);
  for (const auto& row : rows)
    if (const auto* sent = take(row, left)) compare(row, *sent);
  EXPECT_EQ(sent_.size(), rows.size());
  check_transactions();
}

const Ladder::Sent* Ladder::take(const Row& row, std::vector<const Sent*>& left) const {
  const auto delay = world_.weather.delay_max;
  const auto must_wait = [&](const Sent& message) {
    for (const auto* earlier : left) {
      if (earlier == &message) return false;
      const bool same_way = earlier->from.ip == message.from.ip && earlier->to.ip == message.to.ip;
      const bool received = earlier->to.ip == message.from.ip && earlier->at + delay <= message.at;
      if (same_way || received || earlier->at + delay < message.at) return true;
    }
    return false;
  };
  auto found = std::ranges::find_if(left, [&](const auto* sent) { return fits(row, *sent) && !must_wait(*sent); });
  if (found == left.end()) found = left.begin();
  if (found == left.end()) return nullptr;
  const auto* sent = *found;
  left.erase(found);
  return sent;
}

bool Ladder::fits(const Row& row, const Sent& sent) const {
  return name_of(sent.from) == row.from && name_of(sent.to) == row.to && is_like(first_line(sent.text), row.start);
}

void Ladder::compare(const Row& row, const Sent& sent) const {
  SCOPED_TRACE(row.number + ":\n" + sent.text);
  EXPECT_EQ(name_of(sent.from), row.from);
  EXPECT_EQ(name_of(sent.to), row.to);
  EXPECT_TRUE(is_like(first_line(sent.text), row.start)) << row.start;
  for (const auto& field : row.fields) {
    if (field == "no SDP") {
      EXPECT_EQ(body_of(sent.text), "");
    } else if (field.starts_with("no ")) {
      EXPECT_TRUE(headers(sent.text, field.substr(3)).empty()) << field;
    } else {
      const auto name = field.substr(0, field.find(':'));
      const auto value = base::trim(std::string_view{field}.substr(name.size() + 1));
      const auto actual = name == "SDP" ? media_of(sent.text) : joined(headers(sent.text, name));
      EXPECT_TRUE(is_like(actual, value)) << field << "\nis " << actual;
    }
  }
}

const Ladder::Sent* Ladder::before(std::size_t at, const std::function<bool(const Sent&)>& wanted) const {
  for (std::size_t i = at; i-- > 0;)
    if (wanted(sent_[i])) return &sent_[i];
  return nullptr;
}

void Ladder::check_transactions() const {
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    const auto& text = sent_[i].text;
    SCOPED_TRACE("number " + std::to_string(i + 1) + ":\n" + text);
    EXPECT_EQ(header(text, "Content-Length"), std::to_string(body_of(text).size()));
    if (status_of(text) != 0) {
      check_response(i);
      continue;
    }
    check_request(i);
    if (text.starts_with("ACK ") || text.starts_with("CANCEL ")) check_ack(i);
    if (values(text, "Via").size() > 1) check_forwarded(i);
  }
}

/// A response goes back where its request came from, with that request's Via, From, To, Call-ID and CSeq.
void Ladder::check_response(std::size_t at) const {
  const auto& response = sent_[at];
  const auto* request = before(at, [&](const Sent& earlier) {
    return status_of(earlier.text) == 0 && earlier.from.ip == response.to.ip && earlier.to.ip == response.from.ip &&
           branch_of(earlier.text) == branch_of(response.text) &&
           header(earlier.text, "CSeq") == header(response.text, "CSeq");
  });
  ASSERT_TRUE(request) << "it answers nothing";
  EXPECT_EQ(values(response.text, "Via").size(), values(request->text, "Via").size());
  EXPECT_EQ(header(response.text, "From"), header(request->text, "From"));
  EXPECT_EQ(header(response.text, "Call-ID"), header(request->text, "Call-ID"));
  EXPECT_EQ(without_tag(header(response.text, "To")), without_tag(header(request->text, "To")));
  const bool tagged = !parameter(header(request->text, "To"), "tag").empty();
  EXPECT_TRUE(!tagged || header(response.text, "To") == header(request->text, "To"));
  EXPECT_TRUE(status_of(response.text) == 100 || !parameter(header(response.text, "To"), "tag").empty());
}

void Ladder::check_request(std::size_t at) const {
  const auto& request = sent_[at];
  const auto via = header(request.text, "Via");
  EXPECT_TRUE(via.starts_with("SIP/2.0/" + std::string{endpoint::name(over_)} + " ")) << via;
  EXPECT_TRUE(branch_of(request.text).starts_with("z9hG4bK"));
  EXPECT_FALSE(parameter(header(request.text, "From"), "tag").empty());
  EXPECT_FALSE(header(request.text, "Max-Forwards").empty());
  EXPECT_EQ(method_of(request.text), request.text.substr(0, request.text.find(' ')));
}

/// CANCEL and the ACK to a failure have the branch of their INVITE; the ACK to a 2xx has one of its own.
void Ladder::check_ack(std::size_t at) const {
  const auto& ack = sent_[at];
  const auto number = header(ack.text, "CSeq");
  const auto wanted = number.substr(0, number.find(' ')) + " INVITE";
  const auto of_call = [&](const Sent& earlier) {
    return header(earlier.text, "Call-ID") == header(ack.text, "Call-ID") && header(earlier.text, "CSeq") == wanted;
  };
  const auto* answer = before(at, [&](const Sent& earlier) {
    return of_call(earlier) && status_of(earlier.text) >= 200 && earlier.to.ip == ack.from.ip;
  });
  const bool acknowledges_success = ack.text.starts_with("ACK ") && answer && status_of(answer->text) < 300;
  const auto* invite = before(at, [&](const Sent& earlier) {
    return of_call(earlier) && status_of(earlier.text) == 0 && branch_of(earlier.text) == branch_of(ack.text);
  });
  EXPECT_EQ(invite == nullptr, acknowledges_success);
  EXPECT_TRUE(!ack.text.starts_with("ACK ") || !answer || header(ack.text, "To") == header(answer->text, "To"));
  if (!invite) return;
  EXPECT_EQ(invite->to.ip, ack.to.ip);
  EXPECT_EQ(request_uri_of(ack.text), request_uri_of(invite->text));
  EXPECT_EQ(values(ack.text, "Via").size(), 1U);
}

/// A proxy changes what section 16.6 lets it change, and nothing else.
void Ladder::check_forwarded(std::size_t at) const {
  const auto& out = sent_[at];
  const auto vias = values(out.text, "Via");
  const auto* in = before(at, [&](const Sent& earlier) {
    return status_of(earlier.text) == 0 && earlier.to.ip == out.from.ip &&
           branch_of(earlier.text) == parameter(vias[1], "branch") &&
           header(earlier.text, "CSeq") == header(out.text, "CSeq");
  });
  ASSERT_TRUE(in) << "nobody asked for it to be forwarded";
  EXPECT_EQ(vias.size(), values(in->text, "Via").size() + 1);
  EXPECT_EQ(std::stoi(header(out.text, "Max-Forwards")), std::stoi(header(in->text, "Max-Forwards")) - 1);
  for (const auto* kept : {"From", "To", "Call-ID", "Contact"})
    EXPECT_EQ(header(out.text, kept), header(in->text, kept));
  EXPECT_EQ(body_of(out.text), body_of(in->text));
}

}  // namespace scenario
