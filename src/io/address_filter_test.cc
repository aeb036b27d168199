// io/address_filter_test.cc - what the kernel drops, and what it lets through, on loopback.
#include "io/address_filter.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include "io/socket.h"

namespace {

base::Ip ip(std::string_view text) { return *base::Ip::parse(text); }

struct Socket {
  explicit Socket(std::string_view address) : family{ip(address).family} {
    file = io::File{socket(family == base::Family::ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
    const io::SocketAddress at{{ip(address), 0}};
    EXPECT_EQ(bind(file.get(), reinterpret_cast<const sockaddr*>(&at.storage), at.size), 0) << address;
  }
  bool hears(std::string_view sender) {
    Socket other{sender};
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    getsockname(file.get(), reinterpret_cast<sockaddr*>(&name), &size);
    EXPECT_EQ(sendto(other.file.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&name), size), 1);
    char byte = 0;
    return recv(file.get(), &byte, 1, 0) == 1;
  }
  void shut_out(const std::vector<base::Ip>& networks) { EXPECT_TRUE(io::shut_out(file.get(), family, networks)); }

  base::Family family;
  io::File file;
};

}  // namespace

TEST(AddressFilter, SEC_08_TheKernelDropsWhatSomeAddressesSend) {
  Socket socket{"127.0.0.1"};
  EXPECT_TRUE(socket.hears("127.0.0.2"));
  socket.shut_out({ip("127.0.0.2"), ip("2001:db8::"), ip("127.0.0.4")});
  EXPECT_FALSE(socket.hears("127.0.0.2"));
  EXPECT_TRUE(socket.hears("127.0.0.3"));
  EXPECT_FALSE(socket.hears("127.0.0.4"));
  socket.shut_out({ip("127.0.0.3")});
  EXPECT_TRUE(socket.hears("127.0.0.2"));
  EXPECT_FALSE(socket.hears("127.0.0.3"));
  socket.shut_out({});
  EXPECT_TRUE(socket.hears("127.0.0.3"));
  socket.shut_out({ip("2001:db8::")});
  EXPECT_TRUE(socket.hears("127.0.0.3")) << "of another family: nothing to do";
}

TEST(AddressFilter, SEC_08_IPv6ByNetworksOf64Bits) {
  Socket socket{"::1"};
  EXPECT_TRUE(socket.hears("::1"));
  socket.shut_out({ip("2001:db8::"), ip("::")});
  EXPECT_FALSE(socket.hears("::1"));
  socket.shut_out({ip("2001:db8::"), ip("0:0:0:1::"), ip("0:1::")});
  EXPECT_TRUE(socket.hears("::1"));
}

TEST(AddressFilter, LIMIT_TheFirstCount) {
  for (const bool v4 : {true, false}) {
    std::vector<base::Ip> many;
    const auto most = io::filtered_max(v4 ? base::Family::ipv4 : base::Family::ipv6);
    for (std::size_t i = 0; i < most + 1; ++i) {
      auto each = v4 ? base::Ip::v4(10, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)) : ip("2001:db8::");
      if (!v4) each.bytes[6] = static_cast<std::uint8_t>(i >> 8), each.bytes[7] = static_cast<std::uint8_t>(i);
      many.push_back(each);
    }
    Socket socket{v4 ? "127.0.0.1" : "::1"};
    const std::string_view sender = v4 ? "127.0.0.2" : "::1";
    const auto network = v4 ? ip(sender) : ip("::");
    many[most - 1] = network;
    socket.shut_out(many);
    EXPECT_FALSE(socket.hears(sender));
    std::swap(many[most - 1], many[most]);
    socket.shut_out(many);
    EXPECT_TRUE(socket.hears(sender));
  }
}
