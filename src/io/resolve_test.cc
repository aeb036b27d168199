// io/resolve_test.cc - names that need no network.
#include "io/resolve.h"

#include <gtest/gtest.h>

TEST(Resolve, AnAddressIsItself) {
  EXPECT_EQ(io::resolve_host("192.0.2.1"), std::vector{base::Ip::v4(192, 0, 2, 1)});
}

TEST(Resolve, NamesComeFromTheHostsFileEachAddressOnce) {
  const auto found = io::resolve_host("localhost");
  ASSERT_FALSE(found.empty());
  for (const auto& ip : found) {
    EXPECT_TRUE(ip.is_loopback());
    EXPECT_EQ(std::count(found.begin(), found.end(), ip), 1);
  }
}

TEST(Resolve, ReservedNamesHaveNoAddress) { EXPECT_TRUE(io::resolve_host("nobody.invalid").empty()); }
TEST(Resolve, NonsenseHasNoAddress) { EXPECT_TRUE(io::resolve_host(std::string(300, 'x')).empty()); }
