// presence/kept_subscription_test.cc - a subscription as a row, and rows that are none.
#include "presence/kept_subscription.h"

#include <gtest/gtest.h>

using presence::KeptSubscription;

namespace {

KeptSubscription sample() {
  KeptSubscription kept{"dialog;id=7", "bob@x", "sip:alice@x", {"a@x", "b@x"}, "internal", "tcp", "192.0.2.1:5060", true,
                        std::chrono::seconds{5}, {}};
  kept.dialog = {{"call", "ours", "theirs"}, "<sip:bob@x>;tag=ours", "<sip:alice@x>;tag=theirs", "<sip:s@x>", "sip:alice@192.0.2.1",
                 {"<sip:p1;lr>", "<sip:p2;lr>"}, 1007, 3};
  return kept;
}

}  // namespace

TEST(KeptSubscription, MTH_10_ARowIsReadBack) {
  const auto kept = sample();
  EXPECT_EQ(KeptSubscription::unpack(kept.pack()), kept);
  auto plain = kept;
  plain.members.clear();
  plain.dialog.routes.clear();
  EXPECT_EQ(KeptSubscription::unpack(plain.pack()), plain);
  EXPECT_NE(KeptSubscription::key(kept.dialog.id), KeptSubscription::key({"call", "other", "theirs"}));
}

TEST(KeptSubscription, MTH_10_WhatIsNoneIsRefused) {
  const auto row = sample().pack();
  EXPECT_FALSE(KeptSubscription::unpack(""));
  EXPECT_FALSE(KeptSubscription::unpack("5:hello"));
  EXPECT_FALSE(KeptSubscription::unpack(std::string_view{row}.substr(0, row.size() / 2)));
}

TEST(KeptSubscription, MTH_10_TheDialogGoesOnOverItsRoute) {
  const auto dialog = sip::Dialog::restored(sample().dialog);
  ASSERT_TRUE(dialog);
  auto going_on = *dialog;
  const auto notify = going_on.request(sip::Method::notify);
  EXPECT_EQ(notify.request_uri(), "sip:alice@192.0.2.1");
  EXPECT_EQ(notify.texts_of("Route").size(), 2U);
  EXPECT_EQ(notify.text_of("CSeq"), "1008 NOTIFY");
  EXPECT_EQ(dialog->kept(), sample().dialog);
  EXPECT_EQ(dialog->next_hop().text().view(), "sip:p1;lr");
  auto broken = sample().dialog;
  broken.remote_target = "nonsense";
  EXPECT_FALSE(sip::Dialog::restored(broken));
}
