#include "io/dns_message.h"

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "base/text.h"

namespace io {

namespace {

using base::dns::Answer;
using base::dns::Type;

constexpr std::uint16_t type_soa = 6;
constexpr int pointers_max = 64;
constexpr std::size_t name_max = 255;

std::uint16_t number_of(Type type) {
  switch (type) {
    case Type::a: return 1;
    case Type::aaaa: return 28;
    case Type::srv: return 33;
    case Type::naptr: return 35;
  }
  return 0;
}

/// Reads forward; once something is missing it stays broken and everything is 0 or empty.
class Reader {
 public:
  Reader(std::string_view message, std::size_t at, std::size_t end) : message_{message}, at_{at}, end_{std::min(end, message.size())} {}

  bool broken() const { return broken_; }
  std::size_t at() const { return at_; }
  std::uint8_t u8() { return need(1) ? byte(at_++) : std::uint8_t{0}; }
  std::uint16_t u16() {
    const auto high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  /// <character-string>
  std::string text() {
    const std::size_t size = u8();
    if (!need(size)) return {};
    at_ += size;
    return std::string{message_.substr(at_ - size, size)};
  }
  /// Bytes that are not looked at.
  void skip(std::size_t size) {
    if (need(size)) at_ += size;
  }
  template <std::size_t N>
  void bytes(std::array<std::uint8_t, 16>& into) {
    for (std::size_t i = 0; i < N; ++i) into[i] = u8();
  }

  /// A name, compressed or not; pointers may lead backwards only so often.
  std::string name() {
    std::string out;
    std::optional<std::size_t> back;
    std::size_t at = at_;
    for (int pointers = 0; !broken_;) {
      if (at >= message_.size()) return fail();
      const std::uint8_t size = byte(at);
      if ((size & 0xc0U) == 0xc0U) {
        if (at + 1 >= message_.size() || ++pointers > pointers_max) return fail();
        if (!back) back = at + 2;
        at = static_cast<std::size_t>((size & 0x3fU) << 8 | byte(at + 1));
        continue;
      }
      if ((size & 0xc0U) != 0 || at + 1 + size > message_.size() || out.size() + size > name_max) return fail();
      if (size == 0) break;
      if (!out.empty()) out += '.';
      out += message_.substr(at + 1, size);
      at += 1 + size;
    }
    if (broken_) return {};
    at_ = back.value_or(at + 1);
    if (at_ > end_) return fail();
    return base::lowered(out);
  }

 private:
  std::uint8_t byte(std::size_t i) const { return static_cast<std::uint8_t>(message_[i]); }
  bool need(std::size_t size) {
    if (broken_ || at_ + size > end_) broken_ = true;
    return !broken_;
  }
  std::string fail() {
    broken_ = true;
    return {};
  }

  std::string_view message_;
  std::size_t at_, end_;
  bool broken_ = false;
};

struct Record {
  std::uint16_t type = 0;
  std::chrono::seconds ttl{0};
  std::size_t data = 0, end = 0;
};

Record read_record(Reader& in) {
  Record record;
  in.name();
  record.type = in.u16();
  in.u16();  // class
  const auto ttl = in.u32();
  // RFC 2181 section 8: the highest bit makes it 0.
  record.ttl = std::chrono::seconds{(ttl & 0x8000'0000U) != 0 ? 0U : ttl};
  const std::size_t size = in.u16();
  record.data = in.at();
  record.end = record.data + size;
  in.skip(size);
  return record;
}

/// False: the data of the record is broken.
bool take(Answer& answer, Type type, std::string_view message, const Record& record) {
  Reader in{message, record.data, record.end};
  switch (type) {
    case Type::a: {
      base::Ip ip;
      in.bytes<4>(ip.bytes);
      answer.addresses.push_back(ip);
      break;
    }
    case Type::aaaa: {
      base::Ip ip;
      ip.family = base::Family::ipv6;
      in.bytes<16>(ip.bytes);
      answer.addresses.push_back(ip);
      break;
    }
    case Type::srv: {
      base::dns::Srv srv;
      srv.priority = in.u16();
      srv.weight = in.u16();
      srv.port = in.u16();
      srv.target = in.name();
      answer.services.push_back(std::move(srv));
      break;
    }
    case Type::naptr: {
      base::dns::Naptr naptr;
      naptr.order = in.u16();
      naptr.preference = in.u16();
      naptr.flags = in.text();
      naptr.service = in.text();
      naptr.regexp = in.text();
      naptr.replacement = in.name();
      answer.pointers.push_back(std::move(naptr));
      break;
    }
  }
  return !in.broken();
}

/// RFC 2308 section 5: how long "there is none" is good.
std::chrono::seconds negative_ttl(std::string_view message, const Record& soa) {
  Reader in{message, soa.data, soa.end};
  in.name();
  in.name();
  in.skip(4 * sizeof(std::uint32_t));  // serial, refresh, retry, expire
  const std::chrono::seconds minimum{in.u32()};
  return in.broken() ? negative_ttl_without_soa : std::min(soa.ttl, minimum);
}

}  // namespace

Answer read_dns_answer(std::string_view message, Type type) {
  Answer answer;
  Reader in{message, 0, message.size()};
  in.skip(4);  // id, flags: c-ares has looked at them
  const auto questions = in.u16(), answers = in.u16(), authorities = in.u16();
  in.u16();
  for (int i = 0; i < questions && !in.broken(); ++i) {
    in.name();
    in.skip(4);
  }
  std::chrono::seconds ttl = std::chrono::seconds::max();
  std::size_t taken = 0;
  for (int i = 0; i < answers && !in.broken(); ++i) {
    const auto record = read_record(in);
    if (in.broken()) break;
    ttl = std::min(ttl, record.ttl);  // an alias on the way counts too
    if (record.type != number_of(type) || taken == dns_records_max) continue;
    if (!take(answer, type, message, record)) return {};
    ++taken;
  }
  std::chrono::seconds none = negative_ttl_without_soa;
  for (int i = 0; i < authorities && !in.broken(); ++i) {
    const auto record = read_record(in);
    if (!in.broken() && record.type == type_soa) none = negative_ttl(message, record);
  }
  if (in.broken()) return {};
  answer.status = taken > 0 ? Answer::Status::found : Answer::Status::none;
  answer.ttl = taken > 0 ? ttl : none;
  return answer;
}

}  // namespace io
