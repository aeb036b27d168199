// call/media/media_fixture.h - for the tests of media: scripted peers that send and receive RTP by hand.
#pragma once
#include <gtest/gtest.h>

#include <cmath>

#include "base/text.h"
#include "call/media/codec_prefs.h"
#include "call/media/media.h"
#include "codec/codec.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/telephone_event.h"
#include "sim/world.h"

namespace call::test {

using namespace std::chrono_literals;

/// What a Media tells its user, written down.
struct Listener : Media::User {
  std::string digits;
  int timeouts = 0, played = 0, recorded = 0;
  std::chrono::milliseconds last_duration{};
  std::function<void()> on_timeout;
  void on_digit(char digit, std::chrono::milliseconds duration) override {
    digits += digit;
    last_duration = duration;
  }
  void on_media_timeout() override {
    ++timeouts;
    if (on_timeout) on_timeout();
  }
  void on_played() override { ++played; }
  void on_recorded() override { ++recorded; }
};

/// A far end: two sockets and the numbers of one stream.
struct Peer : io::UdpReceiver {
  struct Heard {
    base::Time at;
    std::vector<std::uint8_t> bytes;
    rtp::Packet packet;  // spans point into bytes
  };
  struct ControlPort : io::UdpReceiver {
    std::vector<std::vector<std::uint8_t>> heard;
    void on_datagrams(std::span<const io::Datagram> batch) override {
      for (const auto& d : batch) heard.emplace_back(base::bytes_of(d.bytes).begin(), base::bytes_of(d.bytes).end());
    }
  };

  Peer(sim::World& world, const std::string& name, const base::Ip& ip, std::uint16_t port = 4'000)
      : host{world.add_host(name, {ip})}, address{ip, port} {
    rtp = std::move(*host.shard().open_udp(address, io::Sharing::exclusive, this));
    rtcp = std::move(*host.shard().open_udp({ip, static_cast<std::uint16_t>(port + 1)}, io::Sharing::exclusive, &control));
  }
  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& datagram : batch) {
      const auto bytes = base::bytes_of(datagram.bytes);
      auto& entry = heard.emplace_back(Heard{host.shard().now(), {bytes.begin(), bytes.end()}, {}});
      from = datagram.from;
      if (auto parsed = rtp::Packet::parse(entry.bytes)) entry.packet = *parsed;
    }
  }

  /// "m=audio ... " with the formats given as in "0 8 101", the rtpmap lines given too.
  std::string sdp(const std::string& formats, const std::string& lines = "", const std::string& more = "") const {
    const char* family = address.ip.family == base::Family::ipv6 ? "IP6 " : "IP4 ";
    return "v=0\r\no=- 1 1 IN " + (family + address.ip.text()) + "\r\ns=-\r\nc=IN " + family + address.ip.text() +
           "\r\nt=0 0\r\nm=audio " + std::to_string(address.port) + " RTP/AVP " + formats + "\r\n" + lines + more;
  }
  std::string pcmu(const std::string& more = "") const {
    return sdp("0 101", "a=rtpmap:101 telephone-event/8000\r\n", more);
  }

  void send(const base::Address& to, std::uint8_t payload_type, base::Bytes payload, std::uint32_t units = 160) {
    std::vector<std::uint8_t> out;
    rtp::Packet packet{.payload_type = payload_type, .sequence = sequence++, .timestamp = timestamp, .ssrc = ssrc};
    packet.payload = payload;
    packet.build(out);
    timestamp += units;
    rtp->send(to, base::text_of(out));
  }
  /// A payload nobody mistakes for another.
  std::vector<std::uint8_t> numbered(std::size_t size = 160) {
    std::vector<std::uint8_t> payload(size);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(counter_++ * 7);
    return payload;
  }
  void send_event(const base::Address& to, std::uint8_t payload_type, char digit, std::uint16_t duration, bool end) {
    const auto bytes = rtp::TelephoneEvent{*rtp::event_of(digit), end, 10, duration}.bytes();
    send(to, payload_type, bytes, 0);
  }
  void forget() { heard.clear(); }
  /// Everything heard of one payload type as sound.
  std::vector<std::int16_t> sound(const codec::Info& info, std::uint8_t payload_type) const {
    const auto decoder = info.create();
    std::vector<std::int16_t> out;
    for (const auto& entry : heard)
      if (entry.packet.payload_type == payload_type) decoder->decode(entry.packet.payload, out);
    return out;
  }

