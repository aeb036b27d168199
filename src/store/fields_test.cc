// store/fields_test.cc - several texts in one value, and values that are none.
#include "store/fields.h"

#include <gtest/gtest.h>

namespace {

std::string packed(const std::vector<std::string>& fields) {
  std::string value;
  for (const auto& field : fields) store::pack(value, field);
  return value;
}

}  // namespace

TEST(Fields, WhatIsPackedIsUnpacked) {
  const std::vector<std::string> all{"alice", "", "3:x", std::string{"\0\n", 2}};
  EXPECT_EQ(store::unpack(packed(all)), all);
  EXPECT_EQ(packed({"alice", "", "bob"}), "5:alice0:3:bob");
  EXPECT_EQ(store::unpack(""), std::vector<std::string>{});
}

TEST(Fields, WhatIsCutOffIsRefused) {
  const auto whole = packed({"alice", "bob"});
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == packed({"alice"}).size()) continue;
    EXPECT_FALSE(store::unpack(std::string_view{whole}.substr(0, size))) << size;
  }
  for (const auto* text : {"x", ":", "5", "5:", "-1:a", "99999999999999999999:a"}) EXPECT_FALSE(store::unpack(text)) << text;
}
