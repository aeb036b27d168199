#include "call/privacy.h"

#include <gtest/gtest.h>

namespace call {

TEST(Privacy, SIP_12_WhatTheWordsHide) {
  const auto id = Privacy::of("id");
  EXPECT_TRUE(id.hides_caller());
  EXPECT_TRUE(id.hides("p-asserted-identity"));
  EXPECT_TRUE(id.hides("Identity"));
  EXPECT_FALSE(id.hides("Call-Info"));
  EXPECT_FALSE(id.hides("History-Info"));
  const auto user = Privacy::of("user; critical");
  EXPECT_TRUE(user.hides("Organization"));
  EXPECT_FALSE(user.hides("Diversion"));
  EXPECT_FALSE(user.cannot_be_had());
  const auto header = Privacy::of("HEADER");
  EXPECT_TRUE(header.hides("Call-Info"));
  EXPECT_TRUE(header.hides("Diversion"));
  const auto history = Privacy::of("history");
  EXPECT_FALSE(history.hides_caller());
  EXPECT_TRUE(history.hides("History-Info"));
}

TEST(Privacy, SIP_12_NoneForbidsHiding) {
  const auto none = Privacy::of("none;id");
  EXPECT_FALSE(none.hides_caller());
  EXPECT_FALSE(none.hides("P-Asserted-Identity"));
  EXPECT_FALSE(Privacy::of("").hides_caller());
  EXPECT_FALSE(Privacy::of("session").hides_caller());
}

TEST(Privacy, SIP_12_AnUnknownWishThatIsCriticalCannotBeHad) {
  EXPECT_TRUE(Privacy::of("moonlight;critical").cannot_be_had());
  EXPECT_FALSE(Privacy::of("moonlight").cannot_be_had());
  EXPECT_FALSE(Privacy::of("id;session;critical").cannot_be_had());
}

}  // namespace call