  sim::Host& host;
  base::Address address;
  base::Address from;
  std::deque<Heard> heard;
  ControlPort control;
  std::unique_ptr<io::UdpSocket> rtp, rtcp;
  std::uint16_t sequence = 1'000;
  std::uint32_t timestamp = 90'000;
  std::uint32_t ssrc = 0x1234;

 private:
  unsigned counter_ = 1;
};

/// One SSRC, sequence numbers without gap, timestamps that only grow.
inline void expect_one_stream(const std::deque<Peer::Heard>& heard) {
  for (std::size_t i = 1; i < heard.size(); ++i) {
    const auto &before = heard[i - 1].packet, &now = heard[i].packet;
    ASSERT_EQ(now.ssrc, before.ssrc) << i;
    ASSERT_EQ(rtp::sequence_distance(now.sequence, before.sequence), 1) << i;
    ASSERT_GE(rtp::timestamp_distance(now.timestamp, before.timestamp), 0) << i;
  }
}

inline std::vector<std::int16_t> sine(double hz, std::uint32_t rate, base::Duration length, double peak = 8'000) {
  std::vector<std::int16_t> out(static_cast<std::size_t>(length.count()) * rate / 1'000'000);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::int16_t>(peak * std::sin(2 * 3.14159265358979 * hz * static_cast<double>(i) / rate));
  return out;
}

/// A server with two legs, and the two peers they talk to.
class MediaWorld : public ::testing::Test {
 protected:
  static MediaOptions options_with(std::string_view codecs) {
    MediaOptions options;
    options.local = options.advertised = base::Ip::v4(10, 0, 0, 1);
    options.codecs = parse_codec_prefs(codecs).codecs;
    return options;
  }
  std::unique_ptr<Media> make(Listener& user, std::string_view codecs = "PCMU,PCMA") {
    return std::make_unique<Media>(server.shard(), pool, options_with(codecs), user);
  }
  /// `media` answers the peer's offer.
  void answer(Media& media, const std::string& offer, Media* peer = nullptr) {
    ASSERT_TRUE(media.take_offer(offer));
    ASSERT_TRUE(media.make_answer(peer));
  }
  /// Both legs on PCMU, joined.
  void bridge() {
    a = make(on_a);
    b = make(on_b);
    answer(*a, pa.pcmu());
    answer(*b, pb.pcmu());
    a->join(*b);
  }
  /// `seconds` of sound from a peer, 20 ms packets.
  void say(Peer& peer, const Media& to, const codec::Info& info, std::uint8_t payload_type,
           std::span<const std::int16_t> samples) {
    const auto encoder = info.create();
    const auto size = info.sample_rate / 50;
    for (std::size_t at = 0; at + size <= samples.size(); at += size) {
      std::vector<std::uint8_t> payload;
      encoder->encode(samples.subspan(at, size), payload);
      peer.send(to.local_rtp(), payload_type, payload, info.clock_rate / 50);
      world.run_for(20ms);
    }
  }

  sim::World world{7};
  sim::Host& server = world.add_host("server", {base::Ip::v4(10, 0, 0, 1)});
  PortPool pool{server.shard(), 20'000, 20'099};
  Peer pa{world, "a", base::Ip::v4(10, 0, 0, 2)};
  Peer pb{world, "b", base::Ip::v4(10, 0, 0, 3)};
  Listener on_a, on_b;
  std::unique_ptr<Media> a, b;
};

}  // namespace call::test
