// test/support/pcap.h - the UDP datagrams of a classic pcap file (Ethernet with VLANs, Linux cooked, raw IP, loopback).
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/time.h"
#include "tests/support/shared.h"

namespace test {

struct Datagram {
  base::Time at{};
  std::uint16_t from_port = 0;
  std::uint16_t to_port = 0;
  std::vector<std::uint8_t> bytes;
};

class PcapReader {
 public:
  explicit PcapReader(const std::filesystem::path& path) : data_{read_file(path)} {}

  std::vector<Datagram> datagrams() {
    std::vector<Datagram> out;
    if (data_.size() < 24) return out;
    const auto magic = field<std::uint32_t>(0);
    swapped_ = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    const bool nano = magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
    const auto link = number(20);
    for (std::size_t at = 24; at + 16 <= data_.size();) {
      const std::size_t length = number(at + 8);
      if (at + 16 + length > data_.size()) break;
      Datagram datagram;
      datagram.at = base::Time{} + std::chrono::seconds{number(at)} +
                    base::Duration{nano ? number(at + 4) / 1'000 : number(at + 4)};
      if (udp(at + 16, length, link, datagram)) out.push_back(std::move(datagram));
      at += 16 + length;
    }
    return out;
  }

 private:
  template <class T>
  T field(std::size_t at) const {
    T value{};
    std::memcpy(&value, data_.data() + at, sizeof value);
    return value;
  }
  std::uint32_t number(std::size_t at) const {
    const auto value = field<std::uint32_t>(at);
    return swapped_ ? __builtin_bswap32(value) : value;
  }
  unsigned byte(std::size_t at) const { return static_cast<std::uint8_t>(data_[at]); }
  unsigned short_at(std::size_t at) const { return byte(at) << 8 | byte(at + 1); }

  bool udp(std::size_t at, std::size_t length, std::uint32_t link, Datagram& out) const {
    const std::size_t end = at + length;
    if (length < 48) return false;
    if (link == 1) {
      at += 12;
      while (short_at(at) == 0x8100) at += 4;
      at += 2;
    } else if (link == 113) {
      at += 16;
    } else if (link == 0) {
      at += 4;
    }
    std::size_t ip_bytes = 40;
    unsigned protocol = byte(at + 6);
    if (byte(at) >> 4 == 4) {
      ip_bytes = (byte(at) & 15) * 4;
      protocol = byte(at + 9);
    } else if (byte(at) >> 4 != 6) {
      return false;
    }
    at += ip_bytes;
    if (protocol != 17 || at + 8 > end) return false;
    out.from_port = static_cast<std::uint16_t>(short_at(at));
    out.to_port = static_cast<std::uint16_t>(short_at(at + 2));
    const std::size_t udp_length = short_at(at + 4);
    if (udp_length < 8 || at + udp_length > end) return false;
    const auto* first = reinterpret_cast<const std::uint8_t*>(data_.data()) + at + 8;
    out.bytes.assign(first, first + (udp_length - 8));
    return true;
  }

  std::string data_;
  bool swapped_ = false;
};

}  // namespace test
