// call/caller_profile_test.cc - fields of the caller profile by name.
#include "call/caller_profile.h"

#include <gtest/gtest.h>

namespace call {
namespace {

TEST(CallerProfile, FieldsByNameWithoutCase) {
  CallerProfile p;
  p.caller_id_name = "Ann Lee";
  p.destination_number = "5551234";
  EXPECT_EQ(p.field("Caller_ID_Name"), "Ann Lee");
  EXPECT_EQ(p.field("destination_number"), "5551234");
  EXPECT_EQ(p.field("dialplan"), "XML");
  EXPECT_FALSE(p.field("sip_from_user"));
  p.extra.set("attached", "x");
  EXPECT_EQ(p.field("attached"), "x");
}

TEST(CallerProfile, DefaultsPrintAsTheReferenceDoes) {
  CallerProfile p;
  p.caller_id_number = "1000";
  for (const auto* name :
       {"caller_ton", "caller_numplan", "ani_ton", "rdnis_numplan", "destination_number_ton"})
    EXPECT_EQ(p.field(name), "255") << name;
  EXPECT_EQ(p.field("orig_caller_id_number"), "1000");
  EXPECT_EQ(p.field("screen_bit"), "true");
  EXPECT_EQ(p.field("privacy_hide_name"), "false");
  EXPECT_EQ(p.field("answered_time"), "0");
  p.answered_time = WallTime{std::chrono::microseconds{1'700'000'000'000'000}};
  EXPECT_EQ(p.field("answered_time"), "1700000000000000");
}

TEST(CallerProfile, SetProfileVar) {
  CallerProfile p;
  p.uuid = "A";
  EXPECT_TRUE(p.set_field("RDNIS", "77"));
  EXPECT_EQ(p.rdnis, "77");
  EXPECT_TRUE(p.set_field("caller_ton", "PV"));
  EXPECT_EQ(p.field("caller_ton"), "0");
  EXPECT_TRUE(p.set_field("caller_ton", "3"));
  EXPECT_EQ(p.field("caller_ton"), "3");
  EXPECT_FALSE(p.set_field("uuid", "B"));
  EXPECT_FALSE(p.set_field("answered_time", "1"));
  EXPECT_FALSE(p.set_field("nosuch", "1"));
  EXPECT_EQ(p.uuid, "A");
}

TEST(CallerProfile, EveryListedFieldHasAValue) {
  CallerProfile p;
  for (const auto name : CallerProfile::field_names()) EXPECT_TRUE(p.field(name)) << name;
}

}  // namespace
}  // namespace call
