// sip/subscription/event_state_test.cc - RFC 3903: create, refresh, modify, remove, and what is refused.
#include "sip/subscription/event_state.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using sip::EventState;

namespace {

const base::Time start{};

struct Compositor {
  EventState state;
  int tags = 0;
  EventState::Answer publish(std::optional<std::string> if_match, std::string body, std::optional<std::chrono::seconds> expires = 600s,
                             base::Duration at = 0s) {
    return state.on_publish({std::move(if_match), expires, body.empty() ? "" : "application/pidf+xml", std::move(body)},
                            "tag" + std::to_string(++tags), start + at);
  }
};

}  // namespace

TEST(EventState, MTH_12_CreateRefreshModifyRemove) {
  Compositor esc;
  const auto created = esc.publish({}, "open");
  EXPECT_EQ(created.status, 200);
  EXPECT_EQ(created.etag, "tag1");
  EXPECT_TRUE(created.changed);
  const auto refreshed = esc.publish("tag1", "", 600s, 300s);
  EXPECT_EQ(refreshed.status, 200);
  EXPECT_EQ(refreshed.etag, "tag2");
  EXPECT_FALSE(refreshed.changed);
  EXPECT_EQ(esc.state.deadline(), start + 900s);
  const auto modified = esc.publish("tag2", "closed", 600s, 301s);
  EXPECT_EQ(modified.etag, "tag3");
  EXPECT_TRUE(modified.changed);
  EXPECT_EQ(esc.state.entries().front().body, "closed");
  EXPECT_FALSE(esc.publish("tag3", "closed", 600s, 302s).changed) << "the same again is no news";
  const auto removed = esc.publish("tag4", "", 0s, 303s);
  EXPECT_EQ(removed.status, 200);
  EXPECT_EQ(removed.expires, 0s);
  EXPECT_TRUE(removed.changed);
  EXPECT_TRUE(esc.state.entries().empty());
  EXPECT_EQ(esc.state.deadline(), base::never);
}

TEST(EventState, RSP_27_AStaleTagIs412) {
  Compositor esc;
  EXPECT_EQ(esc.publish("never", "open").status, 412);
  esc.publish({}, "open");
  esc.publish("tag2", "");
  EXPECT_EQ(esc.publish("tag3", "closed").status, 200);
  EXPECT_EQ(esc.publish("tag2", "").status, 412) << "a tag is good once";
}

TEST(EventState, MTH_12_ExpiresIsDefaultedCappedAndNotTooBrief) {
  Compositor esc;
  EXPECT_EQ(esc.publish({}, "a", std::nullopt).expires, 3600s);
  EXPECT_EQ(esc.publish({}, "b", 999'999s).expires, 86'400s);
  const auto brief = esc.publish({}, "c", 5s);
  EXPECT_EQ(brief.status, 423);
  EXPECT_EQ(brief.expires, 60s);
}

TEST(EventState, MTH_12_AnInitialPublicationNeedsABody) {
  Compositor esc;
  EXPECT_EQ(esc.publish({}, "").status, 400);
  const auto fleeting = esc.publish({}, "x", 0s);
  EXPECT_EQ(fleeting.status, 200);
  EXPECT_FALSE(fleeting.changed);
}

TEST(EventState, MTH_12_WhatIsNotRefreshedExpires) {
  Compositor esc;
  esc.publish({}, "a", 60s);
  esc.publish({}, "b", 120s);
  EXPECT_FALSE(esc.state.on_time(start + 59s));
  EXPECT_TRUE(esc.state.on_time(start + 60s));
  ASSERT_EQ(esc.state.entries().size(), 1U);
  EXPECT_EQ(esc.state.entries().front().body, "b");
  EXPECT_EQ(esc.publish("tag1", "", 60s, 61s).status, 412);
}

TEST(EventState, PublicationsAreLimited) {
  Compositor esc;
  for (std::size_t i = 0; i < EventState::entries_max; ++i) EXPECT_EQ(esc.publish({}, "x").status, 200);
  EXPECT_EQ(esc.publish({}, "x").status, 503);
}
