// io/hosts_file_test.cc - names that no server is asked for.
#include "io/hosts_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

using base::dns::Answer;
using base::dns::Type;
using namespace std::chrono_literals;

namespace {

struct HostsFile : testing::Test {
  std::string path = testing::TempDir() + "ahoy_hosts_" + std::to_string(::getpid());
  io::HostsFile file{path};
  base::Time now{1h};

  void write(const std::string& text) { std::ofstream{path} << text; }
  ~HostsFile() override { std::remove(path.c_str()); }
};

}  // namespace

TEST_F(HostsFile, KnowsNamesAndAliasesOfBothFamilies) {
  write("# comment\n127.0.0.1 localhost\n192.0.2.1\tPBX.test pbx # two names\n2001:db8::1 pbx\nnonsense here\n");
  const auto four = file.find({Type::a, "pbx"}, now);
  ASSERT_TRUE(four);
  ASSERT_EQ(four->addresses.size(), 1U);
  EXPECT_EQ(four->addresses[0].text(), "192.0.2.1");
  EXPECT_EQ(file.find({Type::aaaa, "pbx"}, now)->addresses[0].text(), "2001:db8::1");
  EXPECT_EQ(file.find({Type::a, "pbx.test"}, now)->addresses.size(), 1U);
  EXPECT_EQ(file.find({Type::aaaa, "pbx.test"}, now)->status, Answer::Status::none);  // known, but not that way
  EXPECT_FALSE(file.find({Type::a, "other"}, now));
  EXPECT_FALSE(file.find({Type::a, "here"}, now));
}

TEST_F(HostsFile, AChangeIsSeenWithinItsInterval) {
  write("192.0.2.1 pbx\n");
  EXPECT_TRUE(file.find({Type::a, "pbx"}, now));
  write("192.0.2.22 pbx\n");
  EXPECT_EQ(file.find({Type::a, "pbx"}, now + io::HostsFile::look_interval)->addresses[0].text(), "192.0.2.22");
}

TEST_F(HostsFile, AMissingFileKnowsNothing) { EXPECT_FALSE(file.find({Type::a, "localhost"}, now)); }
